"""What a notebook depends on, seen from inside its kernel. Standard library alone: a kernel imports no more."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from types import FrameType
from urllib.parse import unquote, urlsplit

with contextlib.suppress(ImportError):  # on Windows, where no kernel is started
    import resource

# what looks for modules and installed packages all along sys.path, by parts of its name: some packages bring a copy
_IMPORT_SYSTEM = {"importlib", "_frozen_importlib", "_frozen_importlib_external", "importlib_metadata", "pkg_resources"}
_DICTIONARY = ("<frozen os>", "<frozen _collections_abc>", os.__file__, sys.modules["_collections_abc"].__file__ or "")
# where a system keeps its own files; what changes there is told by versions of packages, not by a point
_SYSTEM = ("/bin/", "/dev/", "/etc/", "/lib", "/opt/", "/proc/", "/run/", "/sbin/", "/sys/", "/usr/", "/var/", "/nix/")
_CELL = re.compile(r"ipykernel_[0-9]+|<ipython-input|^ipykernel/")
_LISTED = {"os.listdir", "os.scandir"}
_STARTED = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}
_WATCHED = frozenset({"open", "sqlite3.connect", *_LISTED, *_STARTED})
# what Python and its packages ask about the machine
_HARMLESS = {"fc-list", "gcc", "ld", "ldconfig", "ldd", "lscpu", "objdump", "uname"}
_DEEPEST = 80
_INSTALLED = f"{os.sep}site-packages{os.sep}"
_stat = os.stat  # before it is watched


class Observer:
    """Watch the process that it lives in: files, folders, modules, environment variables, programs.

    Seen is what goes through Python: `open`, pandas, numpy, `sqlite3`, files that are only looked at (`Path.exists`,
    `os.path.getsize`), in the project and outside. A library that opens files in C by itself is not seen. A program
    that the notebook starts reads what nobody sees: it is named, so that the point is never called current. What the
    import system reads shows up as modules instead, and what the process itself wrote before it read it is not an
    input.

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
        self.variables: dict[str, str | None] = {}
        self.programs: set[str] = set()
        self.cell_cpu_s = 0.0
        self._cell_began: float | None = None
        self._before: set[str] = set()
        self._going_through_all: tuple[int, int] | None = None
        temporary = os.path.realpath(tempfile.gettempdir()) + os.sep
        # a project may well lie in the folder for temporary files, a test's for one
        self._apart = (sys.prefix, sys.base_prefix, *(() if self.root.startswith(temporary) else (temporary,)))
        engine = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
        self._engine = engine if not engine.startswith(self.root) else ""
        self._passing = re.compile(re.escape(temporary) + r"(?:nbpoints|ipykernel|matplotlib|pymp|tmp)[-_\w]*")

    def start(self, prepared: Iterable[str] = ()) -> None:
        """Watch from now on, until the process ends.

        Parameters
        ----------
        prepared : iterable of str
            Modules that do not count as imported from now on, since they were prepared beforehand.
        """
        self._before = {*sys.modules, *prepared}

        def hook(event: str, arguments: tuple, watched: frozenset[str] = _WATCHED) -> None:
            # nearly all of the thousands of events are others, and Python calls a plain function fastest
            if event in watched:
                self._note_event(event, arguments)

        sys.addaudithook(hook)
        self._watch_looks()
        self._watch_environment()

    def time_cells(self, events) -> None:
        """Sum up the processor time between the events that IPython fires around a cell."""
        events.register("pre_run_cell", self._cell_begins)
        events.register("post_run_cell", self._cell_ends)

    def _cell_begins(self, info) -> None:
        self._cell_began = _cpu_s()

    def _cell_ends(self, result) -> None:
        if self._cell_began is not None:
            self.cell_cpu_s += _cpu_s() - self._cell_began
            self._cell_began = None

    def report(self) -> dict:
        """Say what was seen so far.

        Returns
        -------
        dict
            ``files``, ``folders``, ``written`` and ``modules``: sorted paths relative to the root; ``variables`` (name
            to hash of the value, None where there is none) and ``programs``; ``states`` of files and modules when they
            were first read (see `state`); ``imported``: names of the modules from elsewhere that were imported since
            `start`, in order; ``versions`` of the packages loaded; ``cell_cpu_s``, ``cpu_s`` and ``memory_mb``, the
            most that was in use.
        """
        scale = 2**20 if sys.platform == "darwin" else 2**10
        modules = list(sys.modules.items())
        places = {name: place for name, module in modules if isinstance(place := _own(module).get("__file__"), str)}
        # nearly all of a thousand modules are installed ones
        ours = {name: None if _INSTALLED in place else self._place(place) for name, place in places.items()}
        return {
            "files": sorted(self.files),
            "variables": dict(sorted(self.variables.items())),
            "programs": sorted(self.programs),
            "folders": sorted(self.folders),
            "written": sorted(self.written),
            "states": self.states,
            "modules": sorted({path for path in ours.values() if path is not None}),
            "imported": [name for name, path in ours.items() if path is None and name not in self._before],
            "versions": {
                name: version
                for name, module in sorted(modules)
                if "." not in name and isinstance(version := _own(module).get("__version__"), str)
            },
            "cell_cpu_s": round(self.cell_cpu_s, 4),
            "cpu_s": round(_cpu_s(), 4),
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale),
        }

    def _note_event(self, event: str, arguments: tuple) -> None:
        if event == "open":
            self._note_open(*arguments)
        elif event in _LISTED:
            inside = self._inside(arguments[0] or ".")
            if inside is not None and not _is_importing(sys._getframe(2)):
                self.folders.add(inside)
        elif event == "sqlite3.connect":
            address = arguments[0]
            is_url = isinstance(address, str) and address.startswith("file:")
            self._note(unquote(urlsplit(address).path) if is_url else address)
        else:
            self._note_program(event, arguments)

    def _note_open(self, path: object, mode: str | None, flags: int) -> None:
        place = self._place(path)
        if place is None:
            self._note_compiled(path)
            return
        self._note_state(place)
        if mode is None:
            reads, writes = flags & os.O_ACCMODE != os.O_WRONLY, flags & os.O_ACCMODE != os.O_RDONLY
        else:
            reads, writes = "w" not in mode and ("r" in mode or "+" in mode), any(letter in mode for letter in "wax+")
        # behind this method, the one that called it and the hook stands the Python code that opened the file
        if reads and place not in self.written and not _is_importing(sys._getframe(3)):
            self.files.add(place)
        if writes:
            self.written.add(place)

    def _note_compiled(self, path: object) -> None:
        """Take the state of a module whose compiled form is read in place of its source."""
        if isinstance(path, str) and path.endswith(".pyc"):
            with contextlib.suppress(ValueError):
                if (inside := self._inside(importlib.util.source_from_cache(path))) is not None:
                    self._note_state(inside)

    def _note_state(self, place: str) -> None:
        if place not in self.states:
            with contextlib.suppress(OSError):
                self.states[place] = state(self.root + place)

    def _note(self, path: object) -> None:
        place = self._place(path)
        if place is not None and place not in self.written:
            self.files.add(place)

    def _note_program(self, event: str, arguments: tuple) -> None:
        if not self._is_of_notebook(sys._getframe(3)):
            return
        if event in ("os.fork", "os.forkpty"):
            self.programs.add("a process that it forked")
            return
        words = arguments[1] if event == "subprocess.Popen" else arguments[0]
        first = words if isinstance(words, str | bytes | os.PathLike) else (list(words) or [""])[0]
        name = os.path.basename(os.fsdecode(first).split()[0]) if os.fsdecode(first).split() else "a program"
        if name not in _HARMLESS:
            self.programs.add(f"the program {name} that it started")

    def _watch_looks(self) -> None:
        """Replace `os.stat`, which has no audit event; the import system has one of its own."""
        original = _stat

        def watched(path, *arguments, **keywords):
            try:
                result = original(path, *arguments, **keywords)
            except FileNotFoundError:
                self._note_look(path)
                raise
            if stat.S_ISREG(result.st_mode):
                self._note_look(path)
            return result

        watched.__name__, watched.__doc__, watched.__wrapped__ = "stat", original.__doc__, original
        for group in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if original in group:
                group.add(watched)
        os.stat = watched

    def _note_look(self, path: object) -> None:
        if not isinstance(path, int) and not any(map(_is_importing, _callers(sys._getframe(2), 4))):
            self._note(path)

    def _watch_environment(self) -> None:
        """Give the mapping of environment variables a class that notes which ones the notebook and the project read."""
        observer, kind = self, type(os.environ)

        class Environment(kind):
            def __getitem__(self, key):
                observer._note_variable(key, sys._getframe(1))
                return super().__getitem__(key)

            def __iter__(self):
                observer._going_through_all = _instruction(_behind_dictionary(sys._getframe(1)))
                yield from super().__iter__()

        os.environ.__class__ = Environment

    def _note_variable(self, name: object, frame: FrameType) -> None:
        if not isinstance(name, str) or name in self.variables:
            return
        frame = _behind_dictionary(frame)
        # a copy of all variables reads no single one
        if _instruction(frame) != self._going_through_all and self._is_own(frame):
            value = os.environ._data.get(os.environ.encodekey(name))
            self.variables[name] = None if value is None else digest(os.fsdecode(value))

    def _is_of_notebook(self, frame: FrameType) -> bool:
        """Tell whether a cell or the project stands behind a call, other than by importing something."""
        for each in _callers(frame, _DEEPEST):
            if each.f_code.co_filename.startswith("<frozen importlib"):
                return False
            if self._is_own(each):
                return True
        return False

    def _is_own(self, frame: FrameType) -> bool:
        name = frame.f_code.co_filename
        return bool(_CELL.search(name)) or self._inside(name) is not None

    def _place(self, path: object) -> str | None:
        """Return the way from the root to a file in the project or outside; None for what does not count."""
        return self._inside(path) or self._outside(path)

    def _inside(self, path: object) -> str | None:
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        absolute = os.path.abspath(os.fsdecode(path))
        if not (absolute + os.sep).startswith(self.root) or absolute.startswith(self.ignored):
            return None
        inside = absolute[len(self.root) :]
        parts = inside.split(os.sep)
        return None if {"__pycache__", "site-packages", ".git"} & set(parts) else "/".join(parts)

    def _outside(self, path: object) -> str | None:
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        absolute = os.path.abspath(os.fsdecode(path))
        if (absolute + os.sep).startswith(self.root) or absolute.startswith((*_SYSTEM, *self._apart)):
            return None
        if self._engine and absolute.startswith(self._engine) or self._passing.match(absolute):
            return None
        parts = absolute.split(os.sep)
        if {"__pycache__", "site-packages"} & set(parts) or any(part.startswith(".") for part in parts):
            return None
        return os.path.relpath(absolute, self.root).replace(os.sep, "/")


