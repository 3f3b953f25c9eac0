"""The collection's notebooks: their common form, other parameters than the defaults, and the claims that stand on them."""

from __future__ import annotations

import ast
import fcntl
import io
import json
import os
import re
import shutil
from dataclasses import dataclass
from functools import cache

import pandas as pd
import pytest

from autogap import claims, data, parameters, periods, results, words
from autogap import notebook as reading
from autogap.batch import runner
from autogap.batch.layout import NOTEBOOK
from autogap.batch.point import Point
from autogap.checks import hygiene, outputs, readme, stable
from autogap.methods import balance
from autogap.paths import FIGURES, NOTEBOOKS

BOOKS = {path.stem: path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}
MOST_LINES, MEAN_LINES = 25, 8
FORMS = {".csv", ".json", ".pdf", ".png", ".svg"}
ANSWER = "answer"


@dataclass(frozen=True)
class Other:
    """Other values for some parameters, and what must then differ: results, figures by stem, or the answer."""

    moves: tuple[str, ...]
    values: dict[str, object]


def other(*moves: str, **values: object) -> Other:
    return Other(moves, values)


LOW, HIGH = "low", "high"  # stand for the ends of a parameter's range

# Ends of ranges, short lists and rare choices first: where a notebook breaks, it breaks there.
OTHERS = {
    "01_trade_gap": [
        other("fig-gap-annual", "fig-gap-monthly", start_year=LOW, currency="JPY", side="us"),
        other("fig-gap-annual", "fig-gap-monthly", start_year=HIGH, side="japan"),
    ],
    "02_autos_in_the_gap": [
        other(ANSWER, "share_chosen_pct", "fig-autos-share-year", year=HIGH, net=False),
        other(ANSWER, "share_chosen_pct", "fig-autos-share-monthly", include_parts=False),
    ],
    "03_export_decline": [
        other(ANSWER, "exports_yoy_pct", "balance_jpy_bn", "split_quantity_pp", month="2025-08"),
        other(ANSWER, "exports_yoy_pct", "fig-export-split", month=HIGH, commodity="mv_parts"),
    ],
    "04_auto_sector": [
        other(ANSWER, "jobs_related_mn", "gdp_share_direct_pct", year=LOW, edition=2001),
        other(ANSWER, "jobs_related_mn", "gdp_share_induced_pct", year=2005, edition=2017),
    ],
    "05_tariff_schedule": [
        other(ANSWER, "charged_japan_pct", "fig-tariff-partners",
              day=LOW, product="light_trucks", partners=["gb"], start=LOW),
        other(ANSWER, "charged_japan_pct", "fig-tariff-charged",
              day=HIGH, product="auto_parts", partners=[], start=HIGH),
    ],
    "06_who_pays": [
        other(ANSWER, "full_absorption_pct", "panel_elasticity", "fig-payer-projections",
              month=LOW, panel_start=HIGH, horizons=LOW),
        other(ANSWER, "contract_price_yoy_pct", "panel_elasticity", month=HIGH, panel_start=LOW),
    ],
    "07_counterfactual_exports": [
        other(ANSWER, "effect_pct", outcome="naics336_value", event_date=HIGH, method="synthetic_control"),
        other(ANSWER, "effect_pct", seed=2),
    ],
    "08_tariff_scenarios": [
        other(ANSWER, "exports_change_pct", "duty_on_japan_usd_bn", japan_rate_pct=0.0, partner_rates={},
              substitution=1.5, demand=-3.0, absorbed_pct=60.0, us_made_share_pct=20.0, draws=64),
        other("exports_change_median_pct", "sobol_total_demand", seed=1),
    ],
    "09_supply_chain": [
        other(ANSWER, "output_multiplier", "fig-chain-fall",
              year=LOW, exports_jpy_tn=HIGH, first_month=LOW, last_month=LOW),
        other(ANSWER, "output_multiplier", "fig-chain-fall", year=2005, first_month=HIGH, last_month=HIGH),
    ],
    "10_recession_risk": [
        other(ANSWER, "episodes_called", "fig-recession-vintages", as_of=LOW, rule="three_falls"),
        other(ANSWER, "episodes_called", "fig-recession-releases", as_of="2025-06-19", rule="bbq"),
    ],
    "11_negotiation_timeline": [
        other(ANSWER, "rounds_to_as_of", "fig-timeline", start=LOW, end=LOW, as_of=LOW),
        other(ANSWER, "rounds_to_as_of", "fig-timeline", start=HIGH, as_of=HIGH),
    ],
    "12_after_the_deal": [
        other(ANSWER, "value_under_15_pct_of_base", "fig-deal-charged", last_month=LOW, partners=["gb"]),
        other(ANSWER, "us_less_eu_change_points", last_month="2026-04", partners=["kr", "de", "gb", "mx", "ca"]),
    ],
    "13_claims_ledger": [
        other(ANSWER, "claims", "fig-claims-verdicts", scope="all"),
        other("fig-claims-deviation", verdict="does not hold"),
    ],
}
SEEDED = [stem for stem, sets in OTHERS.items() if any("seed" in one.values for one in sets)]

