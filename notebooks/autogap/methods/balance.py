"""Trade balances: changes, sums that refuse gaps, ranks, and the share of some goods in a balance.

Series lie on a PeriodIndex. A gap stays a gap: what needs a missing period is missing itself.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from nbpoints.errors import InputError

PERIODS_A_YEAR = {"M": 12, "Q": 4, "Y": 1}


def periods_a_year(values: pd.Series | pd.DataFrame) -> int:
    """Count the periods in a year of monthly, quarterly or annual data: 12, 4 or 1.

    Raises
    ------
    InputError
        If the index is not a PeriodIndex of one of these frequencies, or names a period twice.

    Examples
    --------
    >>> periods_a_year(pd.Series([1.0], index=pd.period_range("2025-05", periods=1, freq="M")))
    12
    """
    index = values.index
    frequency = index.freqstr.split("-")[0] if isinstance(index, pd.PeriodIndex) else type(index).__name__
    if frequency not in PERIODS_A_YEAR:
        raise InputError(f"index: {frequency} is not made of periods; give a PeriodIndex of months, quarters or years.")
    if index.has_duplicates:
        raise InputError(f"index: {index[index.duplicated()][0]} is there twice; give each period once.")
    return PERIODS_A_YEAR[frequency]


def at(values: pd.Series | pd.DataFrame, period: str | pd.Period) -> pd.Period:
    """Turn '2025-05' into a period of the data, refusing one that is not there.

    Raises
    ------
    InputError
        If the data do not hold `period`, or it is written in another form than theirs.

    Examples
    --------
    >>> at(pd.Series([1.0, 2.0], index=pd.period_range("2025-05", periods=2, freq="M")), "2025-06")
    Period('2025-06', 'M')
    """
    periods_a_year(values)
    index = values.index
    try:
        wanted = pd.Period(str(period), index.freq)
    except ValueError:
        wanted = None
    # pandas reads "2025" as 2025-01 and "May" as 0001-05: only what it writes the same way is meant.
    if wanted is None or str(wanted) != str(period) or wanted not in index:
        held = f"hold {index.min()} to {index.max()}" if len(index) else "are empty"
        raise InputError(f"period: '{period}' is not in the data, which {held}.")
    return wanted


def a_year_earlier(values: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Put beside each period the value of the same period a year earlier, NaN where there is none.

    The earlier value is looked up by its period, never by position, so that a gap moves nothing.

    Examples
    --------
    >>> a_year_earlier(pd.Series([5.0, 7.0], index=pd.PeriodIndex(["2024-05", "2025-05"], freq="M"))).tolist()
    [nan, 5.0]
    """
    earlier = values.reindex(values.index - periods_a_year(values))
    earlier.index = values.index
    return earlier


