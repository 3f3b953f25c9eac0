"""What a notebook depends on besides the files that it opens in its project, seen from inside its kernel.

Standard library alone, like `observe`. Seen are files outside the project, files that are only looked at
(`Path.exists`,
`os.path.getsize`), databases opened by address, and environment variables that the notebook or the project reads. A
program that the notebook starts reads what nobody sees: it is named, so that the point is never called current.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from types import FrameType
from urllib.parse import unquote, urlsplit

_IMPORT_SYSTEM = ("<frozen importlib", os.path.dirname(importlib.__file__))
_DICTIONARY = ("<frozen os>", "<frozen _collections_abc>", os.__file__, sys.modules["_collections_abc"].__file__ or "")
# where a system keeps its own files; what changes there is told by versions of packages, not by a point
_SYSTEM = ("/bin/", "/dev/", "/etc/", "/lib", "/opt/", "/proc/", "/run/", "/sbin/", "/sys/", "/usr/", "/var/", "/nix/")
_CELL = re.compile(r"ipykernel_[0-9]+|<ipython-input|^ipykernel/")
_STARTED = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}
# what Python and its packages ask about the machine
_HARMLESS = {"fc-list", "gcc", "ld", "ldconfig", "ldd", "lscpu", "objdump", "uname"}
_DEEPEST = 80
_stat = os.stat  # before it is watched


class Beyond:
    """Watch the process that it lives in.

    Parameters
    ----------
    root : str
        The project's folder, with links resolved and a separator at its end.
    inside : callable
        Returns a path relative to the root, or None for what is outside or does not count.
    written : set of str
        Paths relative to the root that the process wrote itself.

    Attributes
    ----------
    events : frozenset of str
        The audit events of which `notice` has to learn.
    """

    events = frozenset({"open", "sqlite3.connect", *_STARTED})

    def __init__(self, root: str, inside: Callable[[object], str | None], written: set[str]):
        self.root, self.inside, self.written = root, inside, written
        self.files: set[str] = set()
        self.variables: dict[str, str | None] = {}
        self.programs: set[str] = set()
        self._going_through_all: tuple[int, int] | None = None
        temporary = os.path.realpath(tempfile.gettempdir()) + os.sep
        # a project may well lie in the folder for temporary files, a test's for one
        self._apart = (sys.prefix, sys.base_prefix, *(() if root.startswith(temporary) else (temporary,)))
        engine = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
        self._engine = engine if not engine.startswith(root) else ""
        self._passing = re.compile(re.escape(temporary) + r"(?:nbpoints|ipykernel|matplotlib|pymp|tmp)[-_\w]*")

    def start(self) -> None:
        """Watch from now on, until the process ends; somebody else has to pass on what happens (`notice`)."""
        self._watch_looks()
        self._watch_environment()

    def report(self) -> dict:
        """Return ``files``, ``variables`` (name to hash of the value, None where there is none) and ``programs``."""
        return {
            "files": sorted(self.files),
            "variables": dict(sorted(self.variables.items())),
            "programs": sorted(self.programs),
        }

    def outside(self, path: object) -> str | None:
        """Return the way from the root to a file outside, or None for what lies inside or does not count."""
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

    def _note(self, path: object) -> None:
        place = self.inside(path) or self.outside(path)
        if place is not None and place not in self.written:
            self.files.add(place)

    def notice(self, event: str, arguments: tuple) -> None:
        """Take an audit event (one of `events`) from the hook that calls this."""
        if event == "open":
            path, mode, flags = arguments
            reads = flags & os.O_ACCMODE != os.O_WRONLY if mode is None else "r" in mode or "+" in mode
            place = self.outside(path)
            if place is None or _is_importing(sys._getframe(2)):
                return
            if not reads or "w" in (mode or ""):
                self.written.add(place)
            elif place not in self.written:
                self.files.add(place)
        elif event == "sqlite3.connect" and isinstance(arguments[0], str) and arguments[0].startswith("file:"):
            self._note(unquote(urlsplit(arguments[0]).path))
        elif event in _STARTED:
            self._note_program(event, arguments)

    def _note_program(self, event: str, arguments: tuple) -> None:
        # behind this method, `notice` and the hook
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
        if isinstance(path, int) or any(_is_importing(frame) for frame in _callers(sys._getframe(2), 4)):
            return
        self._note(path)

    def _watch_environment(self) -> None:
        """Give the mapping of environment variables a class that notes which ones the notebook and the project read."""
        beyond, kind = self, type(os.environ)

        class Environment(kind):
            def __getitem__(self, key):
                beyond._note_variable(key, sys._getframe(1))
                return super().__getitem__(key)

            def __iter__(self):
                beyond._going_through_all = _instruction(_behind_dictionary(sys._getframe(1)))
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

    def _is_of_notebook(self, frame: FrameType | None) -> bool:
        """Tell whether a cell or the project stands behind a call, other than by importing something."""
        for each in _callers(frame, _DEEPEST):
            if each.f_code.co_filename.startswith("<frozen importlib"):
                return False
            if self._is_own(each):
                return True
        return False

    def _is_own(self, frame: FrameType) -> bool:
        name = frame.f_code.co_filename
        return bool(_CELL.search(name)) or self.inside(name) is not None


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
    return frame.f_code.co_filename.startswith(_IMPORT_SYSTEM)
