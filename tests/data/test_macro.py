"""What the figures on prices, output, labour and vehicles owe to each other in the source must hold here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap import data
from autogap.paths import DATA

MAKERS = "toyota honda nissan suzuki daihatsu mazda mitsubishi subaru".split()
ROUNDING_SA = 9  # 10,000 persons: adjusted separately, published in whole units
ROUNDING_NSA = 3  # 10,000 persons: sums of rounded cells


@pytest.fixture(scope="module")
def latest():
    """The newest figure of each period, as a function of the name; `vintage` picks what stood then."""

    def pick(name: str, vintage: str | None = None) -> pd.Series:
        values = data.series(name, vintage=vintage)
        fiscal = values.index.freqstr == "Y-MAR"
        return values.set_axis([f"FY{period.year - 1}" if fiscal else str(period) for period in values.index])

    return pick


def test_the_month_the_statistics_office_did_not_collect_stays_missing(latest):
    for item in ("japan_all_goods", "eu_all_goods", "mexico_all_goods", "all_excluding_petroleum", "passenger_cars"):
        periods = pd.PeriodIndex(latest(f"bls.import_price.{item}").index, freq="M")
        gaps = pd.period_range(periods.min(), periods.max(), freq="M").difference(periods)
        assert list(gaps.astype(str)) == ["2025-10"], item


def test_monthly_exchange_rate_has_no_gap_and_is_the_mean_of_the_daily_rates(latest):
    rate = latest("frb.jpy_per_usd")
    periods = pd.PeriodIndex(rate.index, freq="M")
    assert len(pd.period_range(periods.min(), periods.max(), freq="M")) == len(rate)
    daily = pd.read_csv(DATA / "tables" / "exchange_rate_daily_2025.csv")
    means = daily.groupby(daily.date.str[:7]).jpy_per_usd.mean()
    assert len(means) == 12
    assert (means - rate[means.index]).abs().max() < 1e-4  # published with four decimals


def test_vintages_of_gdp_follow_each_other_and_grow_by_one_quarter():
    table = data.revisions("cao.gdp_real_realtime")
    assert list(table.columns) == [str(quarter) for quarter in pd.period_range("2002Q4", "2024Q4", freq="Q")]
    for vintage in table.columns:
        known = table[vintage].dropna().index
        assert list(known) == list(pd.period_range("1980Q1", pd.Period(vintage, "Q") - 1, freq="Q"))
    assert table.min(axis=None) > 0


def test_a_vintage_of_the_real_time_data_equals_the_same_vintage_from_another_source(latest):
    annual_rate = latest("cao.gdp_real_realtime", "2020Q1") * 4 / 1000
    other = latest("cao.gdp_real_chained2011")
    assert len(other) == 104
    assert (annual_rate[other.index] - other).abs().max() < 1e-6


@pytest.mark.parametrize(
    ("vintage", "period", "second_preliminary"),
    [("2023Q4", "2023Q3", "2023-12-08"), ("2024Q3", "2024Q2", "2024-09-09")],
)
def test_real_time_vintages_end_with_the_second_preliminary_estimate(latest, vintage, period, second_preliminary):
    growth = latest("cao.gdp_real_realtime", vintage).pct_change() * 100
    assert round(growth[period], 1) == latest("cao.gdp_real_qoq_pct", second_preliminary)[period]


def test_levels_give_the_growth_announced_with_them(latest):
    quarterly = latest("cao.gdp_real_chained2015").pct_change() * 100
    assert round(quarterly["2025Q2"], 1) == latest("cao.gdp_real_qoq_pct", "2025-09-08")["2025Q2"]
    ratio = latest("cao.gdp_real_chained2020")
    ratio = ratio["2026Q2"] / ratio["2026Q1"]
    assert round((ratio - 1) * 100, 2) == latest("cao.gdp_real_qoq_pct", "2026-09-08")["2026Q2"]
    assert round((ratio**4 - 1) * 100, 2) == latest("cao.gdp_real_annualised_pct", "2026-09-08")["2026Q2"]


def test_annualised_growth_is_the_fourth_power_of_quarterly_growth():
    releases = data.table("gdp_releases").set_index(["quarter", "release_date"])
    by_indicator = dict(list(releases.groupby("indicator").value))
    quarterly, annualised = by_indicator["gdp_real_qoq_pct"], by_indicator["gdp_real_annualised_pct"]
    both = pd.concat({"q": quarterly, "a": annualised}, axis=1).dropna()
    assert len(both) >= 25
    half = 0.05  # both were announced with one decimal
    low, high = (((1 + (both.q + side * half) / 100) ** 4 - 1) * 100 + side * half for side in (-1, 1))
    assert both.a.between(low - 1e-9, high + 1e-9).all()


def test_contributions_to_growth_add_up_within_rounding():
    names = ["gdp_contribution_domestic_demand_pp", "gdp_contribution_net_exports_pp", "gdp_real_qoq_pct"]
    releases = data.table("gdp_releases")
    wide = releases.pivot(index=["quarter", "release_date"], columns="indicator", values="value")[names].dropna()
    assert len(wide) == 6
    gap = wide[names[0]] + wide[names[1]] - wide[names[2]]
    assert gap.abs().max() < 0.15  # three figures of one decimal; chained levels do not add up at all


def test_reference_years_of_gdp_are_not_one_scale(latest):
    """Who joins the two levels makes a jump of several percent: they stay two series."""
    old, new = latest("cao.gdp_real_chained2015"), latest("cao.gdp_real_chained2020")
    ratio = (new / old).dropna()
    assert ratio.min() > 1.01
    assert latest("cao.gdp_nominal").index.equals(new.index)


@pytest.mark.parametrize(
    ("suffix", "rounding"), [("sa", ROUNDING_SA), ("nsa", ROUNDING_NSA), ("nsa_ex_okinawa", ROUNDING_NSA)]
)
def test_labour_force_is_employed_plus_unemployed(latest, suffix, rounding):
    force, employed, unemployed, employees = (
        latest(f"mic.{item}_{suffix}") for item in ("labour_force", "employed", "unemployed", "employees")
    )
    assert (employed + unemployed - force).abs().max() <= rounding
    assert (employed <= force).all()
    assert (employees <= employed).all()


def test_employment_quoted_from_releases_is_that_of_the_file(latest):
    quoted, monthly = latest("mic.employed_nsa_quoted"), latest("mic.employed_nsa")
    common = quoted.index.intersection(monthly.index)
    assert len(common) == 4
    assert np.allclose(quoted[common] * 100, monthly[common], rtol=0, atol=1e-9)


def test_okinawa_is_in_the_one_series_and_not_in_the_other(latest):
    with_it, without = latest("mic.employed_nsa"), latest("mic.employed_nsa_ex_okinawa")
    gap = (with_it - without).dropna()
    assert len(gap) >= 18
    assert gap.between(34, 38).all()  # 340 to 380 thousand persons


def test_value_added_is_output_less_intermediate_use(latest):
    industries = {name.split(".")[2] for name in data.catalogue().index if name.startswith("cao.sna.")}
    assert len(industries) == 10
    for name in industries:
        output, used, added, pay = (
            latest(f"cao.sna.{name}.{item}") for item in ("output", "intermediate_use", "value_added", "compensation")
        )
        assert len(output) >= 25
        assert (output - used - added).abs().max() < 0.1 + 1e-6, name  # billion JPY, one decimal each
        assert (pay < added).all(), name


def test_industries_are_less_than_manufacturing_less_than_the_economy(latest):
    parts = "chemicals basic_metals general_machinery electronic_parts electrical_machinery transport_equipment".split()
    made = latest("cao.sna.manufacturing.value_added")
    assert (sum(latest(f"cao.sna.{p}.value_added") for p in parts) < made).all()
    assert (made < latest("cao.sna.total.value_added")).all()


def test_cars_trucks_and_buses_are_all_vehicles(latest):
    year = [latest(f"jama.production.{kind}_annual")["2024"] for kind in ("cars", "trucks", "buses", "total")]
    assert sum(year[:3]) == year[3]
    half = [latest(f"jama.exports.{kind}_fy_h1")["FY2025"] for kind in ("cars", "trucks", "buses", "total")]
    assert sum(half[:3]) == half[3]


@pytest.mark.parametrize("flow", ["production", "exports", "domestic_sales"])
def test_cumulated_vehicles_differ_by_the_month(latest, flow):
    so_far, month, year = (latest(f"jama.{flow}.total{suffix}") for suffix in ("_ytd", "", "_annual"))
    steps = [("2024-05", "2024-06"), ("2024-06", "2024-07"), ("2022-07", "2022-08")]
    assert [so_far[b] - so_far[a] for a, b in steps] == [month[b] for _, b in steps]
    assert year["2025"] - so_far["2025-11"] == month["2025-12"]


def test_derived_months_follow_from_the_published_totals(latest):
    for flow in ("production", "exports", "domestic_sales"):
        so_far, month = latest(f"jama.{flow}.total_ytd"), latest(f"jama.{flow}.total")
        october = so_far["2025-11"] - so_far["2025-09"] - month["2025-11"]
        assert latest(f"jama_derived.{flow}.total")["2025-10"] == october
    made, made_so_far = latest("jama.production.total"), latest("jama.production.total_ytd")
    july = made_so_far["2025-09"] - made_so_far["2025-06"] - made["2025-08"] - made["2025-09"]
    assert latest("jama_derived.production.total")["2025-07"] == july


def test_makers_produce_in_japan_and_overseas_what_they_produce(latest):
    for place in ("japan", "overseas", "global"):
        total = sum(latest(f"marklines.production_{place}.{maker}") for maker in MAKERS)
        assert total.equals(latest(f"marklines.production_{place}.eight_makers")), place
    for maker in MAKERS:
        japan, overseas, everywhere = (
            latest(f"marklines.production_{place}.{maker}") for place in ("japan", "overseas", "global")
        )
        assert (japan + overseas).equals(everywhere), maker


def test_car_related_jobs_add_up_within_an_edition(latest):
    def job(name: str, edition: str) -> float:
        return latest(f"jama.employment.{name}", edition).item()

    for edition in ("edition-2001", "edition-2017"):
        parts = sum(job(f"manufacturing_{part}", edition) for part in ("vehicles", "parts", "bodies"))
        assert parts == job("manufacturing", edition)
    roads = sum(job(n, "edition-2017") for n in ("road_freight", "road_passenger", "road_services", "rental"))
    assert roads == job("road_transport", "edition-2017")
    share = job("auto_related", "edition-2023") / latest("mic.employed_annual")["2023"] / 10
    assert round(share, 1) == job("auto_related_share_pct", "edition-2023")
    share = job("auto_related", "edition-2017") / job("japan_total", "edition-2017") * 100
    assert round(share, 1) == job("auto_related_share_pct", "edition-2017")


def test_unit_values_quoted_follow_from_value_and_units(latest):
    value, units, unit_value = (
        latest(f"mof_quoted.us.exports.motor_vehicles{item}_yoy_pct") for item in ("", "_units", "_unit_value")
    )
    implied = ((1 + value / 100) / (1 + units / 100) - 1) * 100
    gap = (implied - unit_value).dropna()
    assert len(gap) == 3
    assert gap.abs().max() < 0.1  # percentage points: three rounded figures


def test_growth_quoted_by_the_press_is_that_of_the_customs_release(latest):
    """The two came by different ways: one from the release, one from the press."""
    customs = pd.read_csv(DATA / "observations" / "mof_us_trade.csv", dtype={"vintage": str})
    for item in ("motor_vehicles_yoy_pct", "motor_vehicles_units_yoy_pct"):
        quoted = latest(f"mof_quoted.us.exports.{item}")
        released = customs[customs.series == f"mof.us.exports.{item}"].groupby("period").value.last()
        assert len(quoted) == 4
        assert (quoted == released[quoted.index]).all()
