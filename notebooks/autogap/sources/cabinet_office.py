"""Cabinet Office: Quarterly Estimates of GDP, tables ``gaku-mk`` and ``gaku-jk``, seasonally adjusted at annual rate.

Rests on whole files of December 2015 and a re-keyed one of September 2026. The edition stands in the address. Text is
cp932; the year stands on the first quarter only; components are found by the English names over the columns; the base
year stands in one cell of the head, which the request must expect.
"""

from __future__ import annotations

import csv
import io
import re

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request

_QUARTER = re.compile(r"(?:([12][0-9]{3})/ ?)?([0-9]{1,2})- ?([0-9]{1,2})\.")
_STARTS = {"1": 1, "4": 2, "7": 3, "10": 4}


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read all quarters: keys `component`, its English name without blanks."""
    lines = list(csv.reader(io.StringIO(content.decode(request.encoding), newline="")))
    first = next((place for place, line in enumerate(lines) if line and _QUARTER.match(line[0].strip())), None)
    if first is None:
        raise SourceError(f"{request.request}: no line begins with a quarter such as '1994/ 1- 3.'.")
    names = _names(lines[:first])
    if "GDP(ExpenditureApproach)" not in names.values():
        raise SourceError(
            f"{request.request}: GDP (Expenditure Approach) is not among the columns: {sorted(names.values())}."
        )
    figures, year = [], ""
    for line in lines[first:]:
        found = _QUARTER.fullmatch(line[0].strip()) if line else None
        if not found:
            break  # footnotes
        year = found[1] or year
        if found[2] not in _STARTS or not year:
            raise SourceError(f"{request.request}: {line[0]!r} is not a valid quarter (expected one like '4- 6.').")
        period = f"{year}Q{_STARTS[found[2]]}"
        for place, name in names.items():
            value = number(line[place], f"{request.request}, {period}, {name}")
            if value is not None:
                figures.append(Figure(period, value, {"component": name}))
    return figures


def _names(head: list[list[str]]) -> dict[int, str]:
    """Column -> English name: the lowest of the head that is in letters."""
    names: dict[int, str] = {}
    for line in head[2:]:
        for place, cell in enumerate(line):
            text = re.sub(r"\s+", "", cell)
            if place and re.search(r"[A-Za-z]", text) and text.isascii():
                names[place] = text
    return names
