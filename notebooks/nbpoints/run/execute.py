"""Execute one point, whole: run its notebook through papermill, keep what it made, write down where it came from.

Runs in a worker process, on this machine or another. Everything is written to a folder aside and gets its final name
at the end, so a point is either there and complete or not there.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import functools
import json
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

# nbformat's jsonschema tries for this check of IRIs, which no notebook has, and it takes 0.8 s to import
_SLOW = "rfc3987_syntax"
sys.modules.setdefault(_SLOW, None)

import nbformat
import papermill
import psutil
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG
from papermill.translators import PythonTranslator, papermill_translators

from nbpoints import notebook as reading
from nbpoints import project
from nbpoints.records import fingerprint, run_record as manifest
from nbpoints.run.job import Job, Outcome
from nbpoints.kernels.server import Server
from nbpoints.records.layout import FAILED, FIGURES, NOTEBOOK, PARTIAL, RUN
from nbpoints.kernels.jupyter_kernel import Launch, manager_for
from nbpoints.errors import InputError

if sys.modules[_SLOW] is None:
    del sys.modules[_SLOW]

_ENGINE = "nbpoints"
_KERNEL_NAME = "python3"
_INJECTED = "injected-parameters"
_MEMORY_POLL_S = 0.05
# outputs that come late, after the cell's reply, on a busy machine
_LATE_OUTPUT_S = 60


def execute(job: Job) -> Outcome:
    """Run one point.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Outcome
        Also for a point that failed: its partial notebook then stands in ``<point>.failed``.

    Raises
    ------
    InputError
        When the outputs cannot be written.
    """
    try:
        return _execute(job)
    except OSError as error:
        raise InputError(f"{error.filename or job.out}: {error.strerror}, so no point can be stored.") from None


def _execute(job: Job) -> Outcome:
    point, began, began_ns = job.point, time.perf_counter(), time.time_ns()
    scenario = job.out / point.scenario
    partial = scenario / PARTIAL / point.name
    shutil.rmtree(partial, ignore_errors=True)
    (partial / FIGURES).mkdir(parents=True)
    root = project.find(point.notebook.parent).root
    launch = _launch(job, root, partial)
    outcome = Outcome()
    book = _run(job, launch, outcome)
    if book is not None:
        text = nbformat.writes(_clean(book, point.notebook))
        (partial / NOTEBOOK).write_text(text + "\n", encoding="utf-8")
    outcome.cold = launch.cold
    outcome.cell_cpu_s = launch.report.get("cell_cpu_s", 0.0)
    outcome.imported = launch.report.get("imported", [])
    if outcome.status == "ran" and not launch.report:
        outcome.status, outcome.error = "died", "the kernel ended without its report"
    taken = None
    if outcome.status == "ran":
        taken = fingerprint.take(point, launch.report, fingerprint.Hashes(root), began_ns)
    if not any((partial / FIGURES).iterdir()):
        (partial / FIGURES).rmdir()
    outcome.seconds = round(time.perf_counter() - began, 3)
    run = job.facts | {
        "started": manifest.moment(began_ns),
        "ended": manifest.moment(time.time_ns()),
        "seconds": outcome.seconds,
        "kernel": "forked" if job.warm and not launch.cold else "ordinary",
        "status": outcome.status,
        "cell": outcome.cell,
        "error": outcome.error,
    }
    record = manifest.run_record(point, partial, root, book, taken, launch.report, run)
    outcome.results, outcome.figures = len(record["results"]), len(record["figures"])
    (partial / RUN).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    final = scenario / point.name
    if outcome.status == "ran":
        _move(partial, final)
        shutil.rmtree(_failed(final), ignore_errors=True)
    else:
        final = _failed(final)
        _move(partial, final)
    outcome.place = str(final)
    return outcome


def _launch(job: Job, root: Path, partial: Path) -> Launch:
    notebook = job.point.notebook.resolve()
    request = {
        "cwd": str(notebook.parent),
        "env": {"NBPOINTS_FIGURES": str(partial / FIGURES)},
        "root": str(root),
        # a notebook may read itself, to check its parameters; its code cells count anyway
        "ignored": [str(notebook), str(partial), sys.prefix],
    }
    if not job.warm:
        return Launch(request, _own_server(()).folder, None)
    address = job.kernels or _own_server(tuple(job.preload)).address
    return Launch(request, Path(address).parent, address)


@functools.cache
def _own_server(preload: tuple[str, ...]) -> Server:
    server = Server("kernels")
    server.preload(preload)
    atexit.register(server.close)
    return server


def _run(job: Job, launch: Launch, outcome: Outcome) -> nbformat.NotebookNode | None:
    """Execute the notebook, note in the outcome how it ended, and return it as far as it came."""
    point, kept, at = job.point, [], []
    options: dict[str, object] = {}
    if job.timeout_s is not None:
        options["timeout_func"] = _time_left(job.timeout_s)
    try:
        with _memory_watched(launch, job.memory_mb, outcome):
            papermill.execute_notebook(
                nbformat.from_dict(reading.load(point.notebook)),
                None,
                parameters={name: point.passed[name] for name in point.parameters if name in point.passed},
                engine_name=_ENGINE,
                kernel_name=_KERNEL_NAME,
                language="python",
                progress_bar=False,
                request_save_on_cell_execute=False,
                kernel_manager_class=manager_for(launch),
                # papermill's own cwd= would change that of the whole process
                resources={"metadata": {"path": str(point.notebook.resolve().parent)}},
                record_timing=False,
                coalesce_streams=True,
                iopub_timeout=_LATE_OUTPUT_S,
                on_cell_start=lambda cell, cell_index: at.append((cell, cell_index)),
                kept=kept,
                **options,
            )
    except PapermillExecutionError as error:
        shown = error.evalue if error.ename == "InputError" else f"{error.ename}: {error.evalue}".rstrip(": ")
        outcome.status, outcome.error = "failed", " ".join(shown.split())
    except CellTimeoutError:
        outcome.status, outcome.error = "timeout", f"no end after {job.timeout_s:g} s"
    except (DeadKernelError, RuntimeError) as error:
        if outcome.status != "memory":
            outcome.status, outcome.error = "died", f"the kernel died ({error})"
    finally:
        launch.close()
    if outcome.status != "ran" and at:
        outcome.cell = _number_in_source(*at[-1], kept)
    return kept[0] if kept else None


def _time_left(seconds: float) -> Callable[[object], float]:
    """Make the function that tells a cell how much of the point's time is left, from the first cell on."""
    began: list[float] = []

    def left(cell: object) -> float:
        began.append(time.monotonic())
        return max(0.01, began[0] + seconds - time.monotonic())

    return left


