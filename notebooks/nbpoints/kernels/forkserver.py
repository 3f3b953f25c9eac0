"""A separate program that imports packages once and forks a warm kernel for each request.

Run as ``python forkserver.py kernels LISTENER OWNER``: two sockets that it inherits. It stays single-threaded, since a
fork carries over only one thread. Each connection asks for one kernel with a line of JSON and passes a socket for it,
the leash; the answers are lines of JSON too: ``{"pid": ...}`` at once and ``{"exit": ...}`` in the end. When a
connection closes, its kernel is killed with all that it started. When the owner is gone, so is everything, on Linux
also what a notebook has started in a session of its own.

Run as ``python forkserver.py kernel LEASH``, it becomes one ordinary kernel with the same habits.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import importlib.util
import io
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable
from pathlib import Path

# what IPython's kernel would import between its start and the first cell
_KERNEL = (
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "encodings.idna",
    "pydoc",
)
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # from linux/prctl.h
_LONGEST_REQUEST = 2**20


def serve(listener: socket.socket, owner: socket.socket) -> None:
    """Answer requests until the owner is gone.

    Parameters
    ----------
    listener : socket
        Where requests come in.
    owner : socket
        Sends lines of JSON that say what to import (see `_Server.prepare`), the first before any request, and has to
        stay open.
    """
    # meanwhile the owner determines what else to import
    _import_kernel()
    folder = Path(listener.getsockname()).parent
    # become the parent of processes whose own parent, somewhere below this one, has ended
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    server = _Server(listener, owner)
    try:
        server.loop()
    finally:
        if server.is_parent:
            server.kill_all()
            shutil.rmtree(folder, ignore_errors=True)


def _import_kernel() -> None:
    # skip the debugger: 0.3 s of imports in every kernel, and nobody attaches to it
    sys.modules["debugpy"] = None
    for name in _KERNEL:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        _application()
    _load("observe")
    del sys.modules["debugpy"]


@functools.cache
def _application() -> type:
    """Make IPython's kernel as a batch has it, which takes milliseconds: once, and not in each fork."""
    from ipykernel import compiler, iostream, kernelapp

    # by default cells are named after the process, and warnings print the name
    compiler.get_tmp_directory = lambda: "ipykernel"
    iostream.OutStream = _load("messages").flushing_what_there_is(iostream.OutStream)

    class KernelApp(kernelapp.IPKernelApp):
        leash: socket.socket

        def write_connection_file(self, **keywords: object) -> None:
            # called when the sockets are bound; the file itself exists already
            self.leash.sendall(b'{"bound": true}\n')

        def parse_command_line(self, argv: list[str] | None = None) -> None:
            # there are no arguments, and the parser takes a tenth of a kernel's start
            pass

    return KernelApp