def yoy_pct(values: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Change from the same period a year earlier, in percent.

    From a base of zero or below no percentage is meaningful (a deficit that turns into a
    surplus has no growth rate): it is NaN.

    Parameters
    ----------
    values : Series or DataFrame on a PeriodIndex
        Monthly, quarterly or annual data in any unit.

    Returns
    -------
    Series or DataFrame
        Percent, same shape and index.

    Examples
    --------
    >>> yoy_pct(pd.Series([482.0, 361.5], index=pd.PeriodIndex(["2024-05", "2025-05"], freq="M"))).tolist()
    [nan, -25.0]
    """
    earlier = a_year_earlier(values)
    return 100 * (values / earlier.where(earlier > 0) - 1)


def base_of(values: pd.Series | pd.DataFrame, change_pct: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Work back the figure of a year before from a value and its published growth: the base as revised since.

    A statistical office prints growth over the revised figure of the year before, which may differ from the first
    release of that period. The base is known as well as the printed rate is: a rate with one decimal leaves
    0.05 percent on either side.

    Parameters
    ----------
    values : Series or DataFrame
        Levels in any unit.
    change_pct : same form
        Growth as printed, in percent, above -100.

    Returns
    -------
    Series or DataFrame
        The base, in the unit of `values`, on the period that was compared with it.

    Raises
    ------
    InputError
        If a growth rate is -100 percent or less: nothing can be worked back from it.

    Examples
    --------
    >>> float(base_of(pd.Series([361.5]), pd.Series([-25.0])).iloc[0])
    482.0
    """
    if (change_pct <= -100).to_numpy().any():
        raise InputError("change_pct: a rate is -100 or lower (expected above -100); it leaves no base to work back.")
    return values / (1 + change_pct / 100)


def _without_gaps(values: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Write a row for every period between the first and the last; what is missing is NaN."""
    periods_a_year(values)
    if values.empty:
        return values
    return values.reindex(pd.period_range(values.index.min(), values.index.max(), freq=values.index.freq))


def rolling_sum(values: pd.Series | pd.DataFrame, periods: int = 12) -> pd.Series | pd.DataFrame:
    """Sum of the last `periods` periods; NaN unless every one of them is there.

    Examples
    --------
    >>> months = pd.PeriodIndex(["2025-01", "2025-02", "2025-04", "2025-05"], freq="M")
    >>> rolling_sum(pd.Series([1.0, 2.0, 4.0, 5.0], index=months), periods=2).tolist()
    [nan, 3.0, nan, nan, 9.0]
    """
    if periods < 1:
        raise InputError(f"periods: {periods} is too few; give 1 or more.")
    return _without_gaps(values).rolling(periods, min_periods=periods).sum()


def annual_sums(values: pd.Series | pd.DataFrame, fiscal: bool = False) -> pd.Series | pd.DataFrame:
    """Sums over whole years; a year with a missing period is NaN, never a smaller sum.

    Parameters
    ----------
    values : Series or DataFrame on a monthly or quarterly PeriodIndex
        Flows in any unit.
    fiscal : bool
        Take Japan's fiscal year (April to March), labelled by the year in which it begins:
        FY2024 is April 2024 to March 2025 (Public Finance Act, Act No. 34 of 1947, article 11).

    Returns
    -------
    Series or DataFrame
        Same unit, on an annual PeriodIndex named ``year`` or ``fiscal_year``.

    Examples
    --------
    >>> months = pd.period_range("2023-11", "2025-03", freq="M")
    >>> annual_sums(pd.Series(1.0, index=months))
    year
    2023     NaN
    2024    12.0
    2025     NaN
    Freq: Y-DEC, dtype: float64
    >>> annual_sums(pd.Series(1.0, index=months), fiscal=True)[lambda sums: sums.notna()]
    fiscal_year
    2024    12.0
    Freq: Y-DEC, dtype: float64
    """
    per_year = periods_a_year(values)
    moved = values.index - per_year // 4 if fiscal else values.index
    year = pd.PeriodIndex(moved.asfreq("Y"), name="fiscal_year" if fiscal else "year")
    return values.groupby(year).sum(min_count=per_year)


class Rank(NamedTuple):
    """Place of one period among those that the data hold; `missing` lists the gaps between first and last."""

    rank: int
    of: int
    first: pd.Period
    last: pd.Period
    missing: list[str]


def rank(values: pd.Series, period: str | pd.Period) -> Rank:
    """Place of a period in a series, the largest value being first; ties share the better place.

    What lies outside the series, or in its gaps, is not ranked: `first`, `last` and `missing` say how far the
    rank reaches.

    Examples
    --------
    >>> surplus = pd.Series([9.0, 7.5, 8.6], index=pd.PeriodIndex(["2006", "2007", "2024"], freq="Y"))
    >>> place = rank(surplus, "2024")
    >>> place.rank, place.of, len(place.missing)
    (2, 3, 16)
    """
    known = values.dropna()
    period = at(known, period)
    gaps = pd.period_range(known.index.min(), known.index.max(), freq=known.index.freq).difference(known.index)
    place = int((known > known[period]).sum()) + 1
    return Rank(place, len(known), known.index.min(), known.index.max(), [str(gap) for gap in gaps])


def share_of_balance(items: pd.DataFrame, totals: pd.DataFrame, net: bool = True, unit: str = "jpy_mn") -> pd.DataFrame:
    """Share of some goods in the trade balance, with what stands above and below the line.

    Net, the goods' own balance is set against the balance of all goods; gross, their exports alone are.
    Rounding bands are carried by interval arithmetic, which takes the goods and the total to err
    independently: the band is never too narrow (R. E. Moore, Interval Analysis, 1966).

    Parameters
    ----------
    items, totals : DataFrame
        ``exports_<unit>`` and ``imports_<unit>``, for the goods and for all goods. Where a figure is only known
        within a band, ``exports_low_<unit>``, ``exports_high_<unit>`` and so on; a missing band means exact.
        Frames of several goods may be added: ``cars + parts``.
    net : bool
        Whether the goods' imports are taken off.
    unit : str
        Ending of the column names.

    Returns
    -------
    DataFrame
        ``numerator_<unit>``, ``denominator_<unit>``, ``share_pct``, ``share_low_pct``, ``share_high_pct``.
        The share is NaN where the balance is zero; its band is NaN where the balance may be zero.

    Examples
    --------
    >>> may = pd.period_range("2025-05", periods=1, freq="M")
    >>> items = pd.DataFrame({"exports_jpy_bn": 480.0, "imports_jpy_bn": 30.0}, index=may)
    >>> totals = pd.DataFrame({"exports_jpy_bn": 1500.0, "imports_jpy_bn": 1000.0}, index=may)
    >>> share_of_balance(items, totals, unit="jpy_bn")["share_pct"].tolist()
    [90.0]
    >>> share_of_balance(items, totals, net=False, unit="jpy_bn")["share_pct"].tolist()
    [96.0]
    """
    top, top_low, top_high = _balance_band(items, net, unit)
    bottom, bottom_low, bottom_high = _balance_band(totals, True, unit)
    corners = pd.concat([t / b for t in (top_low, top_high) for b in (bottom_low, bottom_high)], axis=1)
    certain = (bottom_low > 0) | (bottom_high < 0)
    return pd.DataFrame(
        {
            f"numerator_{unit}": top,
            f"denominator_{unit}": bottom,
            "share_pct": 100 * top / bottom.where(bottom != 0),
            "share_low_pct": 100 * corners.min(axis=1, skipna=False).where(certain),
            "share_high_pct": 100 * corners.max(axis=1, skipna=False).where(certain),
        }
    )


def _balance_band(flows: pd.DataFrame, net: bool, unit: str) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Exports less imports (or exports alone) with the lowest and highest value that the bands allow."""

    def flow(name: str, end: str) -> pd.Series:
        exact = f"{name}_{unit}"
        if exact not in flows:
            raise InputError(f"share_of_balance: column {exact!r} is missing; there are {', '.join(flows.columns)}.")
        bound = f"{name}_{end}_{unit}"
        return flows[bound].fillna(flows[exact]) if end and bound in flows else flows[exact]

    nothing = pd.Series(0.0, index=flows.index)
    value, low, high = flow("exports", ""), flow("exports", "low"), flow("exports", "high")
    taken, taken_low, taken_high = (flow("imports", end) if net else nothing for end in ("", "low", "high"))
    return value - taken, low - taken_high, high - taken_low
