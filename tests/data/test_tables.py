"""The tables keep their form, and the identities of their sources; where the source itself fails, the exact cases."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from autogap.data import package
from autogap.paths import DATA

SPEC = package.read_tables()
READ = {"string": str, "integer": "Int64", "number": float, "boolean": "boolean", "date": str}

INDUSTRIES = [f"{i:02d}" for i in range(1, 46)]  # OECD, 2021 edition
FINAL_USE = ["HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "CONS_ABR", "CONS_NONRES", "EXPO", "IMPO"]
TAXES = ["TXS_IMP_FNL", "TXS_INT_FNL"]
OECD_ROUNDING = 1.0  # million USD: a row sums 54 cells of one decimal
OECD_VALUE_ADDED_ROUNDING = 0.5  # million USD: value added is published as a rounded residual
# Arts, other services and health: value added and intermediate use miss output in the published tables themselves.
OECD_EXCEPTIONS = {
    (2010, "42"), (2010, "43"), (2010, "44"), (2011, "42"), (2012, "42"), (2015, "42"),
}  # fmt: skip
WIOD_CELLS = {"JPN": 41 * 40, "USA": 41 * 40, "ROW": 39 * 41 * 40}  # cells of the 41-region table behind a row
WIOD_ROUNDING_PER_CELL = 0.06  # million USD: whole millions were published, and most cells are near zero


def table(name: str) -> pd.DataFrame:
    fields = SPEC[name]["fields"]
    return pd.read_csv(DATA / "tables" / f"{name}.csv", dtype={c: READ[f["type"]] for c, f in fields.items()})


def matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Wide form of row, column and the last column, the value."""
    return rows.pivot(index="row", columns="column", values=rows.columns[-1])


@pytest.fixture(scope="module")
def oecd() -> dict[int, pd.DataFrame]:
    return {year: matrix(rows) for year, rows in table("io_oecd_japan").groupby("year")}


@pytest.fixture(scope="module")
def wiod() -> dict[int, pd.DataFrame]:
    return {year: matrix(rows) for year, rows in table("io_wiod_3region").groupby("year")}


@pytest.fixture(scope="module")
def mic() -> pd.DataFrame:
    return matrix(table("io_mic2015_transactions")).astype(float)


@pytest.fixture(scope="module")
def sectors() -> list[str]:
    return table("io_mic2015_imports").sector.tolist()


@pytest.mark.parametrize("name", sorted(SPEC))
def test_table_has_the_columns_types_and_keys_that_it_states(name):
    entry = SPEC[name]
    header = pd.read_csv(DATA / "tables" / f"{name}.csv", nrows=0)
    assert list(header) == list(entry["fields"])
    rows = table(name)  # fails on a cell that is not of its type
    assert not rows.empty
    assert not rows.duplicated(entry["primary_key"]).any()
    assert all(entry[key] for key in ("title", "source", "collected_from", "licence", "grade"))
    for column, field in entry["fields"].items():
        assert set(field) == {"type", "unit", "description"} and all(field.values())
        if field["type"] == "date":
            rows[column].dropna().map(dt.date.fromisoformat)


@pytest.mark.parametrize(
    ("name", "column"),
    [("estimates_elasticities", "study"), ("estimates_macro", "institution"), ("timeline", "source")],
)
def test_a_table_of_many_publishers_names_the_foremost(name, column):
    named = SPEC[name]["source"].partition(", and the other ")[0].split(", ")
    rows = table(name)[column]
    assert [publisher for publisher in named if not rows.str.contains(publisher, regex=False).any()] == []
    assert any(publisher in rows.value_counts().index[0] for publisher in named)


def test_a_publisher_is_somebody():
    """A reader of a list of publishers has no rows at hand."""
    assert [name for name, entry in SPEC.items() if "row by row" in entry["source"]] == []


def test_every_claim_has_its_identifier_once_and_accepts_its_own_figure():
    claims = table("claims/japan_times_2025-06-19")
    assert claims.claim_id.tolist() == [f"C{i:02d}" for i in range(1, 26)] + ["S01", "S02", "S03"]
    number = pd.to_numeric(claims.value, errors="coerce")
    ranged = claims.accept_low.notna() & number.notna()
    assert ranged.sum() == 17
    assert (claims.accept_low <= number)[ranged].all()
    assert (number <= claims.accept_high)[ranged].all()


