"""Files of the data package as text and as words of its vocabulary; every fault a sentence, all told at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from nbpoints.errors import InputError, counted, did_you_mean

_MOST_FAULTS = 25
PLACEHOLDER = "WRITE"
"""Begins a cell of a skeleton in which only the author knows what belongs there."""


def text(data: Path, relative: str) -> str:
    """Read a file of the package.

    Raises
    ------
    InputError
        When it is missing or is not UTF-8; the sentence names the line.
    """
    try:
        content = (data / relative).read_bytes()
        return content.decode("utf-8")
    except FileNotFoundError:
        raise InputError(f"data/{relative}: there is no such file.") from None
    except OSError as error:
        raise InputError(f"data/{relative}: the file cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"data/{relative}, line {line}: the file is not UTF-8 there; save it as UTF-8 "
            "(Japanese files are often cp932)."
        ) from None


def rows(data: Path, relative: str) -> list[tuple[int, list[str]]]:
    """Read a CSV file of the package: each row with the line where it begins, that of the columns first.

    Raises
    ------
    InputError
        When the quoting is broken: a mark that nothing closes takes the lines below into its cell.

    Examples
    --------
    >>> from autogap.paths import DATA
    >>> rows(DATA, "tables/claim_checks.csv")[0][1][:2]
    ['article', 'claim_id']
    """
    reader = csv.reader(io.StringIO(text(data, relative), newline=""), strict=True)
    found, line = [], 1
    try:
        for row in reader:
            found.append((line, row))
            if reader.line_num > line:
                raise csv.Error(f"a cell goes on to line {reader.line_num}")
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"data/{relative}, line {line}: the quoting is broken ({error}); close every quoted cell on its line, "
            "and double a quotation mark inside it."
        ) from None
    return found


def ragged(data: Path, relative: str) -> Iterator[str]:
    """Tell every row that does not have as many cells as the file has columns."""
    (_, columns), *body = rows(data, relative) or [(1, [])]
    if not columns:
        yield f"data/{relative}: the file is empty; its first line must name the columns."
    for line, row in body:
        if len(row) != len(columns):
            yield (
                f"data/{relative}, line {line}: the row has {counted(len(row), 'cell')}, the file has "
                f"{counted(len(columns), 'column')}; quote a cell that holds a comma."
            )


def twice(data: Path, relative: str, key: Sequence[str]) -> Iterator[str]:
    """Tell every row whose key stands above it already.

    Examples
    --------
    >>> from autogap.paths import DATA
    >>> list(twice(DATA, "series.csv", ["name"]))
    []
    """
    (_, columns), *body = rows(data, relative) or [(1, [])]
    first: dict[tuple[str | None, ...], int] = {}
    for line, row in body:
        cells = dict(zip(columns, row))
        of = tuple(cells.get(column) for column in key)
        if line != first.setdefault(of, line):
            told = ", ".join(map(str, of))
            yield f"data/{relative}, line {line}: {told} stands twice; the first is on line {first[of]}; keep one."


def is_placeholder(cell: object) -> bool:
    """Tell whether a cell is still that of a skeleton.

    Examples
    --------
    >>> is_placeholder("WRITE what the figures are"), is_placeholder("WRITER"), is_placeholder(None)
    (True, False, False)
    """
    return str(cell).split(" ")[0] == PLACEHOLDER


def placeholders(data: Path, relative: str, choices: Mapping[str, Collection[str]] = {}) -> Iterator[str]:
    """Tell every cell in which a skeleton still stands, and what a column with words of its own may say.

    Parameters
    ----------
    data : Path
        The folder of the data package.
    relative : str
        A CSV file in it.
    choices : mapping of str to collection of str
        The words of columns.

    Examples
    --------
    >>> from autogap.paths import DATA
    >>> list(placeholders(DATA, "tables/claim_checks.csv"))
    []
    """
    if PLACEHOLDER not in text(data, relative):
        return
    (_, columns), *body = rows(data, relative)
    for line, row in body:
        for column, cell in zip(columns, row):
            if is_placeholder(cell):
                words = f"one of {', '.join(map(repr, choices[column]))}" if column in choices else "what belongs there"
                yield f"data/{relative}, line {line}: {column} still says {PLACEHOLDER!r}; write {words}."


def unknown(place: str, value: str, known: Collection[str]) -> str:
    """Say that a word is not in the vocabulary, what is, and where a new word goes.

    Examples
    --------
    >>> unknown("data/series.csv, a.b: grade", "offical", ["official", "press"])
    "data/series.csv, a.b: grade: 'offical' is not in the vocabulary. Did you mean 'official'? It has: 'official', \
'press'; a new word goes into autogap/data/vocabulary.py."
    """
    near = did_you_mean(value, known)
    words = ", ".join(map(repr, known))
    rest = "a new word goes into autogap/data/vocabulary.py."
    return f"{place}: {value!r} is not in the vocabulary.{near} It has: {words}; {rest}"


def refuse(faults: Iterable[str]) -> None:
    """Refuse the package when there are faults, all of them at once, a line each.

    Raises
    ------
    InputError
        When there is a fault.
    """
    found = list(faults)
    if found:
        more = [f"and {counted(len(found) - _MOST_FAULTS, 'more fault')}."] if len(found) > _MOST_FAULTS else []
        raise InputError("\n".join(found[:_MOST_FAULTS] + more))
