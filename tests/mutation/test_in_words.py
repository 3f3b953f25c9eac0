"""Each fault of a kind that no computation shows is seen by its rule, on the stored files alone."""

from __future__ import annotations

import os
import shutil
from functools import cache

import pytest
from autogap.paths import ROOT

from tests.compendium import content, rules, signed
from tests.mutation.faults import FAULTS
from tests.mutation.in_words import CATCHERS
from tests.mutation.tree import Tree

MINE = [fault for fault in FAULTS if fault.kind in CATCHERS]

FIRST = list({fault.kind: fault for fault in reversed(MINE)}.values())

pytestmark = pytest.mark.slow


@cache
def told(rule):
    return set(rule(ROOT))


@pytest.fixture(scope="module")
def facts():
    return signed.facts(ROOT)


@pytest.fixture
def planted(tmp_path):
    """Return a function that plants a fault into a copy of the project, whose other files are links to ours."""

    def plant(fault):
        left_out = shutil.ignore_patterns(*rules.LEFT_OUT, ".venv*", "*.egg-info")
        root = shutil.copytree(ROOT, tmp_path / "project", copy_function=os.link, ignore=left_out)
        tree = Tree(ROOT)
        fault.plant(tree)
        for name in tree.changes:
            (root / name).unlink(missing_ok=True)
        tree.write_to(root)
        return root

    return plant


def sees(fault, root, facts):
    """Whether the rule of its kind tells more than of the project as it is."""
    if CATCHERS[fault.kind] != "signed":
        rule = getattr(content, CATCHERS[fault.kind])
        return bool(set(rule(root)) - told(rule))
    now = signed.facts(root)
    changed = [name for name in {**facts, **now} if facts.get(name) != now.get(name)]
    if fault.kind in ("provenance changed", "data changed without a word"):
        assert all(name.startswith("data/") for name in changed), "these need a line in CHANGES.md"
    return bool(changed)


@pytest.mark.parametrize("fault", FIRST, ids=lambda fault: f"{fault.kind}: {fault.name}")
def test_the_first_of_each_kind_is_seen(fault, planted, facts):
    assert sees(fault, planted(fault), facts)


@pytest.mark.long
@pytest.mark.parametrize("fault", MINE, ids=lambda fault: f"{fault.kind}: {fault.name}")
def test_each_is_seen(fault, planted, facts):
    assert sees(fault, planted(fault), facts)


def test_there_are_many_of_many_kinds():
    assert len(MINE) >= 60 and {fault.kind for fault in MINE} == set(CATCHERS)
