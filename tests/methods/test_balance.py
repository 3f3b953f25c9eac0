"""Balances: what Japan Customs published for May 2025 comes out of its own levels; a gap stays a gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import balance
from nbpoints.errors import InputError

# Trade Statistics of Japan, detailed release for May 2025, million yen: trade with the United States.
MAYS = pd.PeriodIndex(["2024-05", "2025-05"], freq="M")
EXPORTS = pd.Series([1701821.0, 1514190.0], index=MAYS)
IMPORTS = pd.Series([1228263.0, 1062518.0], index=MAYS)
VEHICLES = pd.DataFrame({"exports_jpy_mn": [482502.0, 363356.0], "imports_jpy_mn": [11028.0, 14920.0]}, index=MAYS)
PARTS = pd.DataFrame({"exports_jpy_mn": [96924.0, 78486.0], "imports_jpy_mn": [4982.0, 6587.0]}, index=MAYS)
TOTALS = pd.DataFrame({"exports_jpy_mn": EXPORTS, "imports_jpy_mn": IMPORTS})


def months(start: str, values: list[float]) -> pd.Series:
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="M"), dtype=float)


@pytest.mark.parametrize(
    "levels, published",
    [(EXPORTS, -11.0), (IMPORTS, -13.5), (VEHICLES["exports_jpy_mn"], -24.7)],
    ids=["exports", "imports", "vehicles"],
)
def test_yoy_gives_the_published_change(levels, published):
    assert balance.yoy_pct(levels)["2025-05"] == pytest.approx(published, abs=0.05)


def test_yoy_looks_up_the_period_and_not_the_position():
    gappy = months("2024-01", list(range(1, 25))).drop(pd.Period("2024-03", "M"))
    changes = balance.yoy_pct(gappy)
    assert np.isnan(changes["2025-03"])
    assert changes["2025-04"] == pytest.approx(100 * (16 / 4 - 1))


@pytest.mark.parametrize("base", [0.0, -5.0])
def test_yoy_from_a_base_without_meaning_is_missing(base):
    changes = balance.yoy_pct(pd.Series([base, 5.0], index=MAYS))
    assert changes.isna().all()


def test_yoy_of_quarters_and_years():
    quarters = pd.Series([100.0, 1, 1, 1, 103.0], index=pd.period_range("2024Q1", periods=5, freq="Q"))
    years = pd.Series([100.0, 98.0], index=pd.period_range("2023", periods=2, freq="Y"))
    assert balance.yoy_pct(quarters)["2025Q1"] == pytest.approx(3)
    assert balance.yoy_pct(years)["2024"] == pytest.approx(-2)


def test_rolling_sum_needs_every_month():
    values = months("2024-01", [1.0] * 30)
    values["2025-02"] = np.nan
    sums = balance.rolling_sum(values)
    assert sums["2025-01"] == 12
    assert sums["2025-02":"2026-01"].isna().all()
    assert sums["2026-02"] == 12


def test_rolling_sum_notices_a_month_that_has_no_row():
    values = months("2024-01", [1.0] * 18).drop(pd.Period("2024-10", "M"))
    assert balance.rolling_sum(values, 3).dropna().index.strftime("%Y-%m").tolist() == [
        *(f"2024-0{m}" for m in range(3, 10)),
        *(f"2025-0{m}" for m in range(1, 7)),
    ]


def test_annual_sums_refuse_an_incomplete_year():
    values = months("2023-01", [1.0] * 35)
    whole = balance.annual_sums(values)
    assert whole["2023"] == whole["2024"] == 12
    assert np.isnan(whole["2025"])


def test_fiscal_year_runs_from_april_and_is_named_by_its_first_year():
    values = months("2024-01", list(range(1, 16)))
    fiscal = balance.annual_sums(values, fiscal=True)
    assert fiscal["2024"] == sum(range(4, 16))
    assert np.isnan(fiscal["2023"])
    quarters = pd.Series([1.0, 2, 3, 4, 5], index=pd.period_range("2024Q1", periods=5, freq="Q"))
    assert balance.annual_sums(quarters, fiscal=True)["2024"] == 14


def test_rank_counts_what_is_there_and_names_what_is_not():
    surplus = pd.Series([9.0, np.nan, 8.6, 8.6, 7.0], index=pd.period_range("2020", periods=5, freq="Y"))
    place = balance.rank(surplus, "2023")
    assert (place.rank, place.of, place.missing) == (2, 4, ["2021"])
    assert balance.rank(surplus, "2024").rank == 4
    with pytest.raises(InputError, match="'2021' is not in the data"):
        balance.rank(surplus, "2021")


def test_share_of_cars_and_parts_in_the_surplus_of_may_2025():
    net = balance.share_of_balance(VEHICLES + PARTS, TOTALS)
    gross = balance.share_of_balance(VEHICLES + PARTS, TOTALS, net=False)
    # The press quoted 93 percent for the month: that is the net share.
    assert net.loc["2025-05", "share_pct"] == pytest.approx(93.06, abs=0.005)
    assert gross.loc["2025-05", "share_pct"] == pytest.approx(97.82, abs=0.005)
    assert net.loc["2025-05", "numerator_jpy_mn"] == 363356 + 78486 - 14920 - 6587
    assert net.loc["2025-05", "denominator_jpy_mn"] == 451672


def test_exact_figures_have_a_band_without_width():
    net = balance.share_of_balance(VEHICLES, TOTALS)
    pd.testing.assert_series_equal(net["share_low_pct"], net["share_pct"], check_names=False)
    pd.testing.assert_series_equal(net["share_high_pct"], net["share_pct"], check_names=False)


def test_band_holds_every_share_that_the_roundings_allow():
    rng = np.random.default_rng(20250601)
    items = VEHICLES.assign(exports_low_jpy_mn=[480000.0, np.nan], exports_high_jpy_mn=[485000.0, np.nan])
    totals = TOTALS.assign(imports_low_jpy_mn=[1220000.0, np.nan], imports_high_jpy_mn=[1236000.0, np.nan])
    band = balance.share_of_balance(items, totals).loc["2024-05"]
    exports, imports = rng.uniform(480000, 485000, 500), rng.uniform(1220000, 1236000, 500)
    shares = 100 * (exports - 11028) / (1701821 - imports)
    assert band["share_low_pct"] <= shares.min() < band["share_pct"] < shares.max() <= band["share_high_pct"]
    assert band["share_low_pct"] == pytest.approx(100 * (480000 - 11028) / (1701821 - 1220000))
    assert balance.share_of_balance(items, totals).loc["2025-05", "share_low_pct"] == pytest.approx(77.14, abs=0.01)


def test_band_is_missing_where_the_balance_may_be_zero():
    totals = TOTALS.assign(imports_low_jpy_mn=1000000.0, imports_high_jpy_mn=1800000.0)
    shares = balance.share_of_balance(VEHICLES, totals)
    assert shares["share_pct"].notna().all()
    assert shares[["share_low_pct", "share_high_pct"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: balance.yoy_pct(pd.Series([1.0])), "RangeIndex is not made of periods"),
        (lambda: balance.yoy_pct(pd.concat([EXPORTS, EXPORTS])), "2024-05 is there twice"),
        (lambda: balance.at(EXPORTS, "2025-06"), "'2025-06' is not in the data, which hold 2024-05 to 2025-05"),
        (lambda: balance.at(EXPORTS, "May"), "'May' is not in the data"),
        (lambda: balance.at(EXPORTS, "2025"), "'2025' is not in the data"),
        (lambda: balance.at(EXPORTS, pd.Period("2025Q2")), "'2025Q2' is not in the data"),
        (lambda: balance.at(EXPORTS, "no month"), "'no month' is not in the data"),
        (lambda: balance.rolling_sum(EXPORTS, 0), "0 is too few"),
        (lambda: balance.share_of_balance(VEHICLES.iloc[:, :1], TOTALS), "'imports_jpy_mn' is missing"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_base_gives_the_printed_growth_back():
    base = balance.base_of(EXPORTS, pd.Series([8.1, -11.0], index=MAYS))
    assert (100 * (EXPORTS / base - 1)).round(6).tolist() == [8.1, -11.0]
    # the first release of May 2024 was 1,701,821: within the rounding of the printed rate
    assert base.iloc[1] == pytest.approx(1701821, rel=6e-4)


def test_no_base_can_be_worked_back_from_a_fall_to_nothing():
    with pytest.raises(InputError, match="-100 or lower"):
        balance.base_of(EXPORTS, pd.Series([8.1, -100.0], index=MAYS))
