"""The runs at which a referee once found false or broken sentences, at the parameters of today: each is sound now."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
import sentences
from autogap import data
from autogap.paths import FIGURES
from collection import BOOKS, book, each, values
from nbpoints.notebook.reading import load
from nbpoints.records.layout import NOTEBOOK
from nbpoints.run import runner
from test_sentences import told
from test_sweep import point

NEARLY_NOTHING_LEFT = {
    "japan_rate_pct": 100.0,
    "partner_rates": dict.fromkeys(["kr", "eu", "gb", "mx", "ca", "cn"], 0.0),
    "substitution": 50.0,
    "demand": -0.1,
    "absorbed_pct": 50.0,
    "draws": 64,
}
NOTHING_ABSORBED = {
    "japan_rate_pct": 0.0,
    "absorbed_pct": 1.0,
    "others_absorbed_pct": 99.0,
    "substitution": 1.1,
    "demand": -5.0,
    "partner_rates": {},
}
FEW_SETS = {"last_month": "2025-12", "level_pct": 50.0, "draws": 1024}
RUNS = {
    "01_trade_gap": [{"currency": "JPY", "side": "japan", "start_year": 2024}],
    "02_autos_in_the_gap": [{"year": 2025, "net": False, "include_parts": False}],
    "03_export_decline": [
        {"month": "2026-08", "commodity": "mv_parts"},
        {"month": "2026-07", "commodity": "buses_trucks"},
        {"month": "2026-06", "commodity": "passenger_cars"},
        {"month": "2025-11"},
        {"month": "2026-05", "commodity": "buses_trucks"},
    ],
    "04_auto_sector": [{"year": 1995, "edition": 2001}, {"year": 2001}],
    "05_tariff_schedule": [
        {"day": "2026-08-21", "product": "light_trucks"},
        {"day": "2025-04-09", "product": "auto_parts"},
        {"partners": []},
        {"start": "2018-01"},
        {"day": "2025-09-16"},
    ],
    "06_who_pays": [{"month": "2025-04"}, {"month": "2025-09"}, {"month": "2025-10"}],
    "07_counterfactual_exports": [
        {"seed": 7},
        {"outcome": "naics336_value", "method": "synthetic_control", "event_date": "2025-06"},
        {"event_date": "2025-01"},
        {"outcome": "customs_units", "event_date": "2025-06", "method": "same_month"},
    ],
    "08_tariff_scenarios": [
        {"japan_rate_pct": 27.5, "absorbed_pct": 95.0},
        {"japan_rate_pct": 100.0, "substitution": 1.1, "demand": -5.0},
        {"japan_rate_pct": 2.5, "partner_rates": {}},
        {"japan_rate_pct": 0.0, "partner_rates": {}},
        NEARLY_NOTHING_LEFT,
        NOTHING_ABSORBED,
    ],
    "09_supply_chain": [{"exports_jpy_tn": 0.01}, {"loss_jpy_bn": 100.0, "fewer_cars_pct": 100.0}],
    "10_recession_risk": [
        {"as_of": "2005-01-01"},
        {"as_of": "2024-02-20"},
        {"as_of": "2024-02-20", "rule": "bbq"},
        {"as_of": "2025-06-19"},
    ],
    "11_negotiation_timeline": [
        {"as_of": "2026-08-21"},
        {"start": "2018-01-01", "end": "2025-05-01", "as_of": "2025-05-01"},
        {"start": "2026-06-30"},
        {"start": "2026-01-01"},
        {"start": "2026-03-20"},
        {"start": "2025-06-01", "end": "2025-08-31", "as_of": "2025-04-09"},
    ],
    "12_after_the_deal": [{"last_month": "2025-12"}, {"last_month": "2026-04"}, {"last_month": "2026-07"}],
    "13_claims_ledger": [{"verdict": "does_not_hold"}],
    "15_model_and_outcome": [FEW_SETS],
}

RATES = ("27_5", "15")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Run them all in one batch; return the folder and what the batch told."""
    folder, stream = tmp_path_factory.mktemp("referee"), io.StringIO()
    points = [point("referee", stem, values) for stem, sets in RUNS.items() for values in sets]
    runner.run(points, jobs=2, out=folder, stream=stream)
    return folder / "referee", stream.getvalue()


@pytest.mark.long
def test_the_recession_of_february_2024_is_known_five_days_after_its_release(executed):
    path = executed[0] / point("referee", "10_recession_risk", {"as_of": "2024-02-20"}).name / NOTEBOOK
    assert "marks 2023Q3 and 2023Q4 as recession" in next(sentences.said(load(path)))


def ran(executed, stem, parameters):
    """The executed notebook of one of the runs."""
    return executed[0] / point("referee", stem, parameters).name / NOTEBOOK


