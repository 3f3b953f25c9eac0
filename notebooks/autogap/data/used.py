"""Which files of the data package were read, and which cell of a notebook asked for them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from nbpoints.files import sha256

from autogap import executed

_read: dict[str, str] = {}
_asked: dict[int, set[str]] = {}


def files_read(cells: Collection[int] | None = None) -> dict[str, str]:
    """Tell which files under ``data/`` were read.

    Parameters
    ----------
    cells : collection of int, optional
        Only for these cells of the notebook, from `autogap.executed.behind`; by the whole process unless given.

    Returns
    -------
    dict of str to str
        Path relative to the project's root -> SHA-256 of its bytes when it was read.
    """
    wanted = _read.keys() if cells is None else set().union(*(_asked.get(cell, ()) for cell in cells))
    return {path: _read[path] for path in sorted(wanted & _read.keys())}


def note_read(relative: str, path: Path) -> None:
    """Keep the hash of a file that is read now."""
    _read[f"data/{relative}"] = sha256(path)


def note_use(relative: str) -> None:
    """Note that the cell that runs asked for a file; one that was read for another cell is not read again."""
    _asked.setdefault(executed.number(), set()).add(f"data/{relative}")
