"""`accept`: run notebooks again, show what changed, and store the new outputs in place of the old."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbpoints import project
from nbpoints.checks import again, exported_figures, hygiene, outputs
from nbpoints.checks.again import Again, Limits, Request
from nbpoints.checks.compare import Difference, report
from nbpoints.errors import InputError, counted
from nbpoints.notebook import canonical, reading
from nbpoints.program import nonempty_path, whole
from nbpoints.run import runner
from nbpoints.run.loop import Servers
from nbpoints.run.progress import Screen
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
    error: str = ""

    def __str__(self) -> str:
        name = self.notebook.stem
        if self.error:
            return f"{name}: {self.error} (nothing was stored)"
        lines = [f"{name}: {self._summary()}"]
        lines += [f"  {line}" for line in report(self.found).splitlines()]
        lines += [f"  figures/{stem}: rewritten" for stem in self.figures]
        lines += [f"  still at fault: {fault}" for fault in self.faults]
        return "\n".join(lines)

    def _summary(self) -> str:
        count = counted(len(self.found), "difference") if self.found else ""
        if not self.is_rewritten:
            return count or "unchanged"
        return f"{count}, outputs rewritten" if count else "stored form cleaned"


def accept(
    notebook: Path, fresh: Again, write: bool = True, redraw: bool = False, owners: Mapping[str, str] = {}
) -> Outcome:
    """Store what a notebook shows now; a cell whose outputs did not change keeps its stored bytes.

    Parameters
    ----------
    notebook : Path
        A notebook of the collection.
    fresh : Again
        What came out when it ran with the values of its own parameters cell.
    write : bool
        Whether to store; else only look.
    redraw : bool
        Whether to take every new output, also those that differ only in fonts or in the last digits of a number.
    owners : mapping of str to str
        Notebooks whose figures these are, by the figures' names.

    Returns
    -------
    Outcome
        With `error` when the notebook did not run to its end; nothing is stored then.
    """
    outcome = Outcome(notebook, reads=fresh.reads, error=fresh.error)
    for stem in exported_figures.stems(fresh.figures):
        if owners.get(stem, notebook.stem) != notebook.stem:
            outcome.error = outcome.error or f"{stem} is a figure of {owners[stem]}; give it another name here"
    if outcome.error:
        return outcome
    kept = _kept(canonical.clean(reading.load(notebook)), canonical.clean(fresh.notebook), outcome, redraw)
    outcome.faults = hygiene.faults(kept)
    if write:
        outcome.is_rewritten = canonical.save(kept, notebook)
        if fresh.figures.is_dir():
            outcome.figures = exported_figures.store(exported_figures.folder_of(notebook), fresh.figures, redraw)
    return outcome


def _kept(stored: Mapping, fresh: Mapping, outcome: Outcome, redraw: bool) -> dict[str, Any]:
    """The stored notebook with the fresh outputs of those cells that differ."""
    cells = []
    for number, (old, new) in enumerate(zip(stored["cells"], fresh["cells"], strict=True), 1):
        if old["cell_type"] == "code":
            found = outputs.compare(old["outputs"], new["outputs"])
            damaged = [one for one in old["outputs"] if hygiene.damaged(one)]
            if damaged and not found:
                found = [Difference("figure", "", "", "the stored output is not what the cell wrote")]
            outcome.found += [one.inside(f"cell {number}") for one in found]
            shown = {name: new[name] for name in ("outputs", "execution_count")}
            cells.append({**old, **shown} if found or redraw else old)
        else:
            cells.append(old)
    return {**stored, "cells": cells}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="names or files (default: every notebook)")
    parser.add_argument("--dir", type=nonempty_path, help="folder of the notebooks (default: the project's)")
    add_limits(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what changed, but store nothing")
    parser.add_argument(
        "--redraw", action="store_true", help="also store outputs that differ in bytes only, not in what they show"
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a command that runs notebooks again, as `run` has them."""
    cores = Limits().jobs
    parser.add_argument(
        "-j",
        "--jobs",
        type=whole(1),
        default=cores,
        metavar="N",
        help="notebooks to run at once (default: one per core)",
    )
    parser.add_argument("--timeout", type=whole(1), metavar="SECONDS", help="time limit for each notebook")
    parser.add_argument("--memory", type=whole(1), metavar="MB", help="memory limit for each notebook")


def limits_of(arguments: argparse.Namespace) -> Limits:
    """Take the limits from the options."""
    return Limits(arguments.jobs, arguments.timeout, arguments.memory)


def main(arguments: argparse.Namespace) -> int:
    """Run the command; status 1 if a notebook fails or stays at fault."""
    folder = arguments.dir or project.find(Path.cwd()).notebooks
    books = [book.resolve() for book in notebooks.choose(arguments.notebooks, folder)]
    failed, reads = {}, {}
    with runner.terminable(), contextlib.closing(Servers()) as servers:
        # a notebook that reads the results of others must run after them; no chain is longer than the collection
        for _ in range(len(books) + 1):
            rewritten = set()
            for book, outcome in zip(books, _accepted(books, arguments, servers), strict=True):
                print(outcome, flush=True)
                failed[book] = bool(outcome.error or outcome.faults)
                reads[book] = {Path(file).name for file in outcome.reads} - {book.name}
                rewritten |= {book.name} if outcome.is_rewritten else set()
            books = [book for book, names in reads.items() if names & rewritten]
            if not books:
                break
    return int(any(failed.values()))


def _accepted(books: list[Path], arguments: argparse.Namespace, servers: Servers) -> Iterator[Outcome]:
    """Yield the outcomes in the order of the notebooks, each as soon as those before it are there."""
    owners = _owners({book.parent for book in books})
    with again.folder() as out:
        requests = [Request(book, book.stem) for book in books]
        ended = again.run(requests, out, limits_of(arguments), Screen(sys.stderr), servers)
        with contextlib.closing(ended):
            yield from again.in_order(
                (number, accept(books[number], each, not arguments.dry_run, arguments.redraw, owners))
                for number, each in ended
            )


def _owners(folders: set[Path]) -> dict[str, str]:
    """Tell whose each stored figure is: of notebooks that show it, the first by name, for a copy has a longer one."""
    owners: dict[str, str] = {}
    books = [path for folder in folders for path in notebooks.find(folder).values()]
    for path in sorted(books, key=lambda path: path.stem):
        with contextlib.suppress(InputError):
            for figure in outputs.figures(reading.load(path)):
                owners.setdefault(figure["stem"], path.stem)
    return owners