each = pytest.mark.parametrize("stem", BOOKS)


@cache
def cells(stem):
    return reading.cells(BOOKS[stem])


@cache
def book(stem):
    return stable.load(BOOKS[stem])


def code(stem):
    return [cell for cell in cells(stem) if cell.kind == "code"]


# The common form


def test_notebooks_are_numbered_without_a_gap_and_ask_different_questions():
    """One notebook a number, from the thirteen that the collection began with on."""
    assert [stem[:2] for stem in BOOKS] == [f"{number:02d}" for number in range(1, len(BOOKS) + 1)]
    assert len({reading.question(cells(stem)) for stem in BOOKS}) == len(BOOKS) >= 13


@each
def test_the_title_is_the_question(stem):
    title, about = cells(stem)[:2]
    assert title.kind == about.kind == "markdown"
    assert re.fullmatch(r"# [A-Z][^\n]+\?", title.source.strip())
    assert len(about.source) > 80, "the second cell says what is known and where it comes from"


@each
def test_the_parameters_are_annotated_and_explained(stem):
    """A literal a line as `name: type = value  # what it means`, so that `papermill --help-notebook` shows it."""
    cell = next(cell for cell in code(stem) if "parameters" in cell.tags)
    body = ast.parse(cell.source).body
    assert body and all(isinstance(line, ast.AnnAssign) for line in body)
    unexplained = [one.name for one in parameters.read(BOOKS[stem]).values() if len(one.help) < 10]
    assert unexplained == []


@each
def test_the_run_begins_right_after_the_parameters_with_all_of_them(stem):
    """The imports cell follows, is the only one, and passes each parameter under its own name."""
    given, imports = code(stem)[:2]
    assert "parameters" in given.tags and imports.number == given.number + 1
    trees = {cell.number: ast.parse(cell.source) for cell in code(stem)}
    importing = {number for number, tree in trees.items() for node in ast.walk(tree)
                 if isinstance(node, (ast.Import, ast.ImportFrom))}
    assert importing == {imports.number}
    starts = [node for tree in trees.values() for node in ast.walk(tree)
              if isinstance(node, ast.Call) and ast.unparse(node.func) == "run.start"]
    assert [ast.literal_eval(call.args[0]) for call in starts] == [stem]
    passed = {keyword.arg: ast.unparse(keyword.value) for keyword in starts[0].keywords}
    assert passed == {name: name for name in parameters.read(BOOKS[stem])}


@each
def test_the_answer_comes_first(stem):
    """The first output is one sentence or two that the notebook says, with a number in it."""
    cell = next((cell for cell in book(stem)["cells"] if cell.get("outputs")), None)
    assert cell, "no output is stored"
    assert set(cell["outputs"][0].get("data", {})) == {"text/plain", "text/markdown"}
    assert "say(" in outputs.text_of(cell["source"])
    assert re.search(r"\d", readme.headline(book(stem)))


