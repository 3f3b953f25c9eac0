"""US Census Bureau: trade in goods by country, ``country.xlsx``.

Rests on the whole workbook of March 2023. One row a country and year, months as IJAN.. and EJAN.., million dollars with
the noise of floats; months to come are 0.
"""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl

from autogap.sources.figure import Figure, SourceError
from autogap.sources.tables import Request

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_FLOWS = {"I": "imports", "E": "exports"}


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read every country and month: keys `code`, `country`, `flow`."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    sheet.reset_dimensions()  # the file claims a million rows
    rows = sheet.iter_rows(values_only=True)
    header = [str(cell).strip() if cell is not None else "" for cell in next(rows)]
    needed = {"year", "CTY_CODE", "CTYNAME", *(f"{flow}{name}" for flow in _FLOWS for name in _MONTHS)}
    if not needed <= set(header):
        raise SourceError(
            f"{request.request}: the columns {sorted(needed - set(header))} are missing; there are {header[:10]}."
        )
    place = {name: header.index(name) for name in needed}
    figures = []
    for row in rows:
        if row[place["year"]] is None:
            continue
        keys = {"code": str(row[place["CTY_CODE"]]), "country": str(row[place["CTYNAME"]]).strip()}
        for number, name in enumerate(_MONTHS, 1):
            pair = {flow: row[place[f"{letter}{name}"]] for letter, flow in _FLOWS.items()}
            if any(pair.values()):
                figures += [
                    Figure(f"{row[place['year']]}-{number:02d}", Decimal(repr(value)), keys | {"flow": flow})
                    for flow, value in pair.items()
                    if value is not None
                ]
    return figures
