"""Vintages: the day from which a figure was known, and the figures known on a day.

A vintage is the day on which the publisher released a figure; a month, quarter or year where the day is not on record,
and it was surely out at the end of that period. A row is stored only when a figure differs from the one before, so the
value known on a day is the last row that was out by then. This is how ALFRED keeps real-time data
(https://alfred.stlouisfed.org/help/realtime_periods).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import pandas as pd
from nbpoints.errors import InputError
from nbpoints.parameters import periods

LATEST = "latest"
"""The word for "as known now", beside None."""

_taken: dict[str, str] = {}


@lru_cache(maxsize=4096)
def last_day(period: str) -> date:
    """Give the last day of an ISO day, month, quarter, year or fiscal year.

    Examples
    --------
    >>> last_day("2025-02").isoformat(), last_day("2025Q1").isoformat(), last_day("FY2024").isoformat()
    ('2025-02-28', '2025-03-31', '2025-03-31')
    """
    kind = periods.form(period)
    if kind == "day":
        return date.fromisoformat(period)
    if kind == "fiscal year":
        return date(int(period[2:]) + 1, 3, 31)
    if kind is None:
        raise InputError(f"{period!r} is not a valid period (expected one like 2025-06-19, 2025-06, 2025Q2 or 2025).")
    year = int(period[:4])
    month = {"year": 12, "month": int(period[5:] or 0), "quarter": 3 * int(period[5:] or 0)}[kind]
    return date(year, month, calendar.monthrange(year, month)[1])


def asked(as_of: str | None) -> date | None:
    """Read the day a user asks for; None stands for the latest figures.

    Examples
    --------
    >>> asked("2025-06").isoformat(), asked("latest")
    ('2025-06-30', None)
    """
    if as_of is None or as_of == LATEST:
        return None
    if periods.form(as_of) in (None, "fiscal year"):
        raise InputError(f"as_of: {as_of!r} is not a valid day (expected YYYY-MM-DD, or {LATEST!r}).")
    return last_day(as_of)


def known_from(rows: pd.DataFrame, kind: str, release_days: int) -> pd.Series:
    """Give the day from which each row was known.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns `period` and `vintage`, the vintages of a period oldest first.
    kind : str
        Kind of vintage in the catalogue. Where the vintage is the day on which a copy was taken ("capture"), the oldest
        figure of a period counts as known from its usual release, as revised until then.
    release_days : int
        Days from the end of a period to its usual first release.

    Examples
    --------
    >>> rows = pd.DataFrame({"period": ["2025-01", "2025-02"], "vintage": ["2026-02", "2026-02"]})
    >>> [str(day) for day in known_from(rows, "capture", 40)]
    ['2025-03-12', '2025-04-09']
    >>> [str(day) for day in known_from(rows, "release", 40)]
    ['2026-02-28', '2026-02-28']
    """
    out = rows["vintage"].map(last_day)
    if kind != "capture":
        return out
    usual = rows["period"].map(lambda period: last_day(period) + timedelta(days=release_days))
    first = ~rows["period"].duplicated()
    return out.where(~first | (out <= usual), usual)


def as_known(rows: pd.DataFrame, kind: str, release_days: int, day: date | None) -> pd.DataFrame:
    """Keep of each period the figure known on a day; of editions the whole newest one.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns `period`, `value` and `vintage`, in the order of the file: by period, oldest vintage first.
    kind, release_days : str, int
        As for `known_from`.
    day : datetime.date or None
        The day; None for the newest figures.

    Examples
    --------
    >>> rows = pd.DataFrame({"period": ["2025Q1", "2025Q1"], "value": [-0.2, 0.1], "vintage": ["2025-05", "2025-09"]})
    >>> as_known(rows, "release", 47, date(2025, 6, 19))["value"].tolist()
    [-0.2]
    """
    if day is not None:
        rows = rows[known_from(rows, kind, release_days) <= day]
    if kind == "edition" and len(rows):
        newest = max(rows["vintage"], key=last_day)
        return rows[rows["vintage"] == newest]
    return rows[~rows["period"].duplicated(keep="last")]


def note_read(name: str, vintages: Iterable[str]) -> None:
    """Note that figures of these vintages were read."""
    _taken[name] = max([*vintages, *([_taken[name]] if name in _taken else [])], key=last_day)


def released(*beginnings: str) -> str:
    """Tell the newest vintage among the figures read so far: the day for the source line of a figure.

    Parameters
    ----------
    *beginnings : str
        Names of series, or their first words: ``"mof"`` stands for every series ``mof.`` that was read.

    Returns
    -------
    str
        ISO day; a month, quarter or year where the day is not on record.

    Raises
    ------
    InputError
        When no such series was read.

    Examples
    --------
    >>> from autogap import data
    >>> exports = data.series("mof.us.exports.total", "2025-05", as_of="2025-06-19")
    >>> data.released("mof.us.exports.total") >= "2025-06-18"
    True
    """
    found = [
        vintage
        for name, vintage in _taken.items()
        for one in beginnings
        if f"{name}.".startswith(f"{one.rstrip('.')}.")
    ]
    if not found:
        told = ", ".join(sorted({name.partition(".")[0] for name in _taken})) or "none at all"
        raise InputError(f"released: no series {' or '.join(beginnings)} was read; the names read begin with: {told}.")
    return max(found, key=last_day)
