"""A sample of the planted faults, those that need no kernel; `make mutation` plants all and runs everything."""

from __future__ import annotations

import json

import pytest
from autogap.paths import ROOT
from nbpoints.checks import hygiene

from tests.compendium import rules as compendium
from tests.mutation.__main__ import MISSED, RESULTS, Report
from tests.mutation.faults import FAULTS, Fault
from tests.mutation.tree import Tree

READ_ALONE = {
    "picture replaced": "is not the one that its cell drew",
    "stripped": "no cell has a stored output",
    "cell never run": "was never run",
    "cells re-ordered": "so the cells were not run top to bottom",
    "alternative text lost": "has no alternative text",
    "marks of a run left in": "metadata hold papermill",
    "warning in an output": "wrote to stderr",
    "output silenced": "ends in `;`",
    "check switched off": "switches a check off",
    "warnings hidden": "hides output or warnings",
    "absolute path": "names a path of one machine",
    "backslash path": "a path with backslashes",
    "figure saved by hand": "calls savefig",
    "parameters tag lost": "no code cell has the tag `parameters`",
    "exception expected": "has the tag `raises-exception`",
}


def first(kind: str) -> Fault:
    return next(fault for fault in FAULTS if fault.kind == kind)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}: {fault.name}")
def test_every_fault_can_be_planted(fault):
    """What it changes is still there to be changed."""
    tree = Tree(ROOT)
    fault.plant(tree)
    assert tree.changes
    assert (ROOT / "notebooks" / f"{fault.book}.ipynb").exists()


def test_faults_are_many_and_of_many_kinds():
    """At least sixty, of fifteen kinds, each with its own name."""
    assert len(FAULTS) >= 60
    assert len({fault.kind for fault in FAULTS}) >= 15
    assert len({(fault.kind, fault.name) for fault in FAULTS}) == len(FAULTS)


def test_of_the_published_table_all_are_caught():
    """`make mutation` renews it; `python -m tests.mutation --only NAME` renews rows."""
    published = Report.read(RESULTS)
    assert set(published.rows) == {(fault.kind, fault.name) for fault in FAULTS}, "run it with --missing"
    assert [line for line in published.rows.values() if MISSED in line] == []
    assert published.clean >= 20 and published.alarms == 0


@pytest.mark.parametrize("kind", READ_ALONE)
def test_reading_the_stored_notebook_is_enough(kind):
    """These are caught before any kernel starts, and were not there before."""
    fault, tree = first(kind), Tree(ROOT)
    name = f"notebooks/{fault.book}.ipynb"
    assert not any(READ_ALONE[kind] in one for one in hygiene.faults(json.loads(tree.read(name))))
    fault.plant(tree)
    assert any(READ_ALONE[kind] in one for one in hygiene.faults(json.loads(tree.read(name))))


def test_a_figure_in_data_without_its_hash_is_caught(tmp_path):
    """By the hash in the data package."""
    tree = Tree(ROOT)
    first("figure in data changed").plant(tree)
    (name,) = tree.changes
    tree.changes["data/datapackage.json"] = tree.bytes("data/datapackage.json")
    tree.write_to(tmp_path)
    assert any(fault.startswith(f"{name}: not the bytes") for fault in compendium.unlisted_data(tmp_path))