class _Server:
    def __init__(self, listener: socket.socket, owner: socket.socket):
        self.listener, self.owner = listener, owner
        self.connections: dict[socket.socket, int] = {}
        self.pid, self.is_parent = os.getpid(), True
        self._has_drawn = False
        self.shelf = _load("shelf").Shelf(_load("process_state").ProcessState)
        self.prepare(owner.recv(_LONGEST_REQUEST))
        self.woken, self.waker = socket.socketpair()
        for end in (self.woken, self.waker, listener):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker.fileno())
        self.selector = selectors.DefaultSelector()
        for end in (listener, owner, self.woken):
            self.selector.register(end, selectors.EVENT_READ)

    def loop(self) -> None:
        while self.is_parent:
            ready = [key.fileobj for key, _ in self.selector.select()]
            # what to import comes before the forks that are to have it
            for end in sorted(ready, key=lambda end: end is not self.owner):
                if end is self.owner:
                    text = self.owner.recv(_LONGEST_REQUEST)
                    if not text:
                        return
                    self.prepare(text)
                if end is self.woken:
                    self._reap()
                elif end is self.listener:
                    self._accept()
                elif end in self.connections:
                    self._hang_up(end)
                if not self.is_parent:
                    return

    def prepare(self, text: bytes) -> None:
        """Import what lines of JSON from the owner say, each a list of modules."""
        text = _rest_of_line(self.owner, text)
        # imports create little garbage, and the collector would scan all objects repeatedly
        gc.disable()
        for line in text.splitlines():
            self.shelf.load(json.loads(line), self._warm_up)
        # keep the collector of a child from touching, and so copying, the pages that it shares
        gc.freeze()
        gc.enable()

    def _warm_up(self) -> None:
        if "pandas" in sys.modules:
            # imported outside IPython, it drops columns to fit a terminal
            with contextlib.suppress(Exception):
                sys.modules["pandas"].set_option("display.max_columns", 20)
        if "matplotlib.font_manager" in sys.modules and not self._has_drawn:
            self._has_drawn = True
            # fill matplotlib's caches of fonts and of its formula parser
            with contextlib.suppress(Exception), warnings.catch_warnings():
                from matplotlib.figure import Figure

                figure = Figure()
                figure.subplots().set_title("$x$ y")
                figure.savefig(io.BytesIO(), format="png")

    def kill_all(self) -> None:
        for connection in list(self.connections):
            self._hang_up(connection)
        # orphans of orphans come to us in turn
        while orphans := _children():
            for pid in orphans:
                _kill_group(pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _accept(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(True)
        text, fds, _, _ = socket.recv_fds(connection, _LONGEST_REQUEST, 1)
        text = _rest_of_line(connection, text)
        if not text or not fds:
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            self._become(json.loads(text), socket.socket(fileno=fds[0]), connection)
            return
        os.close(fds[0])
        self.connections[connection] = pid
        self.selector.register(connection, selectors.EVENT_READ)
        self._tell(connection, pid=pid)

    def _become(self, request: dict, leash: socket.socket, connection: socket.socket) -> None:
        """Become a kernel; release what belongs to the server."""
        self.is_parent = False
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.selector.close()
            for end in (connection, self.listener, self.owner, self.woken, self.waker, *self.connections):
                end.close()
            os.setsid()
            _die_with_parent(self.pid)
            # forked generators would draw the same numbers; the standard library's reseeds itself, and numpy's is new
            # in a kernel that is the first to ask for it
            if generator := self.shelf.get("numpy.random"):
                generator.seed()
            sys.meta_path.insert(0, self.shelf)
            kernel(request, leash, self.shelf.names())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            # skip the exit handlers, which belong to the server
            os._exit(code)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.woken.recv(4096):
                pass
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for connection in [end for end, number in self.connections.items() if number == pid]:
                self._tell(connection, exit=os.waitstatus_to_exitcode(status))
                self.connections[connection] = 0
                _kill_group(pid)

    def _hang_up(self, connection: socket.socket) -> None:
        pid = self.connections.pop(connection)
        self.selector.unregister(connection)
        connection.close()
        if pid:
            # it may not lead a process group yet
            os.kill(pid, signal.SIGKILL)
            _kill_group(pid)

    @staticmethod
    def _tell(connection: socket.socket, **message: int) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps(message).encode() + b"\n")


def kernel(request: dict, leash: socket.socket, prepared: Iterable[str] = ()) -> None:
    """Be a kernel: say when its sockets are bound, report what was read when asked, die when the leash is cut."""
    for name in [name for name in os.environ if name.startswith(tuple(request["unset"]))]:
        del os.environ[name]
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv[1:] = ["-f", request["connection_file"]]
    observer = _load("observe").Observer(request["root"], request["ignored"])
    threading.Thread(target=_hold, args=(leash, observer), name="leash", daemon=True).start()

    from ipykernel import kernelapp
    from traitlets.config import Config

    messages, application = _load("messages"), _application()
    application.leash = leash
    kernelapp.IOPubThread = messages.without_tcp(kernelapp.IOPubThread, f"ipc://{request['connection_file']}-forks")
    config = Config()
    config.HistoryManager.enabled = False
    config.IPKernelApp.log_level = 50
    # for clients that do not wait until the kernel is idle; ours does
    config.IPythonKernel._execute_sleep = 0
    app = application.instance(config=config, connection_file=request["connection_file"])
    app.initialize([])
    # traitlets leaves it to the handler to drop messages, after each has been written out
    app.log.setLevel(app.log_level)
    app.session.pack = messages.escaping_half_characters(app.session.pack)
    # ipykernel asks for the Python of a cell before it has IPython run the cell, which asks again
    transformed = app.shell.transform_cell = functools.lru_cache(1)(app.shell.transform_cell)
    app.shell.events.register("post_run_cell", lambda result: transformed.cache_clear())
    observer.time_cells(app.shell.events)
    observer.start(prepared)
    app.start()


def _hold(leash: socket.socket, observer) -> None:
    for line in leash.makefile():
        if line == "report\n":
            leash.sendall(json.dumps(observer.report()).encode() + b"\n")
    os.killpg(0, signal.SIGKILL)


@functools.cache
def _load(name: str):
    # load by path and keep it out of sys.modules: a notebook may have a module of that name
    spec = importlib.util.spec_from_file_location(f"_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rest_of_line(end: socket.socket, text: bytes) -> bytes:
    """Read on to the end of a line; nothing when the other end has closed before."""
    while text and not text.endswith(b"\n"):
        more = end.recv(_LONGEST_REQUEST)
        text = text + more if more else b""
    return text


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value)


def _children() -> list[int]:
    """List the children of this process; empty where the system does not tell."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return []


def _die_with_parent(parent: int) -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # the parent ended before the signal was set up
        os._exit(1)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _main() -> None:
    # Python puts this program's folder first; notebooks must not import from it
    sys.path[:] = [entry for entry in sys.path if entry != str(Path(__file__).parent)]
    kind, *numbers = sys.argv[1:]
    ends = [socket.socket(fileno=int(number)) for number in numbers]
    if kind != "kernel":
        serve(*ends)
        # tearing down all modules would take a tenth of a second, and the owner waits
        os._exit(0)
    request = json.loads(os.environ.pop("NBPOINTS_KERNEL"))
    _import_kernel()
    kernel(request, ends[0])


if __name__ == "__main__":
    _main()
