"""The cells of a notebook file, read as plain JSON: fast, and with one sentence for every broken file."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from nbpoints.errors import InputError


# a line of magic (%time), shell (!ls), help (?name, name?) or an assignment from the first two (files = !ls)
MAGIC = re.compile(r"^([ \t]*)(?:%(?!%)|!|\?|[\w.]+\?{1,2}[ \t]*$|[\w, \t]+=[ \t]*[%!]).*$", re.MULTILINE)

# cell magics whose text is Python all the same
_PYTHON_MAGIC = re.compile(r"\A\s*%%(?:time|timeit|capture|prun)\b.*")


@dataclass(frozen=True)
class Cell:
    """One cell: its place in the notebook (counted from 1), kind, source text and tags."""

    number: int
    kind: str
    source: str
    tags: tuple[str, ...] = ()


def cells(notebook: Path | str) -> list[Cell]:
    """Read the cells of a notebook.

    Parameters
    ----------
    notebook : Path or str
        A file of notebook format 4.

    Returns
    -------
    list of Cell
        In the order of the file.

    Raises
    ------
    InputError
        When the file is missing, a folder, not readable, or no notebook.
    """
    path = Path(notebook)
    place = path.name
    content = _json(path)
    found = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise InputError(f"{place}: no list of cells in it, so no notebook of format 4; save it anew in Jupyter.")
    result = []
    for number, cell in enumerate(found, 1):
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            raise InputError(f"{place}: cell {number} has no cell_type; open and save the notebook in Jupyter.")
        result.append(Cell(number, cell["cell_type"], _source(cell, place, number), _tags(cell)))
    return result


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


def syntax(source: str) -> ast.Module | None:
    """Parse the Python of a code cell; lines of IPython magic count as ``pass``.

    Parameters
    ----------
    source : str
        The cell's text.

    Returns
    -------
    ast.Module or None
        None when the cell is no Python, such as one that begins with ``%%bash``.

    Examples
    --------
    >>> len(syntax("%matplotlib inline\\nx = 1").body), syntax("%%bash\\nls -l")
    (2, None)
    """
    with warnings.catch_warnings():
        # a stranger's invalid escape such as "\\d" is no concern of ours
        warnings.simplefilter("ignore")
        source = _PYTHON_MAGIC.sub("pass", source)
        for text in (source, MAGIC.sub(r"\1pass", source)):
            try:
                return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such notebook.") from None
    except IsADirectoryError:
        raise InputError(f"{path}: a folder; give the notebook's file.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: not UTF-8 text, so no notebook.") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{path.name}: not JSON at line {error.lineno} ({error.msg}), so no notebook.") from None
    except (RecursionError, ValueError):
        raise InputError(f"{path.name}: nested too deeply or holding a number too long to be a notebook.") from None


def _source(cell: dict, place: str, number: int) -> str:
    source = cell.get("source", "")
    lines = [source] if isinstance(source, str) else source
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InputError(f"{place}: the source of cell {number} is no text.")
    return "".join(lines)


def _tags(cell: dict) -> tuple[str, ...]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
