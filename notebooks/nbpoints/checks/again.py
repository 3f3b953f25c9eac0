"""Run notebooks again, as they stand, as points of a batch; checks then compare what came out."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from nbpoints import notebook as notebooks
from nbpoints.files import is_alive
from nbpoints.kernels.preload import Preload
from nbpoints.records.layout import FIGURES, NOTEBOOK, RUN
from nbpoints.run.job import Job, Outcome, cores
from nbpoints.run.loop import Loop, Servers
from nbpoints.run.progress import Progress, Screen
from nbpoints.scenarios.point import Point

T = TypeVar("T")
_PREFIX = "nbpoints-again-"
_LITTER = re.compile(rf"{_PREFIX}([0-9]+)-.+")
# what papermill adds where a cell failed (papermill.execute.ERROR_MARKER_TAG); this module is light to import
_ADDED = "papermill-error-cell-tag"


@dataclass(frozen=True)
class Request:
    """A notebook to run again.

    Attributes
    ----------
    notebook : Path
        Its file, executed or not; the values in its cells count.
    name : str
        What to call it; another for each request.
    folder : Path or None
        Where its kernel works, if not in the notebook's own folder.
    environment : mapping
        Variables of the project, for its kernel; those of this process do not count.
    """

    notebook: Path
    name: str
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Again:
    """What came out; the folder of figures is there until the next one is asked for.

    Attributes
    ----------
    notebook : dict or None
        With its new outputs, as far as it came, and the same cells as in the file.
    figures : Path
    reads : frozenset of str
        Files of the project that it read, relative to the project.
    outcome : Outcome
    """

    notebook: dict[str, Any] | None
    figures: Path
    reads: frozenset[str]
    outcome: Outcome

    @property
    def error(self) -> str:
        """Why it did not run to its end, with the cell; empty when it did."""
        if self.outcome.status == "ran":
            return ""
        return f"cell {self.outcome.cell}: {self.outcome.error}" if self.outcome.cell else self.outcome.error


@dataclass(frozen=True)
class Limits:
    """How many notebooks run at a time, and what each may use."""

    jobs: int = cores()
    timeout_s: float | None = None
    memory_mb: int | None = None


def run(
    requests: list[Request],
    out: Path,
    limits: Limits = Limits(),
    screen: Screen | None = None,
    servers: Servers | None = None,
) -> Generator[tuple[int, Again], None, None]:
    """Run notebooks; yield each one's place in the list with what came out, as they end.

    Parameters
    ----------
    requests : list of Request
    out : Path
        An empty folder, from `folder`.
    limits : Limits
    screen : Screen, optional
        For progress; without it, nothing is shown.
    servers : Servers, optional
        To use and to leave running.
    """
    todo = [
        Job(
            # folders cannot be called as a point of several scenarios is
            Point("again", request.notebook, {}, {}, request.name.replace("/", " ")),
            out,
            folder=request.folder,
            environment=dict(request.environment),
            timeout_s=limits.timeout_s,
            memory_mb=limits.memory_mb,
        )
        for request in requests
    ]
    if not todo:
        return
    loop = Loop(todo, Progress(len(todo), screen or Screen(None)), preload=Preload(), servers=servers)
    with contextlib.closing(loop.run(min(limits.jobs, len(todo)))) as ended:
        for number, outcome in ended:
            place = Path(outcome.place)
            yield number, _read(place, outcome)
            shutil.rmtree(place, ignore_errors=True)


def in_order(ended: Iterable[tuple[int, T]]) -> Iterator[T]:
    """Yield what belongs to the numbers 0, 1, ... in their order, each as soon as those before it are there.

    Examples
    --------
    >>> list(in_order([(1, "b"), (0, "a"), (2, "c")]))
    ['a', 'b', 'c']
    """
    done: dict[int, T] = {}
    shown = 0
    for number, each in ended:
        done[number] = each
        while shown in done:
            yield done.pop(shown)
            shown += 1


def _read(place: Path, outcome: Outcome) -> Again:
    book = None
    if (place / NOTEBOOK).exists():
        book = notebooks.load(place / NOTEBOOK)
        book["cells"] = [cell for cell in book["cells"] if _ADDED not in cell["metadata"].get("tags", ())]
    fingerprint = json.loads((place / RUN).read_bytes())["fingerprint"] or {"files": {}}
    return Again(book, place / FIGURES, frozenset(fingerprint["files"]), outcome)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder for outputs that nobody keeps; those of processes that were killed are removed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        found = _LITTER.fullmatch(path.name)
        if found and not is_alive(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()
