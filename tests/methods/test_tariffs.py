"""Rates by law on a day, by rule, on a path; regimes; rates charged in fact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap import data
from autogap.methods import tariffs
from nbpoints.errors import InputError

LAW = pd.DataFrame(
    [
        # Proclamation 10908 (90 FR 14705) and Executive Order 14345 (90 FR 43535), as dated in the Federal Register
        ("cars", "2018-01-01", "2025-04-02", "mfn", 2.5, 2.5, 0, 0, 2.5, 2.5, np.nan),
        ("cars", "2025-04-03", "2025-09-15", "additive", 2.5, 2.5, 25, 25, 27.5, 27.5, np.nan),
        ("cars", "2025-09-16", None, "all_in", 2.5, 2.5, 12.5, 12.5, 15, 15, 15),
        ("parts", "2018-01-01", "2025-05-02", "mfn", 0, 2.5, 0, 0, 0, 2.5, np.nan),
        ("parts", "2025-05-03", "2025-09-15", "additive", 0, 2.5, 25, 25, 25, 27.5, np.nan),
        ("parts", "2025-09-16", None, "all_in", 0, 2.5, 12.5, 15, 15, 15, 15),
        ("general", "2025-04-05", "2025-04-08", "additive", np.nan, np.nan, 10, 10, np.nan, np.nan, np.nan),
        ("general", "2025-04-09", "2025-04-09", "additive", np.nan, np.nan, 24, 24, np.nan, np.nan, np.nan),
        ("general", "2025-04-10", "2025-08-06", "additive", np.nan, np.nan, 10, 10, np.nan, np.nan, np.nan),
        ("general", "2025-09-16", None, "all_in", np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, 15),
    ],
    columns=["product_group", "effective_from", "effective_to", "rate_type", *tariffs.BOUNDS, "all_in_rate_pct"],
)


def test_line_path_falls_back_to_the_ordinary_rate():
    """Where the schedule is silent (before 5 April, 7 August to 15 September here) a line owes its MFN rate alone."""
    path = tariffs.line_path(LAW, "general", 3.0, "2025-04-01", "2026-01-31")
    days = [
        "2025-04-04",
        "2025-04-05",
        "2025-04-09",
        "2025-04-10",
        "2025-08-06",
        "2025-08-07",
        "2025-09-16",
        "2026-01-31",
    ]
    assert path[days].tolist() == [3, 13, 27, 13, 13, 3, 15, 15]
    assert tariffs.line_path(LAW, "general", 20.0, "2026-01-01", "2026-01-01").tolist() == [20]


def test_a_partner_pays_what_its_own_deal_says_from_the_month_of_the_deal():
    """Britain's quota rate falls into the months under 27.5 percent; Korea's deal into those under 15."""
    orders, law = data.table("tariff_schedule_partners"), {}
    for partner, mfn in (("gb", 2.5), ("eu", 2.5), ("jp", 2.5), ("kr", 0.0)):
        law[partner] = tariffs.partner_path(orders, "passenger_vehicles", partner, mfn, "2025-03", "2025-12")
    assert law["gb"]["2025-05":"2025-08"].tolist() == [27.5, 27.5, 10, 10]
    assert law["eu"]["2025-05":"2025-08"].tolist() == [27.5] * 4
    assert law["kr"][["2025-03", "2025-05", "2025-11"]].tolist() == [0, 25, 25]
    assert law["kr"]["2025-12"] == pytest.approx((4 * 25 + 27 * 15) / 31)
    japan = tariffs.rate_path(data.table("tariff_schedule_japan"), "passenger_vehicles", "2025-03", "2025-12", "M")
    assert law["jp"].tolist() == pytest.approx(japan["total_rate_high_pct"].tolist())


def test_floor_and_additive_rules():
    """15 percent all-in lifts cars to 15 and leaves light trucks at 25; 25 on top gives 27.5 and 50."""
    assert tariffs.all_in(2.5, 15) == 15 and tariffs.all_in(25, 15) == 25
    assert tariffs.additive(2.5, 25) == 27.5 and tariffs.additive(25, 25) == 50


@pytest.mark.parametrize(
    ("product", "day", "mfn", "total"),
    [
        ("cars", "2025-01-01", 2.5, 2.5),
        ("cars", "2025-05-01", 2.5, 27.5),
        ("cars", "2025-10-01", 2.5, 15),
        ("cars", "2025-10-01", 25, 25),
        ("general", "2025-05-01", 4.2, 14.2),
        ("general", "2025-10-01", 0, 15),
        ("general", "2025-10-01", 20, 20),
    ],
)
def test_a_line_pays_by_the_rule_in_force(product, day, mfn, total):
    assert tariffs.line_rate_pct(tariffs.rate_on(LAW, product, day), mfn) == total


def test_a_duty_made_all_in_with_refunds_counts_as_all_in_and_a_quota_has_no_one_rate():
    stacked = pd.Series({"rate_type": "additive_then_all_in", "additional_rate_high_pct": 15, "all_in_rate_pct": 15})
    assert tariffs.line_rate_pct(stacked, 4.2) == 15
    assert np.isnan(tariffs.line_rate_pct(pd.Series({"rate_type": "quota"}), 0.0))
    with pytest.raises(InputError, match="not a known rule"):
        tariffs.line_rate_pct(pd.Series({"rate_type": "seasonal"}), 0.0)


@pytest.mark.parametrize(
    ("day", "total"),
    [("2025-04-02", 2.5), ("2025-04-03", 27.5), ("2025-08-07", 27.5), ("2025-09-15", 27.5), ("2025-09-16", 15)],
)
def test_the_car_rate_on_the_days_it_changed(day, total):
    assert tariffs.rate_on(LAW, "cars", day)["total_rate_high_pct"] == total


def test_the_rates_of_a_day_are_one_a_product():
    rates = tariffs.rates_on(LAW, "2025-06-19")
    assert rates["additional_rate_high_pct"].to_dict() == {"cars": 25, "general": 10, "parts": 25}
    assert rates.loc["parts", ["total_rate_low_pct", "total_rate_high_pct"]].tolist() == [25, 27.5]


def test_a_month_is_the_mean_of_its_days():
    """April 2025 had two days at 2.5 and twenty-eight at 27.5 percent."""
    months = tariffs.rate_path(LAW, "cars", "2025-03", "2025-05", "M")["total_rate_high_pct"]
    assert months.tolist() == pytest.approx([2.5, (2 * 2.5 + 28 * 27.5) / 30, 27.5])
    assert months.index.freqstr == "M"


def test_a_day_without_law_stays_a_gap_and_spoils_its_month():
    """The general schedule above says nothing of 7 August to 15 September."""
    days = tariffs.rate_path(LAW, "general", "2025-08-05", "2025-08-08")["additional_rate_high_pct"]
    assert days.isna().tolist() == [False, False, True, True]
    months = tariffs.rate_path(LAW, "general", "2025-07", "2025-08", "M")["additional_rate_high_pct"]
    assert months.isna().tolist() == [False, True]


def test_steps_of_the_additional_rate_are_listed_in_order():
    steps = tariffs.changes(LAW, "2025-01-01", "2025-06-19")
    assert steps["change_pp"].tolist() == [25, 14, -14, 25]
    assert steps["product_group"].tolist() == ["cars", "general", "general", "parts"]
    new = tariffs.changes(LAW, "2025-01-01", "2025-06-19", before_first=0.0)
    assert new["change_pp"].tolist() == [25, 10, 14, -14, 25]


def test_a_product_or_day_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="Did you mean 'cars'"):
        tariffs.rate_on(LAW, "car", "2025-06-19")
    with pytest.raises(InputError, match="starts on 2018-01-01"):
        tariffs.rate_on(LAW, "cars", "1985-01-01")
    with pytest.raises(InputError, match="neither"):
        tariffs.rate_path(LAW, "cars", "2025", "2026", "Y")


@pytest.mark.parametrize("end", ["2025-04-03", None])
def test_overlapping_spells_are_refused(end):
    broken = LAW.copy()
    broken.loc[0, "effective_to"] = end
    with pytest.raises(InputError, match="in force on 2025-04-03"):
        tariffs.dated(broken)


def test_a_schedule_without_a_column_is_refused():
    with pytest.raises(InputError, match="'total_rate_low_pct' is missing"):
        tariffs.dated(LAW.drop(columns="total_rate_low_pct"))


def test_the_rate_charged_is_duty_over_value():
    months = pd.period_range("2025-03", periods=3, freq="M")
    fact = tariffs.charged_rate_pct(pd.Series([2.5, 0.0, 22.0], months), pd.Series([100.0, 0.0, 100.0], months))
    assert fact.iloc[[0, 2]].tolist() == [2.5, 22.0] and np.isnan(fact.iloc[1])
    beside = tariffs.law_and_fact(pd.Series([27.5, 27.5], months[1:]), fact)
    assert beside.index.tolist() == months[1:].tolist()
    assert beside["gap_pp"].iloc[1] == -5.5 and beside["fact_over_law_pct"].iloc[1] == 80


def test_regimes_are_the_spells_with_an_additional_duty():
    """Cars: the last still in force; light trucks: one, because 25 percent was their ordinary rate before."""
    schedule = data.table("tariff_schedule_japan")
    cars = tariffs.regimes(schedule)
    assert cars["label"].tolist()[:2] == ["27.5 percent", "15 percent"]
    assert cars["start"].astype(str).tolist()[:2] == ["2025-04-03", "2025-09-16"]
    assert cars["end"].iloc[0] == pd.Timestamp("2025-09-15") and pd.isna(cars["end"].iloc[-1])
    assert tariffs.regimes(schedule, end="2099-12-31")["end"].iloc[-1] == pd.Timestamp("2099-12-31")
    assert len(tariffs.regimes(schedule, end="2025-09-15")) == 1  # what begins later is not in the chart
    assert tariffs.regimes(schedule, "light_trucks")["label"].tolist() == ["50 percent"]
    with pytest.raises(InputError, match="'lorries' is not in the schedule"):
        tariffs.regimes(schedule, "lorries")


def test_the_schedule_of_japan_obeys_its_own_rules():
    """Bounds of the total follow from the MFN bounds and the rule, in every spell that states both."""
    schedule = tariffs.dated(data.table("tariff_schedule_japan"))
    told = schedule.dropna(subset=["mfn_rate_low_pct", "total_rate_low_pct"])
    assert len(told) >= 9
    for end in ("low", "high"):
        by_rule = [tariffs.line_rate_pct(spell, spell[f"mfn_rate_{end}_pct"]) for _, spell in told.iterrows()]
        assert told[f"total_rate_{end}_pct"].tolist() == by_rule


def test_the_steps_that_japan_met_by_june_2025():
    """Nine rises, seven of them after March, and one fall of additional rates between January and 19 June 2025."""
    schedule = data.table("tariff_schedule_japan")
    steps = tariffs.changes(schedule, "2025-01-01", "2025-06-19", "additional_rate_low_pct", before_first=0.0)
    assert (steps["change_pp"] > 0).sum() == 9 and (steps["change_pp"] < 0).sum() == 1
    assert steps.loc[steps["change_pp"] > 0, "effective_from"].gt("2025-03-31").sum() == 7