def state(path: str | os.PathLike) -> list[int]:
    """Return what changes with a file's content: time of modification, size and number of the file.

    Not the time of change that the system keeps (ctime), although no program can set it back: a backup that adds a
    hard link, or a change of rights, moves it, and the content is the same.

    Raises
    ------
    OSError
        When there is no such file.
    """
    found = _stat(path)
    return [found.st_mtime_ns, found.st_size, found.st_ino]


def digest(value: str) -> str:
    """Return what is kept of a variable's value: enough to notice a change, and not the value.

    Examples
    --------
    >>> len(digest("secret"))
    16
    """
    return hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _cpu_s() -> float:
    """Return the processor time of this process and of those that it started and that have ended, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _callers(frame: FrameType | None, most: int) -> Iterator[FrameType]:
    while frame is not None and most:
        yield frame
        frame, most = frame.f_back, most - 1


def _behind_dictionary(frame: FrameType) -> FrameType:
    """Return the nearest caller outside the modules that make a mapping of the environment."""
    while frame.f_back is not None and frame.f_code.co_filename in _DICTIONARY:
        frame = frame.f_back
    return frame


def _instruction(frame: FrameType) -> tuple[int, int]:
    return id(frame), frame.f_lasti


def _is_importing(frame: FrameType) -> bool:
    return not _IMPORT_SYSTEM.isdisjoint(str(frame.f_globals.get("__name__")).split("."))


def _own(module: object) -> dict:
    # plain attribute access can set off a module's __getattr__, with a warning or an import
    return getattr(module, "__dict__", {})
