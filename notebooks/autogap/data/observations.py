"""The observation files: rows judged one by one, put in order, and the periods of the catalogue that follow from them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from nbpoints.parameters import periods
from autogap.data.vocabulary import OBSERVATION_FIELDS, SERIES_FIELDS
from nbpoints.errors import InputError, did_you_mean

_PERIOD_OF = {"M": "month", "Q": "quarter", "A": "year", "FY": "fiscal year"}


def settle(data: Path, catalogue: list[dict[str, str]]) -> None:
    """Put the rows of each file in order, and the first and last period of each series into ``series.csv``.

    So a new month may be added at the end of a file. Nothing is written before every row has been judged.

    Parameters
    ----------
    data : Path
        The folder of the data package.
    catalogue : list of dict
        The rows of ``series.csv``; their periods are renewed in place.

    Raises
    ------
    InputError
        When a row is broken or stands twice, or the catalogue does not know its series, file or vintage; when a series
        has no row.
    """
    known = {row["name"]: row for row in catalogue}
    texts, spans = {}, {}
    for relative in sorted({row["file"] for row in catalogue}):
        rows = _read(data / relative, relative, known)
        texts[data / relative] = _csv(list(OBSERVATION_FIELDS), rows)
        for period, name, _, _ in rows:
            spans.setdefault(name, []).append(period)
    for row in catalogue:
        if row["name"] not in spans:
            raise InputError(f"data/{row['file']}: there is no row of {row['name']}, which series.csv describes.")
        row["first_period"], row["last_period"] = min(spans[row["name"]]), max(spans[row["name"]])
    texts[data / "series.csv"] = _csv(list(SERIES_FIELDS), (row.values() for row in catalogue))
    for path, text in texts.items():
        if path.read_bytes() != text.encode():
            path.write_text(text, encoding="utf-8", newline="")


def _read(path: Path, relative: str, known: dict[str, dict[str, str]]) -> list[list[str]]:
    """Judge every row of a file; return them by series and period, vintages in the order of the file."""
    with open(path, newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if header != list(OBSERVATION_FIELDS):
            raise InputError(f"data/{relative}: the columns are {header}; they must be {list(OBSERVATION_FIELDS)}.")
        rows, keys = [], set()
        for row in reader:
            fault = _fault(row, relative, known)
            if not fault and (key := (row[1], row[0], row[3])) in keys:
                fault = f"{row[1]} has a second row for {row[0]}, vintage {row[3]!r}; keep one."
            if fault:
                raise InputError(f"data/{relative}, line {reader.line_num}: {fault}")
            keys.add(key)
            rows.append(row)
    return sorted(rows, key=lambda row: (row[1], row[0]))


def _fault(row: list[str], relative: str, known: dict[str, dict[str, str]]) -> str:
    """Say what is wrong with a row, or nothing."""
    if len(row) != len(OBSERVATION_FIELDS) or not all(row):
        return f"{','.join(row)!r} has not all of {', '.join(OBSERVATION_FIELDS)}."
    period, name, value, vintage = row
    if name not in known:
        return f"no row of series.csv describes {name!r}.{did_you_mean(name, known)}"
    series = known[name]
    if series["file"] != relative:
        return f"series.csv has {name} in data/{series['file']}."
    kind = _PERIOD_OF[series["frequency"]]
    if periods.form(period) != kind:
        return f"{period!r} is no {kind} like {periods.EXAMPLES[kind]}, as {name} needs."
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"the value {value!r} of {name} is no number like 1234.5."
    vintages = series["vintages"].split(";")
    if vintage not in vintages:
        return f"series.csv knows no vintage {vintage!r} of {name}, only {', '.join(vintages)}; add it there, by age."
    return ""


def _csv(header: list[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
