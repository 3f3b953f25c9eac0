"""Rates by law as texts word them, in force on a day; rates charged in fact; prices with duty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autogap.errors import InputError
from autogap.methods import tariffs
from autogap.methods.tariffs import Rate

LAW = pd.DataFrame(
    [
        # Proclamation 10908 (90 FR 14705) and Executive Order 14345 (90 FR 43535), as dated in the Federal Register
        ("passenger vehicles", "2018-01-01", "2025-04-02", "2.5", "0", "2.5"),
        ("passenger vehicles", "2025-04-03", "2025-09-15", "2.5", "25", "27.5"),
        ("passenger vehicles", "2025-09-16", None, "2.5", "12.5", "15"),
        ("auto parts", "2018-01-01", "2025-05-02", "0-2.5", "0", "0-2.5"),
        ("auto parts", "2025-05-03", "2025-09-15", "0-2.5", "25", "25-27.5"),
        ("auto parts", "2025-09-16", None, "0-2.5", "12.5-15", "15"),
        ("general", "2025-04-05", "2025-04-08", "MFN", "10", "MFN + 10"),
        ("general", "2025-04-09", "2025-04-09", "MFN", "24", "MFN + 24"),
        ("general", "2025-04-10", "2025-08-06", "MFN", "10", "MFN + 10"),
        ("general", "2025-09-16", None, "MFN", "15 - MFN", "max(MFN,15)"),
    ],
    columns=["product_group", "effective_from", "effective_to", "mfn_rate_pct", "additional_rate_pct", "total_rate_pct"],
)


@pytest.fixture
def schedule():
    return tariffs.read_schedule(LAW)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2.5", 2.5, 2.5),
        ("2.5%", 2.5, 2.5),
        ("25", 25, 25),
        ("Free", 0, 0),
        ("0-2.5", 0, 2.5),
        ("MFN", 1, 20),
        ("MFN + 10", 11, 30),
        ("+25 on MFN", 26, 45),
        ("max(MFN,15)", 15, 20),
        ("max(MFN, 12.5) for Japan (others 25)", 12.5, 20),
        ("15 all-in", 15, 20),
        ("15 - MFN", 0, 14),
        ("0 in quota / 25 over", 0, 25),
        ("MFN in TRQ; MFN + 25 over", 1, 45),
        ("MFN + 50 / MFN + 25 / max(MFN,15)", 15, 70),
        (27.5, 27.5, 27.5),
    ],
)
def test_a_rate_is_read_as_the_law_words_it(text, low, high):
    assert tariffs.read_rate(text, Rate(1, 20)) == (low, high)


def test_a_rate_that_needs_an_unknown_mfn_rate_is_missing():
    assert np.isnan(tariffs.read_rate("MFN + 10")).all()
    assert np.isnan(tariffs.read_rate("max(MFN,15)")).all()
    assert np.isnan(tariffs.read_rate(None, Rate(1, 2))).all()


@pytest.mark.parametrize("text", ["ten", "", "25 / ?", "-5"])
def test_a_rate_that_cannot_be_read_is_refused(text):
    with pytest.raises(InputError, match="cannot be read"):
        tariffs.read_rate(text)


def test_floor_and_additive_rules():
    """15 percent all-in lifts cars to 15 and leaves light trucks at 25; 25 on top gives 27.5 and 50."""
    assert tariffs.all_in(2.5, 15) == 15 and tariffs.all_in(25, 15) == 25
    assert tariffs.additive(2.5, 25) == 27.5 and tariffs.additive(25, 25) == 50


@pytest.mark.parametrize(
    ("day", "total"),
    [("2025-04-02", 2.5), ("2025-04-03", 27.5), ("2025-08-07", 27.5), ("2025-09-15", 27.5), ("2025-09-16", 15)],
)
def test_the_car_rate_on_the_days_it_changed(schedule, day, total):
    assert tariffs.rate_on(schedule, "passenger vehicles", day)["total_high_pct"] == total


def test_the_rates_of_a_day_are_one_a_product(schedule):
    rates = tariffs.rates_on(schedule, "2025-06-19")
    assert rates["additional_high_pct"].to_dict() == {"passenger vehicles": 25, "auto parts": 25, "general": 10}
    assert rates.loc["auto parts", ["total_low_pct", "total_high_pct"]].tolist() == [25, 27.5]


def test_a_month_is_the_mean_of_its_days(schedule):
    """April 2025 had two days at 2.5 and twenty-eight at 27.5 percent."""
    months = tariffs.rate_path(schedule, "passenger vehicles", "2025-03", "2025-05", "M")["total_high_pct"]
    assert months.tolist() == pytest.approx([2.5, (2 * 2.5 + 28 * 27.5) / 30, 27.5])
    assert months.index.freqstr == "M"


def test_a_day_without_law_stays_a_gap_and_spoils_its_month(schedule):
    """The general schedule above says nothing of 7 August to 15 September."""
    days = tariffs.rate_path(schedule, "general", "2025-08-05", "2025-08-08")["additional_high_pct"]
    assert days.isna().tolist() == [False, False, True, True]
    months = tariffs.rate_path(schedule, "general", "2025-07", "2025-08", "M")["additional_high_pct"]
    assert months.isna().tolist() == [False, True]


def test_an_mfn_rate_given_by_the_caller_completes_the_totals():
    filled = tariffs.read_schedule(LAW, {"general": Rate(0.0, 20.0)})
    last = tariffs.rate_on(filled, "general", "2025-10-01")
    assert last[["total_low_pct", "total_high_pct", "additional_low_pct", "additional_high_pct"]].tolist() == [15, 20, 0, 15]
    assert np.isnan(tariffs.rate_on(tariffs.read_schedule(LAW), "general", "2025-10-01")["total_low_pct"])


def test_steps_of_the_additional_rate_are_listed_in_order(schedule):
    steps = tariffs.changes(schedule, "2025-01-01", "2025-06-19")
    assert steps["change_pp"].tolist() == [25, 14, -14, 25]
    assert steps["product_group"].tolist() == ["passenger vehicles", "general", "general", "auto parts"]
    new = tariffs.changes(schedule, "2025-01-01", "2025-06-19", before_first=0.0)
    assert new["change_pp"].tolist() == [25, 10, 14, -14, 25]


def test_a_product_or_day_that_is_not_there_is_refused(schedule):
    with pytest.raises(InputError, match="Did you mean 'passenger vehicles'"):
        tariffs.rate_on(schedule, "pasenger vehicles", "2025-06-19")
    with pytest.raises(InputError, match="starts on 2018-01-01"):
        tariffs.rate_on(schedule, "passenger vehicles", "1985-01-01")
    with pytest.raises(InputError, match="neither"):
        tariffs.rate_path(schedule, "passenger vehicles", "2025", "2026", "Y")


@pytest.mark.parametrize("end", ["2025-04-03", None])
def test_overlapping_spells_are_refused(end):
    broken = LAW.copy()
    broken.loc[0, "effective_to"] = end
    with pytest.raises(InputError, match="in force on 2025-04-03"):
        tariffs.read_schedule(broken)


def test_a_schedule_without_a_column_is_refused():
    with pytest.raises(InputError, match="'total_rate_pct' is missing"):
        tariffs.read_schedule(LAW.drop(columns="total_rate_pct"))


def test_the_rate_charged_is_duty_over_value():
    months = pd.period_range("2025-03", periods=3, freq="M")
    fact = tariffs.charged_rate_pct(pd.Series([2.5, 0.0, 22.0], months), pd.Series([100.0, 0.0, 80.0], months))
    assert fact.iloc[[0, 2]].tolist() == [2.5, 27.5] and np.isnan(fact.iloc[1])
    beside = tariffs.law_and_fact(pd.Series([2.5, 27.5], months[:2]), fact)
    assert beside.index.tolist() == months[:2].tolist()
    assert beside["gap_pp"].iloc[0] == 0 and beside["fact_over_law_pct"].iloc[0] == 100


def test_full_absorption_leaves_the_price_with_duty_alone():
    cut = tariffs.absorption_pct(2.5, 27.5)
    before = tariffs.price_with_duty(20_000, 2.5)
    assert tariffs.price_with_duty(20_000 * (1 + cut / 100), 27.5) == pytest.approx(before)
    assert tariffs.duty(20_000, 27.5) == 5_500
