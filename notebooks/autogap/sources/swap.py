"""Change a folder in one step, and let one process at a time do so.

Linux and macOS can exchange two names atomically: whoever looks, also after ``kill -9`` or a power cut, finds the old
folder or the new one. Elsewhere the folder is moved aside first; `recover` brings it back if the process died.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.files import sha256

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_AT_FDCWD = {"linux": -100, "darwin": -2}
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2), RENAME_SWAP of renameatx_np(2)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for one process; no file is left behind, and a killed process lets go.

    Raises
    ------
    InputError
        When another process holds it.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{folder.name}/: another refresh is running; wait for it to end.") from None
        yield
    finally:
        os.close(handle)


def copy(folder: Path) -> Path:
    """Copy a folder beside itself, hidden, for changes; what a dead process left there is removed."""
    recover(folder)
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    return Path(shutil.copytree(folder, aside))


def state(folder: Path) -> dict[str, str]:
    """Hash every file of a folder by its name; hidden files are the system's."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): sha256(path) for path in paths}


def refuse_changed(folder: Path, before: dict[str, str]) -> None:
    """Refuse to put a copy in place of a folder that was edited since: the edits would be lost.

    Raises
    ------
    InputError
        When a file changed, came or went.
    """
    changed = sorted(name for name, _ in before.items() ^ state(folder).items())
    if changed:
        raise InputError(
            f"{folder.name}/{changed[0]} changed while the refresh ran; nothing was written; run the command again."
        )


def exchange(new: Path, folder: Path) -> None:
    """Put the changed copy in place and remove the old folder."""
    for path in new.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    if not _swap(new, folder):
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        os.replace(folder, old)
        os.replace(new, folder)
        new = old
    shutil.rmtree(new, ignore_errors=True)


def recover(folder: Path) -> None:
    """Bring back a folder that a dead process had moved aside."""
    old = folder.with_name(f".{folder.name}.old")
    if not folder.exists() and old.exists():
        os.replace(old, folder)


def _swap(first: Path, second: Path) -> bool:
    name = {"linux": "renameat2", "darwin": "renameatx_np"}.get(sys.platform)
    call = getattr(ctypes.CDLL(None, use_errno=True), name, None) if name else None
    if call is None:
        return False
    here = _AT_FDCWD[sys.platform]
    return call(here, os.fsencode(first), here, os.fsencode(second), _EXCHANGE) == 0
