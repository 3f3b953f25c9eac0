"""Statistics Bureau of Japan: Labour Force Survey, historical table 1 a-1, ``lt01-a10.xlsx``.

Rests on the whole workbook of January 2023, saved again by another program. One sheet a series (adjusted, original,
original without Okinawa), one row a month, men and women side by side under each item. Months to come are blank, months
without a figure are an ellipsis; the year stands on February's row only.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

import openpyxl
from nbpoints.errors import counted

from autogap.sources.figure import Figure, SourceError, month, number
from autogap.sources.tables import Request

Row = Sequence[object]
_MONTHS = ["Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read every sheet of months: keys `series`, `item`, `sex`, `unit`, by the English words of the head."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Cannot parse header or footer")  # what stands there is for the printer
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
    found: list[Figure] = []
    for title, rows in sheets.items():
        if any("Both sexes" in row for row in rows):
            found += _sheet(rows, f"{request.request}, sheet {title}")
    if not found:
        raise SourceError(f"{request.request}: no sheet has a column 'Both sexes'; the sheets are {list(sheets)}.")
    return found


def _sheet(rows: Sequence[Row], where: str) -> list[Figure]:
    sexes = next(place for place, row in enumerate(rows) if "Both sexes" in row)
    columns = _columns(rows[:sexes], rows[sexes], where)
    found = []
    for period, row in _months(rows[sexes + 1 :], where):
        for place, keys in columns.items():
            text = "" if row[place] is None else str(row[place]).strip()
            value = None if text == "\u2026" else number(text, f"{where}, {period}, {keys['item']}, {keys['sex']}")
            if value is not None:
                found.append(Figure(period, value, keys))
    return found


def _columns(head: Sequence[Row], sexes: Row, where: str) -> dict[int, dict[str, str]]:
    """Place of each column of figures and what it holds."""
    if len(head) < 5:
        raise SourceError(
            f"{where}: {counted(len(head), 'row')} above 'Both sexes'; unit, series and items are needed."
        )
    units, series, items = head[-5], head[-4], head[-2]
    unit = next((cell.strip("() ") for cell in units if isinstance(cell, str) and cell.isascii()), "")
    kind = next((cell.split("\u3000")[-1].strip() for cell in series[4:] if isinstance(cell, str)), "")
    columns, item = {}, ""
    for place, sex in enumerate(sexes):
        item = str(items[place] or item)
        if isinstance(sex, str):
            name, _, own = item.partition("(")
            columns[place] = {"series": kind, "item": name.strip(), "sex": sex, "unit": own.strip("() ") or unit}
    return columns


def _months(rows: Sequence[Row], where: str) -> list[tuple[str, Row]]:
    """Rows of months with their ISO month: the first year from its row, the others counted on and checked."""
    months = [row for row in rows if row[2] in _MONTHS]
    years = {place // 12: row[0] for place, row in enumerate(months) if isinstance(row[0], int)}
    if not months or 0 not in years:
        raise SourceError(f"{where}: no month, or no year beside the first twelve (expected 1953 and Jan., Feb. ...).")
    found = []
    for place, row in enumerate(months):
        year = int(str(years[0])) + place // 12
        if row[2] != _MONTHS[place % 12] or years.get(place // 12, year) != year:
            raise SourceError(
                f"{where}: {row[2]} of {years.get(place // 12, year)} stands where {_MONTHS[place % 12]} of {year} "
                "is expected."
            )
        found.append((month(str(year), str(place % 12 + 1), where), row))
    return found
