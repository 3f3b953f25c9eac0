"""Run the points of a batch: what is not current, as many at a time as there are jobs, and nothing twice."""

from __future__ import annotations

import contextlib
import json
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
from nbpoints.files import write_whole
from nbpoints.records import fingerprint, layout
from nbpoints.records.layout import CRATE, FIGURES, LOCK, is_whole, read_run
from nbpoints.run.job import Job, Outcome
from nbpoints.run.progress import Progress, Row, Screen, table
from nbpoints.scenarios.point import Point

DONE = {"ran", "current"}


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
    with _locked(out), terminable(), _swept(out, points):
        judged = list(_judge(points, out, fresh))
        rows = {entry.number: Row(entry.point.name, "current") for entry in judged if not entry.reasons}
        due = [entry for entry in judged if entry.reasons]
        # the longest first, as far as known, so that no long one is left alone at the end
        due.sort(key=lambda entry: entry.seconds if entry.seconds is not None else float("inf"), reverse=True)
        changed = _forget_failures(points, rows, out)
        stopped = None
        if due:
            from nbpoints.kernels.preload import Preload
            from nbpoints.run.loop import Loop

            settings: dict[str, Any] = {"timeout_s": timeout, "memory_mb": memory_mb, "warm": warm}
            environments = _environments(points)
            todo = [
                Job(entry.point, out, environment=environments[entry.point.notebook.parent], **settings)
                for entry in due
            ]
            loop = Loop(todo, Progress(len(due), screen), retries, Preload(out))
            try:
                with contextlib.closing(loop.run(jobs or os.cpu_count() or 1, executor, scheduler)) as ended:
                    for place, outcome in ended:
                        rows[due[place].number] = _row(due[place].point, outcome)
            except KeyboardInterrupt as error:
                stopped = error
        _write_crates(out, points, changed | {entry.point.scenario for entry in due})
        if publish is not None:
            _publish_defaults(points, rows, out, Path(publish))
        if junit:
            from nbpoints.run import junit as report

            report.write(Path(junit), [(points[number], rows[number]) for number in sorted(rows)])
        table([rows[number] for number in sorted(rows)], screen)
        for scenario in dict.fromkeys(point.scenario for point in points):
            screen.write(f"Results are in {_short(str(out / scenario))}{os.sep}.\n")
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
    judged = _judge(_named(points), Path(out).resolve(), fresh=False)
    return [(entry.point.name, "; ".join(entry.reasons)) for entry in judged if entry.reasons]


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
class _Judged:
    number: int
    point: Point
    reasons: list[str]
    seconds: float | None


def _judge(points: Iterable[Point], out: Path, fresh: bool) -> Iterator[_Judged]:
    """Yield each point with the reasons to run it, and the seconds that it took the last time."""
    roots: dict[Path, Path] = {}
    hashes: dict[Path, fingerprint.Hashes] = {}
    for number, point in enumerate(points):
        root = roots.get(point.notebook)
        if root is None:
            root = roots[point.notebook] = project.find(point.notebook.parent).root
            hashes.setdefault(root, fingerprint.Hashes(root))
        folder = out / point.scenario / point.name
        record = read_run(folder)
        if record is None:
            reasons = [_why_no_record(folder)]
        elif not is_whole(folder, record):
            reasons = ["outputs are missing or cut short"]
        else:
            reasons = fingerprint.changes(point, record["fingerprint"], hashes[root])
        if fresh and not reasons:
            reasons = ["--fresh"]
        yield _Judged(number, point, reasons, record["run"]["seconds"] if record else None)


def _environments(points: Iterable[Point]) -> dict[Path, dict[str, str]]:
    """Return the project's environment variables by folder of notebooks."""
    folders = {point.notebook.parent for point in points}
    return {folder: fingerprint.project_environment(project.find(folder)) for folder in folders}


def _why_no_record(folder: Path) -> str:
    if layout.failed_folder(folder.parent, folder.name).exists():
        return "failed the last time"
    if not (folder / layout.RUN).exists():
        return "never ran"
    try:
        layout.load_run(folder)
    except InputError as error:
        return str(error).rstrip(".")
    return "never ran"


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


def _publish_defaults(points: list[Point], rows: dict[int, Row], out: Path, target: Path) -> None:
    """Publish the figures of the points that are done and have all parameters at their defaults.

    Raises
    ------
    InputError
        When two notebooks have saved a figure under one name, or the files cannot be written.
    """
    sources: dict[str, Path] = {}
    owners: dict[str, str] = {}
    for number, row in sorted(rows.items()):
        if row.status in DONE and not points[number].passed:
            for source in sorted((out / points[number].scenario / points[number].name / FIGURES).glob("*")):
                owner = owners.setdefault(source.name, points[number].notebook.name)
                if owner != points[number].notebook.name:
                    raise InputError(
                        f"{source.name}: saved by {owner} and by {points[number].notebook.name}, so nothing was "
                        "published; give the figure another name in one of them."
                    )
                sources[source.name] = source
    try:
        for name, source in sources.items():
            if _is_published(source, target / name):
                continue
            target.mkdir(parents=True, exist_ok=True)
            write_whole(target / name, source.read_bytes())
    except OSError as error:
        raise InputError(f"{error.filename or target}: {error.strerror}, so no figure can be published.") from None


def _is_published(source: Path, place: Path) -> bool:
    """Whether the published file says the same; one that differs only in the versions of the maker's tools does."""
    if not place.is_file():
        return False
    pair = [path.read_bytes() for path in (source, place)]
    if pair[0] == pair[1] or source.suffix != ".json":
        return pair[0] == pair[1]
    try:
        said = [{key: value for key, value in json.loads(text).items() if key != "versions"} for text in pair]
    except (ValueError, AttributeError):
        return False
    return said[0] == said[1]


def _write_crates(out: Path, points: list[Point], changed: set[str]) -> None:
    """Describe the scenarios in which a point ran, or an older success counts again, or that have no description."""
    for scenario, notebook in {point.scenario: point.notebook for point in points}.items():
        if scenario in changed or not (out / scenario / CRATE).exists():
            from nbpoints.records import crate

            crate.write(out / scenario, _licence(notebook))


def _licence(notebook: Path) -> str | None:
    licence = project.pyproject(project.find(notebook.parent).root).get("project", {}).get("license")
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
