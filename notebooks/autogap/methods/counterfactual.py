"""What would have been: Bayesian structural time series, and placebo dates that put an estimate to the test.

A path is a frame with ``actual``, ``predicted`` and ``effect`` (actual less predicted) by period, their bands, and the
effect summed from the event on. `autogap.methods.synthetic` gives paths of the same form by synthetic control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from nbpoints.errors import InputError

from autogap.methods import inference
from autogap.methods.balance import at, periods_a_year

LEAST_BEFORE = 8


def window(values: pd.Series | pd.DataFrame, event: str, end: str | None, name: str) -> tuple[pd.DataFrame, pd.Period]:
    """Cut the data at `end`, and refuse gaps and an event that leaves too little on either side.

    Examples
    --------
    >>> months = pd.period_range("2024-01", periods=12, freq="M")
    >>> data, event = window(pd.Series(range(12), index=months, name="y"), "2024-10", "2024-11", "outcome")
    >>> len(data), event
    (11, Period('2024-10', 'M'))
    """
    data = values.to_frame() if isinstance(values, pd.Series) else values
    periods_a_year(data)
    whole = data.reindex(pd.period_range(data.index.min(), data.index.max(), freq=data.index.freq))
    event = at(whole, event)
    whole = whole.loc[: at(whole, end) if end else whole.index.max()]
    if event not in whole.index:
        raise InputError(f"end: '{end}' is before the event, {event}; give a period from {event} on.")
    before = int((whole.index < event).sum())
    if before < LEAST_BEFORE:
        raise InputError(f"event: {before} periods before {event} in {name} are too few; {LEAST_BEFORE} are the least.")
    if whole.isna().to_numpy().any():
        gaps = whole.isna().stack()
        period, column = gaps.index[gaps][0]
        raise InputError(f"{name}: {column} is missing in {period}; begin after it, end before it, or leave it out.")
    return whole.astype(float), event


def bsts(
    outcome: pd.Series,
    controls: pd.DataFrame,
    event: str,
    seed: int,
    end: str | None = None,
    seasons: int | None = None,
    level_sd: float = 0.1,
    draws: int = 2000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Predict an outcome after an event from controls that the event did not touch, with a credible band.

    A structural time series (a level that wanders, controls, a season if wanted) is fitted to the periods before the
    event and run on with the controls' later values: Brodersen et al., Annals of Applied Statistics 9, 2015,
    https://doi.org/10.1214/14-AOAS788. The controls' weights have a horseshoe prior (Carvalho, Polson and Scott,
    Biometrika 97, 2010, https://doi.org/10.1093/biomet/asq017): the spike-and-slab prior of bsts-causalimpact 1.7.0
    leaves out a control that explains more than half of the outcome.

    The effect is only as good as the claim that the controls were not affected themselves.

    Parameters
    ----------
    outcome : Series on a PeriodIndex
        In levels, so that effects can be summed.
    controls : DataFrame on the same periods
        A column a control.
    event : str
        First period with the event, e.g. ``"2025-04"``.
    seed : int
        The same seed gives the same draws.
    end : str, optional
        Last period to use.
    seasons : int, optional
        Length of a seasonal cycle, e.g. 12 months; needs three cycles before the event.
    level_sd : float
        Prior standard deviation of a step of the level, in standard deviations of the outcome before the event. 0.1 is
        what the authors of the method advise when in doubt; 0.01 holds the level nearly still and narrows the band.
    draws : int
        Draws kept, after 1000 to warm up.
    level : float
        Coverage of the bands.

    Returns
    -------
    DataFrame
        All periods up to `end`; ``actual`` and, from the event on, ``predicted``, ``low``, ``high`` (band of the
        prediction), ``effect``, ``effect_low``, ``effect_high``, ``cumulative``, ``cumulative_low``,
        ``cumulative_high``; in the unit of `outcome`.

    Raises
    ------
    InputError
        If a figure is missing, or the event leaves too few periods before it.

    Examples
    --------
    >>> months = pd.period_range("2018-01", periods=80, freq="M")
    >>> rng = np.random.default_rng(0)
    >>> control = pd.DataFrame({"elsewhere": 100 + rng.normal(0, 5, 80)}, index=months)
    >>> outcome = 1.2 * control["elsewhere"] + rng.normal(0, 1, 80) - 10 * (months >= "2024-01")
    >>> path = bsts(outcome, control, "2024-01", seed=1)
    >>> bool(path["effect_low"].iloc[-1] < -10 < path["effect_high"].iloc[-1])
    True
    """
    from causal_impact import CausalImpact

    if "outcome" in controls:
        raise InputError("controls: a column is named 'outcome'; the outcome is not a control of itself.")
    data, event = window(pd.concat([outcome.rename("outcome"), controls], axis=1), event, end, "outcome and controls")
    before = int((data.index < event).sum())
    if seasons is not None and before < 3 * seasons:
        raise InputError(f"seasons: {before} periods before {event} hold no three cycles of {seasons}.")
    model = {
        "niter": draws,
        "nwarmup": 1000,
        "seed": seed,
        "prior_type": "horseshoe",
        "prior_level_sd": level_sd,
        "nseasons": seasons,
    }
    fit = CausalImpact(data.to_numpy(), [0, before - 1], [before, len(data) - 1], model, alpha=1 - level)
    table = fit.inferences.set_axis(data.index[before:])
    columns = {
        "predicted_mean": "predicted",
        "predicted_lower": "low",
        "predicted_upper": "high",
        "point_effect": "effect",
        "point_effect_lower": "effect_low",
        "point_effect_upper": "effect_high",
        "cumulative_effect": "cumulative",
        "cumulative_effect_lower": "cumulative_low",
        "cumulative_effect_upper": "cumulative_high",
    }
    return data[["outcome"]].set_axis(["actual"], axis=1).join(table[list(columns)].rename(columns=columns))


