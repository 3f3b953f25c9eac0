"""The observation files: rows judged one by one, put in order, and the periods of the catalogue that follow from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from autogap.data import gate, known
from autogap.data.vocabulary import OBSERVATION_FIELDS, SERIES_FIELDS
from nbpoints.errors import InputError
from nbpoints.files import write_whole

Row = list[str]


def settle(data: Path, catalogue: list[dict[str, str]], today: str) -> None:
    """Put the rows of each file in order, and the first and last period of each series into ``series.csv``.

    So a new month may be added at the end of a file. Nothing is written before every row has been judged.

    Parameters
    ----------
    data : Path
        The folder of the data package.
    catalogue : list of dict
        The rows of ``series.csv``; their periods are renewed in place.
    today : str
        Newest day that a vintage may name.

    Raises
    ------
    InputError
        When a row is broken, stands twice or repeats the vintage before, or the catalogue does not know its series or
        file; when a series has no row.
    """
    known_series = {row["name"]: row for row in catalogue}
    texts, spans = {}, {}
    for relative in sorted({row["file"] for row in catalogue}):
        rows = read(data, relative, known_series, today)
        texts[data / relative] = text(list(OBSERVATION_FIELDS), rows)
        for period, name, _, _ in rows:
            spans.setdefault(name, []).append(period)
    for row in catalogue:
        if row["name"] not in spans:
            raise InputError(f"data/{row['file']}: there is no row of {row['name']}, which series.csv describes.")
        row["first_period"], row["last_period"] = min(spans[row["name"]]), max(spans[row["name"]])
    texts[data / "series.csv"] = text(list(SERIES_FIELDS), (row.values() for row in catalogue))
    for path, content in texts.items():
        write_whole(path, content)


def read(data: Path, relative: str, catalogue: dict[str, dict[str, str]], today: str) -> list[Row]:
    """Judge every row of a file; return them by series and period, the oldest vintage first.

    Raises
    ------
    InputError
        One sentence with file and line.
    """
    lines = _lines(data / relative, relative)
    numbered, keys = [], set()
    for number, row in lines:
        fault = gate.fault(row, relative, catalogue, today)
        if not fault and (key := (row[1], row[0], row[3])) in keys:
            fault = f"{row[1]} has a second row for {row[0]}, vintage {row[3]!r}; keep one."
        if fault:
            raise InputError(f"data/{relative}, line {number}: {fault}")
        keys.add(key)
        numbered.append((number, row))
    numbered.sort(key=lambda item: (item[1][1], item[1][0], known.last_day(item[1][3]), item[1][3]))
    for number, fault in _doubts(numbered, catalogue):
        raise InputError(f"data/{relative}, line {number}: {fault}")
    return [row for _, row in numbered]


def _lines(path: Path, relative: str) -> list[tuple[int, Row]]:
    try:
        content = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[:error.start].count(b"\n") + 1
        raise InputError(f"data/{relative}, line {line}: the file is not UTF-8 there; save it as UTF-8 "
                         "(Japanese files are often cp932).") from None
    reader = csv.reader(io.StringIO(content, newline=""))
    header = next(reader, [])
    if header != list(OBSERVATION_FIELDS):
        raise InputError(f"data/{relative}: the columns are {header}; they must be {list(OBSERVATION_FIELDS)}.")
    return [(reader.line_num, row) for row in reader]


def _doubts(numbered: list[tuple[int, Row]], catalogue: dict[str, dict[str, str]]) -> Iterable[tuple[int, str]]:
    """Find rows that say nothing new, and figures out of all proportion."""
    for name, group in groupby(numbered, key=lambda item: item[1][1]):
        rows = list(group)
        repeats = catalogue[name]["vintage_kind"] in ("announcement", "edition")
        for (_, before), (number, row) in zip(rows, rows[1:]):
            if not repeats and before[0] == row[0] and float(before[2]) == float(row[2]):
                yield number, (f"{row[1]} of {row[0]} is {row[2]} as in vintage {before[3]}; a row is stored only when "
                               "the figure differs.")
        for place, fault in gate.steps([row for _, row in rows]):
            yield rows[place][0], fault


def text(header: list[str], rows: Iterable[Iterable[str]]) -> str:
    """Write rows as CSV, lines ended by a line feed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