def test_claim_checks_name_claims_that_exist():
    for article, checks in table("claim_checks").groupby("article"):
        assert set(checks.claim_id) <= set(table(f"claims/{article}").claim_id)


def test_timeline_is_in_order_and_counts_each_round_and_call_once():
    events = table("timeline")
    assert events.date.is_monotonic_increasing
    assert (events.date_end.isna() | (events.date_end > events.date)).all()
    assert events.round_number.dropna().tolist() == list(range(1, 9))
    assert events.call_number.dropna().tolist() == [1, 2, 3, 4]
    assert set(events.type) == {"us_tariff", "talks", "deal", "court", "politics", "data", "note"}
    assert events.confidence.notna().all()


def test_timeline_and_schedule_give_the_same_car_rate():
    events = table("timeline").dropna(subset="japan_auto_rate_pct")
    cars = table("tariff_schedule_japan").query("product_group == 'passenger_vehicles'")
    for event in events.itertuples():
        last = cars.effective_to.fillna("9999-12-31")
        in_force = cars[(cars.effective_from <= event.date) & (event.date <= last)]
        assert in_force.total_rate_pct.tolist() == [event.japan_auto_rate_pct], event.date


def test_rates_of_a_product_follow_each_other_without_overlap():
    for group, rows in table("tariff_schedule_japan").groupby("product_group"):
        starts = rows.effective_from.map(dt.date.fromisoformat).tolist()
        ends = [dt.date.max if pd.isna(day) else dt.date.fromisoformat(day) for day in rows.effective_to]
        assert all(start <= end for start, end in zip(starts, ends)), group
        day = dt.timedelta(days=1)
        assert all(end + day == start for end, start in zip(ends, starts[1:])), group


def test_total_rate_is_mfn_and_addition_or_the_floor():
    rates = table("tariff_schedule_japan")
    added = rates[rates.rate_type.isin(["mfn", "additive"])]
    for end in ("", "_low", "_high"):
        known = added.dropna(subset=[f"mfn_rate{end}_pct", f"total_rate{end}_pct"])
        assert len(known) >= 4
        assert (known[f"mfn_rate{end}_pct"] + known[f"additional_rate{end}_pct"] == known[f"total_rate{end}_pct"]).all()
    floor = rates[rates.rate_type == "all_in"]
    assert floor.all_in_rate_pct.notna().all()
    known = floor.dropna(subset=["mfn_rate_low_pct", "total_rate_pct"])
    assert len(known) >= 3
    assert (known[["mfn_rate_high_pct", "all_in_rate_pct"]].max(axis=1) == known.total_rate_pct).all()


def test_cars_pay_what_the_orders_say_on_the_days_that_matter():
    rates = table("tariff_schedule_japan").set_index(["product_group", "effective_from"]).total_rate_pct
    days = ["2018-01-01", "2025-04-03", "2025-09-16"]
    for group, pct in {"passenger_vehicles": [2.5, 27.5, 15], "light_trucks": [25, 50, 25]}.items():
        known = rates[group][: days[-1]]
        assert (known.index.tolist(), known.tolist()) == (days, pct)


def test_partner_rates_are_numbers_with_dates_in_order():
    rates = table("tariff_schedule_partners")
    assert rates.effective_from.is_monotonic_increasing
    assert rates[["additional_rate_pct", "all_in_rate_pct"]].notna().any(axis=1).all()
    earlier = rates.dropna(subset="retroactive_to")
    assert (earlier.retroactive_to < earlier.effective_from).all()
    assert dict(zip(earlier.partner, earlier.retroactive_to)) == {
        "eu": "2025-08-01", "kr": "2025-11-01", "tw": "2026-05-01",
    }  # fmt: skip
    japan = rates[rates.partner == "jp"].iloc[0]
    assert (japan.effective_from, japan.all_in_rate_pct) == ("2025-09-16", 15)


def test_every_car_line_pays_two_and_a_half_percent_and_every_light_truck_twenty_five():
    lines = table("mfn_lines")
    assert len(lines) == 124
    assert (lines.hts_number.str[:4] == lines.heading).all()
    assert (lines.mfn_rate_pct[lines.heading == "8703"] == 2.5).all()
    light = lines.hts_number.str.startswith(("8704.21", "8704.31", "8704.41", "8704.51"))
    assert light.sum() == 4 and (lines.mfn_rate_pct[light] == 25).all()
    assert lines.mfn_rate_pct.between(0, 25).all()


