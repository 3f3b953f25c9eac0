"""Write a file whole or not at all: the one way in which this project writes files.

Examples
--------
>>> import tempfile
>>> folder = Path(tempfile.mkdtemp())
>>> write_whole(folder / "a.csv", "period,value\\n")
True
>>> write_whole(folder / "a.csv", "period,value\\n"), [path.name for path in folder.iterdir()]
(False, ['a.csv'])
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from pathlib import Path

from nbpoints.errors import InputError

# hidden, and named after the file, the process and the thread that writes it
_ASIDE = ".{name}.{pid}-{thread}.part"
_LITTER = re.compile(r"\..+\.([0-9]+)-[0-9]+\.part")
_LONGEST_NAME = 200  # bytes of a name that leave room for what is added; file systems allow 255


def write_whole(path: Path | str, content: bytes | str, *, flush: bool = True) -> bool:
    """Replace a file in one step; readers see the old bytes or the new ones, also after a crash or a power cut.

    The content goes to a hidden file beside the target, is flushed to the disk and gets its final name. Such files
    that processes left when they were killed are removed. Symbolic links are followed; the mode of an existing file
    is kept.

    Parameters
    ----------
    path : Path or str
        Its folder must exist. What is there and is no ordinary file, such as a pipe or a device, stays and is written
        to.
    content : bytes or str
        Text is written as UTF-8, its line ends unchanged.
    flush : bool
        Whether to wait until the disk has it, so that it survives a power cut; False for what a program can make again.

    Returns
    -------
    bool
        Whether the file changed; a file that holds these bytes already is left alone.

    Raises
    ------
    OSError
        With `path` as its `filename`, when the file cannot be written; the old one is untouched and nothing is left
        beside it.
    """
    content = content.encode() if isinstance(content, str) else bytes(content)
    try:
        if _is_other_than_a_file(path):
            with open(path, "wb") as other:
                other.write(content)
            return True
        return _replaced(Path(os.path.realpath(path)), content, flush)
    except OSError as error:
        if error.errno is None:
            raise
        # a failing write names no file, others that beside the target
        raise OSError(error.errno, error.strerror, str(path)) from None


def _is_other_than_a_file(path: Path | str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path)


def _replaced(path: Path, content: bytes, flush: bool) -> bool:
    mode = None
    try:
        mode = path.stat().st_mode & 0o7777
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    sweep(path.parent)
    name = os.fsdecode(os.fsencode(path.name)[:_LONGEST_NAME])
    aside = path.with_name(_ASIDE.format(name=name, pid=os.getpid(), thread=threading.get_native_id()))
    try:
        with open(aside, "wb") as file:
            file.write(content)
            file.flush()
            if flush:
                os.fsync(file.fileno())
        if mode is not None:
            os.chmod(aside, mode)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if flush:
        _flush_folder(path.parent)
    return True


def refuse_folder(folder: Path) -> None:
    """Refuse a folder to which nothing could be written, before the work is done whose outcome it is to get.

    Raises
    ------
    InputError
        When it is a file, or cannot be made or written to.
    """
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(place))
    if not there.is_dir():
        raise InputError(f"{there}: a file stands where a folder is needed; name another folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{there}: this folder cannot be written to; name another.")


def refuse_file(path: Path) -> None:
    """Refuse a file that could not be written; see `refuse_folder`.

    Raises
    ------
    InputError
        When it is a folder, or its own cannot be made or written to.
    """
    if path.is_dir():
        raise InputError(f"{path}: a folder; name a file.")
    if not _is_other_than_a_file(path):
        refuse_folder(path.parent)


def read_text(path: Path, what: str = "file") -> str:
    """Read a text file that the user named; `what` calls it in errors.

    Raises
    ------
    InputError
        When it is missing, a folder, not readable, or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such {what}.") from None
    except IsADirectoryError:
        raise InputError(f"{path}: a folder; give a {what}.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not UTF-8 text at byte {error.start + 1}; save the {what} as UTF-8.") from None


def sweep(folder: Path | str) -> None:
    """Remove what processes that are gone left half-written in a folder."""
    for entry in os.scandir(folder):
        found = _LITTER.fullmatch(entry.name)
        if found and not is_alive(int(found[1])):
            Path(entry.path).unlink(missing_ok=True)


def sha256(path: Path | str) -> str:
    """Return the hash of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process, as far as this user may know."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _flush_folder(folder: Path) -> None:
    """Make the new name last too; some file systems refuse this for folders, and then there is nothing to do."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
