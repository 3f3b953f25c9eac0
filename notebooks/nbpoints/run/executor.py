"""Where points run: processes of this machine or a Dask cluster, behind the interface of `concurrent.futures`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue

from nbpoints.kernels.server import Forked, ForkError, Server
from nbpoints.errors import InputError

_CONNECT_S = 10


class WorkerLost(RuntimeError):
    """A worker process ended before its answer."""


def is_lost(error: BaseException) -> bool:
    """Tell whether a call failed because of its worker and not by itself."""
    scheduler = sys.modules.get("distributed.scheduler")
    return isinstance(error, WorkerLost) or (scheduler is not None and isinstance(error, scheduler.KilledWorker))


class LocalPool(Executor):
    """Worker processes of this machine, forked from one that has imported papermill.

    Unlike `concurrent.futures.ProcessPoolExecutor` it outlives the death of a worker: the call fails with `WorkerLost`
    and the next gets another worker. No worker outlives the pool, however that ends.

    Parameters
    ----------
    jobs : int
        Calls at a time.
    """

    def __init__(self, jobs: int):
        self._server = Server("workers")
        self._server.preload(["nbpoints.run.execute", "nbpoints.run.worker", "rocrate.rocrate"], path=sys.path)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="point")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()

    def submit(self, function: Callable, /, *arguments: object) -> Future:
        """Call a function of a module in a worker."""
        return self._threads.submit(self._call, function, arguments)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the pool; without `wait`, calls under way are cut off."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures or not wait)
        if not wait:
            # no call outlives its worker, so the threads end now
            self._server.close()
            self._threads.shutdown()
        with contextlib.suppress(Empty):
            while True:
                self._idle.get_nowait().close()
        self._server.close()

    def _call(self, function: Callable, arguments: tuple) -> object:
        try:
            worker = self._idle.get_nowait()
        except Empty:
            worker = _Worker(self._server.address)
        done, answer = worker.call(function, arguments)
        self._idle.put(worker)
        if not done:
            raise answer
        return answer


class _Worker:
    def __init__(self, address: str):
        try:
            self._process = Forked(address, {"role": "worker", "module": "nbpoints.run.worker"})
        except ForkError as error:
            raise WorkerLost(str(error)) from error
        self._connection = Connection(self._process.leash.detach())

    def call(self, function: Callable, arguments: tuple) -> tuple[bool, object]:
        try:
            self._connection.send((function, arguments))
            return self._connection.recv()
        except (EOFError, OSError):
            self.close()
            raise WorkerLost("its worker process died") from None

    def close(self) -> None:
        self._connection.close()
        self._process.close()


@contextlib.contextmanager
def dask(scheduler: str | None) -> Iterator[Executor]:
    """Connect to a running Dask cluster.

    Parameters
    ----------
    scheduler : str
        Address, such as ``"tcp://host:8786"``. Its workers need this environment and the same file system.

    Yields
    ------
    concurrent.futures.Executor

    Raises
    ------
    InputError
        When dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError("--executor dask needs dask and distributed: pip install dask distributed.") from None
    if not scheduler:
        raise InputError("--executor dask needs --scheduler ADDRESS, such as tcp://host:8786.")
    try:
        client = Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler {scheduler}: no Dask scheduler answers ({error}).") from None
    with client, client.get_executor(pure=False) as executor:
        yield executor
