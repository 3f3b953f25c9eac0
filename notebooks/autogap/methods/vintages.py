"""Vintages: what was known on a day, and how figures were revised after their first print.

A table of vintages has periods in rows and vintages in columns, oldest first, named by ISO day, month or quarter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from nbpoints.errors import InputError


def known_from(vintage: str) -> pd.Timestamp:
    """Moment at which a vintage named by ISO day, month or quarter was surely out: the end of that period.

    Examples
    --------
    >>> known_from("2025-06-09").date().isoformat(), known_from("2025-03").date().isoformat()
    ('2025-06-09', '2025-03-31')
    """
    try:
        return pd.Period(vintage).end_time
    except ValueError:
        like = "'2025-06-09', '2025-06' or '2025Q2'"
        raise InputError(f"vintage: {vintage!r} is not a valid day, month or quarter (expected {like}).") from None


def _known(revisions: pd.DataFrame, day: str) -> pd.DataFrame:
    until = known_from(day)
    known = revisions.loc[:, [known_from(vintage) <= until for vintage in revisions.columns]]
    if known.empty:
        raise InputError(f"day: no vintage was out by {day}; the first, {revisions.columns[0]}, came later.")
    return known


def as_known(growth: pd.DataFrame, day: str | None = None) -> pd.DataFrame:
    """For each release the growth last published for every quarter, where releases tell only a few quarters each.

    Parameters
    ----------
    growth : DataFrame
        Growth in percent, quarters by releases, oldest first.
    day : str, optional
        Last day; all releases when left out.

    Returns
    -------
    DataFrame
        The releases out by that day, each filled with what was known of the other quarters.

    Examples
    --------
    >>> quarters = pd.period_range("2025Q1", periods=2, freq="Q")
    >>> table = pd.DataFrame({"2025-05-16": [-0.2, None], "2025-08-15": [None, 0.3]}, index=quarters)
    >>> as_known(table, "2025-08-31")["2025-08-15"].tolist()
    [-0.2, 0.3]
    """
    return (growth if day is None else _known(growth, day)).ffill(axis=1)


def first_and_later(growth: pd.DataFrame, later: int | None = None) -> pd.DataFrame:
    """Set the first figure published for each quarter beside a later one.

    Quarters that were already old in the first vintage of the table are left out: their first figure is not in it.

    Parameters
    ----------
    growth : DataFrame
        Growth in percent, quarters by vintages.
    later : int, optional
        How many vintages later; without it the last vintage that tells the quarter. Quarters that no later vintage
        tells are left out.

    Returns
    -------
    DataFrame
        `first_vintage`, `first_pct`, `later_vintage`, `later_pct`, `revision_pp`, by quarter.

    Examples
    --------
    >>> quarters = pd.period_range("2025Q1", periods=2, freq="Q")
    >>> table = pd.DataFrame({"2025-05": [-0.2, None], "2025-08": [0.1, 0.3]}, index=quarters)
    >>> first_and_later(table)["revision_pp"].round(2).to_dict()
    {Period('2025Q1', 'Q-DEC'): 0.3}
    """
    told = growth.dropna(axis=1, how="all")
    newest_of_the_first = told.index[told.iloc[:, 0].notna()].max()
    rows = {}
    for quarter, figures in told.loc[newest_of_the_first:].iterrows():
        telling = np.flatnonzero(figures.notna())
        if not len(telling):
            continue
        first, last = telling[0], telling[-1] if later is None else telling[0] + later
        if last > first and last in telling:
            rows[quarter] = [told.columns[first], figures.iloc[first], told.columns[last], figures.iloc[last]]
    names = ["first_vintage", "first_pct", "later_vintage", "later_pct"]
    index = pd.PeriodIndex(list(rows), freq=growth.index.freq, name=growth.index.name)
    table = pd.DataFrame(list(rows.values()), columns=names, index=index)
    return table.assign(revision_pp=table["later_pct"] - table["first_pct"])


def revision_size(compared: pd.DataFrame) -> pd.Series:
    """Sum up revisions: number of quarters, mean, mean absolute, root mean square and largest revision, flips of sign.

    Parameters
    ----------
    compared : DataFrame
        As `first_and_later` returns it.

    Returns
    -------
    Series
        `quarters`, `mean_pp`, `mean_absolute_pp`, `root_mean_square_pp`, `largest_absolute_pp`, `sign_flips` (a fall
        that became none, or the other way round), `sign_flips_pct`.

    Raises
    ------
    InputError
        If there is no quarter to compare.

    Examples
    --------
    >>> revision_size(pd.DataFrame({"first_pct": [-0.2, 0.5], "later_pct": [0.1, 0.4], "revision_pp": [0.3, -0.1]}))[
    ...     ["mean_pp", "mean_absolute_pp", "sign_flips"]].round(2).to_dict()
    {'mean_pp': 0.1, 'mean_absolute_pp': 0.2, 'sign_flips': 1.0}
    """
    if compared.empty:
        raise InputError("compared: no quarter is told by two vintages.")
    revision = compared["revision_pp"]
    flips = ((compared["first_pct"] < 0) != (compared["later_pct"] < 0)).sum()
    return pd.Series(
        {
            "quarters": len(revision),
            "mean_pp": revision.mean(),
            "mean_absolute_pp": revision.abs().mean(),
            "root_mean_square_pp": np.sqrt((revision**2).mean()),
            "largest_absolute_pp": revision.abs().max(),
            "sign_flips": flips,
            "sign_flips_pct": 100 * flips / len(revision),
        }
    )
