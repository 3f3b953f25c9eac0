"""Partial equilibrium: the published example of GSIM, closed forms of one market, accounts that must close."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import equilibrium
from autogap.methods.equilibrium import gsim, market
from nbpoints.errors import InputError

COUNTRIES = ["US", "JP", "EU", "RW"]
# The 4x4 example of Francois and Hall (2003): exporters in rows, importers in columns, tariffs in percent.
FLOWS = pd.DataFrame(
    [[0, 50, 200, 300], [500, 0, 150, 200], [300, 100, 200, 200], [50, 100, 110, 20]], COUNTRIES, COUNTRIES, dtype=float
)
TARIFFS = pd.DataFrame(
    [[0, 21, 41, 22], [37, 0, 31, 23], [32, 36, 0, 18], [57, 41, 25, 15]], COUNTRIES, COUNTRIES, dtype=float
)
ELASTICITIES = {"demand": -1.25, "supply": 1.5, "substitution": 5.0}

CARS = pd.Series({"JP": 42.0, "KR": 37.0, "MX": 50.0, "US": 200.0})
FREE = pd.Series({"JP": 2.5, "KR": 0.0, "MX": 0.0, "US": 0.0})


def taxed(rate, *suppliers):
    return FREE.where(~FREE.index.isin(suppliers), rate)


@pytest.fixture(scope="module")
def free_trade_us_eu():
    after = TARIFFS.copy()
    after.loc["US", "EU"] = after.loc["EU", "US"] = 0
    return gsim(FLOWS, TARIFFS, after, **ELASTICITIES)


def test_gsim_gives_the_world_prices_of_francois_and_hall(free_trade_us_eu):
    """US-EU tariffs to zero: +.0792, -.0316, +.0480, -.0184."""
    assert free_trade_us_eu.price_pct.to_dict() == pytest.approx(
        {"US": 7.92, "JP": -3.16, "EU": 4.80, "RW": -1.84}, abs=0.006
    )


def test_every_world_market_clears(free_trade_us_eu):
    """Quantities exported move by the elasticity of supply times the price."""
    price = 1 + free_trade_us_eu.price_pct / 100
    quantity = free_trade_us_eu.flows.div(price, axis=0).sum(axis=1) / FLOWS.sum(axis=1) - 1
    assert quantity.to_dict() == pytest.approx((1.5 * (price - 1)).to_dict())


def test_welfare_adds_up_and_the_liberalisers_trade_more(free_trade_us_eu):
    welfare = free_trade_us_eu.welfare
    parts = welfare[["exporter_surplus", "consumer_surplus", "duty"]].sum(axis=1)
    assert welfare["net"].to_dict() == pytest.approx(parts.to_dict())
    assert (welfare["exporter_surplus"] > 0).to_dict() == {"US": True, "JP": False, "EU": True, "RW": False}
    assert free_trade_us_eu.flows.loc["US", "EU"] > FLOWS.loc["US", "EU"]
    assert free_trade_us_eu.flows.loc["JP", "US"] < FLOWS.loc["JP", "US"]


def test_surpluses_of_gsim_are_trapezoids(free_trade_us_eu):
    """Between the quantities before and after, on the straight lines of the linear model."""
    price = free_trade_us_eu.price_pct / 100
    sold, welfare = FLOWS.sum(axis=1), free_trade_us_eu.welfare
    exporters = price * (sold + sold * (1 + 1.5 * price)) / 2
    assert welfare["exporter_surplus"].to_dict() == pytest.approx(exporters.to_dict())
    rise = free_trade_us_eu.composite_price_pct / 100
    spent = (FLOWS * (1 + TARIFFS / 100)).sum()
    consumers = -rise * (spent + spent * (1 - 1.25 * rise)) / 2
    assert welfare["consumer_surplus"].to_dict() == pytest.approx(consumers.to_dict())


def test_nothing_moves_when_no_rate_does():
    still = gsim(FLOWS, TARIFFS, TARIFFS, **ELASTICITIES)
    assert still.price_pct.abs().max() < 1e-12 and still.welfare.abs().to_numpy().max() < 1e-9
    idle = market(CARS, FREE, FREE, **ELASTICITIES)
    assert idle.price_pct.abs().to_numpy().max() < 1e-9 and idle.totals.abs().to_numpy().max() < 1e-9


def test_elasticities_may_differ_by_country():
    by_country = {name: pd.Series(value, COUNTRIES[::-1]) for name, value in ELASTICITIES.items()}
    after = TARIFFS * 0.5
    alike = gsim(FLOWS, TARIFFS, after, **by_country).price_pct
    pd.testing.assert_series_equal(alike, gsim(FLOWS, TARIFFS, after, **ELASTICITIES).price_pct)
    stiff = gsim(FLOWS, TARIFFS, after, **by_country | {"supply": pd.Series([0.1, 1.5, 1.5, 1.5], COUNTRIES)}).price_pct
    assert abs(stiff["US"]) > abs(alike["US"])


def test_a_small_change_is_the_same_in_the_linear_and_in_the_exact_model():
    """One importer: the exact market tends to GSIM's linear answer as the step shrinks."""
    step = FREE + pd.Series({"JP": 0.01, "KR": 0.0, "MX": 0.02, "US": 0.0})
    exact = market(CARS, FREE, step, **ELASTICITIES)
    linear = gsim(CARS.to_frame("here"), FREE.to_frame("here"), step.to_frame("here"), **ELASTICITIES)
    assert exact.price_pct.iloc[0].to_numpy() == pytest.approx(linear.price_pct.to_numpy(), rel=2e-3)
    assert exact.totals["composite_price_pct"][0] == pytest.approx(linear.composite_price_pct["here"], rel=2e-3)
    consumer = linear.welfare.loc["here", "consumer_surplus"]
    assert exact.totals["consumer_surplus"][0] == pytest.approx(consumer, rel=2e-3)


