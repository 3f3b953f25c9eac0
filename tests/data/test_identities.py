"""Identities that hold at the publishers hold here; where one does not, the exceptions are listed one by one."""

from __future__ import annotations

import pandas as pd
import pytest
from autogap.paths import DATA

ROUNDING = 0.05  # half the last digit of a rate published with one decimal
PARTNERS = ["us", "kr", "de", "cn", "mx", "ca", "gb", "au", "eu", "asia"]
AGGREGATES = ["wld", "eu", "usmca"]
CALENDAR_2024 = [str(month) for month in pd.period_range("2024-01", "2024-12", freq="M")]
FISCAL_2024 = [str(month) for month in pd.period_range("2024-04", "2025-03", freq="M")]
FILES = ["mof_*.csv", "census_*.csv", "usitc_*.csv", "treasury_*.csv"]


@pytest.fixture(scope="module")
def wide():
    """Periods x series, the newest figure of each."""
    paths = [path for pattern in FILES for path in sorted((DATA / "observations").glob(pattern))]
    tidy = pd.concat([pd.read_csv(path, dtype={"period": str, "vintage": str}) for path in paths])
    newest = tidy.drop_duplicates(["series", "period"], keep="last")
    return newest.pivot(index="period", columns="series", values="value")


@pytest.fixture(scope="module")
def hs10():
    return pd.read_csv(DATA / "tables" / "us_imports_hs10_2024.csv", dtype={"hs": str})


@pytest.fixture(scope="module")
def first():
    """Periods x series, the oldest figure of each."""
    paths = sorted((DATA / "observations").glob("census_naics*.csv"))
    tidy = pd.concat([pd.read_csv(path, dtype={"period": str, "vintage": str}) for path in paths])
    return tidy.drop_duplicates(["series", "period"]).pivot(index="period", columns="series", values="value")


def names(wide, start, end=""):
    found = [name for name in wide if name.startswith(start) and name.endswith(end)]
    assert found, f"no series {start}...{end}"
    return found


def year_before(periods):
    return [f"{int(period[:4]) - 1}{period[4:]}" for period in periods]


def implied_base(wide, item):
    """Lower and upper end of the level a year earlier that a level and its rounded rate imply."""
    both = wide[[item, f"{item}_yoy_pct"]].dropna()
    level, rate = both[item], both[f"{item}_yoy_pct"]
    return pd.DataFrame({"low": level / (1 + (rate + ROUNDING) / 100), "high": level / (1 + (rate - ROUNDING) / 100)})


def revision_pct(wide, item):
    """By how much the base used a year later leaves its rounding band around the first release, percent."""
    band = implied_base(wide, item)
    first = pd.Series(wide[item].reindex(year_before(band.index)).to_numpy(), index=band.index)
    above = (band["low"] / first - 1).clip(lower=0)
    below = (band["high"] / first - 1).clip(upper=0)
    return ((above + below) * 100).dropna()


# Japan customs: balance, shares, contributions, parts of a whole


@pytest.mark.parametrize("partner", PARTNERS)
def test_exports_less_imports_are_the_balance_to_the_last_yen(wide, partner):
    flows = wide[[f"mof.{partner}.exports.total", f"mof.{partner}.imports.total", f"mof.{partner}.balance"]].dropna()
    exports, imports, balance = (flows[name] for name in flows)
    assert len(flows) >= 28
    assert (exports - imports == balance).all()


def test_the_same_holds_for_the_world_and_for_the_us_side(wide):
    world = wide["mof.world.exports.total_first_release"] - wide["mof.world.imports.total_first_release"]
    assert (world.dropna() == wide["mof.world.balance_first_release"].dropna()).all()
    us_side = (wide["census.jp.exports"] - wide["census.jp.general_imports"] - wide["census.jp.balance"]).dropna()
    assert len(us_side) >= 332 and us_side.abs().max() < 1e-6


def test_published_shares_are_value_over_total(wide):
    for share in names(wide, "mof.", "_share_pct"):
        item, total = share.removesuffix("_share_pct"), ".".join(share.split(".")[:3]) + ".total"
        error = (wide[item] / wide[total] * 100 - wide[share]).dropna()
        assert len(error) and error.abs().max() <= ROUNDING + 1e-4, share  # totals are in whole million yen


