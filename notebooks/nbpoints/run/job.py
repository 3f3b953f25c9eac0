"""What goes to a worker and what comes back; light, so that whoever plans a batch need not import what executes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nbpoints.scenarios.point import Point


@dataclass(frozen=True)
class Job:
    """A point with all that a worker, which may be another machine, has to know to run it.

    Attributes
    ----------
    point : Point
    out : Path
        Folder of the runs, absolute.
    kernels : str or None
        Address of the fork server, if there is one on this machine.
    preload : list of str
        Packages for a fork server of the worker's own, when there is no address.
    warm : bool
        Whether kernels are to be forked at all.
    timeout_s : float or None
        For all cells of the point together.
    memory_mb : int or None
        For the kernel and what it starts.
    facts : dict
        About the batch, for `run.json`.
    """

    point: Point
    out: Path
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
    cell : int or None
        Where it failed, counted from 1 in the notebook that the user wrote.
    error : str
        Why, in one line.
    place : str
        Folder of what it left.
    cold : str
        Why its kernel was an ordinary one though it was to be forked.
    imported : list of str
        Packages that its kernel had to import, since the server had not.
    """

    status: str = "ran"
    seconds: float = 0.0
    cell_cpu_s: float = 0.0
    results: int = 0
    figures: int = 0
    cell: int | None = None
    error: str = ""
    place: str = ""
    cold: str = ""
    imported: list[str] = field(default_factory=list)


def perform(job: Job) -> Outcome:
    """Run one point; importable everywhere, imports papermill only where it is called."""
    from nbpoints.run.execute import execute

    return execute(job)
