"""Read the data package: a series or a table by name, with its unit, source and vintage attached.

Nothing else in the collection opens a file under ``data/``. A gap in the source stays a gap.

Examples
--------
>>> from autogap import data
>>> exports = data.series("mof.us.exports.total", start="2025-05", end="2025-05")
>>> exports.attrs["unit"]
'million JPY'
>>> data.frame({"exports_jpy_mn": "mof.us.exports.total", "imports_jpy_mn": "mof.us.imports.total"}).shape[1]
2
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

import pandas as pd

from nbpoints.errors import InputError, did_you_mean
from autogap.paths import DATA

FREQUENCIES = {"M": "M", "Q": "Q", "A": "Y", "FY": "Y-MAR"}
"""Frequencies of the catalogue and the pandas periods that stand for them. A fiscal year of Japan (April to
March) is named by the year in which it begins; pandas names it by the year in which it ends."""

CODES = ("row", "column", "code", "sector", "hs", "hts_number", "heading")
"""Columns of tables that hold classification codes: text, because ``01`` is not 1."""

_read: dict[str, str] = {}


class DataError(InputError):
    """A series, table, vintage or period that the data package does not have."""


def files_read() -> dict[str, str]:
    """Tell which files under ``data/`` this process has read.

    Returns
    -------
    dict of str to str
        Path relative to the project's root -> SHA-256 of its bytes when it was read.
    """
    return dict(sorted(_read.items()))


def _open(relative: str) -> Path:
    path = DATA / relative
    if not path.is_file():
        raise DataError(f"data/{relative}: the file is missing; restore it, or run `python -m autogap.data.package`.")
    _read[f"data/{relative}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return path


@lru_cache(maxsize=1)
def _catalogue() -> pd.DataFrame:
    return pd.read_csv(_open("series.csv"), dtype=str, keep_default_na=False).set_index("name", drop=False)


@lru_cache(maxsize=32)
def _observations(relative: str) -> dict[str, pd.DataFrame]:
    rows = pd.read_csv(_open(relative), dtype={"period": str, "series": str, "value": float, "vintage": str})
    return dict(list(rows.groupby("series", sort=False)))


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
    rows = _catalogue()
    if match is None:
        return rows.copy()
    text = rows["name"] + " " + rows["title"]
    return rows[text.str.contains(match, case=False, regex=False)].copy()


def _entry(name: str) -> pd.Series:
    rows = _catalogue()
    if not isinstance(name, str) or name not in rows.index:
        raise DataError(f"series {name!r}: there is none of that name in data/series.csv."
                        + did_you_mean(name, rows.index))
    return rows.loc[name]


def vintages(name: str) -> list[str]:
    """List the vintages of a series, oldest first.

    Parameters
    ----------
    name : str
        Name of a series.

    Returns
    -------
    list of str
        Dates of release, or stages of release, as far as they are known.

    Raises
    ------
    DataError
        If there is no series of that name.
    """
    return _entry(name)["vintages"].split(";")


def _periods(labels: pd.Series, frequency: str) -> pd.PeriodIndex:
    if frequency == "FY":
        ends = (labels.str.removeprefix("FY").astype(int) + 1).astype(str)
        return pd.PeriodIndex(ends, freq=FREQUENCIES["FY"], name="period")
    return pd.PeriodIndex(labels, freq=FREQUENCIES[frequency], name="period")


def _bound(value: str | pd.Period, frequency: str, name: str, end: bool) -> pd.Period:
    text = str(value)
    # pandas would read "May" as the month 0001-05: only what the data package itself writes is meant.
    if isinstance(value, pd.Period) or re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])|Q[1-4])?|FY\d{4}", text):
        year = text.removeprefix("FY")
        wanted = pd.Period(str(int(year) + 1), freq=FREQUENCIES["FY"]) if year != text else pd.Period(value)
        return wanted.asfreq(FREQUENCIES[frequency], "end" if end else "start")
    example = {"M": "2025-05", "Q": "2025Q1", "A": "2024", "FY": "FY2024"}[frequency]
    raise DataError(f"series {name!r}: {text!r} is no period; give one like {example!r}.")


def _select(rows: pd.DataFrame, entry: pd.Series, vintage: str | None) -> tuple[pd.DataFrame, str]:
    """Choose the rows of one vintage, or join the release stages to the latest figure of each period."""
    known = entry["vintages"].split(";")
    if vintage is not None:
        if vintage not in known:
            raise DataError(f"series {entry['name']!r}: there is no vintage {vintage!r}; there are {', '.join(known)}.")
        return rows[rows["vintage"] == vintage], vintage
    if entry["vintage_kind"] == "release":
        return rows[rows["vintage"] == known[-1]], known[-1]
    rank = rows["vintage"].map({label: place for place, label in enumerate(known)})
    latest = rows.assign(rank=rank).sort_values(["period", "rank"]).drop_duplicates("period", keep="last")
    return latest, " and ".join(known)


def series(
    name: str, start: str | pd.Period | None = None, end: str | pd.Period | None = None, vintage: str | None = None
) -> pd.Series:
    """Read one series.

    Parameters
    ----------
    name : str
        Name in ``data/series.csv``, such as ``"mof.us.exports.motor_vehicles"``.
    start, end : str or pandas.Period, optional
        First and last period wanted, both included: ``"2025-05"``, ``"2025Q1"``, ``"2024"``, ``"FY2024"``.
    vintage : str, optional
        Which vintage; the latest when left out. Where vintages are stages of release, the latest stage of each
        period.

    Returns
    -------
    pandas.Series
        Values in the publisher's unit on a ``PeriodIndex``; ``attrs`` holds name, title, unit, publisher, source,
        vintage, grade, licence and note.

    Raises
    ------
    DataError
        If the name, the vintage or a period is not in the package.

    Examples
    --------
    >>> from autogap import data
    >>> float(data.series("mof.us.balance", "2025-05", "2025-05").iloc[0])
    451672.0
    """
    entry = _entry(name)
    rows, chosen = _select(_observations(entry["file"])[name], entry, vintage)
    values = pd.Series(rows["value"].to_numpy(), index=_periods(rows["period"], entry["frequency"]), name=name)
    values = values.sort_index()
    first = values.index[0] if start is None else _bound(start, entry["frequency"], name, end=False)
    last = values.index[-1] if end is None else _bound(end, entry["frequency"], name, end=True)
    values = values[(values.index >= first) & (values.index <= last)]
    if values.empty:
        raise DataError(f"series {name!r}: nothing from {first} to {last}; it has {entry['first_period']} to "
                        f"{entry['last_period']}.")
    kept = ["name", "title", "unit", "publisher", "source", "grade", "licence", "note"]
    values.attrs = {**entry[kept].to_dict(), "vintage": chosen}
    return values


def frame(
    names: dict[str, str] | list[str], start: str | pd.Period | None = None, end: str | pd.Period | None = None
) -> pd.DataFrame:
    """Read several series of one frequency into one table.

    Parameters
    ----------
    names : dict of str to str, or list of str
        Column -> name of a series. A list uses the names as columns.
    start, end : str or pandas.Period, optional
        First and last period wanted, both included.

    Returns
    -------
    pandas.DataFrame
        One column a series on the union of their periods; a period that a series lacks is NaN. ``attrs["series"]``
        holds each column's attributes.

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
    columns = {column: series(name, start, end) for column, name in chosen.items()}
    attributes = {column: values.attrs for column, values in columns.items()}
    for values in columns.values():
        values.attrs = {}
    table = pd.DataFrame(columns)
    table.attrs = {"series": attributes}
    return table


