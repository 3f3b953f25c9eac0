"""Time and memory limits of a point, enforced from outside its kernel."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator

import psutil

from nbpoints.kernels.jupyter_kernel import Launch
from nbpoints.run.job import Job, Outcome

_POLL_S = 0.05


@contextlib.contextmanager
def limits(job: Job, launch: Launch, outcome: Outcome) -> Iterator[None]:
    """Kill the kernel of a point that exceeds its time or memory limit.

    The time limit covers the whole point: kernel start, cells, and the processing of their outputs.
    """
    if job.timeout_s is None and job.memory_mb is None:
        yield
        return
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(job, launch, outcome, done), name="limits", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(job: Job, launch: Launch, outcome: Outcome, done: threading.Event) -> None:
    deadline = None if job.timeout_s is None else time.monotonic() + job.timeout_s
    while not done.wait(
        _POLL_S if job.memory_mb is not None or deadline is None else max(0.0, deadline - time.monotonic())
    ):
        process = launch.process
        if process is None:
            # not started yet
            done.wait(_POLL_S)
            continue
        if deadline is not None and time.monotonic() >= deadline:
            outcome.fail("timeout", f"no end after {job.timeout_s:g} s{launch.cause()}")
        elif job.memory_mb is not None and (used_mb := _memory_mb(process.pid, job.memory_mb)) > job.memory_mb:
            outcome.fail("memory", f"{used_mb:.0f} MB of memory in use, above the limit of {job.memory_mb} MB")
        else:
            continue
        process.signal(signal.SIGKILL)
        return


def _memory_mb(pid: int, limit_mb: int) -> float:
    """Return the memory of a process and its descendants; shared pages count once, if that is what decides."""
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    resident_mb = _total_mb(family, lambda each: each.memory_info().rss)
    # the other sum is slow: the system walks all pages of the process
    return resident_mb if resident_mb <= limit_mb else _total_mb(family, _own_share)


def _own_share(process: psutil.Process) -> int:
    memory = process.memory_full_info()
    return getattr(memory, "pss", None) or memory.rss


def _total_mb(family: list[psutil.Process], bytes_of) -> float:
    total = 0
    for each in family:
        with contextlib.suppress(psutil.Error):
            total += bytes_of(each)
    return total / 2**20
