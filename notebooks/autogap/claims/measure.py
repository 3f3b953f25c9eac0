"""Compute what a claim asserts straight from a series: level, change, sum, mean, share or rank of a period.

So a new article is checked by writing rows; no code is needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbpoints.errors import InputError, did_you_mean

from autogap import data

if TYPE_CHECKING:
    import pandas as pd

TRANSFORMS = ("level", "sum", "mean", "change", "yoy_pct", "share_pct", "rank")
SCALES = {"10,000": 1e4, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


class NotYetKnown(InputError):
    """The figure had not been published by the day that was asked for."""


_PERIOD = re.compile(r"(FY)?[0-9]{4}(-[0-9]{2}|Q[1-4])?")
_NO_FLOW = re.compile(r"percent|index|rate|persons| per ")  # units whose figures of several periods do not add up


def span(period: str, frequency: str) -> tuple[str, str]:
    """Return the first and last period of a series that a claim's period covers.

    Parameters
    ----------
    period : str
        ``2025-05``, ``2025Q1``, ``2025``, ``FY2025``, or two of them as ``2025-04..2025-12``.
    frequency : {"M", "Q", "A", "FY"}
        Of the series.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If the period cannot be read, or is shorter than a period of the series.

    Examples
    --------
    >>> span("FY2025", "M"), span("2025Q1", "M"), span("2025", "A")
    (('2025-04', '2026-03'), ('2025-01', '2025-03'), ('2025', '2025'))
    """
    import pandas as pd

    first, dots, last = period.partition("..")
    for each in (first, last) if dots else (first,):
        if not _PERIOD.fullmatch(each):
            raise InputError(f"period: {each!r} is not a valid period (expected 2025-05, 2025Q1, 2025 or FY2025).")
    if dots:
        return span(first, frequency)[0], span(last, frequency)[1]
    if frequency in ("A", "FY"):
        if first.startswith("FY") != (frequency == "FY") or not first.removeprefix("FY").isdecimal():
            like = "FY2025" if frequency == "FY" else "2025"
            raise InputError(f"period: the series is yearly and has no {first}; give one such as {like}.")
        return first, first
    if first.startswith("FY"):
        year = int(first[2:])
        covered = pd.Period(f"{year}-04", "M").start_time, pd.Period(f"{year + 1}-03", "M").end_time
    else:
        try:
            covered = pd.Period(first).start_time, pd.Period(first).end_time
        except ValueError:
            raise InputError(f"period: {first!r} is not a valid period (expected 2025-05, 2025Q1 or 2025).") from None
    if frequency == "Q" and "-" in first:
        raise InputError(f"period: the series is quarterly and has no month {first}; give a quarter such as 2025Q1.")
    return tuple(str(pd.Period(moment, frequency)) for moment in covered)


def measure(series: str, transform: str, period: str, of: str | None = None, as_of: str | None = None) -> float:
    """Compute a claim's figure.

    Parameters
    ----------
    series : str
        Name in ``data/series.csv``.
    transform : {"level", "sum", "mean", "change", "yoy_pct", "share_pct", "rank"}
        ``change`` and ``yoy_pct`` compare the period with that a year earlier; ``rank`` is the place of the period
        among all periods of its length in the series, 1 the largest.
    period : str
        See `span`.
    of : str, optional
        The whole, for ``share_pct``.
    as_of : str, optional
        Day up to which releases are known; the latest figures when left out.

    Returns
    -------
    float
        In the unit of the series, percent, or places.

    Raises
    ------
    InputError
        If a name is unknown, the period is impossible, or the series does not cover it.

    Examples
    --------
    >>> round(measure("mof.us.exports.total", "yoy_pct", "2025-05"), 1)
    -11.0
    """
    if transform not in TRANSFORMS:
        near = did_you_mean(transform, TRANSFORMS)
        raise InputError(f"transform: {transform!r} is not known; give one of {', '.join(TRANSFORMS)}.{near}")
    if (transform == "share_pct") != bool(of):
        raise InputError(f"of: the transform {transform} {'needs' if not of else 'takes no'} series of the whole.")
    if as_of is not None:
        measure(series, transform, period, of)  # what cannot be computed at all is said first
        try:
            return _measure(series, transform, period, of, as_of)
        except InputError:
            raise NotYetKnown(f"{series}: {period} was not published by {as_of}.") from None
    return _measure(series, transform, period, of, None)


def _measure(series: str, transform: str, period: str, of: str | None, as_of: str | None) -> float:
    values = data.series(series, as_of=as_of)
    entry = data.catalogue().loc[series]
    first, last = span(period, entry["frequency"])
    flow = not _NO_FLOW.search(entry["unit"])
    if first != last and (transform == "level" or transform == "sum" and not flow):
        other = "mean" if not flow else "sum or mean"
        raise InputError(f"transform: {period} has several periods of {series}; give {other} instead of {transform}.")
    if transform == "rank":
        return _rank(values, first, last, series)
    total = _total(values, first, last, series)
    length = len(values[_place(first, values) : _place(last, values)])
    if transform in ("change", "yoy_pct"):
        before = _total(values, *(_earlier(each, values) for each in (first, last)), series)
        if transform == "change":
            return (total - before) / (1 if flow else length)
        if before <= 0:
            raise InputError(
                f"transform: {series} was not above zero a year before {period}; give change, not yoy_pct."
            )
        return 100 * (total / before - 1)
    if transform == "share_pct":
        return 100 * total / _whole(of, period, entry["unit"], as_of)
    return total / length if transform == "mean" else total


def _whole(of: str, period: str, unit: str, as_of: str | None) -> float:
    """The whole of a share, in the unit of the part; its own periods may be longer or shorter than the part's."""
    values, entry = data.series(of, as_of=as_of), data.catalogue().loc[of]
    whole = rescale(_total(values, *span(period, entry["frequency"]), of), entry["unit"], unit)
    if whole <= 0:
        raise InputError(f"of: {of} was not above zero in {period}; a share of it means nothing.")
    return whole


