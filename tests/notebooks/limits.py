"""What the data allow for the parameters that pick a period, and the ranges beside them brought up to it.

``python -m tests.notebooks.limits`` (`make ranges`) writes the ends into the notebooks' cells of parameters. A default
that stood at the end of its range stays at the end: the newest month stays the newest.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pandas as pd
from autogap import data
from autogap.data import known
from autogap.methods import balance, tariffs
from autogap.paths import DATA, NOTEBOOKS
from nbpoints import cli, project
from nbpoints.errors import InputError
from nbpoints.files import read_text, write_whole
from nbpoints.notebook import canonical, reading
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
    """Days from the first release of a month to the version of the package."""
    released = data.revisions("mof.us.exports.total").loc[month].first_valid_index()
    return str(known.last_day(released)), version()


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
    fuels = [f"mof.{area}.imports.{fuel}" for area in ("us", "world") for fuel in ("mineral_fuels", "crude_petroleum")]
    first, last = months("mof.us.exports.total", *fuels)
    return str(pd.Period(first, "M") + 23), last


def before_the_last_year():
    first, last = data.series("mof_area.us.exports.total_annual").index[[0, -1]]
    return first.year, last.year - 1


def version():
    """Day of the newest change of the data package."""
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["version"]


CUSTOMS_MONTH = ("mof.us.exports.total", "mof.us.exports.motor_vehicles", "mof.us.exports.motor_vehicles_units")
DUTIES = ("census.jp.naics336.calculated_duty", "census.jp.naics336.customs_value")

SCENARIOS = NOTEBOOKS / "scenarios.yaml"
TO_THE_END = [("site_law", "05_tariff_schedule", "day"), ("site_talks", "11_negotiation_timeline", "as_of")]
"""Scenarios with a list of days that ends with the last one offered."""

# What the data allow, and how much of it a notebook offers: ALL, from any period to the LAST, or some periods INSIDE.
ALL, LAST, INSIDE = "all", "last", "inside"
LIMITS = {
    ("01_trade_gap", "start_year"): (lambda: whole_years("census.jp.general_imports"), INSIDE),
    ("01_trade_gap", "as_of"): (lambda: (data.vintages("mof_area.us.exports.total_annual")[-1], version()), ALL),
    ("02_autos_in_the_gap", "year"): (lambda: published_years("motor_vehicles", "mv_parts"), ALL),
    ("02_autos_in_the_gap", "as_of"): (lambda: since_the_release_of("2025-05"), ALL),
    ("03_export_decline", "month"): (lambda: with_a_base(*CUSTOMS_MONTH), ALL),
    ("03_export_decline", "as_of"): (lambda: since_the_release_of("2025-05"), ALL),
    ("04_auto_sector", "year"): (lambda: table_years("io_oecd_japan"), ALL),
    ("05_tariff_schedule", "day"): (law, LAST),
    ("05_tariff_schedule", "start"): (lambda: months(*DUTIES), INSIDE),
    ("06_who_pays", "month"): (lambda: months("boj.export_price.cars_north_america_contract_yoy_pct"), LAST),
    ("06_who_pays", "panel_start"): (lambda: whole_years(*DUTIES), INSIDE),
    ("07_counterfactual_exports", "event_date"): (six_months_after, LAST),
    ("09_supply_chain", "year"): (lambda: table_years("io_oecd_japan"), ALL),
    ("10_recession_risk", "as_of"): (releases, INSIDE),
    ("11_negotiation_timeline", "start"): (law, INSIDE),
    ("11_negotiation_timeline", "end"): (to_the_end_of_exports, LAST),
    ("11_negotiation_timeline", "as_of"): (law, LAST),
    ("13_claims_ledger", "as_of"): (releases, INSIDE),
    ("12_after_the_deal", "last_month"): (lambda: months(*CUSTOMS_MONTH), LAST),
    ("12_after_the_deal", "as_of"): (lambda: since_the_release_of("2025-12"), ALL),
    ("14_why_the_gap_shrank", "last_month"): (two_spans_of_twelve, ALL),
    ("14_why_the_gap_shrank", "base_year"): (before_the_last_year, ALL),
    ("15_model_and_outcome", "last_month"): (lambda: months("frb.jpy_per_usd", *CUSTOMS_MONTH), LAST),
}


def wanted(stem: str, name: str, offered: parameters.Parameter) -> tuple[object, object]:
    """The ends that the range of a parameter should have.

    Raises
    ------
    InputError
        When `LIMITS` names a parameter that has no range.
    """
    limits, kind = LIMITS[stem, name]
    first, last = limits()
    if offered.low is None:
        raise InputError(f"{stem}: {name} has no range beside it, but LIMITS of tests/notebooks/limits.py names it.")
    return (first if kind == ALL else offered.low), (offered.high if kind == INSIDE else last)


def lagging(stem: str, path: Path) -> dict[str, tuple[parameters.Parameter, object, object]]:
    """Parameters of a notebook whose range is not what the data allow, with the ends that it should have."""
    declared = parameters.read(path)
    named = [name for book, name in LIMITS if book == stem]
    for name in set(named) - set(declared):
        raise InputError(f"{path.name}: no parameter {name}, but LIMITS of tests/notebooks/limits.py names it.")
    ends = {name: (declared[name], *wanted(stem, name, declared[name])) for name in named}
    return {name: (one, low, high) for name, (one, low, high) in ends.items() if (one.low, one.high) != (low, high)}


def renewed(source: str, name: str, one: parameters.Parameter, low: object, high: object) -> str:
    """A cell of parameters with another range beside one of them; a default at the old end goes to the new one.

    Examples
    --------
    >>> cell = 'month: str = "2026-08"  # last month [2025-05..2026-08]'
    >>> one = parameters.Parameter("month", "str", "2026-08", "last month", (), "2025-05", "2026-08", 1)
    >>> renewed(cell, "month", one, "2025-05", "2026-09")
    'month: str = "2026-09"  # last month [2025-05..2026-09]'
    """

    def line(match: re.Match) -> str:
        value = match[2].replace(str(one.high), str(high)) if one.default == one.high else match[2]
        return f"{match[1]}{value}{match[3]}[{low}..{high}]"

    return re.sub(rf"^({name}:[^=]*= )(.*?)(  #.*)\[[^\]]*\]", line, source, count=1, flags=re.MULTILINE)


def ends_of_lists() -> dict[str, tuple[str, str, str]]:
    """Scenarios whose list of days ends with the last one offered: the list as it stands, and the day it ends with."""
    text, found = read_text(SCENARIOS), {}
    for scenario, stem, name in TO_THE_END:
        match = re.search(rf"^{scenario}:.*?^    {name}: (\[[^\n]*\])$", text, re.DOTALL | re.MULTILINE)
        if not match:
            raise InputError(f"{SCENARIOS.name}: scenario {scenario} has no line `    {name}: [...]` with its days.")
        line = match[1]
        end = parameters.read(NOTEBOOKS / f"{stem}.ipynb")[name].high
        found[scenario] = line, line.strip("[]").split(", ")[-1], end
    return found


def main() -> int:
    """Write the ranges that lag into the notebooks, and the ends of lists of days into the scenarios; tell each."""
    project.refuse_another(NOTEBOOKS / "autogap")
    told = []
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        book = reading.load(path)
        for name, (one, low, high) in lagging(path.stem, path).items():
            cell = next(cell for cell in book["cells"] if "parameters" in cell["metadata"].get("tags", []))
            cell["source"] = renewed("".join(cell["source"]), name, one, low, high)
            told.append(f"{path.stem}: {name} [{one.low}..{one.high}] is now [{low}..{high}].")
        canonical.save(canonical.clean(book), path)
    for scenario, (line, last, wanted_end) in ends_of_lists().items():
        if last != wanted_end:
            text = read_text(SCENARIOS)
            write_whole(SCENARIOS, text.replace(line, line.replace(f"{last}]", f"{wanted_end}]")))
            told.append(f"scenarios.yaml, {scenario}: {last} is now {wanted_end}.")
    print(*(told or ["Every range is what the data allow."]), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(cli.in_sentences(main))
