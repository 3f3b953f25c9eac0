"""Files of the data package as text and as words of its vocabulary; every fault a sentence, all told at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean

_MOST_FAULTS = 25


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
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"data/{relative}, line {line}: the file is not UTF-8 there; save it as UTF-8 "
            "(Japanese files are often cp932)."
        ) from None


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
        more = [f"and {len(found) - _MOST_FAULTS} faults more."] if len(found) > _MOST_FAULTS else []
        raise InputError("\n".join(found[:_MOST_FAULTS] + more))