def _earlier(period: str, values: pd.Series) -> str:
    if period.startswith("FY"):
        return f"FY{int(period[2:]) - 1}"
    return str(_place(period, values) - _a_year(values))


def _place(period: str, values: pd.Series) -> pd.Period:
    """Period on the index of a series; a fiscal year is named by the year in which it begins."""
    import pandas as pd

    text = str(int(period[2:]) + 1) if period.startswith("FY") else period
    return pd.Period(text, values.index.freq)


def _a_year(values: pd.Series) -> int:
    return {"M": 12, "Q": 4}.get(values.index.freqstr[0], 1)


def _total(values: pd.Series, first: str, last: str, name: str) -> float:
    """Sum of the whole span; a period that is missing is an error, not a zero."""
    import pandas as pd

    wanted = pd.period_range(_place(first, values), _place(last, values))
    missing = wanted.difference(values.dropna().index)
    if len(missing):
        raise InputError(f"{name}: {missing[0]} is missing; the series has {_reach(values, first, last, name)}")
    return float(values[wanted].sum())


def _reach(values: pd.Series, first: str, last: str, name: str) -> str:
    """From when to when a series goes and, for whole years, which yearly series of its publisher has them."""
    told = f"{values.index[0]} to {values.index[-1]}."
    years, kind = {f"{first[:4]}-01": ("", "A"), f"{first[:4]}-04": ("FY", "FY")}.get(first, ("", ""))
    ends = "12" if kind == "A" else "03"
    if not kind or not last.endswith(f"-{ends}"):
        return told
    begin, end = f"{years}{first[:4]}", f"{years}{int(last[:4]) - (kind == 'FY')}"
    catalogue, (publisher, _, what) = data.catalogue(), name.partition(".")
    yearly = [
        other
        for other, entry in catalogue[catalogue["frequency"] == kind].iterrows()
        if re.fullmatch(rf"{publisher}(_[a-z]+)?\.{re.escape(what)}(_annual|_fy)?", other)
        and entry["first_period"] <= begin
        and end <= entry["last_period"]
    ]
    return f"{told} Whole years are in {' and '.join(yearly)}." if yearly else told


def _rank(values: pd.Series, first: str, last: str, name: str) -> float:
    """Place of a span among all complete spans of its length that begin in the same part of the year."""
    begin, end = _place(first, values), _place(last, values)
    length, year = (end - begin).n + 1, _a_year(values)
    sums = values.rolling(length).sum().dropna() if length > 1 else values.dropna()
    same = sums[[period.ordinal % year == end.ordinal % year for period in sums.index]] if length > 1 else sums
    if end not in same.index:
        raise InputError(
            f"rank: {name} is incomplete from {first} to {last}; it has {_reach(values, first, last, name)}"
        )
    return float((same > same[end]).sum() + 1)


def rescale(value: float, unit: str, wanted: str) -> float:
    """Convert a value between multiples of one unit.

    Raises
    ------
    InputError
        If the two units measure different things.

    Examples
    --------
    >>> rescale(451672.0, "million JPY", "billion JPY")
    451.672
    """
    here, there = (_parsed(each) for each in (unit, wanted))
    if here[1] != there[1]:
        raise InputError(f"unit: a figure in {unit!r} cannot be turned into {wanted!r}; write a multiple of its unit.")
    return value * here[0] / there[0]


def _parsed(unit: str) -> tuple[float, str]:
    scale, _, base = unit.partition(" ")
    return (SCALES[scale], base) if scale in SCALES else (1.0, unit.split(",")[0])


def unit_of(series: str, transform: str) -> str:
    """Return the unit of a measured figure.

    Examples
    --------
    >>> unit_of("mof.us.balance", "level"), unit_of("mof.us.balance", "yoy_pct")
    ('million JPY', 'percent')
    """
    unit = data.about(series)["unit"]
    return {"yoy_pct": "percent", "share_pct": "percent", "rank": "rank"}.get(transform, unit)