def test_published_contributions_follow_from_levels_and_rates_of_the_same_release(wide):
    for name in names(wide, "mof.", "_contribution_pp"):
        item, total = name.removesuffix("_contribution_pp"), ".".join(name.split(".")[:3]) + ".total"
        base, base_of_total = implied_base(wide, item), implied_base(wide, total)
        rows = base.index.intersection(wide[name].dropna().index)
        low = (wide[item] - base["high"]).loc[rows]
        high = (wide[item] - base["low"]).loc[rows]
        totals = base_of_total.loc[rows]
        ends = pd.concat([end / totals[side] * 100 for end in (low, high) for side in ("low", "high")], axis=1)
        published = wide.loc[rows, name]
        outside = (published < ends.min(axis=1) - ROUNDING - 1e-3) | (published > ends.max(axis=1) + ROUNDING + 1e-3)
        assert len(rows) and not outside.any(), f"{name}: {list(rows[outside])}"


@pytest.mark.parametrize("unit", ["", "_units"])
@pytest.mark.parametrize(
    "partner, slack, largest_remainder",
    [("us", 1, 0.001), ("cn", 1, 0.003), ("eu", 1, 0.001), ("asia", 0, 0.04), ("world", 0, 0.025)],
)
def test_cars_and_buses_and_trucks_are_within_motor_vehicles(wide, partner, slack, largest_remainder, unit):
    exports = f"mof.{partner}.exports"
    whole = wide[f"{exports}.motor_vehicles{unit}"]
    parts = wide[f"{exports}.passenger_cars{unit}"] + wide[f"{exports}.buses_trucks{unit}"]
    remainder = (whole - parts).dropna()
    assert remainder.min() >= -slack  # each item is rounded to a million yen by itself
    assert (remainder / whole).max() <= largest_remainder


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_partners_add_to_less_than_the_world(wide, flow):
    total = {partner: wide[f"mof.{partner}.{flow}.total"] for partner in PARTNERS}
    apart = sum(total[partner] for partner in ("us", "asia", "eu", "gb", "ca", "mx", "au"))
    share = (apart / wide[f"mof.world.{flow}.total_first_release"]).dropna()
    assert len(share) >= 28 and share.between(0.75, 1).all()
    assert (total["cn"] + total["kr"] < total["asia"]).loc[total["asia"].notna()].all()
    assert (total["de"] < total["eu"]).loc[total["eu"].notna()].all()


def test_vehicle_exports_of_regions_are_within_the_world(wide):
    for item, scale in [("motor_vehicles", 1000), ("motor_vehicles_units", 1), ("mv_parts", 1000)]:
        regions = sum(wide[f"mof.{partner}.exports.{item}"] for partner in ("us", "asia", "eu")).dropna()
        world = wide[f"mof.world.exports.{item}"] / scale
        assert len(regions) >= 28 and (regions < world.loc[regions.index]).all(), item
        assert (wide[f"mof.cn.exports.{item}"] <= wide[f"mof.asia.exports.{item}"]).loc[regions.index].all(), item


# Japan customs: one release against another. The tolerances are the revisions that the sources themselves show.

EXPORT_REVISIONS = {"us.exports.total": 0.83, "de.exports.total": 0.36, "au.exports.total": 0.32}
"""Exports whose base left its band by more than 0.25 percent: the US in 2025-07 (as the world total, which
fell by the same 15 billion yen), Germany and Australia in 2024-06. China's few buses and trucks: see below."""

IMPORT_REVISIONS = {
    "us.imports.crude_petroleum": 6.1,
    "us.imports.mv_parts": 5.8,
    "us.imports.machinery": 5.0,
    "de.imports.total": 3.2,
    "mx.imports.total": 2.9,
    "us.imports.medical_products": 2.7,
    "us.imports.raw_materials": 2.3,
    "eu.imports.total": 1.9,
    "au.imports.total": 1.7,
    "us.imports.coal": 1.3,
    "us.imports.lpg": 1.2,
    "gb.imports.total": 1.2,
}
"""Imports whose base left its band by more than 1.1 percent: provisional nine-digit figures are revised most."""


def test_published_rates_of_exports_agree_with_levels_within_a_quarter_percent(wide):
    for rate in names(wide, "mof.", "_yoy_pct"):
        item = rate.removesuffix("_yoy_pct")
        if ".exports." not in rate or item not in wide:
            continue
        revision = revision_pct(wide, item).abs()
        if item == "mof.cn.exports.buses_trucks":
            assert revision.max() <= 1.7  # a few dozen million yen: the rounding of the level counts
        elif len(revision):
            limit = EXPORT_REVISIONS.get(item.removeprefix("mof."), 0.25)
            assert revision.max() <= limit, f"{rate}: {revision.idxmax()}"


