"""Tables as csv and Excel that a spreadsheet reads and never runs, in the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
CREATED = dt.datetime(2000, 1, 1)
"""When every workbook says it was made: a clock would make other bytes of the same table."""


def neutral(text: str) -> str:
    """Put a quote before a text that a spreadsheet would run as a formula; numbers stay as they are.

    https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> neutral("=1+1"), neutral("-4.5"), neutral("Japan")
    ("'=1+1", '-4.5', 'Japan')
    """
    if text.startswith(_RUNS_AS_FORMULA) and as_number(text) is None:
        return f"'{text}"
    return text


def as_number(text: str) -> float | None:
    """Return the number that a cell holds, or None."""
    try:
        return float(text)
    except ValueError:
        return None


def table(content: bytes) -> list[list[str]]:
    """Return the rows of a csv, heads first."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def safe_csv(content: bytes) -> bytes:
    """Neutralise the cells of a csv; one without such cells keeps its bytes."""
    there = table(content)
    safe = [[neutral(text) for text in row] for row in there]
    return content if safe == there else as_csv(safe)


def as_csv(rows: Sequence[Sequence[object]]) -> bytes:
    """Write rows as csv."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows([[neutral(str(value)) for value in row] for row in rows])
    return buffer.getvalue().encode()


def workbook(rows: list[list[str]], notes: list[tuple[str, str]], chart: str | None = None) -> bytes:
    """Write a figure's table as a workbook: data, notes and, where it can be drawn, a native chart.

    Parameters
    ----------
    rows : list of list of str
        Heads first.
    notes : list of tuple
        Names and texts of the second sheet.
    chart : str, optional
        Title of a chart of the numeric columns over the first column; none unless given.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    bold, data, about = (book.add_format({"bold": True}), book.add_worksheet("data"), book.add_worksheet("notes"))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            value = as_number(text) if at else None
            if value is not None and value - value == 0:
                data.write_number(at, column, value)
            else:
                data.write_string(at, column, text, bold if at == 0 else None)
    data.freeze_panes(1, 0)
    data.set_column(0, max(len(rows[0]) - 1, 0), 16)
    about.set_column(0, 0, 14)
    about.set_column(1, 1, 100)
    for at, (name, text) in enumerate(notes):
        about.write_string(at, 0, name, bold)
        about.write_string(at, 1, text)
    numeric = [column for column in range(1, len(rows[0])) if _is_numeric(rows, column)]
    if chart and numeric and len(rows) > 2:
        drawn = book.add_chart({"type": "line"})
        for column in numeric:
            drawn.add_series(
                {
                    "name": ["data", 0, column],
                    "categories": ["data", 1, 0, len(rows) - 1, 0],
                    "values": ["data", 1, column, len(rows) - 1, column],
                }
            )
        drawn.set_title({"name": chart, "name_font": {"size": 11}})
        drawn.set_size({"width": 760, "height": 400})
        data.insert_chart(1, len(rows[0]) + 1, drawn)
    book.close()
    return buffer.getvalue()


def _is_numeric(rows: list[list[str]], column: int) -> bool:
    texts = [row[column] for row in rows[1:] if row[column]]
    return bool(texts) and all(as_number(text) is not None for text in texts)
