"""Partial equilibrium of one industry: what a tariff does to trade, prices, duty and welfare.

Goods differ by country of origin (Armington). `gsim` is the linear model of many importers and exporters of Francois
and Hall (2003), "Global Simulation Analysis of Industry-Level Trade Policy", version 3.0. `market` is one importer with
any number of suppliers, solved exactly (CES demand, constant elasticities of supply, as in their non-linear version of
2009) for thousands of sets of elasticities at once: a linear model goes wrong when a rate moves by 25 points.

Values are before duty, in any one currency; rates are in percent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from nbpoints.errors import InputError

NEWTON_STEPS = 50
NEWTON_TOLERANCE = 1e-12


class Gsim(NamedTuple):
    """Outcome of `gsim`.

    Attributes
    ----------
    price_pct : Series
        Change of each exporter's world price, before duty, in percent.
    flows : DataFrame
        Trade after the change, exporters by importers, at world prices.
    composite_price_pct : Series
        Change of each importer's price of the composite good, with duty, in percent.
    welfare : DataFrame
        A row a country: `exporter_surplus`, `consumer_surplus`, `duty`, `net`, changes in the currency of the flows.
    """

    price_pct: pd.Series
    flows: pd.DataFrame
    composite_price_pct: pd.Series
    welfare: pd.DataFrame


def gsim(
    flows: pd.DataFrame,
    rates_before_pct: pd.DataFrame,
    rates_after_pct: pd.DataFrame,
    *,
    demand: float | pd.Series,
    supply: float | pd.Series,
    substitution: float | pd.Series,
) -> Gsim:
    """Linear global simulation model of Francois and Hall (2003): every country's price clears its world market.

    Demand for the good of country i in country v moves with its own price by N = theta (Em + Es) - Es and with another
    origin's by theta (Em + Es), theta being the share in v's spending with duty. Supply of i moves by Ex. World prices
    p solve ``Ex p_i = sum_v phi_iv sum_r N_irv (p_r + dT_rv)``, phi being the share of v in i's exports and dT the
    proportional change of one plus the rate. Surpluses are areas of trapezoids.

    Parameters
    ----------
    flows : DataFrame
        Value of trade at world prices, exporters by importers. Sales at home stand where both are one country.
    rates_before_pct, rates_after_pct : DataFrame
        Tariffs, percent, same labels.
    demand, substitution : float or Series by importer
        Em < 0, Es > 0.
    supply : float or Series by exporter
        Ex > 0.

    Returns
    -------
    Gsim

    Raises
    ------
    InputError
        If labels differ, a flow is negative or missing, an exporter or importer has none, or an elasticity has the
        wrong sign.

    Examples
    --------
    Two countries trade evenly, A drops its tariff of 10 percent on the goods of B:

    >>> names = ["A", "B"]
    >>> trade = pd.DataFrame([[50.0, 50.0], [50.0, 50.0]], names, names)
    >>> before = pd.DataFrame([[0.0, 0.0], [10.0, 0.0]], names, names)
    >>> gsim(trade, before, before * 0, demand=-1.25, supply=1.5, substitution=5).price_pct.round(2).to_dict()
    {'A': -0.81, 'B': 2.69}
    """
    _check_matrices(flows, rates_before_pct, rates_after_pct)
    em, es = (_by(flows.columns, each, name) for each, name in ((demand, "demand"), (substitution, "substitution")))
    ex = _by(flows.index, supply, "supply")
    _check_signs(em, ex, es)
    trade = flows.to_numpy(dtype=float)
    power_before = 1 + rates_before_pct.to_numpy(dtype=float) / 100
    power_after = 1 + rates_after_pct.to_numpy(dtype=float) / 100
    change = power_after / power_before - 1
    spending = trade * power_before
    theta = spending / spending.sum(axis=0)
    phi = trade / trade.sum(axis=1, keepdims=True)

    # response[i, r, v]: of the demand for i in v to the price of r there.
    response = np.repeat((theta * (em + es))[np.newaxis], len(trade), axis=0)
    own = np.arange(len(trade))
    response[own, own, :] -= es
    at_world_prices = np.einsum("iv,irv->ir", phi, response)
    from_tariffs = np.einsum("iv,irv,rv->i", phi, response, change)
    price = np.linalg.solve(np.diag(ex) - at_world_prices, from_tariffs)

    quantity = np.einsum("irv,rv->iv", response, price[:, np.newaxis] + change)
    after = trade * (1 + price[:, np.newaxis]) * (1 + quantity)
    composite = (theta * ((1 + price[:, np.newaxis]) * power_after / power_before - 1)).sum(axis=0)
    duty_change = (after * (power_after - 1) - trade * (power_before - 1)).sum(axis=0)
    welfare = pd.DataFrame(
        {
            "exporter_surplus": pd.Series(trade.sum(axis=1) * price * (1 + ex * price / 2), flows.index),
            "consumer_surplus": pd.Series(-spending.sum(axis=0) * composite * (1 + em * composite / 2), flows.columns),
            "duty": pd.Series(duty_change, flows.columns),
        }
    ).fillna(0.0)
    return Gsim(
        price_pct=pd.Series(100 * price, flows.index, name="price_pct"),
        flows=pd.DataFrame(after, flows.index, flows.columns),
        composite_price_pct=pd.Series(100 * composite, flows.columns, name="composite_price_pct"),
        welfare=welfare.assign(net=welfare.sum(axis=1)),
    )


def _check_matrices(flows: pd.DataFrame, *rates: pd.DataFrame) -> None:
    if any(not (r.index.equals(flows.index) and r.columns.equals(flows.columns)) for r in rates):
        raise InputError("rates: both tables must name the exporters and importers of the flows, in their order.")
    if not (flows >= 0).all(axis=None):
        raise InputError("flows: a value is negative or missing; write 0 where there is no trade.")
    idle = [*flows.index[flows.sum(axis=1) == 0], *flows.columns[flows.sum(axis=0) == 0]]
    if idle:
        raise InputError(f"flows: {idle[0]} exports or imports nothing; leave that row or column out.")
    if any(not (r > -100).all(axis=None) for r in rates):
        raise InputError("rates: a rate is missing or at most -100 percent; write 0 where there is no tariff.")


def _by(countries: pd.Index, elasticity: float | pd.Series, name: str) -> np.ndarray:
    if not isinstance(elasticity, pd.Series):
        return np.full(len(countries), float(elasticity))
    _refuse_missing(countries, elasticity.index, name)
    return elasticity[countries].to_numpy(dtype=float)


def _refuse_missing(countries: pd.Index, given: pd.Index, name: str) -> None:
    missing = countries.difference(given)
    if len(missing):
        everyone = ", ".join(map(str, countries))
        raise InputError(f"{name}: no elasticity of {missing[0]}; give one for each of {everyone}.")


def _check_signs(demand: np.ndarray, supply: np.ndarray, substitution: np.ndarray) -> None:
    if not (demand < 0).all():
        raise InputError(f"demand: {demand.max()} is out of bounds; the elasticity must be below 0.")
    for name, values in (("supply", supply), ("substitution", substitution)):
        if not (values > 0).all():
            raise InputError(f"{name}: {values.min()} is out of bounds; the elasticity must be above 0.")


class Market(NamedTuple):
    """Outcome of `market`: a row a draw (of elasticities), one row where they are single numbers.

    Attributes
    ----------
    price_pct : DataFrame
        Change of each supplier's price before duty, percent; a column a supplier, as in the next four.
    price_with_duty_pct : DataFrame
        Change of its price with duty, percent.
    quantity_pct : DataFrame
        Change of its quantity, percent.
    value : DataFrame
        Its sales after the change, before duty, in the currency of the values given.
    duty : DataFrame
        Duty paid on them.
    totals : DataFrame
        `composite_price_pct`, `imports_change`, `duty_change`, `consumer_surplus`, `domestic_surplus`, `net_welfare`
        of the importer (all changes) and `foreign_surplus` of its foreign suppliers.
    """

    price_pct: pd.DataFrame
    price_with_duty_pct: pd.DataFrame
    quantity_pct: pd.DataFrame
    value: pd.DataFrame
    duty: pd.DataFrame
    totals: pd.DataFrame


def market(
    value: pd.Series,
    rate_before_pct: pd.Series,
    rate_after_pct: pd.Series,
    *,
    demand: float | np.ndarray,
    supply: float | np.ndarray | pd.Series | pd.DataFrame,
    substitution: float | np.ndarray,
    domestic: str | None = None,
) -> Market:
    """One importer's market of one industry when its tariffs change, exactly and for many elasticities at once.

    With sigma the elasticity of substitution, eta < 0 that of the composite's demand, eps_i that of supply to this
    market, T_i the change of one plus the rate and theta_i the share in spending with duty (ratios, after to before)::

        p_i = (T_i**-sigma * P**(sigma + eta)) ** (1 / (eps_i + sigma))
        P = sum(theta_i * (p_i * T_i) ** (1 - sigma)) ** (1 / (1 - sigma))
        q_i = p_i ** eps_i, and where supply is infinitely elastic q_i = (p_i * T_i)**-sigma * P**(sigma + eta)

    One unknown, P, is found by Newton's method on logarithms. Surpluses are the exact areas.

    Parameters
    ----------
    value : Series
        Sales to this market before duty, indexed by supplier.
    rate_before_pct, rate_after_pct : Series
        Tariff on each supplier, percent, same index.
    demand, substitution : float or array of draws
        eta < 0; sigma > 1.
    supply : float, array of draws, Series indexed by supplier, or DataFrame of draws by suppliers
        eps > 0; `numpy.inf` keeps export prices fixed, which is complete pass-through.
    domestic : str, optional
        The supplier that is the importer's own industry: not counted in imports.

    Returns
    -------
    Market

    Raises
    ------
    InputError
        If indices differ, a value is not positive, an elasticity is out of bounds, or numbers of draws differ.

    Notes
    -----
    Supply to this market: an exporter who can turn to other markets has a higher elasticity than its industry.

    Examples
    --------
    With fixed export prices a tariff of 10 percent on everything is passed on, and quantity falls by 1.1**-1.25:

    >>> cars, free, taxed = (pd.Series(numbers, ["JP", "KR"]) for numbers in ([60.0, 40.0], [0.0, 0.0], [10.0, 10.0]))
    >>> after = market(cars, free, taxed, demand=-1.25, supply=np.inf, substitution=4)
    >>> after.price_with_duty_pct.round(2).iloc[0].to_dict(), after.quantity_pct.round(2).iloc[0].to_dict()
    ({'JP': 10.0, 'KR': 10.0}, {'JP': -11.23, 'KR': -11.23})
    """
    _check_market(value, rate_before_pct, rate_after_pct, domestic)
    eta, sigma, eps = _draws(value, demand, substitution, supply)
    _check_signs(eta, eps, sigma)
    before, rate_old, rate_new = (series.to_numpy(dtype=float) for series in (value, rate_before_pct, rate_after_pct))
    log_t = np.log((100 + rate_new) / (100 + rate_old))
    spending = before * (1 + rate_old / 100)

    log_p, log_composite = _solve(spending / spending.sum(), log_t, eta, sigma, eps)
    log_q = -sigma * (log_p + log_t) + (sigma + eta) * log_composite
    after = before * np.exp(log_p + log_q)
    duty_before, duty_after = before * rate_old / 100, after * rate_new / 100

    surplus = before * _area(log_p, eps)
    totals = pd.DataFrame({"composite_price_pct": 100 * np.expm1(log_composite[:, 0])})
    foreign = np.asarray(value.index != domestic)
    totals["imports_change"] = (after - before)[:, foreign].sum(axis=1)
    totals["duty_change"] = (duty_after - duty_before).sum(axis=1)
    totals["consumer_surplus"] = -spending.sum() * _area(log_composite, eta)[:, 0]
    totals["domestic_surplus"] = surplus[:, ~foreign].sum(axis=1)
    totals["net_welfare"] = totals[["duty_change", "consumer_surplus", "domestic_surplus"]].sum(axis=1)
    totals["foreign_surplus"] = surplus[:, foreign].sum(axis=1)

    def frame(array: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(array, columns=value.index)

    return Market(
        price_pct=frame(100 * np.expm1(log_p)),
        price_with_duty_pct=frame(100 * np.expm1(log_p + log_t)),
        quantity_pct=frame(100 * np.expm1(log_q)),
        value=frame(after),
        duty=frame(duty_after),
        totals=totals.rename_axis("draw"),
    )


def _check_market(value: pd.Series, before: pd.Series, after: pd.Series, domestic: str | None) -> None:
    if not (value.index.equals(before.index) and value.index.equals(after.index)) or value.index.has_duplicates:
        raise InputError("rates: values and both series of rates must name the same suppliers, once, in one order.")
    wrong = value.index[~(value > 0)]
    if len(wrong):
        raise InputError(f"value: {wrong[0]} sells {value[wrong[0]]}; leave out suppliers without sales.")
    for rates in (before, after):
        wrong = rates.index[~(rates > -100)]
        if len(wrong):
            raise InputError(f"rates: {rates[wrong[0]]} for {wrong[0]} is not a tariff in percent.")
    if domestic is not None and domestic not in value.index:
        raise InputError(f"domestic: {domestic!r} is not among the suppliers {', '.join(map(str, value.index))}.")


def _draws(
    value: pd.Series,
    demand: float | np.ndarray,
    substitution: float | np.ndarray,
    supply: float | np.ndarray | pd.Series | pd.DataFrame,
) -> tuple[np.ndarray, ...]:
    """Bring elasticities to draws by one, and those of supply to draws by suppliers."""
    eta, sigma = (np.reshape(np.asarray(each, dtype=float), (-1, 1)) for each in (demand, substitution))
    # A column of a frame of draws has a RangeIndex; any other series is one elasticity a supplier.
    if isinstance(supply, pd.DataFrame):
        _refuse_missing(value.index, supply.columns, "supply")
        eps = supply[list(value.index)].to_numpy(dtype=float)
    elif isinstance(supply, pd.Series) and not isinstance(supply.index, pd.RangeIndex):
        eps = _by(value.index, supply, "supply")[np.newaxis, :]
    else:
        eps = np.reshape(np.asarray(supply, dtype=float), (-1, 1))
    if not (sigma > 1).all():
        raise InputError(f"substitution: {sigma.min()} is too low; it must be above 1 for sales to fall with a price.")
    sizes = {len(each) for each in (eta, sigma, eps)} - {1}
    if len(sizes) > 1:
        raise InputError(f"elasticities: {' and '.join(map(str, sorted(sizes)))} draws; give every array as many.")
    rows = max(sizes, default=1)
    return np.broadcast_to(eta, (rows, 1)), np.broadcast_to(sigma, (rows, 1)), np.broadcast_to(eps, (rows, len(value)))


def _solve(
    theta: np.ndarray, log_t: np.ndarray, eta: np.ndarray, sigma: np.ndarray, eps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the composite price. Its excess is convex and rising (eta < eps), so that Newton's method gets there."""
    log_composite = np.zeros_like(sigma)
    pull = (sigma + eta) / (eps + sigma)
    for _ in range(NEWTON_STEPS):
        log_p = pull * log_composite - sigma / (eps + sigma) * log_t
        terms = theta * np.exp((1 - sigma) * (log_p + log_t))
        total = terms.sum(axis=1, keepdims=True)
        excess = log_composite - np.log(total) / (1 - sigma)
        if np.abs(excess).max() < NEWTON_TOLERANCE:
            return log_p, log_composite
        log_composite = log_composite - excess / (1 - (terms * pull).sum(axis=1, keepdims=True) / total)
    raise ArithmeticError(f"the composite price did not settle within {NEWTON_STEPS} steps")


def _area(log_price: np.ndarray, elasticity: np.ndarray) -> np.ndarray:
    """Area under ``price ** elasticity`` from 1 to the price; 0 where it is infinite and the price stays."""
    exponent = np.where(np.isfinite(elasticity), elasticity + 1, 1.0)
    safe = np.where(exponent == 0, 1.0, exponent)
    return np.where(exponent == 0, log_price, np.expm1(safe * log_price) / safe)
