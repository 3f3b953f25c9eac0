"""Faults that no computation shows are judged by the rules alone, on the stored files: a re-run would say nothing."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from tests.compendium import content, prose, rules, signed
from tests.mutation.fault import Fault
from tests.mutation.in_words import CATCHERS
from tests.mutation.tree import Tree

_DATA = ("provenance changed", "data changed without a word")


def seen(project: Path, fault: Fault, folder: Path) -> list[str]:
    """Plant a fault and return what the rule of its kind says now and did not say before.

    Parameters
    ----------
    project : Path
        As it is; it is copied, since a link to a file changes when that last changed, which points look at.
    fault : Fault
        Of a kind in `CATCHERS`.
    folder : Path
        Empty; the project with the fault goes there.
    """
    left_out = shutil.ignore_patterns(*rules.LEFT_OUT, ".venv*", "*.egg-info")
    root = shutil.copytree(project, folder / "project", ignore=left_out)
    tree = Tree(project)
    fault.plant(tree)
    for name in tree.changes:
        (root / name).unlink(missing_ok=True)
    tree.write_to(root)
    if CATCHERS[fault.kind] != "signed":
        return [one for one in _rule(fault.kind)(root) if one not in _said(project, fault.kind)]
    was, now = _facts(project), signed.facts(root)
    changed = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    if fault.kind in _DATA and not all(name.startswith("data/") for name in changed):
        raise AssertionError(f"{changed} are no facts of data/, which need a line in CHANGES.md")
    return [f"{name}: is not as it was signed" for name in changed]


def _rule(kind: str):
    return getattr(content, CATCHERS[kind], None) or getattr(prose, CATCHERS[kind])


@cache
def _said(project: Path, kind: str) -> frozenset[str]:
    return frozenset(_rule(kind)(project))


@cache
def _facts(project: Path) -> dict[str, str]:
    return signed.facts(project)
