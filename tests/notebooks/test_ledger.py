"""The claims that stand on stored results."""

from __future__ import annotations

import json
import shutil

import pytest
from autogap import claims, data, results
from autogap.paths import NOTEBOOKS
from collection import BOOKS, values
from nbpoints import mime

ARTICLE = "japan_times_2025-06-19"


def ledger(folder=NOTEBOOKS):
    table = claims.read(ARTICLE)
    recorded = results.read_all(sorted(folder.glob("[0-9]*.ipynb")))
    found = claims.evidence(table, data.table("claim_checks"), recorded, claims.articles.day(ARTICLE))
    return claims.judge(table, found).set_index("claim_id")


def test_every_claim_with_a_number_has_a_computed_verdict():
    judged = ledger()
    assert judged.index[judged["verdict"] == "no_result"].tolist() == []
    numbers = judged[judged["quoted"].ne("") & judged["verdict"].ne("statement")]
    assert len(numbers) == 22 and numbers["computed"].notna().all()


@pytest.mark.parametrize(
    ("claim_id", "result", "quoted"),
    [("C14", "exports_yoy_pct", -11), ("C15", "vehicles_value_yoy_pct", -25), ("C16", "balance_jpy_bn", 451.7)],
)
def test_may_2025_as_it_was_quoted(claim_id, result, quoted):
    claim = claims.read(ARTICLE).set_index("claim_id").loc[claim_id]
    assert float(claim["value"]) == quoted
    low, high = float(claim["accept_low"]), float(claim["accept_high"])
    assert low <= values(BOOKS["03_export_decline"])[result] <= high


def test_a_result_deleted_from_a_notebook_leaves_its_claim_without_one(tmp_path):
    """On a copy, and no other verdict moves."""
    for path in BOOKS.values():
        shutil.copy(path, tmp_path)
    copy = tmp_path / "03_export_decline.ipynb"
    content = json.loads(copy.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["outputs"] = [
            one
            for one in cell.get("outputs", [])
            if one.get("data", {}).get(mime.RESULT, {}).get("name") != "exports_yoy_pct"
        ]
    copy.write_text(json.dumps(content), encoding="utf-8")
    before, after = ledger()["verdict"], ledger(tmp_path)["verdict"]
    assert after[after != before].to_dict() == {"C14": "no_result"}
