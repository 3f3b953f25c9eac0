"""Exact splits of a change: into quantity, exchange rate and unit value, above and below a line."""

from __future__ import annotations

import numpy as np
import pandas as pd
from nbpoints.errors import InputError

from autogap.methods.balance import a_year_earlier, at, periods_a_year


def _only(changes: pd.DataFrame, period: str) -> pd.DataFrame:
    """Keep the row of one period, refusing it when its change cannot be computed."""
    wanted = at(changes, period)
    if changes.loc[wanted].isna().any():
        base = wanted - periods_a_year(changes)
        raise InputError(f"period: the change of {wanted} needs {base} as well; a figure of one of them is missing.")
    return changes.loc[[wanted]]


def log_mean(a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    """Logarithmic mean (a - b) / ln(a / b) of positive numbers; `a` itself where the two are equal.

    It turns a difference into a sum of logarithms without a rest (Ang, Energy Policy 33, 2005, pp. 867-871,
    https://doi.org/10.1016/j.enpol.2003.10.010).

    Examples
    --------
    >>> float(log_mean(1.0, np.e).round(6)), float(log_mean(3.0, 3.0))
    (1.718282, 3.0)
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    logs = np.log(a / b)
    # Near equality the quotient loses its digits; the mean's own series is a - (a - b) / 2 to first order.
    near = np.abs(logs) < 1e-7
    return np.where(near, (a + b) / 2, (a - b) / np.where(near, 1.0, logs))


def split_value_change(
    value_jpy: pd.Series | pd.DataFrame,
    quantity: pd.Series | pd.DataFrame,
    jpy_per_usd: pd.Series,
    period: str | None = None,
    method: str = "lmdi",
    unit: str = "jpy_mn",
) -> pd.DataFrame:
    """Split the year-on-year change of a yen value into quantity, exchange rate and dollar unit value, exactly.

    Value is quantity times yen per dollar times dollars per unit, for each good. Neither method leaves a rest,
    and neither depends on the order in which the factors are named:

    - ``"lmdi"``: each good's log changes, weighted with the log mean of its two values and summed over goods
      (additive LMDI-I: Ang, Energy Policy 33, 2005, https://doi.org/10.1016/j.enpol.2003.10.010);
    - ``"fisher"``: ideal indices of quantity and unit value over all goods (Fisher, The Making of Index Numbers,
      1922), whose product with the rate's index is the index of value; brought to yen by the log mean of the totals.

    For one good the two are the same. A unit value is not a price: it also moves with the mix inside a good.

    Parameters
    ----------
    value_jpy : Series, or DataFrame with a column a good
        Value in yen (any multiplier), on a PeriodIndex; all values above zero.
    quantity : same form
        Vehicles, tonnes and the like; all above zero. Goods may have different units.
    jpy_per_usd : Series
        Yen per dollar in each period.
    period : str, optional
        Keep this period alone, e.g. ``"2025-05"``.
    method : {"lmdi", "fisher"}
        See above.
    unit : str
        Ending of the columns in yen.

    Returns
    -------
    DataFrame
        ``before_<unit>``, ``after_<unit>``, ``change_<unit>`` and its three parts ``quantity_<unit>``,
        ``exchange_rate_<unit>``, ``unit_value_<unit>``; then the same four in percent of the value before:
        ``change_pct``, ``quantity_pp``, ``exchange_rate_pp``, ``unit_value_pp``.
        Rows whose own figures or base are missing are NaN.

    Raises
    ------
    InputError
        If a figure is zero or negative, goods do not match, or `period` or its base is missing.

    Examples
    --------
    >>> months = pd.PeriodIndex(["2024-05", "2025-05"], freq="M")
    >>> value, cars = pd.Series([480.0, 360.0], index=months), pd.Series([100.0, 96.0], index=months)
    >>> split = split_value_change(value, cars, pd.Series([156.0, 145.0], index=months), "2025-05", unit="jpy_bn")
    >>> split.filter(like="jpy_bn").round(1).values.tolist()
    [[480.0, 360.0, -120.0, -17.0, -30.5, -72.5]]
    >>> split.filter(regex="_p[cp]").round(1).values.tolist()
    [[-25.0, -3.5, -6.4, -15.1]]
    """
    values, quantities = _goods(value_jpy, "value_jpy"), _goods(quantity, "quantity")
    if list(values) != list(quantities):
        raise InputError(f"quantity: goods {list(quantities)} do not match those of value_jpy, {list(values)}.")
    rate = _positive(jpy_per_usd.reindex(values.index).to_frame("jpy_per_usd"), "jpy_per_usd")["jpy_per_usd"]
    quantities = quantities.reindex(values.index)
    unit_values = values.div(quantities).div(rate, axis=0)
    if method == "lmdi":
        effects = _lmdi(values, quantities, rate, unit_values)
    elif method == "fisher":
        effects = _fisher(values, quantities, rate, unit_values)
    else:
        raise InputError(f"method: {method!r} is not known; give 'lmdi' or 'fisher'.")
    after = _sum(values)
    before = a_year_earlier(after)
    parts = {"change": after - before, **effects}
    levels = {f"{name}_{unit}": part for name, part in ({"before": before, "after": after} | parts).items()}
    points = {"change_pct" if name == "change" else f"{name}_pp": part / (before / 100) for name, part in parts.items()}
    changes = pd.DataFrame(levels | points)
    return changes if period is None else _only(changes, period)


def split_product(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Split the change of products between two situations into what each factor did, exactly.

    Each row is the product of its factors: quantity, yen per dollar and dollars per unit make a value in yen; yen per
    dollar and dollars make the value of goods that are not counted. A factor's part is the logarithmic mean of the two
    products times the factor's logarithmic change, so that parts add up and no order matters
    (additive LMDI-I: Ang, Energy Policy 33, 2005, https://doi.org/10.1016/j.enpol.2003.10.010).

    Parameters
    ----------
    before, after : DataFrame
        A row a good, a column a factor, all above zero. A factor that a good has not is NaN in both.

    Returns
    -------
    DataFrame
        A row a good: ``before``, ``after`` and ``change`` of the product, then one column a factor, NaN where the
        good does not have it; the factors' columns add up to ``change``.

    Raises
    ------
    InputError
        If goods or factors differ, a factor is zero or negative, or is given on one side only.

    Examples
    --------
    >>> goods = ["crude"]
    >>> before = pd.DataFrame({"quantity": [5.0], "rate": [150.0], "price": [0.4]}, index=goods)
    >>> after = pd.DataFrame({"quantity": [20.0], "rate": [150.0], "price": [0.6]}, index=goods)
    >>> split_product(before, after).round(1).values.tolist()
    [[300.0, 1800.0, 1500.0, 1160.6, 0.0, 339.4]]
    """
    if not (before.index.equals(after.index) and before.columns.equals(after.columns)):
        raise InputError("split_product: before and after must have the same goods and factors, in one order.")
    if (before.isna() != after.isna()).to_numpy().any():
        raise InputError("split_product: a factor is given on one side only; give it before and after, or not at all.")
    _positive(before, "before")
    _positive(after, "after")
    old, new = before.prod(axis=1), after.prod(axis=1)
    parts = np.log(after / before).mul(pd.Series(log_mean(new, old), index=before.index), axis=0)
    return pd.DataFrame({"before": old, "after": new, "change": new - old}).join(parts)


def _goods(values: pd.Series | pd.DataFrame, name: str) -> pd.DataFrame:
    """Make a frame with a column a good, all above zero."""
    return _positive(values.to_frame("all") if isinstance(values, pd.Series) else values, name)


def _positive(values: pd.DataFrame, name: str) -> pd.DataFrame:
    """Refuse zero and below, where a logarithm and a unit value have no meaning; a gap may stay."""
    bad = np.argwhere(values.le(0).to_numpy())
    if len(bad):
        period, good = values.index[bad[0, 0]], values.columns[bad[0, 1]]
        figure = f"{good} is {values.loc[period, good]:g} in {period}"
        raise InputError(f"{name}: {figure}; a split needs figures above zero.")
    return values


def _lmdi(values: pd.DataFrame, quantities: pd.DataFrame, rate: pd.Series, unit_values: pd.DataFrame) -> pd.DataFrame:
    """Weight each good's log changes with the log mean of its two values, and sum over goods."""
    weights = log_mean(values, a_year_earlier(values))

    def summed(logs: pd.DataFrame) -> pd.Series:
        return _sum(weights * logs)

    rates = pd.DataFrame(dict.fromkeys(values, rate))
    factors = {"quantity": quantities, "exchange_rate": rates, "unit_value": unit_values}
    return pd.DataFrame({name: summed(np.log(now / a_year_earlier(now))) for name, now in factors.items()})


def _fisher(values: pd.DataFrame, quantities: pd.DataFrame, rate: pd.Series, unit_values: pd.DataFrame) -> pd.DataFrame:
    """Take ideal indices over all goods, and bring their logs to yen by the log mean of the totals."""

    def ideal(now: pd.DataFrame, weights: pd.DataFrame) -> pd.Series:
        then, weights_then = a_year_earlier(now), a_year_earlier(weights)
        laspeyres = _sum(now * weights_then) / _sum(then * weights_then)
        paasche = _sum(now * weights) / _sum(then * weights)
        return np.sqrt(laspeyres * paasche)

    indices = {
        "quantity": ideal(quantities, unit_values),
        "exchange_rate": rate / a_year_earlier(rate),
        "unit_value": ideal(unit_values, quantities),
    }
    total = _sum(values)
    weight = log_mean(total, a_year_earlier(total))
    return pd.DataFrame({name: weight * np.log(index) for name, index in indices.items()})


def _sum(goods: pd.DataFrame) -> pd.Series:
    """Sum over goods; a missing good makes the sum missing."""
    return goods.sum(axis=1, skipna=False)


def split_share_change(
    numerator_before: pd.Series | float,
    denominator_before: pd.Series | float,
    numerator_after: pd.Series | float,
    denominator_after: pd.Series | float,
) -> pd.DataFrame:
    """Split the change of a share into what its numerator and what its denominator did, exactly.

    Each effect is taken at the average of the other term before and after (the Shapley value of two factors:
    Sun, Energy Economics 20, 1998, https://doi.org/10.1016/S0140-9883(97)00012-1), so that the order does not
    matter and a numerator may change its sign. "Before" and "after" may be two periods, or two definitions of
    one share, such as gross and net.

    Returns
    -------
    DataFrame
        ``before_pct``, ``after_pct``, ``change_pp``, ``numerator_pp``, ``denominator_pp``; one row for scalars.

    Raises
    ------
    InputError
        If a denominator is zero.

    Examples
    --------
    >>> split_share_change(500.0, 625.0, 420.0, 450.0).round(2)
       before_pct  after_pct  change_pp  numerator_pp  denominator_pp
    0        80.0      93.33      13.33        -15.29           28.62
    """
    terms = (numerator_before, denominator_before, numerator_after, denominator_after)
    index = next((term.index for term in terms if isinstance(term, pd.Series)), [0])
    top, bottom, new_top, new_bottom = (pd.Series(term, index=index, dtype=float) for term in terms)
    if (bottom == 0).any() or (new_bottom == 0).any():
        raise InputError("split_share_change: a denominator is zero; a share of nothing has no size.")
    before, after = 100 * top / bottom, 100 * new_top / new_bottom
    return pd.DataFrame(
        {
            "before_pct": before,
            "after_pct": after,
            "change_pp": after - before,
            "numerator_pp": 100 * (new_top - top) * (1 / bottom + 1 / new_bottom) / 2,
            "denominator_pp": 100 * (1 / new_bottom - 1 / bottom) * (top + new_top) / 2,
        }
    )
