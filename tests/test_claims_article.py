"""A stranger's article is judged by writing rows: no code, and one sentence for each mistake."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from autogap import claims, data
from autogap.claims import articles, measure
from autogap.paths import DATA
from nbpoints.errors import InputError

ARTICLE = "the_daily_2025-07-30"
ROWS = """\
claim_id,statement,value,unit,period,series,transform,of
A1,Exports to the US fell 11 percent in May 2025,-11,percent,2025-05,mof.us.exports.total,yoy_pct,
A2,The surplus of May was 451.7 billion yen,451.7,billion JPY,2025-05,mof.us.balance,level,
A3,Vehicles were a third in May,33,percent,2025-05,mof.us.exports.motor_vehicles,share_pct,mof.us.exports.total
A4,From March to May exports came to 5.16 trillion yen,5.16,trillion JPY,2025-03..2025-05,mof.us.exports.total,sum,
A5,It was said that talks would go on,,,,,,
"""
NONE = pd.DataFrame(columns=["notebook", "name", "value", "unit"])


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that adds an article to a copy of the data package."""
    shutil.copytree(DATA / "tables", tmp_path / "tables")
    shutil.copy(DATA / "series.csv", tmp_path)
    (tmp_path / "observations").symlink_to(DATA / "observations")
    monkeypatch.setattr(data, "DATA", tmp_path)
    monkeypatch.setattr(articles, "DATA", tmp_path)

    def add(rows: str = ROWS, name: str = ARTICLE) -> str:
        (tmp_path / "tables" / "claims" / f"{name}.csv").write_text(rows, encoding="utf-8")
        return name

    return add


def ledger(article: str, as_of: str | None = None) -> pd.DataFrame:
    table = claims.read(article)
    found = claims.evidence(table, NONE, NONE, articles.day(article), as_of)
    return claims.judge(table, found).set_index("claim_id")


def test_five_rows_are_five_verdicts(write):
    told = ledger(write())
    assert told["verdict"].to_dict() == {
        "A1": "holds", "A2": "holds", "A3": "does_not_hold", "A4": "holds", "A5": "statement",
    }  # fmt: skip
    assert told.loc["A3", "then"].startswith("24 percent") and told.loc["A2", "then"] == "451.67 billion JPY"


def test_a_figure_published_after_the_article_confirms_and_does_not_refute(write):
    early = ROWS.replace("451.7", "451.8")
    told = ledger(write(early, "the_daily_2025-06-17"))
    assert told.loc["A2", "verdict"] == "later_differs" and told.loc["A2", "then"] == ""
    assert told.loc["A1", "verdict"] == "holds"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("mof.us.balance", "mof.us.balanse"), "A2: series 'mof.us.balanse'.*Did you mean 'mof.us.balance'"),
        (("2025-05,mof.us.balance", "2025-13,mof.us.balance"), "A2: period: '2025-13' is not a valid period"),
        (("2025-05,mof.us.balance", "May 2025,mof.us.balance"), "A2: period: 'May 2025' is not a valid period"),
        (("2025-05,mof.us.balance", "2031-05,mof.us.balance"), "A2: mof.us.balance: 2031-05 is missing"),
        (("balance,level", "balance,levle"), "A2: transform: 'levle' is not known.*Did you mean 'level'"),
        (("451.7,billion JPY", "451.7,billion USD"), "A2: unit: the figure is in 'million JPY'"),
        (("451.7", "about 450"), "A2: value: 'about 450' is not a number"),
        ((",mof.us.exports.total\n", ",\n"), "A3: of: the transform share_pct needs"),
        (("2025-05,mof.us.exports.total,sum", "2025-05,mof.us.exports.total,level"), "A4: transform: .* sum or mean"),
        (("A2,", "A1,"), "claim A1 stands twice"),
        (("statement,value", "statment,value"), "the column statement is missing"),
        (("transform,of", "transform,off"), "'off' is not a column.*Did you mean 'of'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_its_place(write, change, says):
    with pytest.raises(InputError, match=says) as told:
        ledger(write(ROWS.replace(*change)))
    assert str(told.value).startswith(f"data/tables/claims/{ARTICLE}.csv")


def test_a_range_that_is_no_number_names_its_column(write):
    rows = ROWS.replace("transform,of", "transform,of,accept_low").replace(
        "mof.us.balance,level,", "mof.us.balance,level,,low"
    )
    with pytest.raises(InputError, match=r"the_daily_2025-07-30.csv, A2: accept_low: 'low' is not a number"):
        ledger(write(rows))


def test_an_article_without_a_day_or_a_table_is_refused(write):
    with pytest.raises(InputError, match="name a table of claims by outlet and day"):
        claims.read("the_daily")
    with pytest.raises(InputError, match="has no such table. Did you mean 'japan_times_2025-06-19'"):
        claims.read("japan_time_2025-06-19")


@pytest.mark.parametrize(
    ("transform", "period", "value"),
    [
        ("level", "2025-05", 451672.0),
        ("change", "2025-05", None),
        ("rank", "2025-05", None),
        ("mean", "2025-04..2025-06", None),
    ],
)
def test_transforms_agree_with_pandas(transform, period, value):
    balance = data.series("mof.us.balance")
    expected = {
        "change": balance["2025-05"] - balance["2024-05"],
        "rank": float((balance > balance["2025-05"]).sum() + 1),
        "mean": balance["2025-04":"2025-06"].mean(),
        "level": value,
    }[transform]
    assert measure("mof.us.balance", transform, period) == pytest.approx(expected)


def test_years_are_ranked_among_years():
    deficit = -data.series("census.jp.balance")
    totals = deficit.groupby(deficit.index.year).agg(["sum", "count"]).query("count == 12")["sum"]
    assert measure("census.jp.balance", "rank", "2024") == pytest.approx((-totals > -totals[2024]).sum() + 1)


def test_the_release_of_april_2026_is_judged_as_the_second_example():
    """Exports as printed hold in the first detailed release; imports and the surplus changed within a week."""
    told = ledger("mof_2026-04-22")
    assert told.loc[["M01", "M02", "M07", "M08", "M09", "M10"], "verdict"].eq("holds").all()
    assert told.loc[["M03", "M05"], "verdict"].eq("later_differs").all()
