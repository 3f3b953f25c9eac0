"""The runs at which a referee once found false or broken sentences, at the parameters of today: each is sound now."""

from __future__ import annotations

import io

import pytest
import sentences
from collection import each, values
from nbpoints.notebook.reading import load
from nbpoints.records.layout import NOTEBOOK
from nbpoints.run import runner
from test_sentences import told
from test_sweep import point

RUNS = {
    "01_trade_gap": [{"currency": "JPY", "side": "japan", "start_year": 2024}],
    "02_autos_in_the_gap": [{"year": 2025, "net": False, "include_parts": False}],
    "03_export_decline": [
        {"month": "2026-08", "commodity": "mv_parts"},
        {"month": "2026-07", "commodity": "buses_trucks"},
        {"month": "2026-06", "commodity": "passenger_cars"},
        {"month": "2025-11"},
    ],
    "04_auto_sector": [{"year": 1995, "edition": 2001}, {"year": 2001}],
    "05_tariff_schedule": [
        {"day": "2026-08-21", "product": "light_trucks"},
        {"day": "2025-04-09", "product": "auto_parts"},
        {"partners": []},
        {"start": "2018-01"},
    ],
    "06_who_pays": [{"month": "2025-04"}, {"month": "2025-09"}, {"month": "2025-10"}],
    "07_counterfactual_exports": [
        {"seed": 7},
        {"outcome": "naics336_value", "method": "synthetic_control", "event_date": "2025-06"},
        {"event_date": "2025-01"},
    ],
    "08_tariff_scenarios": [
        {"japan_rate_pct": 27.5, "absorbed_pct": 95.0},
        {"japan_rate_pct": 100.0, "substitution": 1.1, "demand": -5.0},
        {"japan_rate_pct": 2.5, "partner_rates": {}},
        {"japan_rate_pct": 0.0, "partner_rates": {}},
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
    ],
    "12_after_the_deal": [{"last_month": "2025-12"}],
    "13_claims_ledger": [{"verdict": "does_not_hold"}],
}


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


@pytest.mark.long
@each
def test_what_the_referee_ran(executed, stem):
    for parameters in RUNS.get(stem, []):
        path = executed[0] / point("referee", stem, parameters).name / NOTEBOOK
        assert path.exists(), executed[1]
        assert told(load(path), sentences.drawn(path.parent / "figures")) == [], parameters
        assert sentences.outside(values(path).to_dict()) == [], parameters
        assert sentences.twice(path) == [], parameters