def said_at(executed, stem, parameters):
    """Sentences and figures of one of the runs."""
    path = ran(executed, stem, parameters)
    return list(sentences.said(load(path))), dict(sentences.drawn(path.parent / "figures"))


@pytest.mark.long
def test_a_table_of_steps_is_not_said_to_be_empty(executed):
    shown = {one["start"]: one for one in RUNS["11_negotiation_timeline"] if "start" in one}
    heard = {start: said_at(executed, "11_negotiation_timeline", one)[0][-1] for start, one in shown.items()}
    assert heard["2025-06-01"].startswith("Neither the first projects nor the registrations")
    assert heard["2026-06-30"] == "No step falls within the days shown."
    assert "6.5 percent of the investment promised" in heard["2026-01-01"], "the pledge lies before the days shown"
    assert heard["2026-03-20"].startswith("Of the duty open to refund 77 percent"), "dated by its month"


@pytest.mark.long
def test_a_figure_that_draws_another_method_than_the_answer_names_it(executed):
    parameters = {"outcome": "customs_units", "event_date": "2025-06", "method": "same_month"}
    heard, figures = said_at(executed, "07_counterfactual_exports", parameters)
    assert "(same months of 2024)" in heard[0]
    assert figures["fig-counterfactual-path"]["title"].endswith("what the time series expected")
    for stem in ("path", "dates"):
        assert "structural time series" in figures[f"fig-counterfactual-{stem}"]["subtitle"]


def test_destinations_in_a_bracket_add_up_to_their_total():
    """None is left out, fallers among them."""
    text = next(one for one in sentences.said(book("07_counterfactual_exports")) if "to all other places" in one)
    total, parts = re.search(r"all other places by (\S+) thousand \((.*?)\)", text).groups()
    numbers = re.findall(r"[+\N{MINUS SIGN}][0-9][0-9.,]*[0-9]", parts)
    assert sum(map(sentences._value, numbers)) == pytest.approx(sentences._value(total), abs=0.25)


def test_yen_and_dollars_are_compared_over_the_same_months():
    """Where one ends earlier, a sentence cuts the other there, and each value under two rates has its last month."""
    text = "\n".join(sentences.said(book("07_counterfactual_exports")))
    assert "the work of the yen" not in str(book("07_counterfactual_exports"))
    until = [re.search(rf"value, {coin} \S+ and \S+(?: \(to (\w+ [0-9]+)\))?", text)[1] for coin in ("yen", "dollars")]
    if until[0] != until[1]:
        cut = re.search(r"the first method gives (\S+) percent in (?:yen|dollars) and (\S+) in (?:yen|dollars)", text)
        assert sentences._value(cut[1]) == pytest.approx(sentences._value(cut[2]), abs=0.15)
    else:
        assert data.series("frb.jpy_per_usd").index[-1] >= data.series("mof.world.exports.motor_vehicles").index[-1]


def test_a_loss_of_many_months_is_set_beside_a_year_at_an_annual_rate():
    seventh, ninth = (values(BOOKS[stem]) for stem in ("07_counterfactual_exports", "09_supply_chain"))
    months = pd.period_range(seventh["effect_first_month"], seventh["effect_last_month"], freq="M")
    gdp = data.series("cao.gdp_nominal")["2024Q1":"2024Q4"].mean()
    lost = sum(ninth[f"value_added_{who}_price_jpy_bn"] for who in ("suppliers", "makers"))
    found = ninth["value_added_price_annual_rate_of_gdp_2024_pct"]
    assert found == pytest.approx(100 * lost * 12 / len(months) / gdp)


@pytest.mark.long
@pytest.mark.parametrize("parameters", [{"japan_rate_pct": 2.5, "partner_rates": {}}, NEARLY_NOTHING_LEFT])
def test_a_variance_of_nothing_is_not_shared_out(executed, parameters):
    path = ran(executed, "08_tariff_scenarios", parameters)
    assert [name for name in values(path).index if name.startswith("sobol_")] == []
    assert any(text.startswith("No share of the variance") for text in sentences.said(load(path)))


@pytest.mark.long
def test_rivals_that_are_no_dearer_explain_nothing(executed):
    path = ran(executed, "08_tariff_scenarios", NOTHING_ABSORBED)
    prices = next(text for text in sentences.said(load(path)) if text.startswith("Price before duty"))
    assert "dearer" not in prices and prices.endswith(
        "is the supply parameter: makers in Japan absorb 1.0 percent at a given market price."
    )