def test_steps_of_the_trackers_are_rates_in_order():
    steps = table("statutory_rate_steps")
    assert steps.rate_share.between(0, 1.5).all()
    total = steps[steps.component == "total"]
    assert set(total.partner) == set(steps.partner) == {"jp", "kr", "mx", "ca", "de", "gb", "cn"}
    assert total[total.partner == "jp"].sort_values("effective_from").rate_share.iloc[0] < 0.02
    added = table("waugh_added_tariff")
    assert added.groupby("partner").effective_from.apply(lambda days: days.is_monotonic_increasing).all()
    assert (added.scheduled == (added.effective_from > "2026-07-23")).all()


def test_laws_add_up_to_the_total_statutory_rate():
    """Steps are stored only where a rate changes: carry each forward, then add the laws up."""
    steps = table("statutory_rate_steps")
    outside = {}
    for partner, rows in steps.groupby("partner"):
        days = rows.pivot(index="effective_from", columns="component", values="rate_share").sort_index().ffill()
        gap = days["total"] - days[["base", "232", "ieepa", "s122", "301"]].sum(axis=1)
        assert gap.min() > -6e-6, partner  # six rates of six decimals
        outside[partner] = gap.max()
    # The tracker has the duties of February and March 2025 on these three in the total alone.
    assert {p for p, gap in outside.items() if gap > 0.001} == {"ca", "cn", "mx"}
    assert outside["cn"] < 0.2 and max(outside["ca"], outside["mx"]) < 0.03


def test_elasticities_keep_the_wrong_signs_and_say_so():
    rows = table("estimates_elasticities")
    slopes = rows[rows.parameter.isin(["elasticity_of_substitution", "import_demand_elasticity"])]
    flagged = slopes.wrong_sign.fillna(False)
    assert (flagged == (slopes.value < 0)).all()
    assert flagged.sum() > 10
    hauk = rows[rows.study == "Hauk"]
    assert len(hauk) == 237 and hauk.std_error.notna().all()
    stated = rows[["value", "value_low", "value_text"]].notna().any(axis=1)
    assert stated.all()
    assert (rows.value_low.dropna() < rows.value_high.dropna()).all()


def test_medians_quoted_from_the_lines_are_those_of_the_lines():
    rows = table("estimates_elasticities")
    lines = rows[rows.classification == "hts10"].set_index("code").value
    for heading, item in (("8703", "sigma, US imports HTS 8703"), ("8708", "sigma, US imports HTS 8708")):
        quoted = rows[rows["item"].str.startswith(item, na=False)].value.item()
        assert lines[lines.index.str.startswith(heading)].median() == pytest.approx(quoted, rel=1e-6)


def test_macro_estimates_have_a_kind_a_unit_and_a_date():
    rows = table("estimates_macro")
    assert len(rows) >= 44
    assert set(rows.kind) == {"tariff_effect", "forecast", "profit_loss"}
    assert set(rows.unit) == {"percent", "percentage points", "trillion yen"}
    assert rows.date.str.fullmatch(r"20\d\d-\d\d(-\d\d)?").all()
    effects = rows[(rows.kind == "tariff_effect") & (rows.outcome == "gdp")]
    assert (effects.value > 0).sum() == 1  # the gain against Chinese goods


def test_release_table_and_series_hold_the_same_growth():
    releases = table("gdp_releases")
    series = pd.read_csv(DATA / "observations" / "cao_gdp_growth_releases.csv", dtype={"vintage": str})
    series["indicator"] = series.series.str.removeprefix("cao.")
    keys = ["indicator", "quarter", "release_date"]
    theirs = series.rename(columns={"period": "quarter", "vintage": "release_date"}).set_index(keys).value
    pd.testing.assert_series_equal(releases.set_index(keys).value.sort_index(), theirs.sort_index())


def test_labels_cover_every_row_and_column_of_the_input_output_tables(oecd, wiod, mic):
    labels = table("io_sectors").groupby("table").code.agg(set)
    assert labels["io_oecd_japan"] == set(oecd[2018].index) | set(oecd[2018].columns)
    assert labels["io_wiod_3region"] == set(wiod[2011].index) | set(wiod[2011].columns)
    assert {c.split("_")[0] for c in labels["io_mic2015"]} == set(mic.index) | set(mic.columns)