def test_one_supplier_has_a_closed_form():
    """p**eps = (p T)**eta gives p = T**(eta / (eps - eta))."""
    alone, before, after = (pd.Series([value], ["JP"]) for value in (100.0, 2.5, 27.5))
    outcome = market(alone, before, after, demand=-1.25, supply=2.0, substitution=4.0)
    price = (1.275 / 1.025) ** (-1.25 / 3.25)
    assert outcome.price_pct.loc[0, "JP"] == pytest.approx(100 * (price - 1))
    assert outcome.value.loc[0, "JP"] == pytest.approx(100 * price**3)
    assert outcome.duty.loc[0, "JP"] == pytest.approx(27.5 * price**3)


def test_the_market_clears_and_its_price_index_is_the_ces_one():
    outcome = market(CARS, FREE, taxed(27.5, "JP", "KR"), demand=-1.25, supply=3.0, substitution=4.0, domestic="US")
    price = 1 + outcome.price_pct.iloc[0] / 100
    quantity = 1 + outcome.quantity_pct.iloc[0] / 100
    assert quantity.to_dict() == pytest.approx((price**3).to_dict())
    theta = CARS * (1 + FREE / 100) / (CARS * (1 + FREE / 100)).sum()
    with_duty = 1 + outcome.price_with_duty_pct.iloc[0] / 100
    index = (theta * with_duty**-3).sum() ** (-1 / 3)
    assert outcome.totals["composite_price_pct"][0] == pytest.approx(100 * (index - 1))
    # Spending on the composite good follows its own demand.
    spending = (outcome.value.iloc[0] + outcome.duty.iloc[0]).sum() / (CARS * (1 + FREE / 100)).sum()
    assert spending == pytest.approx(index ** (1 - 1.25))


def test_a_tariff_on_one_supplier_diverts_trade_to_the_others():
    outcome = market(CARS, FREE, taxed(27.5, "JP"), demand=-1.25, supply=3.0, substitution=4.0)
    sales = outcome.value.iloc[0] - CARS
    assert sales["JP"] < 0 and (sales.drop("JP") > 0).all()
    full = 100 * (1.275 / 1.025 - 1)
    assert -20 < outcome.price_pct.loc[0, "JP"] < 0 < outcome.price_with_duty_pct.loc[0, "JP"] < full


def test_fixed_export_prices_pass_the_tariff_on_in_full():
    outcome = market(CARS, FREE, taxed(25.0, "JP"), demand=-1.25, supply=np.inf, substitution=4.0)
    assert outcome.price_pct.to_numpy().ravel().tolist() == [0.0] * 4
    assert outcome.price_with_duty_pct.loc[0, "JP"] == pytest.approx(100 * (1.25 / 1.025 - 1))
    assert outcome.totals["foreign_surplus"][0] == 0


def area(curve, low, high):
    """The area under a curve, by the trapezium rule on a fine grid."""
    grid = np.linspace(low, high, 20_001)
    return np.trapezoid(curve(grid), grid)


def test_surpluses_are_the_areas_under_the_curves():
    outcome = market(CARS, FREE, taxed(27.5, "JP"), demand=-1.25, supply=3.0, substitution=4.0, domestic="US")
    totals = outcome.totals.iloc[0]
    spending = (CARS * (1 + FREE / 100)).sum()
    rise = 1 + totals["composite_price_pct"] / 100
    assert totals["consumer_surplus"] == pytest.approx(-spending * area(lambda p: p**-1.25, 1, rise))
    price = 1 + outcome.price_pct.iloc[0] / 100
    areas = {supplier: CARS[supplier] * area(lambda p: p**3, 1, price[supplier]) for supplier in CARS.index}
    assert totals["domestic_surplus"] == pytest.approx(areas["US"])
    assert totals["foreign_surplus"] == pytest.approx(areas["JP"] + areas["KR"] + areas["MX"])
    net = totals["duty_change"] + totals["consumer_surplus"] + totals["domestic_surplus"]
    assert totals["net_welfare"] == pytest.approx(net)


def test_unit_elastic_demand_has_a_logarithmic_surplus():
    elasticities = {"demand": np.array([-1.000001, -1.0]), "supply": 3.0, "substitution": 4.0}
    near, exact = market(CARS, FREE, taxed(25.0, "JP"), **elasticities).totals["consumer_surplus"]
    assert exact == pytest.approx(near, rel=1e-5) and exact != near


