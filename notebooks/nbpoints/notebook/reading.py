"""Read notebook files of format 4 as plain JSON: one sentence for every file that cannot be run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbpoints.errors import InputError
from nbpoints.files import read_text
from nbpoints.notebook.canonical import make_ids_unique
from nbpoints.notebook.outputs import text_of
from nbpoints.notebook.source import conflict_line

_KINDS = ("code", "markdown", "raw")
# the fields that each type of output must have, with the values taken where they are missing
_OUTPUTS: dict[str, dict[str, Any]] = {
    "stream": {"name": "stdout", "text": ""},
    "display_data": {"data": {}, "metadata": {}},
    "execute_result": {"data": {}, "metadata": {}, "execution_count": None},
    "error": {"ename": "", "evalue": "", "traceback": []},
}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Cell:
    """One cell: its place in the notebook (counted from 1), kind, source text and tags."""

    number: int
    kind: str
    source: str
    tags: tuple[str, ...] = ()


def load(path: Path | str) -> dict[str, Any]:
    """Read a notebook file, whole.

    What other programs leave out without doing harm is filled in: a byte-order mark is skipped, and metadata, tags or
    outputs that are missing or null are empty.

    Returns
    -------
    dict
        A notebook of format 4 in which every cell has ``cell_type``, ``metadata`` and ``source``, and every code cell
        ``outputs`` and ``execution_count``.

    Raises
    ------
    InputError
        When the file is missing, a folder, not readable, or not a notebook of format 4 that could be run.
    """
    path = Path(path)
    place, text = path.name, _text(path)
    book = _json(text, place)
    if not isinstance(book, dict) or "nbformat" not in book and "cells" not in book:
        raise InputError(f"{place}: JSON, but not a notebook; open it in JupyterLab to see what it holds.")
    if book.get("nbformat") != 4:
        format_ = book.get("nbformat")
        stated = f"is in notebook format {format_}" if isinstance(format_, int) else "does not state its format"
        raise InputError(f"{place}: {stated}; format 4 is needed: open the notebook in JupyterLab and save it.")
    if not isinstance(book.get("cells"), list):
        raise InputError(f"{place}: has no list of cells; open the notebook in JupyterLab and save it.")
    book["metadata"] = _mapping(book.get("metadata"))
    # from 4.5 on, cells have ids
    minor = book.get("nbformat_minor")
    book["nbformat_minor"] = max(minor, 5) if isinstance(minor, int) else 5
    book["cells"] = [_cell(cell, f"{place}: cell {number}") for number, cell in enumerate(book["cells"], 1)]
    make_ids_unique(book["cells"])
    if _SURROGATE.search(text):
        for number, cell in enumerate(book["cells"], 1):
            _check_unicode(cell, f"{place}: cell {number}")
    return book


def cells(path: Path | str) -> list[Cell]:
    """Read the cells of a notebook file; see `load`."""
    return cells_of(load(path))


def cells_of(notebook: Mapping) -> list[Cell]:
    """List the cells of a notebook.

    Examples
    --------
    >>> cells_of({"cells": [{"cell_type": "code", "source": ["a = 1\\n", "a"], "metadata": {"tags": ["parameters"]}}]})
    [Cell(number=1, kind='code', source='a = 1\\na', tags=('parameters',))]
    """
    return [
        Cell(number, cell["cell_type"], text_of(cell["source"]), tuple(cell["metadata"].get("tags", ())))
        for number, cell in enumerate(notebook["cells"], 1)
    ]


def question(notebook_cells: list[Cell]) -> str:
    """Return the first markdown title of a notebook, or an empty string.

    Examples
    --------
    >>> question([Cell(1, "markdown", "# How large is it?\\n\\nVery.")])
    'How large is it?'
    """
    for cell in notebook_cells:
        title = re.search(r"^#\s+(.+?)\s*$", cell.source, re.MULTILINE) if cell.kind == "markdown" else None
        if title:
            return title[1]
    return ""


def language(notebook: Mapping) -> tuple[str, str]:
    """Return the language and the name of a notebook's kernel, each empty where the file does not say.

    Examples
    --------
    >>> language({"metadata": {"kernelspec": {"name": "ir", "language": "R"}}})
    ('r', 'ir')
    """
    kernel = _mapping(notebook["metadata"].get("kernelspec"))
    about = _mapping(notebook["metadata"].get("language_info"))
    stated = kernel.get("language") or about.get("name") or ""
    return str(stated).lower(), str(kernel.get("name") or "")


def _text(path: Path) -> str:
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise InputError(f"{path}: not an ordinary file, so not a notebook.")
    text = read_text(path, "notebook")
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty, so not a notebook; remove it, or save it in JupyterLab.")
    return text


def _json(text: str, place: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        conflict = conflict_line(text)
        if conflict:
            raise InputError(f"{place}: a merge conflict begins at line {conflict}; resolve it.") from None
        raise InputError(f"{place}: not JSON at line {error.lineno} ({error.msg}), so not a notebook.") from None
    except (RecursionError, ValueError):
        raise InputError(f"{place}: nested too deeply or holding a number too long to be a notebook.") from None


def _cell(cell: object, place: str) -> dict[str, Any]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in _KINDS:
        raise InputError(f"{place} has no cell_type of {', '.join(_KINDS)}; open and save the notebook in JupyterLab.")
    metadata = _mapping(cell.get("metadata"))
    if "tags" in metadata:
        tags = metadata["tags"] if isinstance(metadata["tags"], list) else []
        metadata = metadata | {"tags": [tag for tag in tags if isinstance(tag, str)]}
    read = {**cell, "metadata": metadata, "source": _multiline(cell.get("source"), f"{place}: the source")}
    if cell["cell_type"] == "code":
        outputs = cell.get("outputs") or []
        if not isinstance(outputs, list):
            raise InputError(f"{place}: its outputs are not a list; clear the outputs in JupyterLab and save.")
        read |= {"execution_count": cell.get("execution_count"), "outputs": [_output(one, place) for one in outputs]}
    return read


def _output(output: Any, place: str) -> dict[str, Any]:
    fields = _OUTPUTS.get(str(output.get("output_type"))) if isinstance(output, dict) else None
    if fields is None:
        raise InputError(f"{place} has an output of unknown type; clear the outputs in JupyterLab and save.")
    read = {name: output[name] if output.get(name) is not None else default for name, default in fields.items()}
    read = {**output, **read}
    if "text" in fields:
        _multiline(read["text"], f"{place}: a printed text")
    for name in ("data", "metadata"):
        if name in fields and not isinstance(read[name], dict):
            raise InputError(f"{place} has an output whose {name} is not a mapping; clear the outputs in JupyterLab.")
    return read


def _multiline(value: object, what: str) -> str | list[str]:
    if value is None:
        return ""
    if isinstance(value, str) or isinstance(value, list) and all(isinstance(line, str) for line in value):
        return value
    raise InputError(f"{what} is not text.")


def _mapping(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _check_unicode(cell: dict, place: str) -> None:
    try:
        json.dumps(cell, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError(f"{place} holds half a character (a lone surrogate), which no file can store.") from None
