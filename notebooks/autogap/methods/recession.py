"""Recessions: consecutive falls, turning points, and calls that later releases revised or withdrew.

Quarterly series lie on a PeriodIndex; a table of vintages has quarters in rows and vintages in columns, oldest first.
Levels of different vintages may stand in different prices: compare their growth only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, counted


def growth_pct(levels: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Growth on the quarter before, in percent, within each vintage; NaN after a gap.

    Raises
    ------
    InputError
        If the index is not quarterly, or names a quarter twice.

    Examples
    --------
    >>> growth_pct(pd.Series([100.0, 101.0], index=pd.period_range("2025Q1", periods=2, freq="Q"))).round(6).tolist()
    [nan, 1.0]
    """
    _refuse_other_than_quarters(levels)
    before = levels.reindex(levels.index - 1)
    before.index = levels.index
    return 100 * (levels / before - 1)


def _refuse_other_than_quarters(values: pd.Series | pd.DataFrame) -> None:
    index = values.index
    if not isinstance(index, pd.PeriodIndex) or not index.freqstr.startswith("Q"):
        raise InputError("index: give a PeriodIndex of quarters.")
    if not (index.is_unique and index.is_monotonic_increasing):
        raise InputError("index: each quarter must be there once, in order of time.")


def fell(growth: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Mark the quarters of a fall, also one so small that it was published as -0.0.

    Examples
    --------
    >>> fell(pd.Series([0.1, 0.0, -0.0, -0.1, float("nan")])).tolist()
    [False, False, True, True, False]
    """
    return np.signbit(growth) & growth.notna()


def in_recession(growth: pd.Series | pd.DataFrame, run: int = 2) -> pd.Series | pd.DataFrame:
    """Mark the quarters that belong to `run` or more consecutive falls: a technical recession.

    A quarter that is missing ends a run, and so does growth of 0; what counts as a fall is in `fell`.

    Raises
    ------
    InputError
        If the index is not quarterly or `run` is below 1.

    Examples
    --------
    >>> quarters = pd.period_range("2024Q1", periods=5, freq="Q")
    >>> in_recession(pd.Series([0.5, -0.2, -0.1, 0.3, -0.4], index=quarters)).tolist()
    [False, True, True, False, False]
    """
    _refuse_other_than_quarters(growth)
    if run < 1:
        raise InputError(f"run: {run} is not a number of falls; give 1 or more, 2 for a technical recession.")
    table = growth.to_frame() if isinstance(growth, pd.Series) else growth
    every = table.reindex(pd.period_range(table.index[0], table.index[-1], freq=table.index.freq))
    falls = fell(every)
    marked = falls.apply(lambda fell: fell & (fell.groupby((~fell).cumsum()).transform("sum") >= run)).loc[table.index]
    return marked.iloc[:, 0].rename(growth.name) if isinstance(growth, pd.Series) else marked


def technical_recessions(growth: pd.Series, run: int = 2) -> pd.DataFrame:
    """List the spells of `run` or more consecutive falls: `start`, `end`, `quarters`, `depth_pct` (of the whole spell).

    Examples
    --------
    >>> quarters = pd.period_range("2024Q1", periods=4, freq="Q")
    >>> spells = technical_recessions(pd.Series([0.5, -1.0, -2.0, 0.3], index=quarters))
    >>> spells[["start", "end", "quarters"]].astype(str).to_numpy().tolist(), spells["depth_pct"].round(2).tolist()
    ([['2024Q2', '2024Q3', '2']], [-2.98])
    """
    marked = in_recession(growth, run)
    spells = [
        {
            "start": quarters[0],
            "end": quarters[-1],
            "quarters": len(quarters),
            "depth_pct": 100 * ((1 + growth[quarters] / 100).prod() - 1),
        }
        for quarters in _stretches(marked)
    ]
    return pd.DataFrame(spells, columns=["start", "end", "quarters", "depth_pct"])


def longest_fall(growth: pd.Series) -> int:
    """Longest run of consecutive falls, in quarters.

    Examples
    --------
    >>> longest_fall(pd.Series([0.5, -0.2, -0.1, 0.3], index=pd.period_range("2024Q1", periods=4, freq="Q")))
    2
    """
    return int(max(technical_recessions(growth, run=1)["quarters"], default=0))


def _stretches(marked: pd.Series) -> list[pd.PeriodIndex]:
    """Unbroken stretches of marked quarters."""
    index = marked.index[marked.to_numpy(dtype=bool)]
    breaks = np.flatnonzero(np.diff(index.asi8) != 1) + 1
    return [index[part] for part in np.split(np.arange(len(index)), breaks) if len(part)]


def _named(marks: np.ndarray, index: pd.PeriodIndex) -> str:
    """Name marked quarters by the first and last of each stretch."""
    return " and ".join(f"{part[0]} to {part[-1]}" for part in _stretches(pd.Series(marks, index)))


def turning_points(levels: pd.Series, window: int = 2, phase: int = 2, cycle: int = 5) -> pd.DataFrame:
    """Peaks and troughs by the BBQ rule of Harding and Pagan (2002), the quarterly form of Bry and Boschan (1971).

    A peak is above the `window` quarters on both sides. Peaks and troughs alternate (of two in a row the higher peak,
    the lower trough is kept), a phase lasts `phase` quarters or more, a whole cycle `cycle` or more.

    Parameters
    ----------
    levels : Series on a quarterly PeriodIndex, without gaps
        Seasonally adjusted level, or its logarithm.

    Returns
    -------
    DataFrame
        `quarter`, `kind` ("peak" or "trough"), `level`, in order of time.

    Raises
    ------
    InputError
        If the index is not quarterly or a quarter is missing.

    Examples
    --------
    >>> hill = pd.Series([1, 2, 3, 4, 3, 2, 1, 2, 3, 4.0], index=pd.period_range("2000Q1", periods=10, freq="Q"))
    >>> turning_points(hill)[["quarter", "kind"]].astype(str).to_numpy().tolist()
    [['2000Q4', 'peak'], ['2001Q3', 'trough']]
    """
    _refuse_other_than_quarters(levels)
    if levels.isna().any() or len(levels) != levels.index[-1].ordinal - levels.index[0].ordinal + 1:
        raise InputError("levels: a quarter is missing; turning points need an unbroken series.")
    y = levels.to_numpy(dtype=float)
    turns = []
    for at in range(window, len(y) - window):
        around = np.delete(y[at - window : at + window + 1], window)
        if (y[at] > around).all():
            turns.append((at, 1))
        elif (y[at] < around).all():
            turns.append((at, -1))
    turns = _censor(turns, y, phase, cycle)
    return pd.DataFrame(
        {
            "quarter": levels.index[[at for at, _ in turns]],
            "kind": ["peak" if kind == 1 else "trough" for _, kind in turns],
            "level": y[[at for at, _ in turns]],
        }
    )


def _censor(turns: list[tuple[int, int]], y: np.ndarray, phase: int, cycle: int) -> list[tuple[int, int]]:
    """Drop turns until they alternate and every phase and cycle is long enough."""
    turns = list(turns)
    while True:
        drop = _first_fault(turns, y, phase, cycle)
        if drop is None:
            return turns
        del turns[drop]


def _first_fault(turns: list[tuple[int, int]], y: np.ndarray, phase: int, cycle: int) -> int | None:
    def weaker(first: int, second: int) -> int:
        kind = turns[first][1]
        return second if kind * y[turns[first][0]] >= kind * y[turns[second][0]] else first

    for first in range(len(turns) - 1):
        if turns[first][1] == turns[first + 1][1]:
            return weaker(first, first + 1)
    for first in range(len(turns) - 2):
        if turns[first + 2][0] - turns[first][0] < cycle:
            return weaker(first, first + 2)
    for first in range(len(turns) - 1):
        if turns[first + 1][0] - turns[first][0] < phase:
            return first + 1
    # Bry and Boschan: a peak at either end with something higher beyond it, towards that end, is none.
    for turn, beyond in ((0, slice(None, turns[0][0])), (-1, slice(turns[-1][0] + 1, None))) if turns else ():
        at, kind = turns[turn]
        if (kind * y[beyond] > kind * y[at]).any():
            return turn % len(turns)
    return None


def by_rule(growth: pd.Series, rule: str) -> pd.Series:
    """Mark the quarters of recession by one of the rules in use.

    Parameters
    ----------
    growth : Series
        Growth on the quarter before, percent, on quarters without a gap.
    rule : {"two_falls", "three_falls", "bbq"}
        Consecutive falls, or the quarters after a peak up to the trough of `turning_points`; after a last peak without
        a trough yet, all that follow.

    Raises
    ------
    InputError
        If there is no such rule.

    Examples
    --------
    >>> quarters = pd.period_range("2024Q1", periods=5, freq="Q")
    >>> by_rule(pd.Series([0.5, -0.2, -0.1, 0.3, -0.4], index=quarters), "two_falls").tolist()
    [False, True, True, False, False]
    """
    runs = {"two_falls": 2, "three_falls": 3}
    if rule in runs:
        return in_recession(growth, runs[rule])
    if rule != "bbq":
        raise InputError(f"rule: there is no rule {rule!r}; give two_falls, three_falls or bbq.")
    start = pd.Series([1.0], index=growth.index[:1] - 1)
    turns = turning_points(pd.concat([start, (1 + growth / 100).cumprod()]))
    marks = turns.set_index("quarter")["kind"].map({"peak": 1.0, "trough": 0.0})
    # A peak itself is the last quarter of the expansion, a trough the last one of the recession.
    return marks.reindex(growth.index).shift().ffill().fillna(0.0).astype(bool).rename(growth.name)


def calls(growth: pd.DataFrame, run: int = 2) -> pd.DataFrame:
    """Follow each call of a technical recession through later releases: does it stand, was it revised or withdrawn?

    A call begins with the first release that marks quarters of which the release before marked none. It is followed
    while later releases mark any quarter that the release before marked for it, and withdrawn by the first that marks
    none. Of the others a call stands if the last release marks every quarter first called, more of them or not; else
    it was revised. What the first release marks already is left out: it was called before the record begins.

    Parameters
    ----------
    growth : DataFrame
        Growth in percent as known at each release: quarters by releases, oldest first (`vintages.as_known`).
    run : int
        Consecutive falls that make a recession.

    Returns
    -------
    DataFrame
        ``start``, ``end`` (quarters, as first called), ``called``, ``withdrawn`` (releases; None if it was not),
        ``releases`` (number that marked it), ``state`` ("standing", "revised" or "withdrawn"), ``now`` (the quarters
        that the last release marks for it; empty if withdrawn).

    Examples
    --------
    >>> quarters = pd.period_range("2024Q1", periods=3, freq="Q")
    >>> table = pd.DataFrame({"2024-11": [0.1, 0.2, None], "2025-02": [0.1, -0.3, -0.1], "2025-05": [0.1, -0.2, 0.1]},
    ...                      index=quarters)
    >>> calls(table)[["called", "withdrawn", "state"]].to_dict("records")
    [{'called': '2025-02', 'withdrawn': '2025-05', 'state': 'withdrawn'}]
    """
    marked = in_recession(growth, run)
    first, *later = marked.columns
    standing = [{"quarters": quarters} for quarters in _stretches(marked[first])]
    found = []
    for release in later:
        stretches, kept = _stretches(marked[release]), []
        for call in standing:
            overlap = [quarters for quarters in stretches if not set(quarters).isdisjoint(call["quarters"])]
            if overlap:
                kept.append(
                    call | {"quarters": overlap[0].append(overlap[1:]), "releases": call.get("releases", 0) + 1}
                )
            elif "called" in call:
                found.append(call | {"withdrawn": release, "state": "withdrawn", "now": ""})
        taken = [quarters for call in kept for quarters in call["quarters"]]
        for quarters in stretches:
            if not set(quarters) & set(taken):
                new = {"start": quarters[0], "end": quarters[-1], "called": release, "releases": 1}
                kept.append(new | {"quarters": quarters})
        standing = kept
    for call in [call for call in standing if "called" in call]:
        same = set(pd.period_range(call["start"], call["end"])) <= set(call["quarters"])
        now = _named(marked.index.isin(call["quarters"]), marked.index)
        found.append(call | {"withdrawn": None, "state": "standing" if same else "revised", "now": now})
    columns = ["start", "end", "called", "withdrawn", "releases", "state", "now"]
    return pd.DataFrame(found, columns=columns).sort_values(["start", "called"], ignore_index=True)


def base_rate(growth: pd.Series, within: int, run: int = 2) -> float:
    """Climatology: the share of past quarters after which `run` falls in a row were completed within so many quarters.

    Only quarters whose whole outlook is known count.

    Raises
    ------
    InputError
        If `within` is shorter than a run, or the series is too short.

    Examples
    --------
    >>> quarters = pd.period_range("2024Q1", periods=6, freq="Q")
    >>> base_rate(pd.Series([0.5, -0.2, -0.1, 0.3, 0.4, 0.2], index=quarters), within=2)
    0.5
    """
    if within < run:
        raise InputError(f"within: {run} falls cannot be completed within {within} quarters; give {run} or more.")
    _refuse_other_than_quarters(growth)
    completed = fell(growth).rolling(run).sum() >= run
    ahead = [bool(completed.iloc[at + 1 : at + 1 + within].any()) for at in range(len(growth) - within)]
    if not ahead:
        raise InputError(f"growth: {counted(len(growth), 'quarter')} are too few to look {within} ahead.")
    return float(np.mean(ahead))
