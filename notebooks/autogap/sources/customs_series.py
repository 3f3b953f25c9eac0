"""Japan Customs: the time series d41ma (totals), d51ma (exports) and d61ma (imports by principal commodity).

Rests on re-keyed excerpts of September 2026. Text is cp932; months to come are ``0`` in d41ma and ``-`` in the others;
quantity stands before value, and the code over the quantity.
"""

from __future__ import annotations

import csv
import io
import re

from nbpoints.errors import counted

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request

_MONTH = re.compile(r"([12][0-9]{3})/(0[1-9]|1[0-2])")
_UNIT = re.compile(r"単位：([A-Z]+)")


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read all months; keys are `flow` in d41ma, else `code`, `measure` and `unit`."""
    lines = list(csv.reader(io.StringIO(content.decode(request.encoding), newline="")))
    head = next((place for place, line in enumerate(lines) if line and line[0] == "Years/Months"), None)
    if head is None:
        told = [line[0][:30] for line in lines[:8] if line]
        raise SourceError(f"{request.request}: no line begins with 'Years/Months'; the first cells are {told}.")
    columns = _columns(lines, head, request.request)
    figures, seen = [], set()
    for line in lines[head + 1 :]:
        found = _MONTH.fullmatch(line[0].strip()) if line else None
        if not found:
            if any(cell.strip() for cell in line):
                raise SourceError(f"{request.request}: {line[0]!r} is not a valid month (expected one like 2026/08).")
            continue
        if len(line) != len(lines[head]):
            raise SourceError(
                f"{request.request}, {line[0]}: {counted(len(line), 'column')} instead of {len(lines[head])}."
            )
        period = f"{found[1]}-{found[2]}"
        if period in seen:
            raise SourceError(f"{request.request}: {period} stands twice.")
        seen.add(period)
        values = {place: number(line[place], f"{request.request}, {period}") for place in columns}
        if not any(values.values()):
            continue  # a month to come
        figures += [Figure(period, value, columns[place]) for place, value in values.items() if value is not None]
    return figures


def _columns(lines: list[list[str]], head: int, where: str) -> dict[int, dict[str, str]]:
    names = lines[head]
    if "Exp-Total" in names:
        return {place: {"flow": name} for place, name in enumerate(names) if place}
    codes = next((line for line in lines[:head] if any(re.fullmatch(r"'[0-9]+'", cell) for cell in line)), None)
    if codes is None:
        raise SourceError(f"{where}: neither Exp-Total nor codes such as '70503' stand over the columns.")
    columns, code = {}, ""
    for place in range(1, len(names)):
        code = codes[place].strip("' ") or code
        unit = _UNIT.search(names[place])
        measure = "value" if names[place] == "(千円)" else "quantity"
        columns[place] = {"code": code, "measure": measure, "unit": unit[1] if unit else ""}
    return columns