def test_oecd_rows_columns_and_value_added_balance(oecd):
    assert list(oecd) == list(range(1995, 2019))
    misses = set()
    for year, flows in oecd.items():
        assert flows.shape == (50, 54) and not flows.isna().any(axis=None)
        output = flows.loc["OUTPUT", INDUSTRIES]
        used = flows.loc[INDUSTRIES, INDUSTRIES + FINAL_USE].sum(axis=1)
        assert (used - output).abs().max() < OECD_ROUNDING, year
        columns = flows.loc[INDUSTRIES + TAXES].sum() - flows.loc["TTL_INT_FNL"]
        assert columns.abs().max() < OECD_ROUNDING, year
        gap = (flows.loc["TTL_INT_FNL", INDUSTRIES] + flows.loc["VALU", INDUSTRIES] - output).abs()
        misses |= {(year, code) for code in gap.index[gap > OECD_VALUE_ADDED_ROUNDING + 1e-6]}
        assert gap.max() < 3.3, year
    assert misses == OECD_EXCEPTIONS


def test_mic_2015_balances_to_the_million(mic, sectors):
    output = mic.loc["97", sectors]
    assert (mic.loc[sectors, sectors].sum(axis=1) == mic.loc[sectors, "70"]).all()
    assert (mic.loc[sectors, sectors].sum() == mic.loc["70", sectors]).all()
    assert (mic.loc[["71", "91", "92", "93", "94", "95"], sectors].sum() == mic.loc["96", sectors]).all()
    assert (mic.loc["70", sectors] + mic.loc["96", sectors] == output).all()
    assert (mic.loc[sectors, "70"] + mic.loc[sectors, "88"] == output).all()
    assert (mic.loc[sectors, ["71", "72", "73", "74", "75", "76"]].sum(axis=1) == mic.loc[sectors, "78"]).all()
    assert (mic.loc[sectors, ["79", "81"]].sum(axis=1) == mic.loc[sectors, "83"]).all()
    assert (mic.loc[sectors, ["84", "85", "86"]].sum(axis=1) == mic.loc[sectors, "87"]).all()


def test_mic_2015_inverse_is_the_published_one(mic, sectors):
    imports = table("io_mic2015_imports").set_index("sector")
    assert (imports.imports_jpy_mn == -mic.loc[sectors, "87"]).all()
    assert np.allclose(imports.import_coefficient, imports.imports_jpy_mn / mic.loc[sectors, "79"], atol=1e-12)
    inputs = mic.loc[sectors, sectors] / mic.loc["97", sectors]
    domestic = (1 - imports.import_coefficient).to_numpy()[:, None] * inputs.to_numpy()
    ours = np.linalg.inv(np.eye(len(sectors)) - domestic)
    published = matrix(table("io_mic2015_inverse")).loc[sectors, sectors].to_numpy()
    assert np.abs(ours - published).max() < 1e-6


def test_wiod_columns_balance_exactly_and_rows_to_the_rounding_of_small_cells(wiod):
    assert list(wiod) == [1995, 2000, 2005, 2007, 2008, 2009, 2010, 2011]
    for year, flows in wiod.items():
        assert flows.shape == (106, 121)
        rows = flows.drop(index="VA_residual")
        industries = list(rows.index)
        columns = flows.loc[[*industries, "VA_residual"], industries].sum()
        assert (columns == rows.OUTPUT).all(), year
        gap = rows.drop(columns="OUTPUT").sum(axis=1) - rows.OUTPUT
        allowed = gap.index.str[:3].map(WIOD_CELLS) * WIOD_ROUNDING_PER_CELL
        assert (gap.abs() <= allowed).all(), year
        assert (gap.abs() <= 0.011 * rows.OUTPUT).all(), year
        assert (flows.loc["VA_residual", industries] >= 0).all(), year


def test_largest_supplier_of_cars_in_the_gtap_baseline_is_mexico():
    partners = table("gtap_baseline").set_index("partner").us_imports_motor_vehicles_usd_mn
    assert partners.idxmax() == "mx" and partners.rank(ascending=False)["jp"] == 3
