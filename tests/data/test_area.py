"""Trade by area and commodity, from files of e-Stat: against itself, against the press releases, old against new."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from autogap import data

PARTNERS = ["us", "cn", "kr", "eu", "de", "ca", "mx", "gb", "world"]
_GOODS = [
    "foodstuff",
    "raw_materials",
    "mineral_fuels",
    "chemicals",
    "manufactured_goods",
    "machinery",
    "electrical_machinery",
    "transport_equipment",
    "others",
]
SECTIONS = {"exports": _GOODS, "imports": _GOODS}
PUBLISHED = [
    "total",
    "motor_vehicles",
    "passenger_cars",
    "buses_trucks",
    "mv_parts",
    "transport_equipment",
    "machinery",
    "semiconductor_machinery",
    "iron_steel",
]
YEARS = range(2009, 2026)


def annual(partner, flow, items):
    return data.frame({item: f"mof_area.{partner}.{flow}.{item}_annual" for item in items})


@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_the_nine_sections_are_all_goods(partner, flow):
    table = annual(partner, flow, ["total", *SECTIONS[flow]])
    assert list(table.index.year) == list(YEARS)
    rounding = len(SECTIONS[flow])  # thousand yen: each section is rounded down
    assert (table["total"] - table[SECTIONS[flow]].sum(axis=1)).abs().max() <= rounding


@pytest.mark.parametrize("partner", PARTNERS)
def test_cars_and_buses_are_part_of_vehicles_and_those_of_transport_equipment(partner):
    table = annual(
        partner, "exports", ["passenger_cars", "buses_trucks", "motor_vehicles", "mv_parts", "transport_equipment"]
    )
    assert (table["passenger_cars"] + table["buses_trucks"] <= table["motor_vehicles"]).all()
    assert (table["motor_vehicles"] + table["mv_parts"] <= table["transport_equipment"]).all()


@pytest.mark.parametrize("item", PUBLISHED)
def test_months_of_exports_equal_the_first_detailed_release(item):
    """To the last digit of the press release, which rounds to a million yen; where both have the month."""
    derived = data.series(f"mof_area.us.exports.{item}") / 1e3
    released = data.series(f"mof.us.exports.{item}", end="2026-03")
    both = pd.concat({"derived": derived, "released": released}, axis=1).dropna()
    assert len(both) >= 21
    assert (both["derived"] - both["released"]).abs().max() <= 1


@pytest.mark.parametrize(("item", "tolerance_pct"), [("total", 0.33), ("motor_vehicles", 1.0), ("mv_parts", 4.3)])
def test_months_of_imports_differ_by_the_revision_of_the_months_before(item, tolerance_pct):
    derived = data.series(f"mof_area.us.imports.{item}") / 1e3
    released = data.series(f"mof.us.imports.{item}", end="2026-03")
    ratio = (derived / released).dropna()
    assert len(ratio) >= 21
    assert ((ratio - 1).abs() * 100).max() <= tolerance_pct


@pytest.mark.parametrize("item", ["total", "motor_vehicles", "passenger_cars", "mv_parts"])
def test_twelve_months_are_the_year_as_first_detailed(item):
    """Of years with all months: the annual figure that came out at the end of January."""
    months = data.series(f"mof_area.us.exports.{item}", "2022-01", "2024-12")
    first = data.revisions(f"mof_area.us.exports.{item}_annual", filled=False)
    for year, sums in months.groupby(months.index.year).sum().items():
        detailed = first.loc[str(year)].dropna().iloc[0]
        assert sums == pytest.approx(detailed, rel=2e-4), year


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_revisions_of_a_year_are_small_and_end_with_the_fixed_figure(flow):
    told = data.revisions(f"mof_area.us.{flow}.total_annual", filled=False).dropna(how="all", axis=1)
    spread = told.max(axis=1) / told.min(axis=1) - 1
    assert spread.max() < 0.005
    assert data.about(f"mof_area.us.{flow}.total_annual", as_of="2025-12-31")["last_period"] == "2024"


def test_the_balance_of_2024_came_down_with_each_release():
    """8,641.7, then 8,628.1, then 8,609.5 billion yen: January, March and November 2025."""
    balance = [
        sum(
            sign * data.series(f"mof_area.us.{flow}.total_annual", "2024", "2024", as_of=day).iloc[0]
            for flow, sign in (("exports", 1), ("imports", -1))
        )
        for day in ("2025-02-01", "2025-06-19", "2025-12-31")
    ]
    assert [round(value / 1e6, 1) for value in balance] == [8641.7, 8628.1, 8609.5]


def test_world_by_area_is_the_time_series_of_world_totals():
    months = data.series("mof.world.exports.total", "2009-01", "2024-12")
    years = months.groupby(months.index.year).sum()
    files = data.series("mof_area.world.exports.total_annual", "2009", "2024")
    assert abs(years.to_numpy() / files.to_numpy() - 1).max() < 1e-6


def test_a_month_is_derived_only_where_nothing_is_published():
    """A derived level stands in the package for numbers of vehicles and for revised months, and says so."""
    for name in data.catalogue().index[data.catalogue().index.str.startswith("mof_derived.")]:
        entry = data.catalogue().loc[name]
        assert name.removesuffix("_low").removesuffix("_high").endswith(("_units", "_revised_base")), name
        assert entry["grade"] == "derived" and entry["publisher_code"] == "none: not published", name
        assert re.search("derived|implied", entry["title"]), name


def test_fuels_of_the_world_hold_those_of_the_us():
    for item in ("mineral_fuels", "crude_petroleum", "lng", "lpg", "coal"):
        world, us = data.series(f"mof.world.imports.{item}") / 1e3, data.series(f"mof.us.imports.{item}")
        both = pd.concat({"world": world, "us": us}, axis=1).dropna()
        assert len(both) >= 28 and (both["us"] <= both["world"]).all(), item


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_value_is_quantity_times_unit_value_and_moves_as_the_yen_value(flow):
    table = data.frame({what: f"mof.us.{flow}.index_{what}" for what in ("value", "quantity", "unit_value")})
    assert (table["quantity"] * table["unit_value"] / 100 / table["value"] - 1).abs().max() < 0.0009
    base = (data.series(f"mof.us.{flow}.total") / table["value"]).dropna()
    assert len(base) >= 22 and base.max() / base.min() - 1 < {"exports": 0.010, "imports": 0.015}[flow]


def test_single_figures_name_their_outlet_and_grade():
    points = data.table("market_points")
    assert set(points["grade"]) <= {"re-keyed and checked", "press report", "secondary source"}
    assert points["source"].str.len().min() > 8 and not points.duplicated(["name", "date", "source"]).any()
    year = r"[0-9]{4}(Q[1-4]|-[0-9]{2}|-[0-9]{2}-[0-9]{2})?"
    assert points["date"].str.fullmatch(rf"{year}(/{year})?|FY[0-9]{{4}}(H1|-9M)?").all()
