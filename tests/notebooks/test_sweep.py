"""Other parameters than the defaults, in one batch for all: each answer is its own and keeps the rules."""

from __future__ import annotations

import fcntl
import io
import os
from dataclasses import dataclass

import pandas as pd
import pytest
from autogap import data, words
from collection import BOOKS, book, each, values
from nbpoints.checks import hygiene, outputs
from nbpoints.notebook import canonical, reading
from nbpoints.parameters import declare as parameters
from nbpoints.parameters import names
from nbpoints.records.layout import NOTEBOOK
from nbpoints.run import runner
from nbpoints.scenarios.point import Point

from tests.compendium import readme

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
        other(ANSWER, "fig-gap-annual", "fig-gap-monthly", start_year=LOW, currency="JPY", side="us"),
        other(ANSWER, "fig-gap-annual", "fig-gap-monthly", start_year=HIGH, side="japan", as_of=LOW),
    ],
    "02_autos_in_the_gap": [
        other(ANSWER, "share_chosen_pct", "fig-autos-share-year", year=HIGH, net=False),
        other(ANSWER, "share_chosen_pct", "fig-autos-share-monthly", include_parts=False),
        other(ANSWER, "fig-autos-share-history", "fig-autos-share-year", year=LOW, as_of=LOW),
    ],
    "03_export_decline": [
        other(ANSWER, "exports_yoy_pct", "balance_jpy_bn", "split_quantity_pp", month="2025-08"),
        other(ANSWER, "exports_yoy_pct", "fig-export-split", month=HIGH, commodity="mv_parts"),
        other(ANSWER, "fig-export-growth", month="2025-08", commodity="buses_trucks", as_of="2025-09-30"),
        other(ANSWER, "exports_jpy_bn", "fig-export-growth", commodity="mv_parts", as_of="2025-06-19"),
        other(ANSWER, "exports_jpy_bn", "fig-export-growth", commodity="buses_trucks", as_of=LOW),
    ],
    "04_auto_sector": [
        other(ANSWER, "jobs_related_mn", "gdp_share_direct_pct", year=LOW, edition=2001),
        other(ANSWER, "jobs_related_mn", "gdp_share_induced_pct", year=2005, edition=2017),
    ],
    "05_tariff_schedule": [
        other(
            ANSWER,
            "charged_japan_pct",
            "fig-tariff-partners",
            day=LOW,
            product="light_trucks",
            partners=["gb"],
            start=LOW,
        ),
        other(
            ANSWER, "charged_japan_pct", "fig-tariff-charged", day=HIGH, product="auto_parts", partners=[], start=HIGH
        ),
    ],
    "06_who_pays": [
        other(ANSWER, "law_first_day_pct", "panel_elasticity", "fig-payer-partners", month=LOW, panel_start=HIGH),
        other(ANSWER, "contract_price_yoy_pct", "full_absorption_pct", "panel_elasticity", month=HIGH, panel_start=LOW),
        other(ANSWER, "p_value_full_absorption", month="2025-09", seed=2),
    ],
    "07_counterfactual_exports": [
        other(ANSWER, "effect_pct", outcome="naics336_value", event_date=HIGH, method="synthetic_control"),
        other(ANSWER, "effect_pct", seed=2),
        other(ANSWER, "effect_pct", outcome="customs_value_usd", method="same_month", event_date=LOW),
    ],
    "08_tariff_scenarios": [
        other(
            ANSWER,
            "exports_change_pct",
            "duty_on_japan_usd_bn",
            japan_rate_pct=0.0,
            partner_rates={},
            substitution=1.5,
            demand=-3.0,
            absorbed_pct=60.0,
            us_made_share_pct=20.0,
            draws=64,
        ),
        other("exports_change_median_pct", "sobol_total_demand", seed=1),
        other(ANSWER, "exports_change_pct", japan_rate_pct=27.5, absorbed_pct=95.0),
        other(
            ANSWER,
            "exports_change_low_pct",
            japan_rate_pct=HIGH,
            substitution=LOW,
            demand=LOW,
            draws=64,
            others_absorbed_pct=HIGH,
            us_supply=LOW,
        ),
        other(ANSWER, "exports_change_pct", japan_rate_pct=2.5, partner_rates={}, draws=64),
    ],
    "09_supply_chain": [
        other(
            ANSWER,
            "output_multiplier",
            "loss_jpy_bn",
            "fig-chain-fall",
            year=LOW,
            exports_jpy_tn=HIGH,
            loss_jpy_bn=HIGH,
            fewer_cars_pct=LOW,
        ),
        other(
            ANSWER,
            "output_multiplier",
            "fewer_cars_share_pct",
            "fig-chain-fall",
            year=2005,
            exports_jpy_tn=LOW,
            fewer_cars_pct=HIGH,
        ),
    ],
    "10_recession_risk": [
        other(ANSWER, "calls", "fig-recession-calls", as_of=LOW, rule="three_falls"),
        other(ANSWER, "calls", "fig-recession-releases", as_of="2025-06-19", rule="bbq"),
        other(ANSWER, "calls", as_of="2024-02-20"),
        other(ANSWER, "calls", as_of="2025-08-20"),
    ],
    "11_negotiation_timeline": [
        other(ANSWER, "rounds_to_as_of", "fig-timeline", start=LOW, end=LOW, as_of=LOW),
        other(ANSWER, "rounds_to_as_of", "fig-timeline", start=HIGH, as_of=HIGH),
    ],
    "12_after_the_deal": [
        other(ANSWER, "value_under_15_pct_of_base", "fig-deal-charged", last_month=LOW, partners=["gb"], as_of=LOW),
        other(ANSWER, "us_less_eu_change_points", last_month="2026-04", partners=["kr", "de", "gb", "mx", "ca"]),
    ],
    "13_claims_ledger": [
        other(ANSWER, "claims", "fig-claims-verdicts", scope="all", verdict="holds"),
        other(ANSWER, "claims", "fig-claims-verdicts", article="mof_2026-04-22", as_of=LOW, verdict="statement"),
    ],
    "14_why_the_gap_shrank": [
        other(
            ANSWER,
            "surplus_12_months_jpy_bn",
            "fig-shrink-waterfall",
            "fig-shrink-crude",
            last_month=LOW,
            base_year=HIGH,
        ),
        other(
            ANSWER,
            "crude_volume_ratio",
            "fig-shrink-price-volume",
            "fig-shrink-annual",
            last_month="2026-06",
            base_year=2020,
        ),
    ],
    "15_model_and_outcome": [
        other(
            ANSWER,
            "outcome_value_pct_at_15",
            "implied_absorbed_low_pct_both",
            last_month=LOW,
            level_pct=HIGH,
            draws=LOW,
        ),
        other(ANSWER, "sets_that_fit_pct", level_pct=LOW, seed=1),
    ],
}
SEEDED = [stem for stem, sets in OTHERS.items() if any("seed" in one.values for one in sets)]


