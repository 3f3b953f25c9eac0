"""Run points, as many at a time as there are jobs, until each has its outcome."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import chain
from queue import Empty, SimpleQueue

from nbpoints import project
from nbpoints.errors import InputError
from nbpoints.kernels.preload import Preload
from nbpoints.kernels.server import Server
from nbpoints.records import run_record
from nbpoints.run import executor as executors
from nbpoints.run.job import Job, Outcome
from nbpoints.run.progress import Progress
from nbpoints.scenarios.point import Point

_WORTH_A_RETRY = {"timeout", "died"}
_REFRESH_S = 0.5


@dataclass
class Loop:
    """Points that have to run, and how.

    Attributes
    ----------
    todo : list of Job
        In the order in which to begin them.
    progress : Progress
    retries : int
        How many times more to try a point that ran out of time or whose kernel died.
    preload : Preload
        What to import beforehand.
    servers : Servers, optional
        To use and to leave running; the loop starts its own unless given.
    """

    todo: list[Job]
    progress: Progress
    retries: int = 0
    preload: Preload = field(default_factory=Preload)
    servers: Servers | None = None
    _writers: dict[str, str] = field(default_factory=dict)

    def run(
        self, jobs: int, executor: str = "local", scheduler: str | None = None
    ) -> Generator[tuple[int, Outcome], None, None]:
        """Run all points; yield each one's place in `todo` with its outcome, as they end.

        Parameters
        ----------
        jobs : int
            At a time, on this machine.
        executor : {"local", "dask"}
        scheduler : str or None

        Raises
        ------
        InputError
            When outputs cannot be written, no thread or process starts, or the cluster cannot be reached.
        """
        place = self._local(jobs) if executor == "local" else self._dask(scheduler)
        try:
            with place as (submit, warm):
                for number, outcome in self._drive(submit):
                    point = self.todo[number].point
                    self._warn_of_shared_files(point, outcome)
                    new = self.preload.learn(point.notebook, outcome.imported)
                    if new:
                        warm(new)
                    yield number, outcome
        except RuntimeError as error:
            if "can't start new thread" not in str(error):
                raise
            raise InputError("No more threads can be started (see `ulimit -u`); run fewer points at a time.") from None
        finally:
            self.preload.save()
            self.progress.close()

    @contextlib.contextmanager
    def _local(self, jobs: int) -> Iterator[tuple[Callable, Callable]]:
        affordable = executors.affordable(min(jobs, len(self.todo)))
        if affordable < min(jobs, len(self.todo)):
            self.progress.note(f"{affordable} at a time, since no more files may be open at once (`ulimit -n`).")
        with contextlib.nullcontext(self.servers) if self.servers else contextlib.closing(Servers()) as servers:
            for names in self.preload.first(job.point.notebook for job in self.todo):
                servers.preload(names)
            # a second of imports, while the server does its own
            from nbpoints.run.execute import execute

            facts = self._facts()
            with executors.threads(affordable) as pool:

                def perform(job: Job) -> Outcome:
                    return execute(replace(job, kernels=servers.address()))

                yield lambda job: pool.submit(perform, replace(job, facts=facts)), servers.preload

    @contextlib.contextmanager
    def _dask(self, scheduler: str | None) -> Iterator[tuple[Callable, Callable]]:
        with executors.dask(scheduler) as pool:
            from nbpoints.run.execute import execute

            first = list(chain.from_iterable(self.preload.first(job.point.notebook for job in self.todo)))
            facts = self._facts()
            # the servers of the cluster's workers are out of reach once they run
            yield lambda job: pool.submit(execute, replace(job, preload=first, facts=facts)), lambda names: None

    def _facts(self) -> dict:
        return run_record.facts(project.find(self.todo[0].point.notebook.parent).root)

    def _drive(self, submit_job: Callable[[Job], Future]) -> Iterator[tuple[int, Outcome]]:
        done: SimpleQueue[Future] = SimpleQueue()
        pending: dict[Future, tuple[int, int]] = {}
        warned = False

        def submit(number: int, attempt: int) -> None:
            future = submit_job(self.todo[number])
            pending[future] = number, attempt
            future.add_done_callback(done.put)

        for number in range(len(self.todo)):
            submit(number, 0)
        while pending:
            running = (self.todo[number].point.name for future, (number, _) in pending.items() if future.running())
            self.progress.show(running)
            try:
                future = done.get(timeout=_REFRESH_S)
            except Empty:
                continue
            number, attempt = pending.pop(future)
            outcome = _outcome(future)
            if outcome.cold and not warned:
                warned = True
                self.progress.note(f"Kernels start the ordinary, slower way: {outcome.cold}.")
            # a kernel that never came to a cell is tried once more unasked
            tries = self.retries if outcome.has_begun or outcome.status != "died" else max(1, self.retries)
            if outcome.status in _WORTH_A_RETRY and attempt < tries:
                self.progress.note(f"{self.todo[number].point.name}: {outcome.error}; trying again.")
                submit(number, attempt + 1)
                continue
            self.progress.finished(self.todo[number].point.name, outcome.status, outcome.seconds)
            yield number, outcome

    def _warn_of_shared_files(self, point: Point, outcome: Outcome) -> None:
        """Say once when two points write the same file of the project: what stands in it then is chance."""
        for path in outcome.written:
            other = self._writers.setdefault(path, point.name)
            if other not in ("", point.name):
                self._writers[path] = ""
                self.progress.note(
                    f"{path}: written by {other} and by {point.name}, each over the other's; "
                    "write below the folder that NBPOINTS_FIGURES names, or put the parameters into the file's name."
                )


class Servers:
    """The fork server of a batch; one that died is replaced once, with the same imports."""

    def __init__(self) -> None:
        self._all = [Server()]
        self._names: list[str] = []

    def preload(self, names: list[str]) -> None:
        """Say what to import before the next fork."""
        self._names += names
        self._all[-1].preload(names)

    def address(self) -> str:
        """Return where to ask for a fork."""
        if len(self._all) == 1 and not self._all[0].is_alive():
            self._all.append(Server())
            self._all[-1].preload(self._names)
        return self._all[-1].address

    def close(self) -> None:
        """End the servers with all their kernels."""
        for server in self._all:
            server.close()


def _outcome(future: Future) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if executors.is_lost(error):
        return Outcome("died", error=str(error))
    raise error
