"""Execute one point: run its notebook, store the outputs, and record their provenance.

Runs in a thread of the batch or on a Dask worker. Outputs go to a temporary folder that is renamed at the end, so a
point is either complete or absent.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import shutil
import sys
import time
from pathlib import Path

from nbpoints import notebook as notebooks
from nbpoints import project
from nbpoints.errors import InputError
from nbpoints.kernels.jupyter_kernel import Launch
from nbpoints.kernels.server import Server
from nbpoints.records import fingerprint, run_record
from nbpoints.records.layout import FIGURES, NOTEBOOK, PARTIAL, RUN, failed_folder, forget_failure, replace_folder
from nbpoints.run.job import Job, Outcome
from nbpoints.run.papermill_engine import Execution, as_text
from nbpoints.run.watch import limits


class _Cut(Exception):
    """The batch was stopped."""


def execute(job: Job) -> Outcome:
    """Run one point.

    Returns
    -------
    Outcome
        Whatever goes wrong inside a point is its outcome; its notebook, as far as it came, then stands in
        ``.failed/<point>``.

    Raises
    ------
    InputError
        When the outputs cannot be written.
    """
    began, began_ns = time.perf_counter(), time.time_ns()
    outcome = Outcome()
    try:
        point = _Point(job, outcome)
        point.clear()
        try:
            point.run()
        except _Cut:
            raise
        except Exception as error:
            outcome.fail("failed", _one_line(error))
        outcome.seconds = round(time.perf_counter() - began, 3)
        times = {"started": run_record.moment(began_ns), "ended": run_record.moment(time.time_ns())}
        try:
            point.store(times)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            # the notebook's outputs cannot be stored; the record of the failure can
            outcome.fail("failed", f"its outputs cannot be stored ({_one_line(error)})")
            point.store(times, whole=False)
    except OSError as error:
        raise InputError(f"{error.filename or job.out}: {error.strerror}, so no point can be stored.") from None
    return outcome


class _Point:
    def __init__(self, job: Job, outcome: Outcome):
        self._job, self._outcome = job, outcome
        self._scenario = job.out / job.point.scenario
        self._partial = self._scenario / PARTIAL / job.point.name
        self._folder = (job.folder or job.point.notebook.parent).resolve()
        self._project = project.find(self._folder)
        self._launch: Launch | None = None
        self._execution: Execution | None = None
        self._fingerprint: dict | None = None

    def clear(self) -> None:
        """Make the folder in which the outputs stand until all are there."""
        shutil.rmtree(self._partial, ignore_errors=True)
        (self._partial / FIGURES).mkdir(parents=True)

    def run(self) -> None:
        job, outcome = self._job, self._outcome
        path = job.point.notebook
        before = fingerprint.state(path)
        source = notebooks.load(path)
        language, kernel = notebooks.language(source)
        if language not in ("", "python"):
            outcome.fail("failed", f"its kernel {kernel} runs {language}; only Python notebooks can be run")
            return
        self._launch = self._start()
        self._execution = Execution(source, outcome)
        try:
            with limits(job, self._launch, outcome):
                # in the order of the parameters cell
                passed = {name: job.point.passed[name] for name in job.point.parameters if name in job.point.passed}
                self._execution.run(self._launch, str(self._folder), passed)
        finally:
            self._launch.close()
        if self._launch.is_cut:
            raise _Cut
        report = self._launch.report
        outcome.cold = self._launch.cold
        outcome.cell_cpu_s = report.get("cell_cpu_s", 0.0)
        outcome.imported, outcome.written = report.get("imported", []), report.get("written", [])
        if not report:
            outcome.fail("died", f"the kernel ended without its report{self._launch.cause()}")
        if outcome.status == "ran":
            hashes = fingerprint.Hashes(self._project.root)
            self._fingerprint = fingerprint.take(job.point, report, hashes, before, job.environment)

    def _start(self) -> Launch:
        job = self._job
        request = {
            "cwd": str(self._folder),
            "env": job.environment | {"NBPOINTS_FIGURES": str(self._partial / FIGURES)} | _commit(job.facts),
            # only the batch's own count, on whatever machine
            "unset": list(self._project.environment),
            "root": str(self._project.root),
            # a notebook may read itself, to check its parameters; its code cells count anyway
            "ignored": [str(job.point.notebook.resolve()), str(self._partial), sys.prefix],
        }
        address = job.kernels or _own_server(tuple(job.preload) if job.warm else ()).address
        return Launch(request, Path(address).parent, address if job.warm else None)

    def store(self, times: dict[str, str], whole: bool = True) -> None:
        """Write what there is, and give the folder its final name."""
        outcome, partial = self._outcome, self._partial
        if not whole:
            self.clear()
        # the notebook may have removed it
        (partial / FIGURES).mkdir(parents=True, exist_ok=True)
        book = None
        if whole and self._execution is not None and self._execution.book is not None:
            book = self._execution.cleaned()
            (partial / NOTEBOOK).write_bytes(as_text(book).encode())
        if not any((partial / FIGURES).iterdir()):
            (partial / FIGURES).rmdir()
        has_run = outcome.status == "ran"
        run = {
            **self._job.facts,
            **times,
            "seconds": outcome.seconds,
            "kernel": "forked" if self._job.warm and not outcome.cold else "ordinary",
            "status": outcome.status,
            "cell": outcome.cell,
            "error": outcome.error,
        }
        taken = self._fingerprint if has_run else None
        report = self._launch.report if self._launch and whole else {}
        record = run_record.run_record(self._job.point, partial, self._project.root, book, taken, report, run)
        content = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        (partial / RUN).write_bytes(content.encode(errors="strict" if whole else "replace"))
        outcome.results, outcome.figures = len(record["results"]), len(record["figures"])
        name = self._job.point.name
        final = self._scenario / name if has_run else failed_folder(self._scenario, name)
        final.parent.mkdir(exist_ok=True)
        replace_folder(partial, final)
        if has_run:
            forget_failure(self._scenario, name)
        outcome.place = str(final)


@functools.cache
def _own_server(preload: tuple[str, ...]) -> Server:
    server = Server()
    server.preload(preload)
    atexit.register(server.close)
    return server


def _one_line(error: Exception) -> str:
    text = ""
    with contextlib.suppress(Exception):
        text = " ".join(str(error).encode(errors="replace").decode().split())
    if isinstance(error, InputError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _commit(facts: dict) -> dict[str, str]:
    """The commit that a notebook may write beside what it draws; with a plus when files differed from it."""
    commit = facts.get("commit")
    return {"NBPOINTS_COMMIT": commit + ("+" if facts.get("changed") else "")} if commit else {}
