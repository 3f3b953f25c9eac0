"""Two currencies and two sides: each conversion by hand, and a walk that adds up whatever the figures are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import bilateral
from nbpoints.errors import InputError

AROUND = pd.period_range("2023-12", "2025-01", freq="M")
RATE = pd.Series(np.linspace(140, 160, 14), index=AROUND)


@pytest.fixture
def sides() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(7)
    japan = pd.DataFrame(rng.uniform([1.5e6, 0.9e6], [2.0e6, 1.1e6], (14, 2)), index=AROUND)
    us = pd.DataFrame(rng.uniform([11e3, 6e3], [13e3, 7e3], (14, 2)), index=AROUND)
    japan.columns, us.columns = ["exports_jpy_mn", "imports_jpy_mn"], ["imports_usd_mn", "exports_usd_mn"]
    return japan, us


def test_convert_goes_there_and_back():
    yen = pd.Series(np.arange(1.0, 15.0), index=AROUND)
    dollars = bilateral.convert(yen, RATE)
    assert dollars.iloc[0] == pytest.approx(1 / 140)
    pd.testing.assert_series_equal(bilateral.convert(dollars, RATE, to="JPY"), yen)


def test_convert_leaves_a_gap_where_the_rate_is_missing():
    dollars = bilateral.convert(pd.Series(1.0, index=AROUND), RATE.drop(AROUND[3]))
    assert dollars.isna().tolist() == [i == 3 for i in range(14)]


def test_annual_conversions_differ_when_the_flow_moves_with_the_rate():
    year = AROUND[1:13]
    flow = pd.Series(np.where(np.arange(12) < 6, 100.0, 300.0), index=year)
    rate = pd.Series(np.where(np.arange(12) < 6, 100.0, 200.0), index=year)
    table = bilateral.annual_conversions(flow, rate, 2024, {"spot": 160.0})
    assert table.index.tolist() == ["monthly rates", "annual average", "December", "spot"]
    # 600 at 100 and 1800 at 200 are 6 + 9 = 15 dollars; at the average of 150 they are 16.
    assert table["value_usd"].tolist() == pytest.approx([15, 16, 12, 15])
    assert table["jpy_per_usd"].tolist() == pytest.approx([160, 150, 200, 160])


def test_implied_rate_band_is_what_rounding_allows():
    rate = bilateral.implied_rate(8.6, 59.3, amount_rounding=0.1, converted_rounding=0.1)
    assert rate.low == pytest.approx(8.55 / 59.35)
    assert rate.high == pytest.approx(8.65 / 59.25)
    assert rate.low < rate.value < rate.high
    exact = bilateral.implied_rate(8.6, 59.3)
    assert exact.low == exact.value == exact.high


def test_walk_adds_up_from_one_side_to_the_other(sides):
    japan, us = sides
    walk = bilateral.reconcile(japan, us, RATE, 2024, 1.06, lag_months=1, known_usd_mn={"another basis": 321.0})
    deficit = (us["imports_usd_mn"] - us["exports_usd_mn"])["2024"].sum()
    steps = walk.iloc[:-1]
    assert steps["usd_mn"].sum() == pytest.approx(deficit)
    assert walk["balance_usd_mn"].iloc[-1] == walk["usd_mn"].iloc[-1] == pytest.approx(deficit)
    assert steps.set_index("step")["usd_mn"]["another basis"] == 321.0


def test_walk_finds_the_differences_that_were_planted():
    flat = pd.Series(150.0, index=AROUND)
    arriving = pd.Series(np.arange(14.0) + 50, index=AROUND)
    leaving = pd.Series(np.arange(14.0) + 20, index=AROUND)
    # Japan sees exports a month before the US does, and imports a month later, 5 percent dearer.
    japan = pd.DataFrame(
        {"exports_jpy_mn": 150 * (arriving + 1), "imports_jpy_mn": 150 * 1.05 * (leaving - 1)}, index=AROUND
    )
    us = pd.DataFrame({"imports_usd_mn": arriving, "exports_usd_mn": leaving})
    step = bilateral.reconcile(japan, us, flat, 2024, 1.05, lag_months=1).set_index("step")["usd_mn"]
    assert step["rate of each month"] == pytest.approx(0)
    assert step["goods at sea"] == pytest.approx(-12 - 1.05 * 12)
    assert step["freight and insurance in imports"] == pytest.approx(0.05 * leaving["2024"].sum())
    assert step["exports to the US, not explained"] == pytest.approx(0)
    assert step["imports from the US, not explained"] == pytest.approx(0)


def test_without_lag_and_freight_only_the_rate_and_the_rest_remain(sides):
    japan, us = sides
    step = bilateral.reconcile(japan, us, RATE, 2024, 1.0, lag_months=0).set_index("step")["usd_mn"]
    assert step["goods at sea"] == pytest.approx(0)
    assert step["freight and insurance in imports"] == 0
    by_month = ((japan["exports_jpy_mn"] - japan["imports_jpy_mn"]) / RATE)["2024"].sum()
    assert step.iloc[:2].sum() == pytest.approx(by_month)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda j, u: bilateral.reconcile(j, u, RATE, 2025, 1.06), "jpy_per_usd: 2025-02 is missing"),
        (lambda j, u: bilateral.reconcile(j, u, RATE, 2024, 0.9), "0.9 is below 1"),
        (lambda j, u: bilateral.reconcile(j, u, RATE, 2024, 1.06, -1), "-1 is below 0"),
        (lambda j, u: bilateral.reconcile(j, u.iloc[2:], RATE, 2024, 1.06), "imports_usd_mn: 2024-01 is missing"),
        (lambda j, u: bilateral.convert(j["exports_jpy_mn"], RATE, "EUR"), "'EUR' is not a currency"),
        (lambda j, u: bilateral.convert(j["exports_jpy_mn"], 0.0), "a rate of zero or below"),
        (lambda j, u: bilateral.implied_rate(0, 1), "gives no rate"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(call, sentence, sides):
    with pytest.raises(InputError, match=sentence):
        call(*sides)
