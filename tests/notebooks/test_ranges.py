"""Ranges of parameters against the data: what a notebook offers, the data can answer."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from autogap import data
from autogap.methods import balance, tariffs
from autogap.paths import DATA
from collection import BOOKS, each
from nbpoints.parameters import declare as parameters
from nbpoints.parameters import periods


def months(*names):
    """First and last month in which every one of these series has a figure."""
    index = data.frame(list(names)).dropna().index
    return str(index[0]), str(index[-1])


def with_a_base(*names):
    """First and last month that every series has along with the month a year before."""
    index = balance.yoy_pct(data.frame(list(names))).dropna().index
    return str(index[0]), str(index[-1])


def whole_years(*names):
    """First and last calendar year whose twelve months are there."""
    index = data.frame(list(names)).dropna().index
    counts = pd.Series(index.year).value_counts()
    full = sorted(counts[counts == 12].index)
    return full[0], full[-1]


def table_years(name):
    years = data.table(name)["year"]
    return years.min(), years.max()


def law():
    """First day of the tariff schedule, and the last on which the rate on a car is known."""
    return data.table("tariff_schedule_japan")["effective_from"].min(), tariffs.known_to(data.table("timeline"))


def six_months_after():
    """Months from which all three outcomes can be followed for six."""
    first, last = months("mof.us.exports.motor_vehicles", "census.jp.naics336.customs_value")
    return first, str(pd.Period(last, "M") - 5)


def to_the_end_of_exports():
    last = data.series("mof.us.exports.motor_vehicles").index[-1]
    return law()[0], str(last.end_time.date())


def releases():
    """First quarter and last day of the releases of GDP; the first known vintages are named by quarter."""
    return (
        str(pd.Period(data.revisions("cao.gdp_real_realtime").columns[0], "Q").start_time.date()),
        max(name for name in data.revisions("cao.gdp_real_qoq_pct").columns if periods.form(name) == "day"),
    )


def since_the_release_of(month):
    """Days from the first detailed release of a month to the version of the package."""
    released = pd.Period(data.revisions("mof.us.exports.total").loc[month].first_valid_index(), "M")
    return str(released.end_time.date()), version()


def published_years(*items):
    """Calendar years whose trade with the US the ministry publishes by commodity."""
    index = (
        data.frame([f"mof_area.us.{flow}.{item}_annual" for flow in ("exports", "imports") for item in items])
        .dropna()
        .index
    )
    return index[0].year, index[-1].year


def two_spans_of_twelve():
    """Months to which there are twelve, and twelve before them."""
    first, last = months("mof.us.exports.total", "mof.us.imports.mineral_fuels")
    return str(pd.Period(first, "M") + 23), last


def before_the_last_year():
    first, last = data.series("mof_area.us.exports.total_annual").index[[0, -1]]
    return first.year, last.year - 1


def version():
    """Day of the newest change of the data package."""
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["version"]


CUSTOMS_MONTH = ("mof.us.exports.total", "mof.us.exports.motor_vehicles", "mof.us.exports.motor_vehicles_units")
DUTIES = ("census.jp.naics336.calculated_duty", "census.jp.naics336.customs_value")

# What the data allow; `exact` where the notebook should offer all of it.
LIMITS = {
    ("01_trade_gap", "start_year"): (lambda: whole_years("census.jp.general_imports"), False),
    ("01_trade_gap", "as_of"): (lambda: (data.vintages("mof_area.us.exports.total_annual")[-1], version()), True),
    ("02_autos_in_the_gap", "year"): (lambda: published_years("motor_vehicles", "mv_parts"), True),
    ("02_autos_in_the_gap", "as_of"): (lambda: since_the_release_of("2025-05"), True),
    ("03_export_decline", "month"): (lambda: with_a_base(*CUSTOMS_MONTH), True),
    ("03_export_decline", "as_of"): (lambda: since_the_release_of("2025-08"), True),
    ("04_auto_sector", "year"): (lambda: table_years("io_oecd_japan"), True),
    ("05_tariff_schedule", "day"): (law, False),
    ("05_tariff_schedule", "start"): (lambda: months(*DUTIES), False),
    ("06_who_pays", "month"): (lambda: months("boj.export_price.cars_north_america_contract_yoy_pct"), False),
    ("06_who_pays", "panel_start"): (lambda: whole_years(*DUTIES), False),
    ("07_counterfactual_exports", "event_date"): (six_months_after, False),
    ("09_supply_chain", "year"): (lambda: table_years("io_oecd_japan"), True),
    ("10_recession_risk", "as_of"): (releases, False),
    ("11_negotiation_timeline", "start"): (law, False),
    ("11_negotiation_timeline", "end"): (to_the_end_of_exports, False),
    ("11_negotiation_timeline", "as_of"): (law, False),
    ("13_claims_ledger", "as_of"): (releases, False),
    ("12_after_the_deal", "last_month"): (lambda: months(*CUSTOMS_MONTH), False),
    ("12_after_the_deal", "as_of"): (lambda: since_the_release_of("2025-12"), True),
    ("14_why_the_gap_shrank", "last_month"): (two_spans_of_twelve, True),
    ("14_why_the_gap_shrank", "base_year"): (before_the_last_year, True),
    ("15_model_and_outcome", "last_month"): (lambda: months("frb.jpy_per_usd", *CUSTOMS_MONTH), False),
}


def periodic(stem):
    """Parameters that pick a period of the data: ranges of dates, and of whole numbers that are years."""
    return {
        name: one
        for name, one in parameters.read(BOOKS[stem]).items()
        if isinstance(one.low, str) or one.type == "int" and one.low is not None and 1900 < one.low < 2100
    }


@each
def test_every_range_of_periods_is_held_to_the_data(stem):
    unknown = [name for name in periodic(stem) if (stem, name) not in LIMITS]
    assert unknown == [], f"say in LIMITS what the data allow for {unknown} of {stem}"


@pytest.mark.parametrize(("stem", "name"), LIMITS)
def test_no_range_reaches_beyond_the_data(stem, name):
    limits, exact = LIMITS[stem, name]
    first, last = limits()
    offered = parameters.read(BOOKS[stem])[name]
    told = (
        f"{stem}: the cell of parameters offers {name} [{offered.low}..{offered.high}]; the data hold {first} to {last}"
    )
    assert first <= offered.low and (offered.high is None or offered.low <= offered.high <= last), told
    if exact:
        assert (offered.low, offered.high) == (first, last), told