def test_published_rates_of_imports_agree_with_levels_within_their_revisions(wide):
    for rate in names(wide, "mof.", "_yoy_pct"):
        item = rate.removesuffix("_yoy_pct")
        if ".imports." not in rate or item not in wide:
            continue
        revision = revision_pct(wide, item).abs()
        limit = IMPORT_REVISIONS.get(item.removeprefix("mof."), 1.1)
        assert len(revision) >= 16 and revision.max() <= limit, f"{rate}: {revision.idxmax()}"


def test_every_listed_exception_is_one(wide):
    for item, limit in EXPORT_REVISIONS.items():
        assert 0.25 < revision_pct(wide, f"mof.{item}").abs().max() <= limit, item
    for item, limit in IMPORT_REVISIONS.items():
        assert 1.1 < revision_pct(wide, f"mof.{item}").abs().max() <= limit, item


@pytest.mark.parametrize("flow, lowest, highest", [("exports", -0.16, 0.01), ("imports", 0.0, 0.53)])
def test_world_totals_of_the_time_series_are_the_first_releases_revised(wide, flow, lowest, highest):
    revised, first = wide[f"mof.world.{flow}.total"] / 1000, wide[f"mof.world.{flow}.total_first_release"]
    revision = (revised / first - 1).dropna() * 100
    assert len(revision) >= 28 and revision.between(lowest, highest).all()


def months(wide, item, periods):
    """First releases, and before 2024-05 the differences of year-to-date totals."""
    both = wide[f"mof.{item}"].fillna(wide[f"mof_area.{item}"] / 1000).loc[periods]
    assert both.notna().all()
    return both.sum() / 1000


def test_monthly_exports_add_to_the_annual_figures_reported(wide):
    rounded_to_ten = wide.loc["2024", "mof_press.us.exports.total"]
    assert months(wide, "us.exports.total", CALENDAR_2024) == pytest.approx(rounded_to_ten, abs=5)
    for item in ("total", "motor_vehicles"):
        reported = wide.loc["FY2024", f"mof_press.us.exports.{item}_fy"]
        assert months(wide, f"us.exports.{item}", FISCAL_2024) == pytest.approx(reported, rel=1e-4), item


def test_monthly_imports_and_balance_add_to_the_annual_figures_within_revisions(wide):
    """Imports were provisional in both sources, at different dates: 0.1 percent, and the same yen in the balance."""
    imports = months(wide, "us.imports.total", CALENDAR_2024)
    assert imports == pytest.approx(wide.loc["2024", "mof_press.us.imports.total"], rel=1e-3)
    for period, periods, name in [("2024", CALENDAR_2024, "balance"), ("FY2024", FISCAL_2024, "balance_fy")]:
        balance = months(wide, "us.exports.total", periods) - months(wide, "us.imports.total", periods)
        assert balance == pytest.approx(wide.loc[period, f"mof_press.us.{name}"], abs=13), period
    vehicles = months(wide, "us.imports.motor_vehicles", FISCAL_2024)
    assert vehicles == pytest.approx(wide.loc["FY2024", "mof_press.us.imports.motor_vehicles_fy"], abs=0.05)


@pytest.mark.parametrize(
    "name, period, periods", [("balance", "2024", CALENDAR_2024), ("balance_fy", "FY2024", FISCAL_2024)]
)
def test_world_balance_reported_is_the_revised_one_before_imports_were_raised(wide, name, period, periods):
    exports, imports = (wide.loc[periods, f"mof.world.{flow}.total"].sum() / 1e6 for flow in ("exports", "imports"))
    reported = wide.loc[period, f"mof_press.world.{name}"]
    assert 0 < reported - (exports - imports) < 0.003 * imports


def test_reported_rates_and_levels_of_the_press_agree(wide):
    levels, rates = wide["mof_press.us.exports.total"], wide["mof_press.us.exports.total_yoy_pct"]
    growth = (levels["2024"] / levels["2023"] - 1) * 100
    assert growth == pytest.approx(rates["2024"], abs=0.1)
    balance = wide["mof_press.us.balance"]  # the rate is on the base of 2023 as revised, the level of 2023 is not
    growth = (balance["2024"] / balance["2023"] - 1) * 100
    assert growth == pytest.approx(wide.loc["2024", "mof_press.us.balance_yoy_pct"], abs=0.3)
    assert levels["2023"] - wide.loc["2023", "mof_press.us.imports.total"] == pytest.approx(balance["2023"], abs=0.15)


# Derived months


