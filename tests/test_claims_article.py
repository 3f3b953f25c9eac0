"""A stranger's article is judged by writing rows: no code, and one sentence for each mistake."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest
from autogap import claims, data
from autogap.claims import __main__ as package
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
SOUND = {"A1": "holds", "A2": "holds", "A3": "does_not_hold", "A4": "holds", "A5": "statement"}
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
    assert told["verdict"].to_dict() == SOUND
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
        (("451.7,billion JPY", "451.7,billion USD"), "A2: unit: a figure in 'million JPY' cannot be turned into"),
        (("451.7", "about 450"), "A2: value: 'about 450' is not a number"),
        (("451.7", "Infinity"), "A2: value: 'Infinity' is not a number"),
        (("451.7", ">nan"), "A2: accept: '>nan' cannot be read"),
        (("451.7,billion JPY", ",billion JPY"), "A2: value: it is empty"),
        (("451.7,billion JPY", "451.7,"), "A2: unit: it is empty"),
        ((",billion JPY,2025-05,", ",billion JPY,,"), "A2: period: it is empty"),
        (("2025-05,mof.us.balance,level", "2025-05,,level"), "A2: transform: it is given, but no series"),
        (("2025-05,mof.us.balance,level", "2024,mof.us.balance,sum"), "A2: .*years are in mof_press.us.balance."),
        (("mof.us.balance,level", "bea.us.vehicle_sales_saar,level"), "A2: unit: a figure in 'million vehicles"),
        (("2025-05,mof.us.balance,level", "2024,frb.jpy_per_usd,sum"), "A2: transform: .* give mean instead of sum"),
        ((",mof.us.exports.total\n", ",\n"), "A3: of: the transform share_pct needs"),
        (("2025-05,mof.us.exports.total,sum", "2025-05,mof.us.exports.total,level"), "A4: transform: .* sum or mean"),
    ],
)  # fmt: skip
def test_a_row_with_a_mistake_says_so_and_the_others_are_judged(write, change, says):
    """In the ledger the row cannot be established, with the sentence; `make package` has the sentence with the line."""
    article = write(ROWS.replace(*change))
    (fault,) = claims.faults(article)
    assert re.match(f"data/tables/claims/{ARTICLE}.csv, line [345], A[234]: ", fault) and re.search(says, fault)
    told, (bad, sentence) = ledger(article), re.search(r"(A\d): (.*)", fault).groups()
    assert told.loc[bad, "verdict"] == "cannot" and told.loc[bad, "reason"] == sentence
    assert told["verdict"].drop(bad).to_dict() == {name: one for name, one in SOUND.items() if name != bad}


def test_the_package_tells_every_row_with_a_mistake_at_once(write, monkeypatch, capsys):
    article = write(ROWS.replace("balance,level", "balance,levle").replace("2025-03..2025-05", "2025-03..2025-17"))
    monkeypatch.setattr(articles, "names", lambda: [article])
    assert package.main() == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in told] == [
        f"data/tables/claims/{ARTICLE}.csv, line 3, A2", f"data/tables/claims/{ARTICLE}.csv, line 5, A4",
    ]  # fmt: skip


def test_no_row_of_the_collection_has_a_mistake(capsys):
    assert package.main() == 0 and capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("A2,", "A1,"), "claim A1 stands twice"),
        (("A2,", ","), "line 3: claim_id is empty"),
        (("statement,value", "statment,value"), "the column statement is missing"),
        (("transform,of", "transform,off"), "'off' is not a column.*Did you mean 'of'"),
        (("transform,of\n", "transform,scope\n"), "line 4: scope is 'mof.us.exports.total'"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(write, change, says):
    with pytest.raises(InputError, match=says) as told:
        ledger(write(ROWS.replace(*change)))
    assert str(told.value).startswith(f"data/tables/claims/{ARTICLE}.csv")


def test_a_figure_that_was_out_by_no_day_asked_cannot_be_established(write):
    told = ledger(write(ROWS, "the_daily_2025-05-30"), as_of="2025-06-01")
    assert told.loc["A2", ["verdict", "reason"]].tolist() == [
        "cannot", "mof.us.balance: 2025-05 was not published by 2025-06-01.",
    ]  # fmt: skip


def test_a_range_that_is_no_number_names_its_column(write):
    rows = ROWS.replace("transform,of", "transform,of,accept_low").replace(
        "mof.us.balance,level,", "mof.us.balance,level,,low"
    )
    assert ledger(write(rows)).loc["A2", "reason"] == "accept_low: 'low' is not a number; write one or leave it empty."


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


def test_a_share_is_taken_in_one_unit():
    """Exports to the US are in million yen, those to the world in thousand; a quarter is set against its months."""
    us, world = data.series("mof.us.exports.total"), data.series("mof.world.exports.total")
    share = measure("mof.us.exports.total", "share_pct", "2025Q1", of="mof.world.exports.total")
    months = pd.period_range("2025-01", "2025-03", freq="M")
    assert share == pytest.approx(100 * us[months].sum() / (world[months].sum() / 1e3)) and 10 < share < 30


@pytest.mark.parametrize(
    ("transform", "of", "says"),
    [
        ("share_pct", "census.jp.exports", "cannot be turned into 'million JPY'"),
        ("share_pct", "mof.cn.balance", "was not above zero in 2025-05"),
        ("yoy_pct", None, "was not above zero a year before 2026-05; give change"),
    ],
)
def test_a_quotient_that_means_nothing_is_refused(transform, of, says):
    name, period = ("mof.us.exports.total", "2025-05") if of else ("mof.cn.balance", "2026-05")
    with pytest.raises(InputError, match=says):
        measure(name, transform, period, of=of)


def test_years_are_ranked_among_years():
    deficit = -data.series("census.jp.balance")
    totals = deficit.groupby(deficit.index.year).agg(["sum", "count"]).query("count == 12")["sum"]
    assert measure("census.jp.balance", "rank", "2024") == pytest.approx((-totals > -totals[2024]).sum() + 1)


def test_the_release_of_april_2026_is_judged_as_the_second_example():
    """Exports as printed hold in the first detailed release; imports and the surplus changed within a week."""
    told = ledger("mof_2026-04-22")
    assert told.loc[["M01", "M02", "M07", "M08", "M09", "M10"], "verdict"].eq("holds").all()
    assert told.loc[["M03", "M05"], "verdict"].eq("later_differs").all()
