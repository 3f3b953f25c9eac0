"""The observation files: rows judged one by one and put in order, and the periods of the catalogue that follow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.parameters import periods

from autogap.data import gate, known, reading
from autogap.data.vocabulary import OBSERVATION_FIELDS, SERIES_FIELDS

Row = list[str]


def put_in_order(data: Path, catalogue: list[dict[str, str]], today: str) -> list[str]:
    """Put the rows of each file and the catalogue in order, and renew the first and last period of each series.

    So a new month or series may be added at the end of a file. Nothing is written before every row has been judged.

    Parameters
    ----------
    data : Path
        The folder of the data package.
    catalogue : list of dict
        The rows of ``series.csv``; their periods are renewed in place.
    today : str
        Newest day that a vintage may name.

    Returns
    -------
    list of str
        The files that changed, from the package's folder.

    Raises
    ------
    InputError
        All faults at once: when a row is broken, stands twice or repeats the vintage before, or the catalogue does not
        know its series or file; when a series has no row.
    """
    known_series = {row["name"]: row for row in catalogue}
    texts, spans, faults = {}, {}, []
    for relative in sorted({row["file"] for row in catalogue}):
        try:
            rows = read(data, relative, known_series, today)
        except InputError as error:
            faults += str(error).splitlines()
            continue
        texts[relative] = text(list(OBSERVATION_FIELDS), rows)
        for period, name, _, _ in rows:
            spans.setdefault(name, []).append(period)
    reading.refuse(faults)
    reading.refuse(
        f"data/{row['file']}: there is no row of {row['name']}, which series.csv describes."
        for row in catalogue
        if row["name"] not in spans
    )
    for row in catalogue:
        row["first_period"], row["last_period"] = min(spans[row["name"]]), max(spans[row["name"]])
    catalogue.sort(key=lambda row: row["name"])
    texts["series.csv"] = text(list(SERIES_FIELDS), (row.values() for row in catalogue))
    return [relative for relative, content in texts.items() if write_whole(data / relative, content)]


def read(data: Path, relative: str, catalogue: dict[str, dict[str, str]], today: str) -> list[Row]:
    """Judge every row of a file; return them by series and period, the oldest vintage first.

    Raises
    ------
    InputError
        One sentence a fault, with file and line.
    """
    (_, header), *lines = reading.rows(data, relative) or [(1, [])]
    if header != list(OBSERVATION_FIELDS):
        raise InputError(f"data/{relative}: the columns are {header}; they must be {list(OBSERVATION_FIELDS)}.")
    numbered, keys, faults = [], set(), []
    for number, row in lines:
        fault = gate.fault(row, relative, catalogue, today)
        if not fault and (key := (row[1], row[0], row[3])) in keys:
            fault = f"{row[1]} has a second row for {row[0]}, vintage {row[3]!r}; keep one."
        if fault:
            faults.append(f"data/{relative}, line {number}: {fault}")
            continue
        keys.add(key)
        numbered.append((number, row))
    reading.refuse(faults)
    numbered.sort(key=lambda item: (item[1][1], item[1][0], known.last_day(item[1][3]), item[1][3]))
    reading.refuse(f"data/{relative}, line {number}: {fault}" for number, fault in _doubts(numbered, catalogue))
    return [row for _, row in numbered]


def stored(data: Path, relative: str) -> list[Row]:
    """List the rows of a file as they stand, once each has all its cells and a number.

    Raises
    ------
    InputError
        With every line that has not.
    """
    found = list(csv.reader(io.StringIO(reading.text(data, relative), newline="")))[1:]
    if all(len(row) == len(OBSERVATION_FIELDS) and gate.NUMBER.fullmatch(row[2]) for row in found):
        return found
    reading.refuse(reading.ragged(data, relative))  # lines are counted only where they are needed
    body = reading.rows(data, relative)[1:]
    reading.refuse(
        f"data/{relative}, line {line}: the value {row[2]!r} is not a valid number (expected one like 1234.5)."
        for line, row in body
        if not gate.NUMBER.fullmatch(row[2])
    )
    return [row for _, row in body]


def vintages(data: Path, relative: str) -> list[str]:
    """List the distinct vintages of a file, oldest first.

    Raises
    ------
    InputError
        When there is no row, a row does not fit the columns, or a vintage is none.
    """
    held = reading.rows(data, relative)
    if not held or any(len(row) != len(OBSERVATION_FIELDS) for _, row in held):
        reading.refuse(reading.ragged(data, relative))
    first = {row[-1]: line for line, row in reversed(held[1:]) if row}
    wrong = [vintage for vintage in first if periods.form(vintage) in (None, "fiscal year")]
    reading.refuse(
        f"data/{relative}, line {first[vintage]}: the vintage {vintage!r} is not a valid day of release (expected one "
        "like 2025-06-18)."
        for vintage in wrong
    )
    reading.refuse([] if first else [f"data/{relative}: the file has no row; append one, or restore it."])
    return sorted(first, key=lambda day: (known.last_day(day), day))


def _doubts(numbered: list[tuple[int, Row]], catalogue: dict[str, dict[str, str]]) -> Iterable[tuple[int, str]]:
    """Find rows that say nothing new, and figures out of all proportion."""
    for name, group in groupby(numbered, key=lambda item: item[1][1]):
        rows = list(group)
        repeats = catalogue[name]["vintage_kind"] in ("announcement", "edition")
        for (_, before), (number, row) in zip(rows, rows[1:]):
            if not repeats and before[0] == row[0] and float(before[2]) == float(row[2]):
                yield (
                    number,
                    (
                        f"{row[1]} of {row[0]} is {row[2]} as in vintage {before[3]}; a row is stored only when "
                        "the figure differs."
                    ),
                )
        for place, fault in gate.steps([row for _, row in rows]):
            yield rows[place][0], fault


def text(header: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Write rows as CSV, lines ended by a line feed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
