"""Keep the workers of a batch busy until every point has its outcome."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

from nbpoints.records import crate, run_record as manifest
from nbpoints.run import executor as executors
from nbpoints.project import find as find_project
from nbpoints.run.job import Job, Outcome, perform
from nbpoints.kernels.server import Server
from nbpoints.scenarios.point import Point
from nbpoints.kernels.preload import Preload
from nbpoints.run.progress import Progress

_WORTH_A_RETRY = {"timeout", "died"}
_REFRESH_S = 0.5


@dataclass
class Loop:
    """The points of a batch that have to run, and how.

    Attributes
    ----------
    points : list of Point
        In the order in which to begin them.
    job : Job
        Their common settings; the point in it does not matter.
    retries : int
        How many times more to try a point that ran out of time or whose kernel died.
    stream : file
    crates : list of (Path, str or None)
        Folders of the scenarios to describe in the end, and the licence (see `crate.write`); those that are written
        leave the list.
    outcomes : dict of int to Outcome
        By place in `points`; after an interruption those that were done.
    """

    points: list[Point]
    job: Job
    retries: int
    stream: TextIO
    crates: list[tuple[Path, str | None]]
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def run(self, jobs: int, executor: str, scheduler: str | None) -> None:
        """Run all points.

        Parameters
        ----------
        jobs : int
            At a time, on this machine.
        executor : {"local", "dask"}
        scheduler : str or None

        Raises
        ------
        InputError
            When outputs cannot be written or the cluster cannot be reached.
        """
        jobs = min(jobs, len(self.points))
        progress = Progress(len(self.points), jobs, self.stream)
        preload = Preload(self.job.out)
        place = self._local(jobs, preload) if executor == "local" else self._dask(scheduler, preload)
        try:
            with place as (pool, job, warm):
                for number, outcome in self._drive(pool, job, progress):
                    self.outcomes[number] = outcome
                    new = preload.learn(self.points[number].notebook, outcome.imported)
                    if new:
                        warm(new)
                self._describe(pool)
        finally:
            preload.save()
            progress.close()

    @contextlib.contextmanager
    def _local(self, jobs: int, preload: Preload) -> Iterator[tuple[Executor, Job, Callable]]:
        # the two servers import at the same time, each on a core of its own
        with Server("kernels") as kernels:
            pool = executors.LocalPool(jobs)
            try:
                kernels.preload(preload.first(point.notebook for point in self.points))
                yield pool, replace(self.job, kernels=kernels.address, facts=self._facts()), kernels.preload
                pool.shutdown()
            finally:
                pool.shutdown(wait=False)

    @contextlib.contextmanager
    def _dask(self, scheduler: str | None, preload: Preload) -> Iterator[tuple[Executor, Job, Callable]]:
        with executors.dask(scheduler) as pool:
            first = preload.first(point.notebook for point in self.points)
            # the servers of the cluster's workers are out of reach once they run
            yield pool, replace(self.job, preload=first, facts=self._facts()), lambda names: None

    def _facts(self) -> dict:
        return manifest.facts(find_project(self.points[0].notebook.parent).root)

    def _drive(self, pool: Executor, job: Job, progress: Progress) -> Iterator[tuple[int, Outcome]]:
        done: SimpleQueue[Future] = SimpleQueue()
        pending: dict[Future, tuple[int, int]] = {}
        warned = False

        def submit(number: int, attempt: int) -> None:
            future = pool.submit(perform, replace(job, point=self.points[number]))
            pending[future] = number, attempt
            future.add_done_callback(done.put)

        for number in range(len(self.points)):
            submit(number, 0)
        while pending:
            progress.show(self.points[number].name for future, (number, _) in pending.items() if future.running())
            try:
                future = done.get(timeout=_REFRESH_S)
            except Empty:
                continue
            number, attempt = pending.pop(future)
            outcome = _outcome(future)
            if outcome.cold and not warned:
                warned = True
                progress.note(f"Kernels start the ordinary, slower way: {outcome.cold}.")
            if outcome.status in _WORTH_A_RETRY and attempt < self.retries:
                progress.note(f"{self.points[number].name}: {outcome.error}; trying again.")
                submit(number, attempt + 1)
                continue
            progress.finished(self.points[number].name, outcome.status, outcome.seconds)
            yield number, outcome

    def _describe(self, pool: Executor) -> None:
        """Write the crates in a worker: they take memory for every point, and this process shall not."""
        for each in list(self.crates):
            error = pool.submit(crate.write, *each).exception()
            if error is None:
                self.crates.remove(each)
            elif not executors.is_lost(error):
                raise error


def _outcome(future: Future) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if executors.is_lost(error):
        return Outcome("died", error=str(error))
    raise error

