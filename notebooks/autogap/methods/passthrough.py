"""Who bears a duty: absorption from prices, the response of trade to the duty in a panel.

pyfixest takes seconds to import: it is imported by the function that uses it.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, did_you_mean

METHODS = ("ols", "ppml")
LEAST_DUTY = 0.01  # in logs: a smaller change of a duty has no share that could be told


def full_absorption_pct(rate_before_pct: float, rate_after_pct: float) -> float:
    """Change of the export price that leaves the price with duty where it was, in percent.

    An ad valorem duty t makes the landed price p (1 + t), so that p must move by (1 + t0) / (1 + t1) - 1.

    Parameters
    ----------
    rate_before_pct, rate_after_pct : float
        Duty in percent of the customs value.

    Examples
    --------
    >>> round(full_absorption_pct(2.5, 27.5), 2)
    -19.61
    """
    for rate in (rate_before_pct, rate_after_pct):
        if rate <= -100:
            raise InputError(f"rate: {rate} percent leaves no price; give a duty in percent above -100.")
    return 100 * ((100 + rate_before_pct) / (100 + rate_after_pct) - 1)


def borne_pct(
    price_pct: float | pd.Series, rate_before_pct: float | pd.Series, rate_after_pct: float | pd.Series
) -> float | pd.Series:
    """Part of a change of a duty that a change of the price before duty takes up, in percent of the duty, in logs.

    100 leaves the price with duty where it was, 0 the price before duty. Of a model's price in equilibrium this is
    less than at a given market price where duties on rivals raise the market price. NaN where the duty hardly changed.

    Examples
    --------
    >>> round(borne_pct(-12.3, 2.5, 27.5)), bool(np.isnan(borne_pct(-12.3, 2.5, 2.5)))
    (60, True)
    """
    duty = np.log((100 + rate_after_pct) / (100 + rate_before_pct))
    return -100 * np.log1p(price_pct / 100) / np.where(np.abs(duty) < LEAST_DUTY, np.nan, duty)


def excess_cause(price_pct: float, given_pct: float, outcome: pd.Series) -> str:
    """What makes at least half of the difference where a model's price lies above an outcome and its interval.

    Parameters
    ----------
    price_pct, given_pct : float
        Change of the price in equilibrium, and at a given market price.
    outcome : Series
        `value` and `high`.

    Returns
    -------
    str
        "market" if it is the market price, "supply" if not; empty where the price is no higher than the interval.

    Examples
    --------
    >>> seen = pd.Series({"value": -19.9, "high": -16.6})
    >>> excess_cause(-12.4, -18.2, seen), excess_cause(-0.2, -0.2, seen), excess_cause(-17.0, -18.2, seen)
    ('market', 'supply', '')
    """
    if price_pct <= outcome["high"]:
        return ""
    return "market" if price_pct - given_pct >= (price_pct - outcome["value"]) / 2 else "supply"


def absorbed_pct(change_pct: pd.Series, rate_pct: pd.Series, untaxed: str | None = None) -> pd.Series:
    """Part of a duty that sellers took off their price, in percent of the duty, in logs.

    100 means that the price before duty fell by as much as leaves the price with duty where it was; 0 that it stayed.
    The rest was passed on. The movement from before the duty is taken off if wanted; mix, costs and the exchange rate
    are rival explanations that this number does not see.

    Parameters
    ----------
    change_pct : Series on a monthly PeriodIndex
        Change of the price before duty on the same month a year earlier, percent.
    rate_pct : Series on a monthly PeriodIndex
        Duty in percent of value; it must hold each month and the month a year before.
    untaxed : str, optional
        A month before the duty rose, whose change is taken as the trend and subtracted.

    Returns
    -------
    Series
        Months in which the duty had risen by more than a point.

    Raises
    ------
    InputError
        If `untaxed` is not among the months of `change_pct`, or the duty had risen by more than a point by then.

    Examples
    --------
    >>> months = pd.period_range("2024-03", "2025-08", freq="M")
    >>> rate = pd.Series(2.5, months).where(months < "2025-04", 27.5)
    >>> price = pd.Series([-1.5, -20.9], pd.PeriodIndex(["2025-03", "2025-08"], freq="M"))
    >>> absorbed_pct(price, rate).round(1).to_dict(), absorbed_pct(price, rate, "2025-03").round(1).to_dict()
    ({Period('2025-08', 'M'): 107.4}, {Period('2025-08', 'M'): 100.5})
    """
    change = change_pct.dropna()
    earlier = rate_pct.reindex(change.index - 12).set_axis(change.index)
    duty = np.log((100 + rate_pct.reindex(change.index)) / (100 + earlier))
    trend = 0.0
    if untaxed is not None:
        month = pd.Period(untaxed, "M")
        if month not in change.index or not abs(duty[month]) < LEAST_DUTY:
            raise InputError(f"untaxed: {untaxed} must be a month of the prices in which the duty had not risen yet.")
        trend = np.log1p(change[month] / 100)
    taxed = duty[duty > LEAST_DUTY].index
    return (-100 * (np.log1p(change[taxed] / 100) - trend) / duty[taxed]).rename("absorbed_pct")


def unit_values(value_jpy_mn: pd.Series, quantity: pd.Series, jpy_per_usd: pd.Series) -> pd.DataFrame:
    """Value over quantity, in yen and in dollars: not a price, for it moves with the mix of models as well.

    Parameters
    ----------
    value_jpy_mn : Series
        Million yen.
    quantity : Series
        Vehicles, or whatever is counted. Where it is zero there is no unit value.
    jpy_per_usd : Series
        Yen per dollar of the same periods.

    Returns
    -------
    DataFrame
        ``unit_value_jpy`` and ``unit_value_usd``, per unit of `quantity`.

    Examples
    --------
    >>> may = pd.period_range("2025-05", periods=1, freq="M")
    >>> cars, number = pd.Series([358231.0], index=may), pd.Series([101794.0], index=may)
    >>> unit_values(cars, number, pd.Series([144.8762], index=may)).round()
             unit_value_jpy  unit_value_usd
    2025-05       3519176.0         24291.0
    """
    yen = 1e6 * value_jpy_mn / quantity.where(quantity > 0)
    return pd.DataFrame({"unit_value_jpy": yen, "unit_value_usd": yen / jpy_per_usd.reindex(yen.index)})


def duty_panel(value_usd: pd.DataFrame, duty_usd: pd.DataFrame, leave_out: Iterable[str] = ()) -> pd.DataFrame:
    """Bring import values and calculated duties by partner into the long form of a panel.

    Value stands both in the outcome and below the line of the duty rate, so that errors of measurement in it
    push the response away from zero; instrument or lag the rate to see how much that matters.

    Parameters
    ----------
    value_usd, duty_usd : DataFrame
        Rows periods, columns partners; customs value and calculated duty.
    leave_out : iterable of str
        Partners that are aggregates of others, such as ``"wld"`` or ``"eu"``.

    Returns
    -------
    DataFrame
        A row a partner and period: ``partner``, ``period``, ``value_usd``, ``duty_rate_pct``,
        ``log_value`` (missing where nothing was imported) and ``log_one_plus_duty``.

    Raises
    ------
    InputError
        If the frames' partners differ, or a partner to leave out is not there.

    Examples
    --------
    >>> may = pd.period_range("2025-05", periods=1, freq="M")
    >>> value = pd.DataFrame({"jp": [200.0], "kr": [100.0], "wld": [300.0]}, index=may)
    >>> duty_panel(value, value * [0.15, 0.25, 0.1], leave_out=["wld"])[["partner", "duty_rate_pct"]]
      partner  duty_rate_pct
    0      jp           15.0
    1      kr           25.0
    """
    if set(value_usd) != set(duty_usd):
        raise InputError(f"duty_usd: partners {sorted(set(value_usd) ^ set(duty_usd))} are in one of the frames only.")
    for partner in leave_out:
        if partner not in value_usd:
            raise InputError(f"leave_out: {partner!r} is not a partner here.{did_you_mean(partner, value_usd)}")
    value = value_usd.drop(columns=list(leave_out)).rename_axis(index="period", columns="partner").stack()
    panel = value.rename("value_usd").reset_index()
    duty = duty_usd.rename_axis(index="period", columns="partner").stack().rename("duty_usd").reset_index()
    panel = panel.merge(duty, how="left", on=["period", "partner"])
    imported = panel["value_usd"].where(panel["value_usd"] > 0)
    rate = panel.pop("duty_usd") / imported
    return panel[["partner", "period", "value_usd"]].assign(
        duty_rate_pct=100 * rate, log_value=np.log(imported), log_one_plus_duty=np.log1p(rate)
    )


def panel_response(
    panel: pd.DataFrame,
    outcome: str,
    regressors: str | Sequence[str],
    effects: Sequence[str] = ("partner", "period"),
    cluster: str | None = "partner",
    method: str = "ols",
    level: float = 0.95,
) -> pd.DataFrame:
    """Regress an outcome on regressors within a panel, effects taken out, with errors clustered.

    With ``method="ols"`` and logs on both sides the estimate is an elasticity. ``method="ppml"`` (Poisson
    pseudo-maximum likelihood) takes the outcome in levels, zeros included, and stays consistent when its
    variance depends on the regressors (Santos Silva and Tenreyro, Review of Economics and Statistics 88, 2006,
    https://doi.org/10.1162/rest.88.4.641). Rows with a gap are left out.

    Parameters
    ----------
    panel : DataFrame
        Long form, such as `duty_panel` makes.
    outcome, regressors, effects, cluster : str or sequence of str
        Columns. Without `cluster` errors are independent and equally distributed.
    method : {"ols", "ppml"}
        See above.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        Index ``term``; ``estimate``, ``std_error``, ``t``, ``p_value``, ``low``, ``high``, ``observations``.

    Raises
    ------
    InputError
        If a column or method is unknown, a Poisson outcome is negative, there are too few clusters, or a regressor
        does not move once the effects are taken out.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> panel = pd.DataFrame({"partner": np.repeat(list("abcd"), 30), "period": np.tile(range(30), 4)})
    >>> panel["log_one_plus_duty"] = rng.uniform(0, 0.3, 120)
    >>> panel["log_value"] = 5 - 2 * panel["log_one_plus_duty"] + 0.01 * rng.normal(size=120)
    >>> panel_response(panel, "log_value", "log_one_plus_duty")["estimate"].round(1).tolist()
    [-2.0]
    """
    if method not in METHODS:
        raise InputError(f"method: {method!r} is not known; give 'ols' or 'ppml'.{did_you_mean(method, METHODS)}")
    terms, effects = [regressors] if isinstance(regressors, str) else list(regressors), list(effects)
    columns = list(dict.fromkeys([outcome, *terms, *effects, *([cluster] if cluster else [])]))
    for column in columns:
        if column not in panel:
            raise InputError(f"panel: there is no column {column!r}.{did_you_mean(column, panel)}")
    # pyfixest reads effects as categories; text is one whatever the column's type.
    data = panel[columns].dropna().astype(dict.fromkeys({*effects, *([cluster] if cluster else [])}, str))
    if cluster and data[cluster].nunique() < 3:
        raise InputError(f"cluster: {data[cluster].nunique()} groups in {cluster!r} are too few; three are the least.")
    if method == "ppml":
        data = _without_empty_groups(data, outcome, effects)
    for term in terms:
        if _stays_still(data, term, effects):
            raise InputError(f"regressors: {term!r} does not move once {' and '.join(effects)} effects are taken out.")
    formula = f"{outcome} ~ {' + '.join(terms)}" + (f" | {' + '.join(effects)}" if effects else "")
    fit = _fit(formula, data, method, {"CRV1": cluster} if cluster else "iid")
    table = fit.tidy(alpha=1 - level)
    table.columns = ["estimate", "std_error", "t", "p_value", "low", "high"]
    return table.loc[terms].rename_axis("term").assign(observations=int(fit._N))


def _without_empty_groups(data: pd.DataFrame, outcome: str, effects: list[str]) -> pd.DataFrame:
    """Leave out groups without any trade: a Poisson effect would have to be minus infinity for them."""
    if (data[outcome] < 0).any():
        raise InputError(f"outcome: {outcome!r} has values below zero; a Poisson model needs zero or more.")
    for effect in effects:
        data = data[data.groupby(effect)[outcome].transform("sum") > 0]
    return data


def _stays_still(data: pd.DataFrame, term: str, effects: list[str]) -> bool:
    """Tell whether a regressor is a constant of some effect, which no regression can tell from the effect."""
    values = data[term]
    spread = [data.groupby(effect)[term].agg(np.ptp).max() for effect in effects] or [np.ptp(values)]
    return min(spread) <= 1e-12 * max(1.0, values.abs().max())


def _fit(formula: str, data: pd.DataFrame, method: str, errors: str | dict[str, str]):
    """Call pyfixest, whose release 0.60.0 uses a keyword that pandas 3.1 has deprecated, and sets up logging for
    all.
    """
    import pyfixest

    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The inplace keyword", category=pd.errors.Pandas4Warning)
            return (pyfixest.feols if method == "ols" else pyfixest.fepois)(formula, data, vcov=errors)
    finally:
        # One of its modules calls logging.basicConfig, after which other packages' chatter is shown as warnings.
        root.setLevel(level)
        root.handlers[:] = handlers