def total_effect(path: pd.DataFrame, through: str | None = None) -> pd.Series:
    """Sum a path from the event on: actual, predicted, and the effect in units and in percent of the prediction.

    Percentages carry the band of the summed effect over: low is the actual sum over the highest prediction, less one.

    Parameters
    ----------
    path : DataFrame
        From `bsts` or `synthetic_control`.
    through : str, optional
        Last period of the sum; by default the last of the path.

    Returns
    -------
    Series
        ``periods``, ``actual``, ``predicted``, ``effect``, ``effect_low``, ``effect_high``, ``effect_pct``,
        ``effect_low_pct``, ``effect_high_pct``; the bands are missing where the path has none.

    Examples
    --------
    >>> months = pd.period_range("2025-03", periods=3, freq="M")
    >>> effect = pd.Series([np.nan, -2.0, -3.0], index=months)
    >>> path = pd.DataFrame({"actual": [10.0, 8.0, 7.0], "effect": effect, "cumulative": effect.cumsum()})
    >>> total_effect(path)[["actual", "predicted", "effect_pct"]].tolist()
    [15.0, 20.0, -25.0]
    """
    after = path[path["effect"].notna()]
    if through is not None:
        after = after.loc[: at(after, through)]
    actual, last = after["actual"].sum(), after.iloc[-1]
    effects = {end: last.get(f"cumulative{end}", np.nan) for end in ("", "_low", "_high")}
    shares = {f"effect{end}_pct": 100 * effect / (actual - effect) for end, effect in effects.items()}
    predicted = actual - effects[""]
    sums = {"periods": len(after), "actual": actual, "predicted": predicted}
    return pd.Series(sums | {f"effect{end}": effect for end, effect in effects.items()} | shares)


def on_base_year(values: pd.Series, base_year: int, start: str, end: str, level: float = 0.9) -> pd.Series:
    """Mean change of months on the same months of a base year, with a t interval over the months, in percent.

    The mean is one of logs, so that every month counts alike. The interval takes the months as independent; where they
    are not, it is too narrow.

    Parameters
    ----------
    values : Series on a monthly PeriodIndex
        Above zero; its name is the name in an error.
    base_year : int
        Year whose months are the base, all of which must be there.
    start, end : str
        First and last month.
    level : float
        Coverage of the interval.

    Returns
    -------
    Series
        ``value``, ``low``, ``high`` (percent) and ``months``.

    Raises
    ------
    InputError
        If a month or its base is missing, or there are fewer than two months.

    Examples
    --------
    >>> months = pd.period_range("2024-01", "2025-12", freq="M")
    >>> values = pd.Series(100.0, months).where(months < "2025-01", [80.0, 90.0] * 12)
    >>> on_base_year(values, 2024, "2025-05", "2025-08").round(1).tolist()
    [-15.1, -21.7, -8.1, 4.0]
    """
    months = pd.period_range(start, end, freq="M")
    base = pd.PeriodIndex([pd.Period(year=base_year, month=one.month, freq="M") for one in months])
    for period in [*months, *base]:
        if pd.isna(values.get(period)):
            raise InputError(f"{values.name or 'values'}: {period} is missing; begin after it or end before it.")
    if len(months) < 2:
        raise InputError(f"end: {start} to {end} is one month; two are the least for an interval.")
    ratio = np.log(values[months].to_numpy(dtype=float) / values[base].to_numpy(dtype=float))
    ends = [100 * float(np.expm1(one)) for one in inference.mean_interval(pd.Series(ratio), level)]
    return pd.Series([*ends, len(months)], index=["value", "low", "high", "months"])


def placebo_dates(
    estimate: Callable[[str, str], pd.DataFrame], dates: Iterable[str], periods: int, event: str
) -> pd.DataFrame:
    """Pretend that the event came earlier, when nothing did: a sound method then finds nothing.

    Parameters
    ----------
    estimate : callable
        ``estimate(event, end)`` gives a path, e.g. ``lambda event, end: bsts(y, x, event, seed=1, end=end)``.
    dates : iterable of str
        Pretended events.
    periods : int
        How many periods to sum from each of them; all must lie before the true event.
    event : str
        The true event.

    Returns
    -------
    DataFrame
        Index ``date``; the columns of `total_effect`, and ``found``: whether zero lies outside the band (missing for a
        path without one). A 95 percent band that keeps its word finds about one date in twenty; more mean that the
        method claims to know more than it does.

    Raises
    ------
    InputError
        If a placebo window reaches the true event.

    Examples
    --------
    >>> def nothing(event, end):
    ...     months = pd.period_range("2024-01", end, freq="M")
    ...     zero = pd.Series(0.0, months).where(months >= event)
    ...     return pd.DataFrame({"actual": 1.0, "effect": zero, "cumulative": zero, "cumulative_low": zero - 1,
    ...                          "cumulative_high": zero + 1})
    >>> placebo_dates(nothing, ["2024-06", "2024-09"], periods=3, event="2025-04")["found"].tolist()
    [False, False]
    """
    rows = {}
    for date in dates:
        last = pd.Period(date) + periods - 1
        if last >= pd.Period(event):
            raise InputError(f"dates: {periods} periods from {date} reach the event, {event}; give an earlier date.")
        rows[date] = total_effect(estimate(date, str(last)))
    table = pd.DataFrame(rows).T.rename_axis("date")
    found = (table["effect_low"] > 0) | (table["effect_high"] < 0)
    return table.assign(found=found.astype("boolean").where(table["effect_low"].notna()))
