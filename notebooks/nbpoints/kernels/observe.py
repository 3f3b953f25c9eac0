"""What a notebook reads and imports, seen from inside its kernel. Standard library alone: a kernel imports no more."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import resource
import sys
import time
from collections.abc import Iterable

# the import system proper, and what looks for installed packages all along sys.path
_IMPORT_SYSTEM = ("<frozen importlib", os.path.dirname(importlib.__file__))


class Observer:
    """Note the files that a process opens and the folders that it lists under one root.

    Seen is what goes through Python: `open`, pandas, numpy, `sqlite3`. A library that opens files in C by itself, or a
    program that the notebook starts, is not seen. What the import system reads shows up as modules instead, and what
    the process itself wrote before it read it is not an input.

    Parameters
    ----------
    root : str
        The project's folder, with links resolved.
    ignored : list of str
        Paths below it that do not count: the point's own outputs, the notebook itself, installed packages.
    """

    def __init__(self, root: str, ignored: list[str]):
        self.root = root.rstrip(os.sep) + os.sep
        self.ignored = tuple(ignored)
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.written: set[str] = set()
        self.states: dict[str, list[int]] = {}
        self.cell_cpu_s = 0.0
        self._cell_began: float | None = None
        self._before: set[str] = set()
        beyond = _load_beyond()
        self.beyond, self._state = beyond.Beyond(self.root, self._inside, self.written), beyond.state
        self._watched = {"open", "os.listdir", "os.scandir", "sqlite3.connect", *self.beyond.events}

    def start(self, prepared: Iterable[str] = ()) -> None:
        """Watch from now on, until the process ends.

        Parameters
        ----------
        prepared : iterable of str
            Modules that do not count as imported from now on, since they were prepared beforehand.
        """
        self._before = {*sys.modules, *prepared}
        sys.addaudithook(self._hook)
        self.beyond.start()

    def time_cells(self, events) -> None:
        """Sum up the processor time between the events that IPython fires around a cell."""
        events.register("pre_run_cell", self._cell_begins)
        events.register("post_run_cell", self._cell_ends)

    def _cell_begins(self, info) -> None:
        self._cell_began = cpu_s()

    def _cell_ends(self, result) -> None:
        if self._cell_began is not None:
            self.cell_cpu_s += cpu_s() - self._cell_began
            self._cell_began = None

    def report(self) -> dict:
        """Say what was seen so far.

        Returns
        -------
        dict
            ``files``, ``folders``, ``written`` and ``modules``: sorted paths relative to the root; ``variables``
            and ``programs`` (see `beyond.Beyond.report`); ``states`` of files and modules when they were first read
            (see `beyond.state`); ``imported``: names of the modules from elsewhere that were imported since `start`,
            in order; ``versions`` of the packages loaded;
            ``cell_cpu_s``, ``cpu_s`` and ``memory_mb``, the most that was in use.
        """
        scale = 2**20 if sys.platform == "darwin" else 2**10
        modules = list(sys.modules.items())
        places = {name: place for name, module in modules if isinstance(place := _own(module).get("__file__"), str)}
        inside = {name: self._inside(place) or self.beyond.outside(place) for name, place in places.items()}
        beyond = self.beyond.report()
        return {
            "files": sorted(self.files | set(beyond["files"])),
            "variables": beyond["variables"],
            "programs": beyond["programs"],
            "folders": sorted(self.folders),
            "written": sorted(self.written),
            "states": self.states,
            "modules": sorted({path for path in inside.values() if path is not None}),
            "imported": [name for name, path in inside.items() if path is None and name not in self._before],
            "versions": {
                name: version
                for name, module in sorted(modules)
                if "." not in name and isinstance(version := _own(module).get("__version__"), str)
            },
            "cell_cpu_s": round(self.cell_cpu_s, 4),
            "cpu_s": round(cpu_s(), 4),
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale),
        }

    def _hook(self, event: str, arguments: tuple) -> None:
        # nearly all events are others
        if event not in self._watched:
            return
        self.beyond.notice(event, arguments)
        if event == "open":
            path, mode, flags = arguments
            if (inside := self._inside(path)) is None:
                self._note_module(path)
                return
            self._note_state(inside)
            if mode is None:
                reads, writes = flags & os.O_ACCMODE != os.O_WRONLY, flags & os.O_ACCMODE != os.O_RDONLY
            else:
                reads, writes = "r" in mode or "+" in mode, any(letter in mode for letter in "wax+")
            if reads and "w" not in (mode or "") and inside not in self.written and not _importing():
                self.files.add(inside)
            if writes:
                self.written.add(inside)
        elif event in ("os.listdir", "os.scandir"):
            if (inside := self._inside(arguments[0] or ".")) is not None and not _importing():
                self.folders.add(inside)
        elif event == "sqlite3.connect" and (inside := self._inside(arguments[0])) is not None:
            self._note_state(inside)
            self.files.add(inside)

    def _note_module(self, path: object) -> None:
        """Take the state of a module whose compiled form is read in place of its source."""
        if isinstance(path, str) and path.endswith(".pyc"):
            with contextlib.suppress(ValueError):
                if (inside := self._inside(importlib.util.source_from_cache(path))) is not None:
                    self._note_state(inside)

    def _note_state(self, inside: str) -> None:
        if inside not in self.states:
            with contextlib.suppress(OSError):
                self.states[inside] = self._state(self.root + inside)

    def _inside(self, path: object) -> str | None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        absolute = os.path.abspath(os.fsdecode(path))
        if not (absolute + os.sep).startswith(self.root) or absolute.startswith(self.ignored):
            return None
        inside = absolute[len(self.root) :]
        parts = inside.split(os.sep)
        return None if {"__pycache__", "site-packages", ".git"} & set(parts) else "/".join(parts)


def cpu_s() -> float:
    """Return the processor time of this process and of those that it started and that have ended, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _importing() -> bool:
    # two frames up stands the Python code that opened the file
    return sys._getframe(2).f_code.co_filename.startswith(_IMPORT_SYSTEM)


def _load_beyond():
    # by its place, as this module itself is loaded
    spec = importlib.util.spec_from_file_location("_beyond", os.path.join(os.path.dirname(__file__), "beyond.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _own(module: object) -> dict:
    # plain attribute access can set off a module's __getattr__, with a warning or an import
    return getattr(module, "__dict__", {})
