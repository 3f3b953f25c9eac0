"""Run a stored notebook anew, exactly as it stands, in a kernel and a figures folder of its own."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any, TypeVar

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_core.utils import ensure_event_loop

from nbpoints import project
from nbpoints.kernels import server as kernels
from nbpoints.kernels.jupyter_kernel import Launch
from nbpoints.kernels.preload import Preload
from nbpoints.checks.outputs import text_of
from nbpoints.errors import InputError

_POLL_S = 1.0

T = TypeVar("T")
R = TypeVar("R")
_FIELDS = {
    "stream": ("name", "text"),
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata", "execution_count"),
}


@dataclass(frozen=True)
class Replayed:
    """A notebook with its new outputs, and the files of the project that it read, relative to the project's folder."""

    notebook: dict[str, Any]
    reads: frozenset[str]


def run(
    notebook: Mapping, folder: Path, figures: Path, name: str, timeout: float = 600, environment: Mapping[str, str] = {}
) -> Replayed:
    """Execute a notebook; nothing of the stored one is touched.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4, as read from its file.
    folder : Path
        Where its kernel works: the folder of the notebooks.
    figures : Path
        Where its figures go.
    name : str
        What to call it in an error.
    timeout : float
        Longest time for one cell, in seconds.
    environment : mapping
        Variables of the project, for its kernel.

    Raises
    ------
    InputError
        When a cell fails or takes too long; the sentence names it.
    """
    kernel = Kernel(folder, figures, environment)
    try:
        cells = []
        for number, cell in enumerate(notebook["cells"], 1):
            cell = {**cell, "source": text_of(cell["source"])}
            if cell["cell_type"] == "code":
                cell["outputs"] = kernel.execute(cell["source"], timeout, f"{name}: cell {number}")
            cells.append(cell)
        return Replayed({**notebook, "cells": cells}, kernel.reads())
    finally:
        kernel.close()


def in_parallel(function: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R | InputError]:
    """Apply a function that runs kernels to items, a few at a time; yield results, or bad input, in order."""

    def apply(item: T) -> R | InputError:
        try:
            return function(item)
        except InputError as error:
            return error
        finally:
            # the client leaves the event loop of its thread open
            ensure_event_loop().close()

    with ThreadPoolExecutor(max(1, workers)) as pool:
        yield from pool.map(apply, items)


@functools.cache
def server(folder: Path) -> kernels.Server:
    """The process that forks the kernels of all checks of this process, with the common packages imported."""
    started = kernels.Server()
    started.preload(Preload().first(sorted(folder.glob("*.ipynb"))), path=[str(folder)])
    atexit.register(started.close)
    return started


class Kernel:
    """A kernel forked warm, or started if that cannot be, and a client that talks to it.

    Parameters
    ----------
    folder : Path
        Where it works.
    figures : Path
        Where `figures.save` writes.
    environment : mapping
        Variables of the project besides; those of this process do not count.

    Attributes
    ----------
    client : jupyter_client.BlockingKernelClient
        Ready to execute.

    Raises
    ------
    RuntimeError
        When no kernel starts.
    """

    def __init__(self, folder: Path, figures: Path, environment: Mapping[str, str] = {}):
        home = project.find(folder)
        own = {name: "" for name in os.environ if name.startswith(home.environment)}
        environment = {**kernels.ONE_THREAD, **own, **environment, "NBPOINTS_FIGURES": str(figures)}
        request = {"cwd": str(folder), "env": environment, "root": str(home.root), "ignored": [], "unset": []}
        self._place = kernels.private_folder()
        self._launch = Launch(request, self._place, server(folder).address)
        file, _ = write_connection_file(str(self._place / "k.json"), transport="ipc", ip=str(self._place / "k"))
        self._launch.start(file)
        self.client = BlockingKernelClient(connection_file=file)
        self.client.load_connection_file()
        self.client.start_channels(hb=False)
        self._await_welcome()

    def _await_welcome(self) -> None:
        """Wait for the greeting that ipykernel sends to a new subscriber: from then on no output is lost."""
        deadline = time.monotonic() + kernels.START_S
        while time.monotonic() < deadline and self.is_alive():
            try:
                if self.client.get_iopub_msg(timeout=_POLL_S)["msg_type"] == "iopub_welcome":
                    return
            except Empty:
                continue
        self.close()
        raise RuntimeError("The kernel did not start.")

    def execute(self, source: str, timeout: float, place: str) -> list[dict]:
        """Run one cell as Jupyter does, with history: counts rise and a trailing `;` means what it means there.

        Raises
        ------
        InputError
            When the cell fails, takes longer than `timeout` seconds, or ends its kernel.
        """
        asked = self.client.execute(source, store_history=True, allow_stdin=False, stop_on_error=False)
        deadline = time.monotonic() + timeout
        shown: list[dict] = []
        while True:
            message = self._next(place, timeout, deadline)
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return shown
            if kind == "error":
                told = f"{content['ename']}: {content['evalue']}".strip().splitlines()[0]
                raise InputError(f"{place} raised {told}; mend it first.")
            if kind in _FIELDS:
                shown.append({"output_type": kind, **{field: content[field] for field in _FIELDS[kind]}})

    def _next(self, place: str, timeout: float, deadline: float) -> dict:
        while True:
            try:
                return self.client.get_iopub_msg(timeout=_POLL_S)
            except Empty:
                if not self.is_alive():
                    raise InputError(f"{place} ended its kernel; look for a crash or a lack of memory.") from None
                if time.monotonic() > deadline:
                    raise InputError(f"{place} did not end within {timeout:g} seconds.") from None

    def reads(self) -> frozenset[str]:
        """The files of the project that it has read so far."""
        self._launch.ask()
        return frozenset(self._launch.report.get("files", []))

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._launch.process is not None and self._launch.process.poll() is None

    def interrupt(self) -> None:
        """Stop the cell that runs, as Ctrl-C does."""
        if self._launch.process is not None:
            self._launch.process.signal(signal.SIGINT)

    def close(self) -> None:
        """End the kernel at once; it has nothing left to say."""
        self.client.stop_channels()
        self._launch.close()
        shutil.rmtree(self._place, ignore_errors=True)
