"""Processes for kernels: forked warm from a server that has imported the common packages, or started as programs."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from nbpoints.errors import InputError, needs_unix

FORKSERVER = Path(__file__).with_name("forkserver.py")

# one core a kernel: the points themselves run in parallel
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "BLIS")}
# pyarrow's allocator starts a thread on import, and a fork copies only the thread that forks
ONE_THREAD["JE_ARROW_MALLOC_CONF"] = "background_thread:false"
INLINE = "module://matplotlib_inline.backend_inline"
# how long a kernel may take to start: minutes were seen where a machine is many times overloaded
START_S, WAIT = 300, "NBPOINTS_START_S"
# sun_path holds 104 bytes on macOS and 108 on Linux; ours end in a name of 20 characters at most
_LONGEST_FOLDER = 80


class ForkError(RuntimeError):
    """The fork server is not there or gave no process."""


def start_s() -> float:
    """How long to wait for a kernel, in seconds; see `seconds`."""
    return seconds(WAIT, START_S)


def seconds(variable: str, usual: int) -> float:
    """Read a number of seconds from an environment variable that need not be set.

    Raises
    ------
    InputError
        When it is not a number above zero.
    """
    text = os.environ.get(variable) or str(usual)
    with contextlib.suppress(ValueError):
        if float(text) > 0:
            return float(text)
    raise InputError(f"{variable}={text}: expected a number of seconds above 0, for example {usual}.")


def private_folder() -> Path:
    """Make a folder that only this user can enter, with a path short enough for sockets in it."""
    for parent in (None, "/tmp"):
        folder = tempfile.mkdtemp(prefix="nbpoints-", dir=parent)
        if len(os.fsencode(folder)) <= _LONGEST_FOLDER:
            break
        os.rmdir(folder)
    return Path(folder)


class Server:
    """A process that imports packages once and forks kernels from itself.

    It starts with what all kernels need and waits for `preload`.

    Attributes
    ----------
    address : str
        Path of the socket at which any process of this user can ask for a fork.
    folder : Path
        Private folder, which goes when the server goes, however its owner ends.

    Raises
    ------
    InputError
        When the system gives no process or no socket.
    """

    def __init__(self) -> None:
        needs_unix()
        start_s()
        self.folder = private_folder()
        self._owner, theirs = socket.socketpair()
        self.address = str(self.folder / "server")
        try:
            with theirs, socket.socket(socket.AF_UNIX) as listener:
                listener.bind(self.address)
                listener.listen(128)
                self._process = _start("kernels", self.folder, listener, theirs)
        except OSError as error:
            self._owner.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise InputError(f"No kernel can be started: {error.strerror}; see `ulimit -a` for the limits.") from None

    def preload(self, modules: Iterable[str]) -> None:
        """Say what to import before the next fork; the server forks nothing until this was called once.

        Parameters
        ----------
        modules : iterable of str
            Those that cannot be imported are left out.
        """
        with contextlib.suppress(OSError):  # it is gone, which shows at the first fork
            self._owner.sendall(json.dumps(list(modules)).encode() + b"\n")

    def is_alive(self) -> bool:
        """Tell whether it can still fork."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and with it all that it forked."""
        self._owner.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _start(kind: str, folder: Path, *ends: socket.socket, **more: str) -> subprocess.Popen:
    """Start the program beside this module, which inherits some sockets; what it says goes to the folder's log."""
    numbers = [end.fileno() for end in ends]
    with open(folder / "log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, str(FORKSERVER), kind, *map(str, numbers)],
            pass_fds=numbers,
            env=_environment(folder) | more,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _environment(folder: Path) -> dict[str, str]:
    # a profile of its own, and sets in the same order: neither ~/.ipython nor chance may change results
    own = {"IPYTHONDIR": str(folder / "ipython"), "MPLBACKEND": INLINE, "PYTHONHASHSEED": "0"}
    # IPython runs the start-up file of interactive Python too
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONSTARTUP"}
    if not all(map(_is_writable, _folders_of_matplotlib())):
        # where it has no place, it makes one under a name by chance, and says so in whatever cell imports it
        own["MPLCONFIGDIR"] = str(folder / "matplotlib")
    return kept | ONE_THREAD | own


def _folders_of_matplotlib() -> list[str]:
    """Where matplotlib keeps settings and what it has found out about fonts."""
    if given := os.environ.get("MPLCONFIGDIR"):
        return [given]
    if sys.platform != "linux":
        return [os.path.expanduser("~/.matplotlib")]
    pairs = ("XDG_CONFIG_HOME", "~/.config"), ("XDG_CACHE_HOME", "~/.cache")
    return [os.path.join(os.environ.get(name) or os.path.expanduser(usual), "matplotlib") for name, usual in pairs]


def _is_writable(folder: str) -> bool:
    """Whether a folder is writable, or can be made."""
    there = folder
    while not os.path.exists(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    return os.path.isdir(there) and os.access(there, os.W_OK | os.X_OK)


class _Process:
    """What a forked kernel and an ordinary one have in common; `poll` returns the exit code, or None while it runs."""

    pid: int

    def poll(self) -> int | None:
        raise NotImplementedError

    def signal(self, number: int) -> None:
        """Send a signal to the process and to all that it started."""
        if self.poll() is None:
            _signal_group(self.pid, number)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


class Forked(_Process):
    """A process forked by a `Server`; it lives as long as this object's connection.

    Parameters
    ----------
    address : str
        Of the server.
    request : dict
        What the process is to be.

    Raises
    ------
    ForkError
        When there is no server or no answer.
    """

    def __init__(self, address: str, request: dict):
        self.leash, theirs = socket.socketpair()
        self._connection = socket.socket(socket.AF_UNIX)
        self._said, self._code = b"", None
        try:
            with theirs:
                self._connection.settimeout(start_s())
                self._connection.connect(address)
                text = json.dumps(request).encode() + b"\n"
                sent = socket.send_fds(self._connection, [text], [theirs.fileno()])
                self._connection.sendall(text[sent:])
            self.pid = read_line(self._connection, start_s())["pid"]
        except (OSError, ValueError, KeyError) as error:
            self.close()
            raise ForkError(f"no process forked ({error})") from error
        self._connection.setblocking(False)

    def poll(self) -> int | None:
        if self._code is None:
            try:
                while more := self._connection.recv(4096):
                    self._said += more
                self._orphaned()
            except BlockingIOError:
                pass
            except OSError:
                self._orphaned()
            if b"\n" in self._said:
                self._code = json.loads(self._said)["exit"]
        return self._code

    def _orphaned(self) -> None:
        """End what is left of the process, whose server is gone."""
        self._code = -signal.SIGKILL
        _signal_group(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Cut the connection, which kills the process if it still runs."""
        self._connection.close()
        self.leash.close()


class Ordinary(_Process):
    """A kernel started as a program."""

    def __init__(self, request: dict, folder: Path):
        self.leash, theirs = socket.socketpair()
        with theirs:
            self._process = _start("kernel", folder, theirs, NBPOINTS_KERNEL=json.dumps(request))
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.poll()

    def close(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.wait()
        self.leash.close()


def read_line(end: socket.socket, timeout_s: float) -> dict:
    """Read one line of JSON from a socket on which nothing more is under way.

    Raises
    ------
    OSError
        When nothing comes in time or the other end is closed.
    """
    said, deadline = b"", time.monotonic() + timeout_s
    while not said.endswith(b"\n"):
        if not select.select([end], [], [], max(0, deadline - time.monotonic()))[0]:
            raise TimeoutError("no answer in time")
        more = end.recv(2**16)
        if not more:
            raise ConnectionError("connection closed")
        said += more
    return json.loads(said)
