"""What it takes to run one point, and what became of it. No heavy imports: whoever plans a batch loads this."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from nbpoints.scenarios.point import Point

_LONGEST_REASON = 400


def cores() -> int:
    """Count the cores that this process may use: how many points run at a time unless a command says otherwise."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Job:
    """A point with all that an executor, which may be another machine, has to know to run it.

    Attributes
    ----------
    point : Point
    out : Path
        Folder of the runs, absolute.
    folder : Path or None
        Working folder of the kernel and place of the project, if not the notebook's own folder.
    environment : dict
        The project's environment variables. Those of the executor's own process with the project's prefixes are
        ignored.
    kernels : str or None
        Address of the fork server, if there is one on this machine.
    preload : list of str
        Packages for a fork server of the executor's own, when there is no address.
    warm : bool
        Whether to fork kernels at all.
    timeout_s : float or None
        For the whole point.
    memory_mb : int or None
        For the kernel and what it starts.
    facts : dict
        About the batch, for `run.json`.
    """

    point: Point
    out: Path
    folder: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    kernels: str | None = None
    preload: list[str] = field(default_factory=list)
    warm: bool = True
    timeout_s: float | None = None
    memory_mb: int | None = None
    facts: dict = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of a point.

    Attributes
    ----------
    status : str
        ``"ran"``, ``"failed"`` (its own error), ``"timeout"``, ``"died"`` (its kernel) or ``"memory"``.
    seconds, cell_cpu_s : float
        Wall time of the point; processor time of its cells.
    results, figures : int
        How many were recorded and saved.
    has_begun : bool
        Whether a cell ran; a kernel that died before has done nothing that a second one would do twice.
    cell : int or None
        Where it failed, counted from 1 in the notebook that the user wrote.
    error : str
        Why, in one line; never empty unless the point ran.
    place : str
        Folder of what it left.
    cold : str
        Why its kernel was an ordinary one though a forked one was asked for.
    imported : list of str
        Packages that its kernel had to import, since the server had not.
    written : list of str
        Files of the project that it wrote, relative to the project.
    """

    status: str = "ran"
    seconds: float = 0.0
    cell_cpu_s: float = 0.0
    results: int = 0
    figures: int = 0
    has_begun: bool = False
    cell: int | None = None
    error: str = ""
    place: str = ""
    cold: str = ""
    imported: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def fail(self, status: str, error: str) -> None:
        """Note the first thing that went wrong; what follows from it does not count."""
        if self.status == "ran":
            self.status = status
            self.error = error if len(error) <= _LONGEST_REASON else f"{error[:_LONGEST_REASON]}…"