def revisions(name: str) -> pd.DataFrame:
    """Set the vintages of a series side by side.

    Parameters
    ----------
    name : str
        Name of a series.

    Returns
    -------
    pandas.DataFrame
        Periods in rows, vintages in columns, oldest first; NaN where a vintage does not reach.
    """
    entry = _entry(name)
    rows = _observations(entry["file"])[name]
    wide = rows.pivot(index="period", columns="vintage", values="value")[entry["vintages"].split(";")]
    wide.index = _periods(wide.index.to_series(), entry["frequency"])
    return wide.sort_index().rename_axis(index="period", columns="vintage")


def table(name: str) -> pd.DataFrame:
    """Read a table that is no time series: claims, events, tariffs, estimates, input-output.

    Parameters
    ----------
    name : str
        Stem of a file in ``data/tables/``, such as ``"claims"``.

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
    >>> data.table("claims").loc[2, "claim_id"]
    'C03'
    """
    known = sorted(path.stem for path in (DATA / "tables").glob("*.csv"))
    if name not in known:
        raise DataError(f"table {name!r}: there is none of that name in data/tables." + did_you_mean(name, known))
    rows = pd.read_csv(_open(f"tables/{name}.csv"), dtype=dict.fromkeys(CODES, str))
    rows.attrs = {"name": name}
    return rows