@each
def test_it_ends_with_limits(stem):
    """The last heading is Limits, and nothing is computed after it."""
    headings = [(cell.number, line) for cell in cells(stem) if cell.kind == "markdown"
                for line in cell.source.splitlines() if re.match(r"##? ", line)]
    number, line = headings[-1]
    assert line == "## Limits"
    assert all(cell.kind == "markdown" for cell in cells(stem)[number - 1:])
    assert len("".join(cell.source for cell in cells(stem)[number - 1:])) > 200


@each
def test_code_cells_are_short(stem):
    """Where a cell grows, a function is missing in autogap.methods."""
    lines = {cell.number: len([line for line in cell.source.splitlines() if line.strip()]) for cell in code(stem)}
    assert {number: length for number, length in lines.items() if length > MOST_LINES} == {}
    assert sum(lines.values()) / len(lines) <= MEAN_LINES


@each
def test_figures_are_shown_and_exported(stem):
    """At least two, each with its five files; and recorded results beside them."""
    shown = [one["stem"] for one in outputs.figures(book(stem))]
    assert 2 <= len(shown) <= 5
    assert {one: {path.suffix for path in FIGURES.glob(f"{one}.*")} for one in shown} == dict.fromkeys(shown, FORMS)
    assert not results.read(BOOKS[stem]).empty


def test_no_two_figures_share_a_stem():
    shown = [one["stem"] for stem in BOOKS for one in outputs.figures(book(stem))]
    assert len(shown) == len(set(shown)) >= 2 * len(BOOKS)


# Ranges of parameters against the data


def months(*names):
    """First and last month in which every one of these series has a figure."""
    index = data.frame(list(names)).dropna().index
    return str(index[0]), str(index[-1])


def with_a_base(*names):
    """First and last month that every series has along with the month a year before."""
    index = balance.yoy_pct(data.frame(list(names))).dropna().index
    return str(index[0]), str(index[-1])


def exports_with_derived_base(*names):
    index = pd.concat([data.frame([f"{house}.us.exports.{name}" for name in names]).set_axis(names, axis=1)
                       for house in ("mof_derived", "mof")]).pipe(balance.yoy_pct).dropna().index
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
    known = data.table("timeline").dropna(subset=["japan_auto_rate_pct"])["date"]
    return data.table("tariff_schedule_japan")["effective_from"].min(), known.max()


def whole_surplus_years():
    derived, detailed = (data.series(f"{house}.us.exports.motor_vehicles").index for house in ("mof_derived", "mof"))
    counts = pd.Series(derived.append(detailed).year).value_counts()
    full = sorted(counts[counts == 12].index)
    return full[0], full[-1]


def six_months_after():
    """Months from which all three outcomes can be followed for six."""
    first, last = months("mof.us.exports.motor_vehicles", "census.jp.naics336.customs_value")
    return first, str(pd.Period(last, "M") - 5)


def to_the_end_of_exports():
    last = data.series("mof.us.exports.motor_vehicles").index[-1]
    return law()[0], str(last.end_time.date())


def releases():
    """First quarter and last day of the releases of GDP; the first known vintages are named by quarter."""
    return (str(pd.Period(data.revisions("cao.gdp_real_realtime").columns[0], "Q").start_time.date()),
            max(name for name in data.revisions("cao.gdp_real_qoq_pct").columns if periods.form(name) == "day"))


CUSTOMS_MONTH = ("mof.us.exports.total", "mof.us.exports.motor_vehicles", "mof.us.exports.motor_vehicles_units")
DUTIES = ("census.jp.naics336.calculated_duty", "census.jp.naics336.customs_value")

