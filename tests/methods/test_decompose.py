"""Splits: published contributions come out, parts add up to the last digit, order and units do not matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import decompose
from nbpoints.errors import InputError

# Trade Statistics of Japan, detailed release for May 2025: exports to the United States, million yen, vehicles;
# Federal Reserve G.5, monthly averages, yen per dollar.
MAYS = pd.PeriodIndex(["2024-05", "2025-05"], freq="M")
TOTAL = pd.Series([1701821.0, 1514190.0], index=MAYS)
PARTS = pd.DataFrame({"motor_vehicles": [482502.0, 363356.0], "mv_parts": [96924.0, 78486.0]}, index=MAYS)
VALUES = pd.DataFrame({"cars": [472255.0, 358231.0], "buses_trucks": [10211.0, 5120.0]}, index=MAYS)
VEHICLES = pd.DataFrame({"cars": [105090.0, 101794.0], "buses_trucks": [1716.0, 856.0]}, index=MAYS)
RATE = pd.Series([155.8691, 144.8762], index=MAYS)
METHODS = ["lmdi", "fisher"]
FACTORS = ["quantity_jpy_mn", "exchange_rate_jpy_mn", "unit_value_jpy_mn"]


@pytest.fixture
def goods() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(11)
    months = pd.period_range("2023-01", periods=30, freq="M")
    values = pd.DataFrame(rng.lognormal(12, 1, (30, 3)), index=months, columns=["a", "b", "c"])
    quantities = pd.DataFrame(rng.lognormal(8, 1, (30, 3)), index=months, columns=["a", "b", "c"])
    return values, quantities, pd.Series(rng.uniform(130, 160, 30), index=months)


@pytest.mark.parametrize("a, b", [(1.0, 2.0), (5.0, 5.0), (1.0, 1.0 + 1e-9), (1e-3, 1e6)])
def test_log_mean_lies_between_the_geometric_and_the_arithmetic_mean(a, b):
    mean = float(decompose.log_mean(a, b))
    assert np.sqrt(a * b) * (1 - 1e-12) <= mean <= (a + b) / 2 * (1 + 1e-12)
    assert mean == pytest.approx(float(decompose.log_mean(b, a)), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_split_adds_up_exactly(goods, method):
    changes = decompose.split_value_change(*goods, method=method).dropna()
    assert len(changes) == 18
    np.testing.assert_allclose(changes[FACTORS].sum(axis=1), changes["change_jpy_mn"], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(
        changes[["quantity_pp", "exchange_rate_pp", "unit_value_pp"]].sum(axis=1), changes["change_pct"], rtol=1e-9
    )


@pytest.mark.parametrize("method", METHODS)
def test_split_depends_neither_on_order_nor_on_direction(goods, method):
    values, quantities, rate = goods
    forward = decompose.split_value_change(values, quantities, rate, method=method)
    turned = decompose.split_value_change(values[["c", "a", "b"]], quantities[["c", "a", "b"]], rate, method=method)
    pd.testing.assert_frame_equal(turned, forward)
    back = [frame.set_axis(MAYS) for frame in (f.loc[["2024-05", "2023-05"]] for f in (values, quantities, rate))]
    there = [frame.set_axis(MAYS) for frame in (f.loc[["2023-05", "2024-05"]] for f in (values, quantities, rate))]
    np.testing.assert_allclose(
        decompose.split_value_change(*back, "2025-05", method=method)[FACTORS],
        -decompose.split_value_change(*there, "2025-05", method=method)[FACTORS],
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_factors_are_interchangeable(method):
    """Quantity and rate that move alike get the same part, so neither is favoured by being named first."""
    moves = pd.Series([100.0, 90.0], index=MAYS)
    split = decompose.split_value_change(moves**2 * 3, moves, moves, "2025-05", method=method).iloc[0]
    assert split["quantity_jpy_mn"] == pytest.approx(split["exchange_rate_jpy_mn"])
    assert split["unit_value_jpy_mn"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_units_of_measurement_do_not_matter(goods, method):
    values, quantities, rate = goods
    thousands = quantities * [0.001, 1.0, 60.0]
    pd.testing.assert_frame_equal(
        decompose.split_value_change(values, thousands, rate, method=method),
        decompose.split_value_change(values, quantities, rate, method=method),
    )


def test_a_single_cause_gets_the_whole_change():
    twice, same = pd.Series([50.0, 100.0], index=MAYS), pd.Series([50.0, 50.0], index=MAYS)
    for cause, inputs in {
        "quantity": (twice, twice, same),
        "exchange_rate": (twice, same, twice),
        "unit_value": (twice, same, same),
    }.items():
        split = decompose.split_value_change(*inputs, "2025-05").iloc[0]
        assert split[f"{cause}_pp"] == pytest.approx(100)
        assert split[["quantity_pp", "exchange_rate_pp", "unit_value_pp"]].abs().sum() == pytest.approx(100)


def test_the_methods_agree_for_one_good_and_part_for_several():
    one = [decompose.split_value_change(VALUES["cars"], VEHICLES["cars"], RATE, "2025-05", m) for m in METHODS]
    np.testing.assert_allclose(one[0], one[1])
    two = [decompose.split_value_change(VALUES, VEHICLES, RATE, "2025-05", m) for m in METHODS]
    assert abs(two[0]["quantity_jpy_mn"] - two[1]["quantity_jpy_mn"]).item() > 1


def test_cars_to_the_us_in_may_2025_by_hand():
    """ln(358231/472255) = -0.27636: -0.03186 vehicles, -0.07313 rate, -0.17137 dollar unit value."""
    split = decompose.split_value_change(VALUES["cars"], VEHICLES["cars"], RATE, "2025-05").iloc[0]
    weight = (358231 - 472255) / np.log(358231 / 472255)
    assert split["quantity_jpy_mn"] == pytest.approx(weight * np.log(101794 / 105090))
    assert split["exchange_rate_jpy_mn"] == pytest.approx(weight * np.log(144.8762 / 155.8691))
    assert split["change_pct"] == pytest.approx(-24.14, abs=0.01)
    assert split["unit_value_pp"] == pytest.approx(-14.97, abs=0.01)


def test_rows_without_a_base_are_missing():
    changes = decompose.split_value_change(VALUES, VEHICLES, RATE)
    assert np.isnan(changes.loc["2024-05", "change_jpy_mn"]) and np.isnan(changes.loc["2024-05", "quantity_pp"])
    assert changes.loc["2024-05", "after_jpy_mn"] == 482466


def test_share_change_adds_up_and_turns_round():
    rng = np.random.default_rng(3)
    months = pd.period_range("2025-01", periods=50, freq="M")
    n0, d0, n1, d1 = (pd.Series(rng.normal(0, 5, 50), index=months) for _ in range(4))
    split, back = decompose.split_share_change(n0, d0, n1, d1), decompose.split_share_change(n1, d1, n0, d0)
    np.testing.assert_allclose(split["numerator_pp"] + split["denominator_pp"], split["change_pp"], rtol=1e-8)
    np.testing.assert_allclose(split["numerator_pp"], -back["numerator_pp"], rtol=1e-8)


def test_a_share_that_jumps_because_the_total_shrinks():
    split = decompose.split_share_change(8.0, 10.0, 8.0, 8.6).iloc[0]
    assert split["numerator_pp"] == 0
    assert split["denominator_pp"] == pytest.approx(split["change_pp"]) == pytest.approx(13.02, abs=0.01)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: decompose.split_value_change(VALUES, VEHICLES * [1, 0], RATE), "buses_trucks is 0 in 2024-05"),
        (lambda: decompose.split_value_change(-VALUES, VEHICLES, RATE), "value_jpy: cars is -472255 in 2024-05"),
        (lambda: decompose.split_value_change(VALUES, VEHICLES[["cars"]], RATE), "do not match"),
        (lambda: decompose.split_value_change(VALUES, VEHICLES, RATE * 0), "jpy_per_usd: jpy_per_usd is 0 in 2024-05"),
        (lambda: decompose.split_value_change(VALUES, VEHICLES, RATE, method="paasche"), "'paasche' is not known"),
        (lambda: decompose.split_share_change(1.0, 0.0, 1.0, 1.0), "a denominator is zero"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_products_split_as_the_year_on_year_split_does():
    """One good between two Mays: the same numbers as `split_value_change` gives for the month."""
    value, cars = VALUES["cars"], VEHICLES["cars"]
    factors = pd.DataFrame({"quantity": cars, "rate": RATE, "price": value / cars / RATE})
    split = decompose.split_product(factors.iloc[[0]].set_axis(["cars"]), factors.iloc[[1]].set_axis(["cars"]))
    known = decompose.split_value_change(value, cars, RATE, "2025-05").iloc[0]
    assert split.iloc[0][["quantity", "rate", "price"]].to_numpy() == pytest.approx(known[FACTORS].to_numpy())


def test_products_of_goods_with_other_factors_add_up():
    before = pd.DataFrame({"quantity": [4.0, np.nan], "rate": [150.0, 148.0], "price": [2.0, 9.0]}, index=["a", "b"])
    after = pd.DataFrame({"quantity": [9.0, np.nan], "rate": [155.0, 157.0], "price": [1.0, 12.0]}, index=["a", "b"])
    split = decompose.split_product(before, after)
    assert split[["quantity", "rate", "price"]].sum(axis=1).to_numpy() == pytest.approx(split["change"].to_numpy())
    assert np.isnan(split.loc["b", "quantity"]) and split.loc["b", "before"] == pytest.approx(148.0 * 9.0)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (pd.DataFrame({"quantity": [0.0]}, index=["a"]), "above zero"),
        (pd.DataFrame({"quantity": [np.nan]}, index=["a"]), "one side only"),
        (pd.DataFrame({"quantity": [1.0]}, index=["b"]), "same goods"),
    ],
)
def test_products_that_cannot_be_split_are_refused(after, told):
    with pytest.raises(InputError, match=told):
        decompose.split_product(pd.DataFrame({"quantity": [2.0]}, index=["a"]), after)