def test_duty_and_imports_are_counted_without_the_importers_own_industry():
    outcome = market(CARS, FREE, taxed(25.0, "JP"), demand=-1.25, supply=3.0, substitution=4.0, domestic="US")
    foreign = ["JP", "KR", "MX"]
    assert outcome.totals["imports_change"][0] == pytest.approx((outcome.value.iloc[0] - CARS)[foreign].sum())
    paid = {"JP": outcome.value.loc[0, "JP"] * 0.25, "KR": 0, "MX": 0, "US": 0}
    assert outcome.duty.iloc[0].to_dict() == pytest.approx(paid)
    assert outcome.totals["duty_change"][0] == pytest.approx(outcome.duty.loc[0, "JP"] - 42 * 0.025)


def test_draws_give_what_single_runs_give():
    draws = pd.DataFrame({"demand": [-0.5, -1.0, -2.0], "supply": [1.0, 3.0, 20.0], "substitution": [1.5, 4.0, 13.0]})
    many = market(CARS, FREE, taxed(27.5, "JP"), **{name: draws[name] for name in draws})
    for row, one in draws.iterrows():
        single = market(CARS, FREE, taxed(27.5, "JP"), **one)
        assert many.value.loc[row].to_numpy() == pytest.approx(single.value.loc[0].to_numpy())
        assert many.totals.loc[row].to_numpy() == pytest.approx(single.totals.loc[0].to_numpy())


def test_supply_may_differ_by_supplier():
    supply = pd.Series({"US": 0.5, "MX": np.inf, "KR": 3.0, "JP": 3.0})
    outcome = market(CARS, FREE, taxed(27.5, "JP"), demand=-1.25, supply=supply, substitution=4.0)
    quantity, price = (1 + outcome.quantity_pct.iloc[0] / 100), (1 + outcome.price_pct.iloc[0] / 100)
    assert price["MX"] == 1 and quantity["US"] == pytest.approx(price["US"] ** 0.5)


def test_draws_of_supply_may_differ_by_supplier():
    """Each row of a frame is the market that its own series of elasticities gives."""
    sets = pd.DataFrame({"JP": [0.5, 5.0], "KR": [5.0, 5.0], "MX": [20.0, 1.0], "US": [1.5, 3.0]})
    given = {"demand": -1.0, "substitution": 4.0, "domestic": "US"}
    many = market(CARS, FREE, taxed(27.5, "JP"), supply=sets, **given)
    for number, one in sets.iterrows():
        alone = market(CARS, FREE, taxed(27.5, "JP"), supply=one, **given)
        pd.testing.assert_series_equal(many.value.loc[number], alone.value.loc[0], check_names=False)
    with pytest.raises(InputError, match="no elasticity of US"):
        market(CARS, FREE, taxed(27.5, "JP"), supply=sets.drop(columns="US"), **given)


def test_extreme_elasticities_settle():
    """Broda and Weinstein's lines reach 131; the linear model would sell less than nothing."""
    outcome = market(CARS, FREE, taxed(27.5, "JP"), demand=-5.0, supply=np.array([0.01, 1000.0]), substitution=131.0)
    assert (outcome.value > 0).all(axis=None) and outcome.value.loc[1, "JP"] < 0.01
    with pytest.raises(ArithmeticError, match="did not settle"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(equilibrium, "NEWTON_STEPS", 1)
        market(CARS, FREE, taxed(27.5, "JP"), demand=-1.0, supply=1.0, substitution=4.0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"demand": 1.25}, "must be below 0"),
        ({"supply": 0.0}, "supply: 0.0"),
        ({"substitution": 0.9}, "above 1"),
        ({"demand": np.array([-1.0, -2.0]), "supply": np.array([1.0, 2.0, 3.0])}, "2 and 3 draws"),
        ({"supply": pd.Series({"JP": 1.0})}, "no elasticity of KR"),
        ({"domestic": "DE"}, "'DE' is not among"),
        ({"value": CARS * 0}, "JP sells 0.0"),
        ({"rate_after_pct": FREE.rename({"JP": "DE"})}, "same suppliers"),
        ({"rate_after_pct": FREE - 200}, "not a tariff"),
    ],
)
def test_a_market_that_makes_no_sense_is_refused(wrong, says):
    given = {"value": CARS, "rate_before_pct": FREE, "rate_after_pct": FREE, **ELASTICITIES}
    with pytest.raises(InputError, match=says):
        market(**given | wrong)


@pytest.mark.parametrize(
    ("flows", "after", "says"),
    [
        (-FLOWS, TARIFFS, "negative"),
        (FLOWS.assign(US=0.0), TARIFFS, "US exports or imports nothing"),
        (FLOWS, TARIFFS.rename({"US": "UK"}), "in their order"),
        (FLOWS, TARIFFS - 200, "at most -100"),
    ],
)
def test_a_world_that_makes_no_sense_is_refused(flows, after, says):
    with pytest.raises(InputError, match=says):
        gsim(flows, TARIFFS, after, **ELASTICITIES)
