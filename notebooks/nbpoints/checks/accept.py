"""`accept`: run notebooks again, show what changed, and store the new outputs in place of the old."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbpoints import project
from nbpoints.checks import canonical as stable, drawn, hygiene, outputs, replay
from nbpoints.checks.compare import Difference, report
from nbpoints.errors import InputError
from nbpoints.scenarios import notebooks


@dataclass
class Outcome:
    """What accepting one notebook found and did."""

    notebook: Path
    found: list[Difference] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_rewritten: bool = False
    reads: frozenset[str] = frozenset()

    def __str__(self) -> str:
        name = self.notebook.stem
        lines = [f"{name}: {self._summary()}"]
        lines += [f"  {line}" for line in report(self.found).splitlines()]
        lines += [f"  figures/{stem}: rewritten" for stem in self.figures]
        lines += [f"  still at fault: {fault}" for fault in self.faults]
        return "\n".join(lines)

    def _summary(self) -> str:
        count = f"{len(self.found)} difference{'s' if len(self.found) > 1 else ''}" if self.found else ""
        if not self.is_rewritten:
            return count or "unchanged"
        return f"{count}, outputs rewritten" if count else "stored form cleaned"


def accept(notebook: Path, write: bool = True, redraw: bool = False) -> Outcome:
    """Run a notebook and store what it shows now; a cell whose outputs did not change keeps its stored bytes.

    Parameters
    ----------
    notebook : Path
        A notebook of the collection, with the values of its own parameters cell.
    write : bool
        Whether to store; else only look.
    redraw : bool
        Whether to take every new output, also those that differ only in fonts or in the last digits of a number.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        When the file is no notebook, or a cell fails; nothing is stored then.
    """
    stored = stable.load(notebook)
    outcome = Outcome(notebook)
    with tempfile.TemporaryDirectory(prefix="nbpoints-accept-") as folder:
        figures = Path(folder) / "figures"
        figures.mkdir()
        replayed = replay.run(stored, notebook.parent, figures, notebook.name)
        outcome.reads = replayed.reads
        fresh = stable.clean(replayed.notebook)
        kept = _kept(stable.clean(stored), fresh, outcome, redraw)
        outcome.faults = hygiene.faults(kept)
        if write:
            outcome.is_rewritten = stable.save(kept, notebook)
            outcome.figures = drawn.take(drawn.folder_of(notebook), figures, redraw)
    return outcome


def _kept(stored: Mapping, fresh: Mapping, outcome: Outcome, redraw: bool) -> dict[str, Any]:
    """The stored notebook with the fresh outputs of those cells that differ."""
    cells = []
    for number, (old, new) in enumerate(zip(stored["cells"], fresh["cells"], strict=True), 1):
        if old["cell_type"] == "code":
            found = outputs.cells(old["outputs"], new["outputs"])
            damaged = [one for one in old["outputs"] if hygiene.damaged(one)]
            if damaged and not found:
                found = [Difference("figure", "", "", "the stored output is not what the cell wrote")]
            outcome.found += [one.at(f"cell {number}") for one in found]
            cells.append(new if found or redraw else old)
        else:
            cells.append(old)
    return {**stored, "cells": cells}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="names or files (default: every notebook)")
    parser.add_argument("--dir", type=Path, default=project.find(Path.cwd()).notebooks, help="folder of the notebooks")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="notebooks at a time (default: 2)")
    parser.add_argument("--dry-run", action="store_true", help="show what changed, store nothing")
    parser.add_argument("--redraw", action="store_true", help="also store new bytes of what is the same as data")


def main(arguments: argparse.Namespace) -> int:
    """Run the command; status 1 if a notebook fails or stays at fault."""
    books = notebooks.choose(arguments.notebooks, arguments.dir)

    def job(book: Path) -> Outcome:
        return accept(book, not arguments.dry_run, arguments.redraw)

    status, reads = 0, {}
    # a notebook that reads the results of others must run after them; no chain is longer than the collection
    for _ in range(len(books) + 1):
        rewritten = set()
        for book, outcome in zip(books, replay.in_parallel(job, books, arguments.jobs), strict=True):
            print(outcome, flush=True)
            if isinstance(outcome, InputError):
                status = 1
                continue
            status = max(status, int(bool(outcome.faults)))
            reads[book] = {Path(file).name for file in outcome.reads} - {book.name}
            rewritten |= {book.name} if outcome.is_rewritten else set()
        books = [book for book, names in reads.items() if names & rewritten]
    return status