# What the data allow; `exact` where the notebook should offer all of it.
LIMITS = {
    ("01_trade_gap", "start_year"): (lambda: whole_years("census.jp.general_imports"), False),
    ("02_autos_in_the_gap", "year"): (whole_surplus_years, True),
    ("03_export_decline", "month"): (lambda: with_a_base(*CUSTOMS_MONTH), True),
    ("04_auto_sector", "year"): (lambda: table_years("io_oecd_japan"), True),
    ("05_tariff_schedule", "day"): (law, False),
    ("05_tariff_schedule", "start"): (lambda: months(*DUTIES), False),
    ("06_who_pays", "month"): (lambda: months("boj.export_price.cars_north_america_contract_yoy_pct"), False),
    ("06_who_pays", "panel_start"): (lambda: whole_years(*DUTIES), False),
    ("07_counterfactual_exports", "event_date"): (six_months_after, False),
    ("09_supply_chain", "year"): (lambda: table_years("io_oecd_japan"), True),
    ("09_supply_chain", "first_month"): (lambda: exports_with_derived_base("motor_vehicles"), False),
    ("09_supply_chain", "last_month"): (lambda: exports_with_derived_base("motor_vehicles"), False),
    ("10_recession_risk", "as_of"): (releases, False),
    ("11_negotiation_timeline", "start"): (law, False),
    ("11_negotiation_timeline", "end"): (to_the_end_of_exports, False),
    ("11_negotiation_timeline", "as_of"): (law, False),
    ("12_after_the_deal", "last_month"): (lambda: months(*CUSTOMS_MONTH), False),
}


def periodic(stem):
    """Parameters that pick a period of the data: ranges of dates, and of whole numbers that are years."""
    return {name: one for name, one in parameters.read(BOOKS[stem]).items()
            if isinstance(one.low, str) or one.type == "int" and one.low is not None and 1900 < one.low < 2100}


@each
def test_every_range_of_periods_is_held_to_the_data(stem):
    unknown = [name for name in periodic(stem) if (stem, name) not in LIMITS]
    assert unknown == [], f"say in LIMITS what the data allow for {unknown} of {stem}"


@pytest.mark.parametrize(("stem", "name"), LIMITS)
def test_no_range_reaches_beyond_the_data(stem, name):
    limits, exact = LIMITS[stem, name]
    first, last = limits()
    offered = parameters.read(BOOKS[stem])[name]
    assert first <= offered.low <= offered.high <= last
    if exact:
        assert (offered.low, offered.high) == (first, last)


# Other parameters: one batch for all


def point(scenario, stem, values):
    declared = parameters.read(BOOKS[stem])
    ends = {name: {LOW: one.low, HIGH: one.high} for name, one in declared.items()}
    spelt = {name: ends[name].get(value, value) if isinstance(value, str) else value for name, value in values.items()}
    full, defaults = parameters.check(declared, spelt), {name: one.default for name, one in declared.items()}
    return Point(scenario, BOOKS[stem], full, parameters.passed(full, defaults),
                 parameters.point_name(stem, full, defaults))


def points():
    once = [point("others", stem, one.values) for stem, sets in OTHERS.items() if stem in BOOKS for one in sets]
    return once + [point("again", stem, seed(stem)) for stem in SEEDED if stem in BOOKS]