def _number_in_source(cell: nbformat.NotebookNode, index: int, kept: list) -> int:
    own = [each for each in kept[0].cells if not {_INJECTED, ERROR_MARKER_TAG} & set(each.metadata.get("tags", ()))]
    numbers = [number for number, each in enumerate(own, 1) if each is cell]
    return numbers[0] if numbers else index + 1


class _Engine(NBClientEngine):
    """Papermill's own engine; it hands out the notebook, which papermill keeps to itself when a point fails."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, kept: list, **keywords) -> object:
        kept.append(nb_man.nb)
        return super().execute_managed_notebook(nb_man, kernel_name, **keywords)


class _Literal(PythonTranslator):
    """Write parameters as Python literals that read back as they were, or not at all."""

    @classmethod
    def translate(cls, value: object) -> str:
        text = repr(value)
        if repr(ast.literal_eval(text)) != text:
            raise InputError(f"{text} cannot be passed without a change; pass numbers, text, lists and dicts.")
        return text

    @classmethod
    def codify(cls, parameters: dict, comment: str = "Parameters") -> str:
        # not PythonTranslator's: it formats with black where that happens to be installed
        return super(PythonTranslator, cls).codify(parameters, comment)

    @classmethod
    def inspect(cls, parameters_cell: object) -> list:
        # what may be passed was judged before
        return []


papermill_engines.register(_ENGINE, _Engine)
papermill_translators.register(_KERNEL_NAME, _Literal)
logging.getLogger("papermill").setLevel(logging.ERROR)


@contextlib.contextmanager
def _memory_watched(launch: Launch, limit_mb: int | None, outcome: Outcome) -> Iterator[None]:
    """Kill the kernel when it, with all that it started, holds more memory than it may."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_MEMORY_POLL_S):
            process = launch.process
            used_mb = _memory_mb(process.pid) if process is not None else 0
            if used_mb > limit_mb:
                outcome.status = "memory"
                outcome.error = f"{used_mb:.0f} MB of memory in use, above the limit of {limit_mb} MB"
                process.signal(signal.SIGKILL)
                return

    watcher = threading.Thread(target=watch, daemon=True) if limit_mb is not None else None
    if watcher:
        watcher.start()
    try:
        yield
    finally:
        done.set()
        if watcher:
            watcher.join()


def _memory_mb(pid: int) -> float:
    total = 0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += each.memory_info().rss
    return total / 2**20


def _clean(book: nbformat.NotebookNode, notebook: Path) -> nbformat.NotebookNode:
    """Take out what differs from run to run: papermill's times and paths, random ids."""
    original = reading.load(notebook)
    book.metadata = nbformat.from_dict(original["metadata"])
    identities = iter([cell.get("id") for cell in original["cells"]])
    for number, cell in enumerate(book.cells, 1):
        tags = cell.metadata.get("tags", [])
        if _INJECTED in tags:
            cell.id = _INJECTED
        elif ERROR_MARKER_TAG in tags:
            cell.id = f"error-{number}"
        else:
            cell.id = next(identities, None) or f"cell-{number}"
        cell.metadata.pop("papermill", None)
        if not tags:
            cell.metadata.pop("tags", None)
    return book


def _failed(final: Path) -> Path:
    return final.with_name(final.name + FAILED)


def _move(folder: Path, final: Path) -> None:
    """Give a complete folder its final name, in place of an older one."""
    if final.exists():
        old = folder.with_name(f"{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        os.rename(final, old)
        os.rename(folder, final)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.rename(folder, final)
