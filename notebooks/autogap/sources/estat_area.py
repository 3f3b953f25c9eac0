"""e-Stat: Japan's trade by area and principal commodity, as files that need no key; one flow and year a file.

Rests on the public description of these files only: twelve blocks of months and a thirteenth of the year stand one
below the other, areas in rows, commodities in columns, thousand yen; no column tells the month, and names change their
case. So the twelve blocks must add to the thirteenth, cell by cell. The year is that of the page that led to the file.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

from nbpoints.errors import counted

from autogap.sources.estat_files import follow as follow
from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request

_FLOWS = {"1": "exports", "2": "imports"}
Block = dict[tuple[str, str], Decimal]


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read every area and commodity: keys `area`, `item` (both in small letters), `flow`, `span` (month or year)."""
    where = request.request
    year = re.search(r"#([12][0-9]{3})-", request.url)
    if not year:
        raise SourceError(f"{where}: the way to {request.url} did not tell the year of the file.")
    lines = list(csv.reader(io.StringIO(content.decode(request.encoding), newline="")))
    head = next((place for place, line in enumerate(lines) if line and line[0].strip() == "Exp or Imp"), None)
    if head is None or lines[head][1].strip() != "Area":
        told = [line[:3] for line in lines[:4]]
        raise SourceError(f"{where}: no line begins with 'Exp or Imp', 'Area'; the first lines begin with {told}.")
    rows = [line for line in lines[head + 1 :] if line and line[0].strip() in _FLOWS]
    blocks = _blocks(rows, [_name(cell) for cell in lines[head]], where)
    flows = {_FLOWS[line[0].strip()] for line in rows}
    if len(blocks) != 13 or len(flows) != 1:
        raise SourceError(
            f"{where}: {counted(len(blocks), 'block')} of areas of {' and '.join(sorted(flows)) or 'no flow'}, "
            "not twelve months and a year of one flow."
        )
    *months, whole = blocks
    for cell, value in whole.items():
        if sum(block.get(cell, Decimal(0)) for block in months) != value:
            raise SourceError(f"{where}: the twelve blocks of {' / '.join(cell)} do not add to the thirteenth.")
    out = [(f"{year[1]}-{place:02d}", "month", block) for place, block in enumerate(months, 1) if any(block.values())]
    if any(months[-1].values()):
        out.append((year[1], "year", whole))
    flow = flows.pop()
    return [
        Figure(period, value, {"area": area, "item": item, "flow": flow, "span": span})
        for period, span, block in out
        for (area, item), value in block.items()
    ]


def _blocks(rows: list[list[str]], header: list[str], where: str) -> list[Block]:
    """Cut the rows where the first area comes again."""
    blocks: list[Block] = []
    for line in rows:
        if len(line) != len(header):
            raise SourceError(f"{where}, {line[1]}: {counted(len(line), 'column')} instead of {len(header)}.")
        area = _name(line[1])
        if area == _name(rows[0][1]):
            blocks.append({})
        for item, cell in zip(header[2:], line[2:]):
            if (area, item) in blocks[-1]:
                raise SourceError(f"{where}: {area} / {item} stands twice in block {len(blocks)}.")
            blocks[-1][area, item] = number(cell, f"{where}, {area}, {item}") or Decimal(0)
    return blocks


def _name(cell: str) -> str:
    return " ".join(cell.split()).casefold()
