"""Read the data package: a series or a table by name, as known now or on any day; what it is; its revisions.

Nothing else in the collection opens a file under ``data/``. A gap in the source stays a gap.

Examples
--------
>>> from autogap import data
>>> exports = data.series("mof.us.exports.total", start="2025-05", end="2025-05")
>>> exports.size, data.about(exports.name)["unit"]
(1, 'million JPY')
>>> data.frame({"exports_jpy_mn": "mof.us.exports.total", "imports_jpy_mn": "mof.us.imports.total"}).shape[1]
2
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import pandas as pd
from nbpoints.errors import did_you_mean

from autogap.data import frames, known, reading, used
from autogap.data.frames import DataError as DataError
from autogap.data.known import released as released
from autogap.data.used import files_read as files_read
from autogap.paths import DATA

CODES = ("row", "column", "code", "sector", "hs", "hts_number", "heading")
"""Columns of tables that hold classification codes: text, because ``01`` is not 1."""


def _open(relative: str) -> Path:
    path = DATA / relative
    if not path.is_file():
        raise DataError(f"data/{relative}: the file is missing; restore it, or run `python -m autogap.data.package`.")
    used.note_read(relative, path)
    return path


@lru_cache(maxsize=1)
def _catalogue() -> tuple[list[str], dict[str, list[str]]]:
    """Columns of the catalogue, and its rows by name; a row becomes a dict when it is asked for."""
    try:
        with _open("series.csv").open(encoding="utf-8", newline="") as file:
            columns, *rows = [row for row in csv.reader(file) if row] or [[]]
    except (UnicodeDecodeError, csv.Error):
        columns, *rows = [row for _, row in reading.rows(DATA, "series.csv")]  # says where
    for row in [columns, *rows]:
        if "name" not in columns or len(row) != len(columns):
            raise DataError(f"data/series.csv: {','.join(row)[:40]!r} does not fit the columns; restore the file.")
    by_name = {row[columns.index("name")]: row for row in rows}
    if len(by_name) < len(rows):
        reading.refuse(reading.twice(DATA, "series.csv", ["name"]))
    return columns, by_name


@lru_cache(maxsize=32)
def _observations(relative: str) -> pd.api.typing.DataFrameGroupBy:
    _open(relative)
    return frames.read(DATA, relative).groupby("series", sort=False)


def catalogue(match: str | None = None) -> pd.DataFrame:
    """List the series of the package, one row each.

    Parameters
    ----------
    match : str, optional
        Keep the series whose name or title contains this text, upper or lower case.

    Returns
    -------
    pandas.DataFrame
        The rows of ``data/series.csv``, indexed by name.

    Examples
    --------
    >>> from autogap import data
    >>> "frb.jpy_per_usd" in data.catalogue("yen").index
    True
    """
    used.note_use("series.csv")
    columns, rows_by_name = _catalogue()
    rows = pd.DataFrame(rows_by_name.values(), columns=columns).set_index("name", drop=False)
    if match is None:
        return rows
    text = rows["name"] + " " + rows["title"]
    return rows[text.str.contains(match, case=False, regex=False)]


def licences(files: Collection[str]) -> dict[str, str]:
    """Terms of the series in data files, as their publishers state them; tables have theirs in ``datapackage.json``.

    Parameters
    ----------
    files : collection of str
        Paths from the root, as `files_read` gives them.

    Examples
    --------
    >>> licences(["data/observations/frb_exchange_rates.csv"])
    {'data/observations/frb_exchange_rates.csv': 'public domain (work of the US federal government)'}
    """
    if not files:  # reading the catalogue would make it one
        return {}
    columns, rows = _catalogue()
    file, licence = columns.index("file"), columns.index("licence")
    pairs = {(f"data/{row[file]}", row[licence]) for row in rows.values()}
    terms = {name: "; ".join(sorted(said for path, said in pairs if path == name)) for name in files}
    return {name: said for name, said in terms.items() if said}


def _entry(name: str) -> dict[str, str]:
    columns, rows = _catalogue()
    used.note_use("series.csv")
    if not isinstance(name, str) or name not in rows:
        raise DataError(f"series {name!r}: there is none of that name in data/series.csv." + did_you_mean(name, rows))
    entry = dict(zip(columns, rows[name], strict=True))
    if entry["frequency"] not in frames.FREQUENCIES or not entry["release_days"].isdecimal():
        frames.refuse(DATA, entry["file"], f"frequency or release_days of {name}")
    return entry


def vintages(name: str) -> list[str]:
    """List the days on which figures of a series were released, oldest first.

    Parameters
    ----------
    name : str
        Name of a series.

    Returns
    -------
    list of str
        ISO days; a month, quarter or year where the day is not on record.

    Raises
    ------
    DataError
        If there is no series of that name.

    Examples
    --------
    >>> from autogap import data
    >>> data.vintages("mof.us.exports.total")[-1]
    '2026-09-16'
    """
    return sorted(_rows(_entry(name))["vintage"].unique(), key=known.last_day)


def about(name: str, as_of: str | None = None) -> dict[str, str]:
    """Describe a series: what the numbers are, in which unit, whose, and how new.

    Parameters
    ----------
    name : str
        Name of a series.
    as_of : str, optional
        Day of the article, ``"2025-06-19"``; the latest figures when left out.

    Returns
    -------
    dict of str to str
        `name`, `title`, `unit`, `frequency`, `publisher`, `source`, `grade`, `licence`, `note`, `vintage_kind`;
        `vintage`, the newest release in it; `first_period` and `last_period` as known then.

    Examples
    --------
    >>> from autogap import data
    >>> told = data.about("mof.us.exports.total", as_of="2025-06-19")
    >>> told["unit"], told["vintage"], told["last_period"]
    ('million JPY', '2025-06-18', '2025-05')
    """
    entry = _entry(name)
    rows = _known(entry, as_of)
    kept = ["name", "title", "unit", "frequency", "publisher", "source", "grade", "licence", "note", "vintage_kind"]
    return {
        **{key: entry[key] for key in kept},
        "vintage": max(rows["vintage"], key=known.last_day),
        "first_period": rows["period"].min(),
        "last_period": rows["period"].max(),
    }


def _periods(labels: pd.Series, entry: dict[str, str]) -> pd.PeriodIndex:
    try:
        return frames.index(labels, entry["frequency"])
    except ValueError as error:  # a period of another length than the series has
        frames.refuse(DATA, entry["file"], error)


def _rows(entry: dict[str, str]) -> pd.DataFrame:
    used.note_use(entry["file"])
    try:
        return _observations(entry["file"]).get_group(entry["name"])
    except KeyError:
        raise DataError(
            f"data/{entry['file']}: there is no row of {entry['name']}, which series.csv describes; append one."
        ) from None


def _known(entry: dict[str, str], as_of: str | None) -> pd.DataFrame:
    """The rows known on a day, one a period."""
    day = known.asked(as_of)
    rows = known.as_known(_rows(entry), entry["vintage_kind"], int(entry["release_days"]), day)
    if rows.empty:
        first = known.known_from(_rows(entry), entry["vintage_kind"], int(entry["release_days"])).min()
        raise DataError(f"series {entry['name']!r}: no figure was out by {day}; the first is of {first}.")
    return rows


def _vintage(entry: dict[str, str], vintage: str) -> pd.DataFrame:
    """The rows as they stood when one vintage came out; of editions that edition alone."""
    there = vintages(entry["name"])
    wanted = vintage.removeprefix("edition-")
    if wanted not in there:
        raise DataError(f"series {entry['name']!r}: there is no vintage {vintage!r}; there are {', '.join(there)}.")
    rows = _rows(entry)
    if entry["vintage_kind"] == "edition":
        return rows[rows["vintage"] == wanted]
    return known.as_known(rows, "release", 0, known.last_day(wanted))


def series(
    name: str,
    start: str | pd.Period | None = None,
    end: str | pd.Period | None = None,
    vintage: str | None = None,
    *,
    as_of: str | None = None,
) -> pd.Series:
    """Read one series.

    Parameters
    ----------
    name : str
        Name in ``data/series.csv``, such as ``"mof.us.exports.motor_vehicles"``.
    start, end : str or pandas.Period, optional
        First and last period wanted, both included: ``"2025-05"``, ``"2025Q1"``, ``"2024"``, ``"FY2024"``.
    vintage : str, optional
        The series as it stood when this vintage came out; of a publication with editions that edition alone.
    as_of : str, optional
        The series as known on this day, such as ``"2025-06-19"``: of each period the last figure released by then.
        None or ``"latest"`` is the newest figure. Where only a copy is held (`vintage_kind` "capture"), figures count
        as known from their usual release, as revised until the copy was taken.

    Returns
    -------
    pandas.Series
        Values in the publisher's unit on a ``PeriodIndex``; `about` gives unit, source, note and licence.

    Raises
    ------
    DataError
        If the name, the vintage or a period is not in the package, or nothing was known on that day.

    Examples
    --------
    >>> from autogap import data
    >>> float(data.series("mof.us.balance", "2025-05", "2025-05").iloc[0])
    451672.0
    >>> float(data.series("mof.us.balance", as_of="2025-06-19").iloc[-1])
    451701.0
    """
    entry = _entry(name)
    if vintage is not None and known.asked(as_of) is not None:
        raise DataError(f"series {name!r}: give vintage or as_of, not both.")
    rows = _vintage(entry, vintage) if vintage is not None else _known(entry, as_of)
    rows = rows.set_axis(_periods(rows["period"], entry)).sort_index()
    first = rows.index[0] if start is None else frames.bound(start, entry["frequency"], name, end=False)
    last = rows.index[-1] if end is None else frames.bound(end, entry["frequency"], name, end=True)
    wanted = rows[(rows.index >= first) & (rows.index <= last)]
    if wanted.empty:
        there = rows["period"].min(), rows["period"].max()
        told = f"{start or there[0]} to {end or there[1]}"
        raise DataError(f"series {name!r}: nothing from {told}; it has {there[0]} to {there[1]}.")
    known.note_read(name, wanted["vintage"])
    values = wanted["value"].rename(name)
    # the release alone: it stays true after arithmetic, which a unit does not
    values.attrs = {"vintage": max(rows["vintage"], key=known.last_day)}
    return values


def frame(
    names: dict[str, str] | list[str],
    start: str | pd.Period | None = None,
    end: str | pd.Period | None = None,
    *,
    as_of: str | None = None,
) -> pd.DataFrame:
    """Read several series of one frequency into one table.

    Parameters
    ----------
    names : dict of str to str, or list of str
        Column -> name of a series. A list uses the names as columns.
    start, end : str or pandas.Period, optional
        First and last period wanted, both included.
    as_of : str, optional
        The figures as known on this day; see `series`.

    Returns
    -------
    pandas.DataFrame
        One column a series on the union of their periods; a period that a series lacks is NaN.

    Raises
    ------
    DataError
        If a name is not in the package, or frequencies differ.

    Examples
    --------
    >>> from autogap import data
    >>> list(data.frame({"balance_jpy_mn": "mof.us.balance"}, "2025-05", "2025-06").columns)
    ['balance_jpy_mn']
    """
    chosen = names if isinstance(names, dict) else {name: name for name in names}
    frequencies = {name: _entry(name)["frequency"] for name in chosen.values()}
    if len(set(frequencies.values())) > 1:
        told = ", ".join(f"{name} is {frequency}" for name, frequency in frequencies.items())
        raise DataError(f"frame: series of one table must share their frequency; {told}.")
    columns = {column: series(name, start, end, as_of=as_of) for column, name in chosen.items()}
    for values in columns.values():
        values.attrs = {}
    return pd.DataFrame(columns)


def revisions(name: str, *, filled: bool | None = None) -> pd.DataFrame:
    """Set the vintages of a series side by side: what was known after each release.

    Parameters
    ----------
    name : str
        Name of a series.
    filled : bool, optional
        Whether a figure stands under every later release until one revises it. By default it does, except where each
        release announces a few periods only, and in editions of a publication, which are never joined.

    Returns
    -------
    pandas.DataFrame
        Periods in rows, vintages in columns, oldest first; NaN where a release does not tell the period.

    Examples
    --------
    >>> from autogap import data
    >>> data.revisions("cao.gdp_real_qoq_pct").loc["2025Q1", ["2025-05-16", "2025-06-09"]].tolist()
    [-0.2, -0.0]
    """
    entry = _entry(name)
    known.note_read(name, vintages(name))
    wide = _rows(entry).pivot(index="period", columns="vintage", values="value")[vintages(name)]
    wide.index = _periods(wide.index.to_series(), entry)
    if entry["vintage_kind"] in ("release", "capture") if filled is None else filled:
        wide = wide.ffill(axis=1)
    return wide.sort_index().rename_axis(index="period", columns="vintage")


def table(name: str, text: bool = False) -> pd.DataFrame:
    """Read a table that is not a time series: claims, events, tariffs, estimates, input-output.

    Parameters
    ----------
    name : str
        Stem of a file in ``data/tables/``, such as ``"timeline"``, with its folder if it stands in one.
    text : bool
        Whether to read every column as text, as it is written.

    Returns
    -------
    pandas.DataFrame
        The table as it stands; ``data/README.md`` explains each column.

    Raises
    ------
    DataError
        If there is no such table.

    Examples
    --------
    >>> from autogap import data
    >>> data.table("claims/japan_times_2025-06-19").loc[2, "claim_id"]
    'C03'
    """
    room = DATA / "tables"
    if not (room / f"{name}.csv").is_file():
        known = sorted(path.relative_to(room).with_suffix("").as_posix() for path in room.rglob("*.csv"))
        raise DataError(f"table {name!r}: there is none of that name in data/tables." + did_you_mean(name, known))
    used.note_use(f"tables/{name}.csv")
    try:
        return pd.read_csv(_open(f"tables/{name}.csv"), dtype=str if text else dict.fromkeys(CODES, str))
    except ValueError as error:  # of pandas, which does not name the file
        reading.refuse(reading.ragged(DATA, f"tables/{name}.csv"))
        raise DataError(f"data/tables/{name}.csv: the file cannot be read ({error}).") from None