def test_derived_levels_follow_from_the_release_a_year_later(wide):
    derived = [name for name in names(wide, "mof_derived.") if not name.endswith(("_low", "_high"))]
    assert len(derived) == 8
    for name in derived:
        rows = wide[name].dropna()
        published = name.removesuffix("_revised_base").replace("mof_derived.", "mof.")
        later = [f"{int(period[:4]) + 1}{period[4:]}" for period in rows.index]
        again = wide[published].loc[later].to_numpy() / (1 + wide[f"{published}_yoy_pct"].loc[later].to_numpy() / 100)
        assert len(rows) and abs(again - rows.to_numpy()).max() <= 0.51, name


@pytest.mark.parametrize("item", ["motor_vehicles_units", "passenger_cars_units"])
def test_derived_numbers_lie_in_their_band_and_give_the_unit_value_of_the_months_after(wide, item):
    name = f"mof_derived.us.exports.{item}"
    rows = wide[[f"{name}_low", name, f"{name}_high"]].dropna()
    assert len(rows) == 12 and (rows.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    value = wide[f"mof_area.us.exports.{item.removesuffix('_units')}"].loc[rows.index] / 1000
    after = (wide[f"mof.us.exports.{item.removesuffix('_units')}"] / wide[f"mof.us.exports.{item}"]).dropna()
    assert ((value / rows[name]) / after.iloc[:12].median()).between(0.75, 1.1).all()


# United States


@pytest.mark.parametrize("measure", ["customs_value", "calculated_duty"])
def test_industries_add_to_all_goods_and_members_to_their_groups(first, measure):
    """Of one pull, that of February 2026: three partners were fetched anew in October."""
    wide = first
    industries = [name for name in names(wide, "census.jp.naics", f".{measure}") if ".naics00." not in name]
    assert len(industries) == 31
    whole = wide[f"census.jp.naics00.{measure}"].dropna()
    assert len(whole) >= 155 and (wide.loc[whole.index, industries].sum(axis=1) == whole).all()
    for group in ("naics00", "naics336"):
        total = {name.split(".")[1]: wide[name].dropna() for name in names(wide, "census.", f".{group}.{measure}")}
        assert len(total) == 33
        assert (total["ca"] + total["mx"] == total["usmca"]).all()
        assert (sum(total[p] for p in ("at", "be", "de", "es", "fr", "ie", "it", "nl", "se")) < total["eu"]).all()
        assert (sum(series for partner, series in total.items() if partner not in AGGREGATES) < total["wld"]).all()


def test_duty_is_below_value_and_neither_is_negative(wide):
    for name in names(wide, "census.", ".calculated_duty"):
        both = wide[[name, name.replace(".calculated_duty", ".customs_value")]].dropna()
        assert len(both) and (both.iloc[:, 0] >= 0).all() and (both.iloc[:, 0] <= both.iloc[:, 1]).all(), name


def test_vehicle_industries_of_six_digits_are_within_the_three_digit_group(wide):
    six = [name for name in names(wide, "census.wld.naics336", ".customs_value") if ".naics336." not in name]
    assert len(six) == 12
    share = (wide[six].sum(axis=1, min_count=9) / wide["census.wld.naics336.customs_value"]).dropna()
    assert len(share) >= 71 and share.between(0.6, 0.9).all()


@pytest.mark.parametrize("partner, low, high", [("jp", 0.92, 1.06), ("kr", 0.91, 1.10), ("de", 0.93, 1.08)])
def test_general_imports_and_imports_for_consumption_differ_as_the_notes_say(wide, partner, low, high):
    ratio = (wide[f"census.{partner}.general_imports"] * 1e6 / wide[f"census.{partner}.naics00.customs_value"]).dropna()
    assert len(ratio) >= 155
    assert (round(ratio.min(), 2), round(ratio.max(), 2)) == (low, high)


def test_hs_chapter_87_partners_are_within_the_world(wide):
    for measure in ("customs_value", "general_value", "calculated_duty"):
        total = {name.split(".")[1]: wide[name] for name in names(wide, "census.", f".hs87.{measure}")}
        world = total["wld"].dropna()
        partners = [series for partner, series in total.items() if partner not in AGGREGATES]
        apart = sum(series.loc[world.index].fillna(0) for series in partners)
        assert (apart < world).all(), measure
    two_bases = wide[["census.jp.hs87.customs_value", "census.jp.hs87.general_value"]]
    assert two_bases.notna().any().all() and two_bases.dropna().empty


def test_ten_digit_lines_add_to_headings_and_to_the_monthly_files(wide, hs10):
    money = ["customs_value_usd", "calculated_duty_usd"]
    lines = hs10[hs10["level"] == "hs10"].assign(heading=lambda rows: rows["hs"].str[:4])
    lines = lines.groupby(["heading", "partner"])[money].sum()
    headings = hs10[hs10["level"] == "hs4"].set_index(["hs", "partner"])[money]
    assert len(headings) == 41 and (lines.sort_index().to_numpy() == headings.sort_index().to_numpy()).all()
    totals = hs10[hs10["level"] == "total"].set_index("partner")
    for partner, row in totals.iterrows():
        for measure in ("customs_value", "calculated_duty"):
            monthly = wide.loc[CALENDAR_2024, f"census.{partner}.naics00.{measure}"]
            assert monthly.sum() == row[f"{measure}_usd"], (partner, measure)
    chapter = hs10[hs10["level"] == "hs2"].set_index("partner")["customs_value_usd"]
    assert (headings["customs_value_usd"].groupby("partner").sum() < chapter).all()


def test_naics_336_is_wider_than_cars_by_what_the_note_says(wide, hs10):
    industry = wide.loc[CALENDAR_2024, "census.jp.naics336.customs_value"].sum() / 1e9
    cars = hs10.set_index(["hs", "partner"]).loc[("8703", "jp"), "customs_value_usd"] / 1e9
    assert (round(industry, 1), round(cars, 1)) == (58.9, 41.9)


def test_treasury_imports_are_near_the_census_and_receipts_trail_duty(wide):
    ratio = (wide["treasury.imports_total"] * 1e6 / wide["census.wld.naics00.customs_value"]).dropna()
    assert len(ratio) >= 155 and ratio.between(0.97, 1.03).all()
    receipts, duty = wide["treasury.customs_duties"] * 1e6, wide["census.wld.naics00.calculated_duty"]
    by_year = pd.concat([receipts, duty], axis=1).dropna().groupby(lambda period: period[:4]).sum()
    assert (by_year.iloc[:, 0] / by_year.iloc[:, 1]).between(1.0, 1.13).all()


def test_exports_to_japan_by_chapter_add_to_the_bilateral_figure(wide):
    chapters = wide[names(wide, "usitc.jp.exports.hs")].sum(axis=1, min_count=90).dropna() / 1e6
    months_of = wide["census.jp.exports"].dropna().groupby(lambda period: period[:4]).sum()
    error = chapters / months_of.loc[chapters.index] - 1
    assert len(error) == 5 and error.loc[:"2023"].abs().max() < 4e-4
    assert error["2024"] == pytest.approx(0.0015, abs=2e-4)  # does not hold; the reason is not established


def test_china_is_within_the_world_where_both_are_long(wide):
    for flow in ("exports", "imports"):
        share = (wide[f"mof.cn.{flow}.total_history"] / wide[f"mof.world.{flow}.total"]).dropna()
        assert len(share) >= 228 and share.between(0.05, 0.35).all()


@pytest.mark.parametrize("partner", ["jp", "kr", "mx"])
@pytest.mark.parametrize("measure", ["calculated_duty", "customs_value"])
def test_the_new_pull_is_the_newest_vintage_of_the_old_series(wide, partner, measure):
    both = wide[[f"census.{partner}.naics00.{measure}", f"census.{partner}.all_goods.{measure}"]].dropna()
    assert len(both) >= 11
    assert both.iloc[:, 0].equals(both.iloc[:, 1].rename(both.columns[0]))


def test_the_annual_revision_cut_the_duty_on_korea_and_hardly_moved_japan(wide, first):
    change = {
        partner: 100 * (wide[name] / first[name] - 1).dropna()
        for partner in ("jp", "kr", "mx")
        for name in [f"census.{partner}.naics00.calculated_duty"]
    }
    assert round(change["kr"]["2025-11"], 1) == -40.1 and round(change["mx"]["2025-06"], 1) == 13.6
    assert round(change["jp"].abs().max(), 1) == 1.4


def test_cars_by_nine_digits_are_the_passenger_cars_of_the_time_series(wide):
    """HS 8703 less vehicles for snow and golf (8703.10): value, and number with knocked-down sets."""
    for end, whole in (("", "passenger_cars"), ("_units", "passenger_cars_units")):
        lines = [
            name
            for name in wide
            if name.startswith("mof.world.exports.hs8703")
            and name.endswith("_units") == bool(end)
            and ".hs870310" not in name
        ]
        total = wide[lines].dropna(how="all").sum(axis=1)
        assert len(total) == 8 and (total == wide[f"mof.world.exports.{whole}"][total.index]).all()
