"""One bilateral balance in two currencies and seen from two sides: conversion and reconciliation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from nbpoints.errors import InputError


def convert(values: pd.Series, jpy_per_usd: pd.Series | float, to: str = "USD") -> pd.Series:
    """Turn yen into dollars, or dollars into yen, at one rate or at the rate of each period.

    Parameters
    ----------
    values : Series
        Amounts; the multiplier (million, billion) is kept.
    jpy_per_usd : Series or float
        Yen per dollar: the same periods as `values`, or one rate for all.
    to : {"USD", "JPY"}
        Currency wanted.

    Returns
    -------
    Series
        On the index of `values`; NaN where the rate is missing.

    Raises
    ------
    InputError
        If `to` is neither currency, or a rate is not positive.

    Examples
    --------
    >>> year = pd.period_range("2024", periods=1, freq="Y")
    >>> convert(pd.Series([8600.0], index=year), 145.0).round(1).tolist()
    [59.3]
    """
    if to not in ("USD", "JPY"):
        raise InputError(f"to: {to!r} is not a currency of this pair; give 'USD' or 'JPY'.")
    rate = jpy_per_usd.reindex(values.index) if isinstance(jpy_per_usd, pd.Series) else float(jpy_per_usd)
    if np.any(np.asarray(rate) <= 0):
        raise InputError("jpy_per_usd: a rate of zero or below; give yen per dollar.")
    return values / rate if to == "USD" else values * rate


def annual_conversions(
    monthly_jpy: pd.Series, jpy_per_usd: pd.Series, year: int | str, spot: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """What a year's yen are worth in dollars, at each rate that a writer might take.

    Parameters
    ----------
    monthly_jpy : Series on a monthly PeriodIndex
        Flow in yen (any multiplier).
    jpy_per_usd : Series on a monthly PeriodIndex
        Monthly averages, yen per dollar.
    year : int or str
        Calendar year; all twelve months must be there in both series.
    spot : mapping of str to float, optional
        Further rates by label, e.g. ``{"2025-06-19": 145.5}``.

    Returns
    -------
    DataFrame
        A row a rate: ``monthly rates`` (whose rate is the flow-weighted one), ``annual average``,
        ``December``, and the spot rates; columns ``jpy_per_usd``, ``value_jpy``, ``value_usd`` (multiplier kept).

    Raises
    ------
    InputError
        If a month of the year is missing.

    Examples
    --------
    >>> months = pd.period_range("2024-01", "2024-12", freq="M")
    >>> annual_conversions(pd.Series(100.0, index=months), pd.Series(150.0, index=months), 2024, {"today": 145.0})
                    jpy_per_usd  value_jpy  value_usd
    monthly rates         150.0     1200.0   8.000000
    annual average        150.0     1200.0   8.000000
    December              150.0     1200.0   8.000000
    today                 145.0     1200.0   8.275862
    """
    months = pd.period_range(f"{year}-01", f"{year}-12", freq="M")
    flow, rate = _whole(monthly_jpy, months, "monthly_jpy"), _whole(jpy_per_usd, months, "jpy_per_usd")
    by_month = convert(flow, rate).sum()
    rates = {"monthly rates": flow.sum() / by_month, "annual average": rate.mean(), "December": rate.iloc[-1]}
    table = pd.DataFrame({"jpy_per_usd": pd.Series(rates | dict(spot or {}))}).assign(value_jpy=flow.sum())
    return table.assign(value_usd=convert(table["value_jpy"], table["jpy_per_usd"]))


def _whole(values: pd.Series, periods: pd.PeriodIndex, name: str) -> pd.Series:
    """Take these periods, refusing a missing one."""
    taken = values.reindex(periods)
    if taken.isna().any():
        gap = taken.index[taken.isna()][0]
        raise InputError(f"{name}: {gap} is missing; {periods[0]} to {periods[-1]} are needed.")
    return taken


class Rate(NamedTuple):
    """A rate implied by two rounded figures, with the band that the rounding leaves."""

    value: float
    low: float
    high: float


def implied_rate(
    amount: float, converted: float, amount_rounding: float = 0.0, converted_rounding: float = 0.0
) -> Rate:
    """Find the exchange rate that turns one quoted figure into another, and how far rounding lets it move.

    Parameters
    ----------
    amount, converted : float
        The same sum in two currencies, e.g. 8,600 billion yen and 59.3 billion dollars.
    amount_rounding, converted_rounding : float
        Last digit quoted in the same units, e.g. 100 and 0.1: the truth lies within half of it.

    Returns
    -------
    Rate
        ``value``, ``low``, ``high`` in units of `amount` per unit of `converted`.

    Examples
    --------
    >>> rate = implied_rate(8600, 59.3, amount_rounding=100, converted_rounding=0.1)
    >>> [round(x, 2) for x in rate]
    [145.03, 144.06, 145.99]
    """
    if amount <= 0 or converted <= converted_rounding / 2:
        raise InputError(f"implied_rate: {amount} to {converted} gives no rate; both must be above zero.")
    return Rate(
        amount / converted,
        (amount - amount_rounding / 2) / (converted + converted_rounding / 2),
        (amount + amount_rounding / 2) / (converted - converted_rounding / 2),
    )


def reconcile(
    japan: pd.DataFrame,
    us: pd.DataFrame,
    jpy_per_usd: pd.Series,
    year: int | str,
    cif_over_fob: float,
    lag_months: int = 1,
    known_usd_mn: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Walk from Japan's surplus with the US to the US deficit with Japan, step by step, in million dollars.

    Japan values exports FOB and imports CIF; the US values imports by customs value (close to FOB) and exports
    FAS, so that freight and insurance part the two sides only on goods moving from the US to Japan.
    The steps: the year's yen at its average rate; at the rate of each month; goods counted on arrival in the
    US and on departure to Japan (moved by `lag_months`); Japan's imports without freight and insurance;
    differences known from elsewhere; and what none of these explains, flow by flow. They add up exactly.
    See United Nations, International Merchandise Trade Statistics: Compilers Manual, Revision 1 (IMTS 2010-CM),
    chapter IX, section C, on reconciling bilateral data.

    Parameters
    ----------
    japan : DataFrame on a monthly PeriodIndex
        ``exports_jpy_mn`` (FOB) and ``imports_jpy_mn`` (CIF), million yen.
    us : DataFrame on a monthly PeriodIndex
        ``imports_usd_mn`` (customs value) and ``exports_usd_mn`` (FAS), million dollars.
    jpy_per_usd : Series on a monthly PeriodIndex
        Monthly averages.
    year : int or str
        Calendar year. Japan's flows and the rate are needed from `lag_months` before to `lag_months` after it.
    cif_over_fob : float
        CIF over FOB value of Japan's imports, at least 1. An assumption: quote its source.
    lag_months : int
        Months at sea.
    known_usd_mn : mapping of str to float, optional
        Further known differences, added to Japan's surplus, e.g. another basis of US imports.

    Returns
    -------
    DataFrame
        Rows in the order walked; columns ``step``, ``usd_mn`` (the step), ``balance_usd_mn`` (the balance after it).

    Raises
    ------
    InputError
        If a month is missing or an assumption is out of range.

    Examples
    --------
    >>> months = pd.period_range("2023-12", "2025-01", freq="M")
    >>> japan = pd.DataFrame({"exports_jpy_mn": 1500.0, "imports_jpy_mn": 1060.0}, index=months)
    >>> us = pd.DataFrame({"imports_usd_mn": 10.5, "exports_usd_mn": 6.5}, index=months)
    >>> walk = reconcile(japan, us, pd.Series(150.0, index=months), 2024, cif_over_fob=1.06)
    >>> walk.round(1).loc[[0, 3, 6], ["step", "balance_usd_mn"]].values.tolist()
    [['Japan: surplus at the annual average rate', 35.2], ['freight and insurance in imports', 40.0], \
['US: deficit', 48.0]]
    """
    if cif_over_fob < 1:
        raise InputError(f"cif_over_fob: {cif_over_fob} is below 1; CIF includes freight and insurance.")
    if lag_months < 0:
        raise InputError(f"lag_months: {lag_months} is below 0; goods do not arrive before they leave.")
    months = pd.period_range(f"{year}-01", f"{year}-12", freq="M")
    around = pd.period_range(months[0] - lag_months, months[-1] + lag_months, freq="M")
    rate = _whole(jpy_per_usd, around, "jpy_per_usd")
    exports = convert(_whole(japan["exports_jpy_mn"], around, "exports_jpy_mn"), rate)
    imports = convert(_whole(japan["imports_jpy_mn"], around, "imports_jpy_mn"), rate)
    surplus_jpy = (japan["exports_jpy_mn"] - japan["imports_jpy_mn"]).reindex(months).sum()
    at_average = surplus_jpy / rate[months].mean()
    arrived = exports.shift(lag_months)[months].sum()
    departed = imports.shift(-lag_months)[months].sum()
    us_imports = _whole(us["imports_usd_mn"], months, "imports_usd_mn").sum()
    us_exports = _whole(us["exports_usd_mn"], months, "exports_usd_mn").sum()
    steps = {
        "Japan: surplus at the annual average rate": at_average,
        "rate of each month": exports[months].sum() - imports[months].sum() - at_average,
        "goods at sea": arrived - exports[months].sum() - (departed - imports[months].sum()),
        "freight and insurance in imports": departed * (1 - 1 / cif_over_fob),
        **dict(known_usd_mn or {}),
        "exports to the US, not explained": us_imports - arrived - sum((known_usd_mn or {}).values()),
        "imports from the US, not explained": departed / cif_over_fob - us_exports,
    }
    walk = pd.DataFrame({"step": list(steps), "usd_mn": list(steps.values())})
    walk["balance_usd_mn"] = walk["usd_mn"].cumsum()
    total = us_imports - us_exports
    walk.loc[len(walk)] = ["US: deficit", total, total]
    return walk