@pytest.mark.long
def test_nothing_is_concluded_from_a_few_sets(executed):
    path = ran(executed, "15_model_and_outcome", FEW_SETS)
    recorded = values(path)
    assert 0 < recorded["sets_that_fit"] < 50
    assert [name for name in recorded.index if name.startswith("implied_") and not name.endswith("_15")] == []
    assert "Too few sets of elasticities" in next(sentences.said(load(path)))
    titles = {name: facts["title"] for name, facts in sentences.drawn(path.parent / "figures")}
    assert titles["fig-outcome-implied"].startswith("Too few sets")


@pytest.mark.long
def test_a_value_printed_as_eleven_is_within_nine_to_eleven(executed):
    """Jobs of the edition of 2001 are 11.04 percent, printed 11.0; shipments of a later year are judged beside them."""
    answer = next(sentences.said(load(ran(executed, "04_auto_sector", {"year": 1995, "edition": 2001}))))
    assert "1 of 4 definitions comes to about a tenth of GDP" in answer and ": jobs of JAMA 2001" in answer
    assert re.search(r"Shipments of \d{4}, the latest available, do too, at ", answer)


@pytest.mark.long
def test_the_parts_of_a_change_add_up_to_the_change_said_with_them(executed):
    """The ministry prints no growth of buses and trucks; a base worked back for them is too rough to say."""
    for parameters in RUNS["03_export_decline"]:
        recorded = values(ran(executed, "03_export_decline", parameters))
        if "split_quantity_pp" in recorded:
            parts = sum(recorded[f"split_{name}_pp"] for name in ("quantity", "exchange_rate", "unit_value"))
            assert parts == pytest.approx(recorded["commodity_value_yoy_pct"]), parameters


@pytest.mark.long
@pytest.mark.parametrize("day", ["2025-04-09", "2025-09-16"])
def test_a_month_of_two_rates_has_no_share_of_the_law(executed, day):
    parameters = next(one for one in RUNS["05_tariff_schedule"] if one.get("day") == day)
    path = ran(executed, "05_tariff_schedule", parameters)
    assert "japan_fact_over_law_pct" not in values(path)
    facts = dict(sentences.drawn(path.parent / "figures"))["fig-tariff-partners"]
    ends = ("2.5", "27.5") if day < "2025-09" else ("27.5", "15")
    assert facts["title"].endswith(f"percent; the law went from {' to '.join(ends)}")


@pytest.mark.long
def test_a_fall_too_small_for_its_digits_is_a_fall(executed):
    """Growth of 2025Q1 was published as -0.0 percent on 9 June 2025, -0.2 annualised."""
    path = executed[0] / point("referee", "10_recession_risk", {"as_of": "2025-06-19"}).name / NOTEBOOK
    said = next(sentences.said(load(path)))
    assert "real GDP fell by less than 0.05 percent (\N{MINUS SIGN}0.2 annualised) in 2025Q1" in said


def compared(path):
    """The differences of US and EU that a run of 12 says, and those of the indices in its table."""
    recorded = values(path)
    table = [
        recorded[f"value_under_{one}_pct_of_base"] - recorded[f"eu_value_under_{one}_pct_of_base"] for one in RATES
    ]
    return [recorded[f"us_less_eu_under_{one}_points"] for one in RATES], pytest.approx(table)


def test_the_us_and_the_eu_are_compared_over_the_months_of_the_table():
    said, table = compared(BOOKS["12_after_the_deal"])
    assert said == table


@pytest.mark.long
def test_the_us_and_the_eu_are_compared_over_the_same_months_whatever_the_last(executed):
    for parameters in RUNS["12_after_the_deal"]:
        said, table = compared(executed[0] / point("referee", "12_after_the_deal", parameters).name / NOTEBOOK)
        assert said == table, parameters


@pytest.mark.parametrize("state", ["withdrawn", "revised", "standing"])
def test_the_states_of_the_calls_are_those_of_the_method(state):
    """2023Q3 to 2024Q1, called in September 2025, is told as revised: its middle quarter grows by now."""
    drawn = pd.read_csv(FIGURES / "fig-recession-calls.csv")
    recorded = values(BOOKS["10_recession_risk"])
    counted = {"withdrawn": recorded["calls_withdrawn"], "revised": recorded["calls_revised"]}
    counted["standing"] = recorded["calls"] - sum(counted.values())
    assert (drawn["state"] == state).sum() == counted[state]
    assert drawn.loc[drawn["called"] == "2025-09-08", "state"].tolist() == ["revised"]


@pytest.mark.long
@each
def test_what_the_referee_ran(executed, stem):
    for parameters in RUNS.get(stem, []):
        path = executed[0] / point("referee", stem, parameters).name / NOTEBOOK
        assert path.exists(), executed[1]
        assert told(load(path), sentences.drawn(path.parent / "figures")) == [], parameters
        assert sentences.outside(values(path).to_dict()) == [], parameters
        assert sentences.twice(path) == [], parameters
