"""Where points run: threads of this process or a Dask cluster, behind the interface of `concurrent.futures`."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from nbpoints.errors import InputError
from nbpoints.kernels.server import seconds

# a scheduler on a busy machine, or one that a queue has only just started
CONNECT_S = 60
_POLL_S = 0.05
# measured: 8 and 25 files and sockets
_FILES, _FILES_OF_A_JOB = 12, 26
# measured: of 20 threads and processes the messaging library of Jupyter ends this one, 30 do for one point
_THREADS, _THREADS_OF_A_JOB = 8, 14
WAIT = "NBPOINTS_DASK_WAIT_S"


def is_lost(error: BaseException) -> bool:
    """Tell whether a call failed because its Dask workers died, several in a row, and not by itself."""
    scheduler = sys.modules.get("distributed.scheduler")
    return scheduler is not None and isinstance(error, scheduler.KilledWorker)


def affordable(jobs: int) -> int:
    """Return how many points can run at a time with the files that this process may have open; raise the limit first.

    Raises
    ------
    InputError
        When there is not enough for one. (The messaging library of Jupyter ends the process in that case.)
    RuntimeError
        When not as many threads can be started. (The library of linear algebra, which papermill imports in the end,
        interrupts the process in that case.)
    """
    import resource  # not there on Windows

    wanted = _FILES + jobs * _FILES_OF_A_JOB
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        jobs = min(jobs, (soft - _FILES) // _FILES_OF_A_JOB)
    if jobs < 1:
        raise InputError(
            f"Too many open files: {soft} are allowed, {_FILES + _FILES_OF_A_JOB} are needed; raise `ulimit -n`."
        )
    _try_threads(_THREADS + jobs * _THREADS_OF_A_JOB)
    return jobs


@contextlib.contextmanager
def threads(jobs: int) -> Iterator[Executor]:
    """Run points in threads, since each has a process of its own for its kernel.

    When the block is left by an exception, kernels under way are ended and waiting calls are dropped.
    """
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="point")
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        from nbpoints.kernels import jupyter_kernel

        pool.shutdown(wait=False, cancel_futures=True)
        ending = threading.Thread(target=pool.shutdown, daemon=True)
        ending.start()
        while ending.is_alive():
            # again and again, since a kernel may be starting just now
            jupyter_kernel.cut_all()
            ending.join(_POLL_S)
        raise


def _try_threads(count: int) -> None:
    """Start threads and end them again: a library that cannot start its own would end the process without a word.

    Raises
    ------
    RuntimeError
        When so many cannot be started.
    """
    end, started = threading.Event(), []
    try:
        for _ in range(count):
            thread = threading.Thread(target=end.wait, daemon=True)
            thread.start()
            started.append(thread)
    finally:
        end.set()
        for thread in started:
            thread.join()


@contextlib.contextmanager
def dask(scheduler: str | None) -> Iterator[Executor]:
    """Connect to a running Dask cluster.

    Parameters
    ----------
    scheduler : str
        Address, such as ``"tcp://host:8786"``. Its workers need this environment and the same file system.

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
    wait_s = seconds(WAIT, CONNECT_S)
    try:
        client = Client(scheduler, timeout=wait_s, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"--scheduler {scheduler}: no Dask scheduler answered within {wait_s:g} s ({error}); {WAIT} sets the wait."
        ) from None
    with client, client.get_executor(pure=False) as executor:
        yield executor