def point(scenario, stem, values):
    declared = parameters.read(BOOKS[stem])
    ends = {name: {LOW: one.low, HIGH: one.high} for name, one in declared.items()}
    spelt = {name: ends[name].get(value, value) if isinstance(value, str) else value for name, value in values.items()}
    full, defaults = parameters.check(declared, spelt), {name: one.default for name, one in declared.items()}
    return Point(scenario, BOOKS[stem], full, names.passed(full, defaults), names.point_name(stem, full, defaults))


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
        assert hygiene.faults(canonical.clean(reading.load(path))) == []
        new = state(reading.load(path), values(path))
        assert [what for what in one.moves if new.get(what) == default[what]] == []


@pytest.mark.slow
def test_as_of_gives_the_figures_of_that_day(executed):
    """On 19 June 2025 May was provisional, and the first quarter stood in its second release."""
    day = "2025-06-19"

    def run(stem):
        one = next(one for one in OTHERS[stem] if one.values.get("as_of") == day)
        return values(stored(executed, point("others", stem, one.values)))

    then, now = (float(data.series("mof.us.exports.total", as_of=on)["2025-05"]) for on in (day, None))
    assert run("03_export_decline")["exports_jpy_bn"] == then / 1e3 != now / 1e3
    told, stands = run("10_recession_risk"), values(BOOKS["10_recession_risk"])
    assert (told["quarters_with_both_signs"], told["calls"], told["calls_withdrawn"]) == (1, 16, 12)
    assert told["quarters_with_both_signs"] < stands["quarters_with_both_signs"], "revised since"


@pytest.mark.slow
@each
def test_figures_about_a_date_do_not_follow_the_parameters(executed, stem):
    """A result that the ledger judges and that names its year is the same in every run on the latest figures."""
    checks = data.table("claim_checks")
    dated = checks.loc[(checks["notebook"] == stem) & checks["result"].str.contains(r"\d{4}"), "result"]
    default = values(BOOKS[stem])
    for one in [one for one in OTHERS.get(stem, []) if "as_of" not in one.values]:
        new = values(stored(executed, point("others", stem, one.values)))
        # another span of months may be summed in another order: equal up to the last bits
        assert {name: new.get(name) for name in dated} == pytest.approx(
            {name: default[name] for name in dated}, rel=1e-9
        )


@pytest.mark.slow
def test_another_month_gives_its_own_numbers_and_words(executed):
    """Growth is that of the values at hand; customs publishes it over a base revised by half a percent or so."""
    for one in OTHERS["03_export_decline"]:
        asked = point("others", "03_export_decline", one.values)
        known = asked.parameters["as_of"]
        exports, published = (data.series(f"mof.us.exports.{name}", as_of=known) for name in ("total", "total_yoy_pct"))
        path, month = stored(executed, asked), pd.Period(asked.parameters["month"], "M")
        recorded = values(path)
        assert recorded["exports_jpy_bn"] == pytest.approx(exports[month] / 1e3)
        assert recorded["exports_yoy_pct"] == pytest.approx(100 * (exports[month] / exports[month - 12] - 1))
        assert recorded["exports_yoy_pct"] == pytest.approx(published[month], abs=0.6)
        assert readme.headline(reading.load(path)).startswith(f"In {words.month_name(str(month))} ")


@pytest.mark.slow
@pytest.mark.parametrize("stem", [stem for stem in BOOKS if "seed" in parameters.read(BOOKS[stem])])
def test_the_same_seed_draws_the_same(executed, stem):
    """Two runs agree to the last bit; that another seed moves results is in OTHERS."""
    assert stem in SEEDED
    first, second = (values(stored(executed, point(run, stem, seed(stem)))) for run in ("others", "again"))
    assert first.to_dict() == second.to_dict()