def seed(stem):
    return next(one.values for one in OTHERS[stem] if "seed" in one.values)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Run every point once, whichever worker asks first; return the folder and what the batch told."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    told = io.StringIO()
    with open(folder / "others.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        runner.run(points(), jobs=2, out=folder / "others", stream=told)
    return folder / "others", told.getvalue()


def stored(executed, one):
    return executed[0] / one.scenario / one.name / NOTEBOOK


def values(path):
    return results.read(path).set_index("name")["value"]


def state(notebook, recorded):
    """Everything that can differ between two runs: results, figures, and the answer."""
    drawn = {one["stem"]: one["artists"] for one in outputs.figures(notebook)}
    return {ANSWER: readme.headline(notebook), **drawn, **recorded.to_dict()}


@each
def test_every_notebook_has_two_other_sets_of_parameters(stem):
    """Between them they leave no parameter at its default."""
    assert stem in OTHERS, f"{stem} has no entry in OTHERS: add two sets of parameters and what they must change"
    points_of = [point("others", stem, one.values) for one in OTHERS[stem]]
    assert len({one.name for one in points_of}) >= 2 and all(one.passed for one in points_of)
    untouched = set(parameters.read(BOOKS[stem])) - {name for one in points_of for name in one.passed}
    assert untouched == set(), f"no entry of {stem} in OTHERS changes {sorted(untouched)}"


@pytest.mark.slow
@each
def test_other_parameters_give_other_answers(executed, stem):
    """Each runs, keeps the rules of a stored notebook, and changes what it should, from the stored defaults."""
    default = state(book(stem), values(BOOKS[stem]))
    for one in OTHERS.get(stem, []):
        path = stored(executed, point("others", stem, one.values))
        assert path.exists(), executed[1]
        assert hygiene.faults(stable.clean(stable.load(path))) == []
        new = state(stable.load(path), values(path))
        assert [what for what in one.moves if new.get(what) == default[what]] == []


@pytest.mark.slow
@each
def test_figures_about_a_date_do_not_follow_the_parameters(executed, stem):
    """A result that the ledger judges and that names its year is the same in every run."""
    checks = data.table("claim_checks")
    dated = checks.loc[(checks["notebook"] == stem) & checks["result"].str.contains(r"\d{4}"), "result"]
    default = values(BOOKS[stem])
    for one in OTHERS.get(stem, []):
        new = values(stored(executed, point("others", stem, one.values)))
        assert {name: new.get(name) for name in dated} == {name: default[name] for name in dated}


@pytest.mark.slow
def test_another_month_gives_its_own_numbers_and_words(executed):
    """Growth is that of the values at hand; customs publishes it over a base revised by half a percent or so."""
    exports, published = (data.series(f"mof.us.exports.{name}") for name in ("total", "total_yoy_pct"))
    for one in OTHERS["03_export_decline"]:
        asked = point("others", "03_export_decline", one.values)
        path, month = stored(executed, asked), pd.Period(asked.parameters["month"], "M")
        recorded = values(path)
        assert recorded["exports_jpy_bn"] == pytest.approx(exports[month] / 1e3)
        assert recorded["exports_yoy_pct"] == pytest.approx(100 * (exports[month] / exports[month - 12] - 1))
        assert recorded["exports_yoy_pct"] == pytest.approx(published[month], abs=0.6)
        assert readme.headline(stable.load(path)).startswith(f"In {words.month_name(str(month))} ")


@pytest.mark.slow
@pytest.mark.parametrize("stem", [stem for stem in BOOKS if "seed" in parameters.read(BOOKS[stem])])
def test_the_same_seed_draws_the_same(executed, stem):
    """Two runs agree to the last bit; that another seed moves results is in OTHERS."""
    assert stem in SEEDED
    first, second = (values(stored(executed, point(run, stem, seed(stem)))) for run in ("others", "again"))
    assert first.to_dict() == second.to_dict()


# The claims that stand on stored results


def ledger(folder=NOTEBOOKS):
    return claims.judge(data.table("claims"), data.table("claim_checks"), claims.collect(folder)).set_index("claim_id")


def test_every_claim_with_a_number_has_a_computed_verdict():
    judged = ledger()
    assert judged.index[judged["verdict"] == claims.NOT_ESTABLISHED].tolist() == []
    numbers = judged[judged["quoted"].ne("") & judged["verdict"].ne(claims.STATEMENT)]
    assert len(numbers) == 22 and numbers["computed"].notna().all()


@pytest.mark.parametrize(
    ("claim_id", "result", "quoted"),
    [("C14", "exports_yoy_pct", -11), ("C15", "vehicles_value_yoy_pct", -25), ("C16", "balance_jpy_bn", 451.7)],
)
def test_may_2025_as_it_was_quoted(claim_id, result, quoted):
    claim = data.table("claims").set_index("claim_id").loc[claim_id]
    assert float(claim["value"]) == quoted
    assert claim["accept_low"] <= values(BOOKS["03_export_decline"])[result] <= claim["accept_high"]


def test_a_result_deleted_from_a_notebook_leaves_its_claim_not_established(tmp_path):
    """On a copy, and no other verdict moves."""
    for path in BOOKS.values():
        shutil.copy(path, tmp_path)
    copy = tmp_path / "03_export_decline.ipynb"
    content = json.loads(copy.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["outputs"] = [one for one in cell.get("outputs", [])
                           if one.get("data", {}).get(results.MIME, {}).get("name") != "exports_yoy_pct"]
    copy.write_text(json.dumps(content), encoding="utf-8")
    before, after = ledger()["verdict"], ledger(tmp_path)["verdict"]
    assert after[after != before].to_dict() == {"C14": claims.NOT_ESTABLISHED}
