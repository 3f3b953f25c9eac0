"""Jupyter's view of our kernels: a kernel manager for papermill and nbclient, with its provisioner and client.

All of it goes through what jupyter_client offers for the purpose: a `KernelProvisionerBase` starts and stops the
process, an `AsyncKernelManager` holds it, an `AsyncKernelClient` talks to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

import zmq
from jupyter_client import AsyncKernelManager
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import KernelProvisionerBase

from nbpoints.kernels.messages import reading_dates
from nbpoints.kernels.server import WAIT, Forked, ForkError, Ordinary, read_line, start_s

_REPORT_S = 5
_POLL_S = 0.002
_ASK_AGAIN_S = 5
_ERROR_LINE = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Killed)\b: .+")
_LONGEST_CAUSE = 200


# kernels that run now, so that a batch that is stopped can end them at once
_running: set[Launch] = set()


@dataclass(eq=False)
class Launch:
    """How to start the kernel of one point, and what became of it.

    Attributes
    ----------
    request : dict
        What the kernel is told: ``cwd``, ``env``, ``unset`` (prefixes of other variables to drop), ``root`` and
        ``ignored`` (see `observe.Observer`).
    folder : Path
        Private folder for its sockets.
    address : str or None
        Of the fork server; None asks for an ordinary kernel.
    process : Forked or Ordinary or None
        The running kernel.
    cold : str
        Why it is an ordinary kernel though a forked one was asked for.
    report : dict
        What it read, imported and used, known after its shutdown.
    is_cut : bool
        Whether it was ended by `cut_all`.
    """

    request: dict
    folder: Path
    address: str | None
    process: Forked | Ordinary | None = None
    cold: str = ""
    report: dict = field(default_factory=dict)
    is_cut: bool = False

    def __post_init__(self) -> None:
        log = self.folder / "log"
        self._log_began = log.stat().st_size if log.exists() else 0

    def start(self, connection_file: str) -> None:
        """Start the kernel and wait until its sockets are bound."""
        _running.add(self)
        request = self.request | {"connection_file": connection_file}
        if self.address is not None:
            try:
                self.process = Forked(self.address, request)
                read_line(self.process.leash, start_s())
                return
            except (ForkError, OSError) as error:
                if self.is_cut:
                    raise RuntimeError("the batch was stopped") from None
                self.cold = str(error)
                self._end()
        self.process = Ordinary(request, self.folder)
        try:
            read_line(self.process.leash, start_s())
        except OSError as error:
            self._end()
            raise RuntimeError(f"the kernel did not start ({error})") from error

    def ask(self) -> None:
        """Ask the kernel for its report; one that is stuck gives none."""
        try:
            self.process.leash.sendall(b"report\n")
            self.report = read_line(self.process.leash, _REPORT_S)
        except (OSError, ValueError, AttributeError):
            self.report = {}

    def cause(self) -> str:
        """Return the last error in the log of the kernels since the start, as the end of a sentence."""
        with contextlib.suppress(OSError), open(self.folder / "log", "rb") as log:
            log.seek(self._log_began)
            lines = log.read().decode(errors="replace").splitlines()
            for line in reversed(lines):
                if _ERROR_LINE.match(line):
                    return f"; its log says {' '.join(line.split())[:_LONGEST_CAUSE]}"
        return ""

    def cut(self) -> None:
        """End the kernel because the batch was stopped."""
        self.is_cut = True
        if self.process is not None:
            self.process.signal(signal.SIGKILL)

    def close(self) -> None:
        """Make sure that the kernel is gone."""
        _running.discard(self)
        self._end()

    def _end(self) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None


def cut_all() -> None:
    """End all kernels that this process has started; their points have no outcome."""
    for launch in list(_running):
        launch.cut()


class Provisioner(KernelProvisionerBase):
    """Starts and stops the kernel of one `Launch`, which is set before the first call."""

    launch: Launch

    @property
    def has_process(self) -> bool:
        return self.launch.process is not None

    async def pre_launch(self, **keywords: object) -> dict:
        self.parent.write_connection_file()
        self.connection_info = self.parent.get_connection_info()
        return {"cmd": []}

    async def launch_kernel(self, cmd: list[str], **keywords: object) -> dict:
        self.launch.start(self.parent.connection_file)
        return self.connection_info

    async def poll(self) -> int | None:
        return self.launch.process.poll() if self.has_process else 0

    async def wait(self) -> int | None:
        while (code := await self.poll()) is None:
            await asyncio.sleep(_POLL_S)
        self.launch.close()
        return code

    async def send_signal(self, signum: int) -> None:
        if self.has_process:
            self.launch.process.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGKILL)
        # the manager looks for the end only every 0.1 s
        await self.wait()

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        self.launch.close()


class Client(AsyncKernelClient):
    """A client that trusts the kernel's own word: its process is watched, and it welcomes each subscriber."""

    def start_channels(self, shell=True, iopub=True, stdin=True, hb=False, control=True) -> None:
        """Start the channels, without the thread of a heartbeat."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until outputs arrive: for the welcome that ipykernel sends to a new subscriber.

        The general way sends a request and then listens for 0.2 s of silence.
        """
        wait_s = start_s() if timeout is None else timeout
        deadline = time.monotonic() + wait_s
        silent_s = 0
        while time.monotonic() < deadline:
            try:
                message = await self.get_iopub_msg(timeout=1)
            except Empty:
                if not await self.is_alive():
                    raise RuntimeError("Kernel died before it was ready") from None
                silent_s += 1
                if silent_s % _ASK_AGAIN_S == 0:
                    # a new subscription gets a new welcome, should the first have been lost
                    for option in (zmq.UNSUBSCRIBE, zmq.SUBSCRIBE):
                        self.iopub_channel.socket.setsockopt(option, b"")
                continue
            if message["msg_type"] == "iopub_welcome":
                return
        raise RuntimeError(f"it was not ready within {wait_s:g} s; {WAIT} sets the wait")


class Manager(AsyncKernelManager):
    """The manager of one kernel over IPC sockets in a private folder; `manager_for` gives it its `Launch`."""

    launch: Launch
    # our provisioner starts no command; looking for one would ask for IPython's folder at home
    kernel_spec = KernelSpec(display_name="Python 3", language="python")

    def __init__(self, **keywords: object):
        super().__init__(**keywords)
        place = self.launch.folder / f"k{uuid.uuid4().hex[:12]}"
        self.transport, self.ip, self.connection_file = "ipc", str(place), f"{place}.json"
        self.client_factory = Client
        self.session.unpack = reading_dates(self.session.unpack)

    async def start_kernel(self, **keywords: object) -> None:
        """Start the kernel through our provisioner."""
        self.provisioner = Provisioner(parent=self, kernel_spec=self.kernel_spec)
        self.provisioner.launch = self.launch
        await super().start_kernel(**keywords)

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """Take the kernel's report, then end it at once: what it has to say was said."""
        if self.has_kernel:
            self.launch.ask()
        await super().shutdown_kernel(now=True, restart=restart)


def manager_for(launch: Launch) -> type[Manager]:
    """Make the class to give to papermill or nbclient as ``kernel_manager_class``.

    Parameters
    ----------
    launch : Launch
        How to start the one kernel that this class manages.
    """
    return type("PointManager", (Manager,), {"launch": launch})
