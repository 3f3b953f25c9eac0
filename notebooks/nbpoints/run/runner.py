"""Run the points of a batch: what is not current, as many at a time as there are jobs, and nothing twice."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from nbpoints import files, project
from nbpoints.errors import InputError, needs_unix
from nbpoints.records import fingerprint, layout
from nbpoints.records.layout import CRATE, LOCK, is_whole
from nbpoints.run import publishing
from nbpoints.run.job import Job, Outcome, cores
from nbpoints.run.progress import DONE, Progress, Row, Screen, table
from nbpoints.scenarios.point import Point


def run(
    points: Iterable[Point],
    *,
    jobs: int | None = None,
    out: Path | str = Path("runs"),
    fresh: bool = False,
    timeout: float | None = None,
    retries: int = 0,
    memory_mb: int | None = None,
    executor: str = "local",
    scheduler: str | None = None,
    publish: Path | str | None = None,
    junit: Path | str | None = None,
    warm: bool = True,
    stream: TextIO | None = None,
) -> int:
    """Run points that are not current, and store each under ``<out>/<scenario>/<point>/``.

    Parameters
    ----------
    points : iterable of Point
    jobs : int, optional
        Points at a time; one a core unless given. A Dask cluster decides by itself.
    out : Path or str
        Folder of the runs.
    fresh : bool
        Run current points too.
    timeout : float, optional
        Longest time for a point, in seconds.
    retries : int
        How many times more to try a point that ran out of time or whose kernel died.
    memory_mb : int, optional
        Most resident memory for a point's kernel and what it starts.
    executor : {"local", "dask"}
    scheduler : str, optional
        Address of the Dask scheduler.
    publish : Path or str, optional
        Folder that gets the figures of points with all parameters at their defaults, where their bytes differ.
    junit : Path or str, optional
        File for a report in JUnit XML.
    warm : bool
        Whether to fork kernels; False starts an ordinary one for each point.
    stream : file, optional
        For progress and the table in the end; standard error unless given.

    Returns
    -------
    int
        Exit status: 0 when every point is done, 1 when some failed.

    Raises
    ------
    InputError
        When outputs cannot be written, another batch writes to the same folder, or there is no such executor.
    KeyboardInterrupt
        On Ctrl-C and SIGTERM; what is finished stays.
    """
    points, out, screen = _named(points), Path(out).resolve(), Screen(stream or sys.stderr)
    needs_unix()
    if executor not in ("local", "dask"):
        raise InputError(f"--executor {executor}: there are 'local' and 'dask'.")
    if publish is not None:
        files.refuse_folder(Path(publish))
    if junit:
        files.refuse_file(Path(junit))
    with _locked(out), terminable(), _swept(out, points):
        planned = list(_with_reasons(points, out, fresh))
        rows = {entry.number: Row(entry.point.name, "current") for entry in planned if not entry.reasons}
        due = sorted((entry for entry in planned if entry.reasons), key=_length, reverse=True)
        changed = _forget_failures(points, rows, out)
        stopped = None
        if due:
            from nbpoints.kernels.preload import Preload
            from nbpoints.run.loop import Loop

            settings: dict[str, Any] = {"timeout_s": timeout, "memory_mb": memory_mb, "warm": warm}
            homes = {folder: project.find(folder) for folder in {point.notebook.parent for point in points}}
            environments = {folder: fingerprint.project_environment(home) for folder, home in homes.items()}
            todo = [
                Job(entry.point, out, environment=environments[entry.point.notebook.parent], **settings)
                for entry in due
            ]
            loop = Loop(todo, Progress(len(due), screen), retries, Preload(out))
            try:
                with contextlib.closing(loop.run(jobs or cores(), executor, scheduler)) as ended:
                    for place, outcome in ended:
                        rows[due[place].number] = _row(due[place].point, outcome)
            except KeyboardInterrupt as error:
                stopped = error
        # first of all, since what follows writes files, which may fail
        table([rows[number] for number in sorted(rows)], screen)
        for scenario in dict.fromkeys(point.scenario for point in points):
            screen.write(f"Results are in {_short(str(out / scenario))}{os.sep}.\n")
        _write_crates(out, points, changed | {entry.point.scenario for entry in due})
        if junit:
            from nbpoints.run import junit as report

            report.write(Path(junit), [(points[number], rows[number]) for number in sorted(rows)])
        if publish is not None:
            publishing.publish(points, rows, out, Path(publish))
        if stopped:
            raise stopped
    return 0 if all(row.status in DONE for row in rows.values()) else 1


def why(points: Iterable[Point], out: Path | str = Path("runs")) -> list[tuple[str, str]]:
    """Say which points would run, and because of which change.

    Parameters
    ----------
    points : iterable of Point
    out : Path or str
        Folder of the runs.

    Returns
    -------
    list of (str, str)
        Name of the point and reason, such as ``"data file data/rain.csv changed"``. Current points are not listed.
    """
    planned = _with_reasons(_named(points), Path(out).resolve(), fresh=False)
    return [(entry.point.name, "; ".join(entry.reasons)) for entry in planned if entry.reasons]


def _named(points: Iterable[Point]) -> list[Point]:
    """Make paths absolute, and refuse names that would lead out of the folder of runs or meet there."""
    points = [replace(point, notebook=point.notebook.resolve()) for point in points]
    seen = set()
    for point in points:
        for name in (point.scenario, point.name):
            if not name or name.startswith(".") or {"/", "\\", "\0"} & set(name):
                raise InputError(f"{name!r} cannot name a folder of results; use letters, digits, '-' and '_'.")
        if (point.scenario, point.name) in seen:
            raise InputError(f"scenario {point.scenario}: two points are called {point.name}.")
        seen.add((point.scenario, point.name))
    return points


@dataclass(frozen=True)
class _Planned:
    number: int
    point: Point
    reasons: list[str]
    seconds: float = float("inf")


def _with_reasons(points: Iterable[Point], out: Path, fresh: bool) -> Iterator[_Planned]:
    """Yield each point with the reasons to run it, and the seconds that it took the last time."""
    root_of = functools.cache(lambda notebook: project.find(notebook.parent).root)
    hashes_of = functools.cache(fingerprint.Hashes)
    for number, point in enumerate(points):
        folder = out / point.scenario / point.name
        try:
            record = layout.load_run(folder)
        except InputError as error:
            yield _Planned(number, point, [_why_no_record(folder, error)])
            continue
        if is_whole(folder, record):
            reasons = fingerprint.changes(point, record["fingerprint"], hashes_of(root_of(point.notebook)))
        else:
            reasons = ["outputs are missing or cut short"]
        yield _Planned(number, point, reasons or (["--fresh"] if fresh else []), record["run"]["seconds"])


def _length(entry: _Planned) -> tuple[float, int]:
    """How long a point takes, as far as known: the longest begin first, so that none is left alone at the end.

    Of those that never ran, the notebook with the largest file, outputs and all, comes first.
    """
    try:
        return entry.seconds, entry.point.notebook.stat().st_size
    except OSError:  # it is gone, which its run will say
        return entry.seconds, 0


def _why_no_record(folder: Path, error: InputError) -> str:
    if layout.failed_folder(folder.parent, folder.name).exists():
        return "failed the last time"
    return str(error).rstrip(".") if (folder / layout.RUN).exists() else "never ran"


def _row(point: Point, outcome: Outcome) -> Row:
    detail = ""
    if outcome.status != "ran":
        where = f"cell {outcome.cell}: " if outcome.cell else ""
        detail = f"{where}{outcome.error}" + (f" -> {_short(outcome.place)}" if outcome.place else "")
    return Row(point.name, outcome.status, outcome.seconds, outcome.results, outcome.figures, detail)


def _short(place: str) -> str:
    relative = os.path.relpath(place)
    return place if relative.startswith("..") else relative


def _forget_failures(points: list[Point], rows: dict[int, Row], out: Path) -> set[str]:
    """Remove what a failure left of a point that is current again; return the scenarios in which there were some."""
    changed = set()
    for number in rows:
        scenario, name = points[number].scenario, points[number].name
        if layout.failed_folder(out / scenario, name).exists():
            layout.forget_failure(out / scenario, name)
            changed.add(scenario)
    return changed


def _write_crates(out: Path, points: list[Point], changed: set[str]) -> None:
    """Describe the scenarios in which a point ran, or an older success counts again, or that have no description."""
    for scenario, notebook in {point.scenario: point.notebook for point in points}.items():
        if scenario in changed or not (out / scenario / CRATE).exists():
            from nbpoints.records import crate

            crate.write(out / scenario, _licence(notebook))


def _licence(notebook: Path) -> str | None:
    licence = project.table(project.find(notebook.parent).root, "project").get("license")
    return licence if isinstance(licence, str) else None


@contextlib.contextmanager
def _swept(out: Path, points: list[Point]) -> Iterator[None]:
    """Remove what an interrupted batch left half done, and what this one leaves; we hold the lock."""
    scenarios = {point.scenario for point in points}

    def sweep() -> None:
        files.sweep(out)
        for scenario in scenarios:
            layout.sweep(out / scenario)

    sweep()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            sweep()
        for scenario in scenarios:
            layout.remove_empty(out / scenario / layout.FAILED)


def _without_links(path: str, flags: int) -> int:
    # a link in a shared folder may lead to any file of ours
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    import fcntl  # not there on Windows

    try:
        out.mkdir(parents=True, exist_ok=True)
        file = open(out / LOCK, "a+", opener=_without_links)
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror}, so nothing can be stored there.") from None
    with file:
        try:
            # given back by the system when this process ends, however it ends
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InputError(
                f"{out}: another batch (process {file.read().strip() or 'unknown'}) is writing there; "
                "wait for its end or give another --out."
            ) from None
        except OSError:
            pass  # a file system without locks
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, so that a batch ends in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
