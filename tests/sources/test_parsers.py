"""Each publisher's form: how it is read, and what it may not be. The real replies are tried in test_real_replies."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from autogap import data
from autogap.data.vocabulary import ASKING
from autogap.paths import DATA
from autogap.sources import (
    bls,
    boj,
    cabinet_office,
    census_api,
    customs_press,
    customs_series,
    estat_files,
    fred_graph,
    fred_vintages,
    http,
    labour_force,
    tables,
    treasury,
)
from autogap.sources.figure import NotYet, SourceError, number
from autogap.sources.match import match
from autogap.sources.merge import compare
from autogap.sources.refresh import RETRIEVALS
from autogap.sources.tables import Selector

from tests.sources import replies

REQUESTS, SELECTORS = tables.read(DATA)
D41MA, FRED = REQUESTS["customs_d41ma"], REQUESTS["fred_EXJPUS"]


def own(request):
    return [one for one in SELECTORS if one.request == request]


def test_totals_read_as_written_and_months_to_come_are_left_out():
    figures = customs_series.parse(replies.totals(), D41MA)
    found = match(own("customs_d41ma"), figures)
    assert found["mof.world.exports.total"][-1] == ("2026-08", "10043269534", "")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Years/Months,", "Month,", "no line begins with 'Years/Months'"),
        ("Exp-Total", "Export total", "neither Exp-Total nor codes"),
        ("2026/07,", "2026/08,", "2026-08 stands twice"),
        ("2026/07,", "R8/07,", "'R8/07' is not a valid month"),
        ("2026/07,", "２０２６/07,", "is not a valid month"),
        ("2026/07,11509373578 ,", "2026/07,１１５０９ ,", "'１１５０９' is not a valid number"),
        ("2026/07,11509373578 ,", "2026/07,1,11509373578 ,", "4 columns instead of 3"),
    ],
)
def test_a_series_in_another_form_is_refused(old, new, told):
    text = replies.totals().decode("cp932")
    assert old in text
    with pytest.raises(SourceError, match=told):
        customs_series.parse(text.replace(old, new, 1).encode("cp932"), D41MA)


def test_fuels_read_as_written_and_another_unit_is_refused():
    request = REQUESTS["customs_d61ma"]
    content = replies.fuels()
    http.form(content, request.kind, request.encoding, request.expect, "d61ma")
    found = match(own("customs_d61ma"), customs_series.parse(content, request))
    assert len(found) == 10
    for series, rows in found.items():
        stored = data.series(series)
        assert len(rows) == len(stored) and all(float(value) == stored[period] for period, value, _ in rows), series
    with pytest.raises(SourceError, match="nothing matches 'code=30301;measure=quantity;unit=KL'"):
        broken = content.decode("cp932").replace("：KL", "：TKL").encode("cp932")
        match(own("customs_d61ma"), customs_series.parse(broken, request))


class Book:
    """A package of one series, for `compare`."""

    def __init__(self, **months):
        self.months = {f"2026-{name[1:]}": value for name, value in months.items()}

    def series(self, name):
        return self.months


HELD = Book(m01=("100", "2026-02-20"), m02=("110", "2026-03-20"), m03=("120", "2026-04-20"))


def told(**months):
    return {"a.b": [(f"2026-{name[1:]}", value, "") for name, value in months.items()]}


def test_new_and_revised_figures_become_rows():
    news = compare(told(m01="100.0", m02="112", m03="120", m04="130"), HELD, "2026-05-20")
    assert news.rows == [("2026-02", "a.b", "112", "2026-05-20"), ("2026-04", "a.b", "130", "2026-05-20")]
    assert (news.new, news.revised) == (1, 1) and news.largest == ("a.b", "2026-02", pytest.approx(1.818, abs=1e-3))


@pytest.mark.parametrize(
    ("months", "day", "words"),
    [
        (
            {"m01": "100", "m02": "110"},
            "2026-05-20",
            "the reply ends with 2026-02, the package with 2026-03; a stale copy",
        ),
        ({"m01": "100", "m03": "120"}, "2026-05-20", "the reply lacks 2026-02, which the package has"),
        ({"m01": "100", "m02": "111", "m03": "120"}, "2026-03-01", "older than the 2026-03-20 held; a stale copy"),
        ({"m01": "100", "m02": "111", "m03": "120"}, "2026-03-20", "differs from the 110 held of the same release"),
    ],
)
def test_a_stale_or_thinned_reply_is_refused(months, day, words):
    with pytest.raises(SourceError, match=words):
        compare(told(**months), HELD, day)


@pytest.mark.parametrize(("factor", "told_as"), [(1000, "1,000"), (0.8, "0.8"), (1e-6, "1e-06")])
def test_another_unit_or_base_year_is_refused(factor, told_as):
    """All figures the same multiple of those held, as at a rebasing or in thousands for millions."""
    held = Book(**{f"m{month:02d}": (str(100 + month), "2026-10-01") for month in range(1, 9)})
    reply = told(**{f"m{month:02d}": str(factor * (100 + month)) for month in range(1, 10)})
    with pytest.raises(SourceError, match=f"the reply is {told_as} times what the package has, in every period"):
        compare(reply, held, "2026-11-01")


def test_a_selector_that_matches_nothing_or_two_figures_says_what_was_there():
    figures = fred_graph.parse(b"observation_date,EXJPUS\n2026-06-01,160.8\n", FRED)
    with pytest.raises(SourceError, match="nothing matches 'id=DEXJPUS' of a.b; id is one of: EXJPUS"):
        match([Selector("a.b", "fred_EXJPUS", "id=DEXJPUS", "1", "", "yes")], figures)
    with pytest.raises(SourceError, match="two figures of 2026-06 match"):
        match([Selector("a.b", "fred_EXJPUS", "id=EXJPUS", "1", "", "yes")], figures * 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("observation_date,EXJPUS\n2026-06-01,160.8\n2026-06-01,160.9\n", "2026-06 stands twice"),
        ("observation_date,EXJPUS,NOTE\n2026-06-01,160.8,x\n", "the columns are"),
        ("day,EXJPUS\n2026-06-01,160.8\n", "must be observation_date"),
        ("observation_date,EXJPUS\n2026-06-15,160.8\n", "is not a month and its figure"),
        ("observation_date,EXJPUS\n2026-06-01,160_8\n", "is not a valid number"),
    ],
)
def test_a_graph_of_fred_in_another_form_is_refused(text, words):
    with pytest.raises(SourceError, match=words):
        fred_graph.parse(text.encode(), FRED)


def test_both_headers_of_fred_are_read_and_a_missing_figure_is_none():
    for header in ("observation_date", "DATE"):
        figures = fred_graph.parse(f"{header},EXJPUS\n2025-10-01,\n2025-11-01,.\n2026-06-01,160.8\n".encode(), FRED)
        assert [(one.period, one.value) for one in figures] == [("2026-06", Decimal("160.8"))]


def test_numbers_as_publishers_write_them():
    assert [number(text, "x") for text in ("▲12", "△1,105,607", "-0.5", " 1,000 ", "***", "-", ".", "N/A")] == [
        -12,
        -1105607,
        Decimal("-0.5"),
        1000,
        None,
        None,
        None,
        None,
    ]
    for text in ("１２", "1_000", "1e5", "1,00", "nan", "*1170"):
        with pytest.raises(SourceError, match="is not a valid number"):
            number(text, "x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<?xml version='1.0'?><hodoxml><sogakutsuki>", "cut off or broken"),
        ("<hodoxml><a/></hodoxml>", "the day of release is ''"),
        (
            "<hodoxml><sogakutsuki><kohyoymd>September 16, 2026</kohyoymd></sogakutsuki></hodoxml>",
            "the month of the release is ''",
        ),
        (
            "<hodoxml><sogakutsuki><kohyoymd>16 Sep 2026</kohyoymd></sogakutsuki></hodoxml>",
            "day of release is '16 Sep 2026'",
        ),
    ],
)
def test_a_press_release_in_another_form_is_refused(text, words):
    with pytest.raises(SourceError, match=words):
        customs_press.parse(text.encode(), REQUESTS["customs_press"])


def test_months_of_a_nine_digit_file_must_add_to_its_year():
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    header = "Exp or Imp,Year,HS,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year," + ",".join(
        f"Quantity1-{name},Quantity2-{name},Value-{name}" for name in names
    )
    row = "1,2026,'870310000',  ,NO,0,3,30,0,1,10,0,2,20" + ",0,0,0" * 10
    request = REQUESTS["estat_hs9_exports"]
    figures = estat_files.parse(f"{header}\n{row}\n".encode(), request)
    assert {(one.period, one.keys["measure"], int(one.value)) for one in figures} == {
        ("2026-01", "value", 10),
        ("2026-02", "value", 20),
        ("2026-01", "quantity", 1),
        ("2026-02", "quantity", 2),
    }
    with pytest.raises(SourceError, match="the months of Value add to 30, the year is 31"):
        estat_files.parse(f"{header}\n{row.replace(',3,30,', ',3,31,')}\n".encode(), request)


def test_quarters_carry_their_year_and_stop_at_the_footnotes():
    text = (
        '実質季節調整系列,,\n"Real, Seasonally Adjusted Series",,(Billions of Chained (2020) Yen)\n'
        ',GDP(Expenditure Approach),Goods & Services\n,,Exports\n2026/ 1- 3.,"596,799.3 ","108,156.3 "\n'
        '4- 6.,"598,950.5 ",***\n＊年率で表示している。,,\n'
    )
    figures = cabinet_office.parse(text.encode("cp932"), REQUESTS["cao_real"])
    assert [(one.period, one.keys["component"], str(one.value)) for one in figures] == [
        ("2026Q1", "GDP(ExpenditureApproach)", "596799.3"),
        ("2026Q1", "Exports", "108156.3"),
        ("2026Q2", "GDP(ExpenditureApproach)", "598950.5"),
    ]
    with pytest.raises(SourceError, match="is not among the columns"):
        cabinet_office.parse(text.replace("GDP(Exp", "GDE(Exp").encode("cp932"), REQUESTS["cao_real"])


def labour(**change):
    request = REQUESTS["labour_force"]
    content = replies.labour({f"原数値!{cell}": words for cell, words in change.items()})
    http.form(content, request.kind, request.encoding, request.expect, "lt01-a10")
    return match(own("labour_force"), labour_force.parse(content, request))


def test_the_labour_force_reads_as_written_and_months_to_come_are_left_out():
    found = labour(D11=None, **{f"{column}622": None for column in "EHKN"})  # 2022-12 is not published yet
    assert len(found) == 12
    for series, rows in found.items():
        stored = data.series(series)
        assert len(rows) == len(stored) - (series.endswith("_nsa")), series
        assert all(float(value) == stored[period] for period, value, _ in rows), series


@pytest.mark.parametrize(
    ("cell", "words", "told"),
    [
        (
            "H7",
            "Persons at work",
            "nothing matches .*mic.employed_nsa; item is one of: Employee, Labour force, Persons",
        ),
        ("H7", "Labour force", "two figures of 1972-07 match .*mic.labour_force_nsa"),
        ("F4", "(thousand persons)", "nothing matches .*; unit is one of: thousand persons"),
        ("E5", "　原数値　　　Trend", "nothing matches .*mic.labour_force_nsa; series is one of: .*, Trend"),
        ("E17", "５２６８", "1972-07, Labour force, Both sexes: '５２６８' is not a valid number"),
        ("E17", "(5268)", "is not a valid number"),
        ("C17", "Aug.", "Aug. of 1972 stands where July of 1972 is expected"),
        ("A12", "1972年", "no year beside the first twelve"),
        ("A24", 1974, "Jan. of 1974 stands where Jan. of 1973 is expected"),
    ],
)
def test_a_labour_force_workbook_in_another_form_is_refused(cell, words, told):
    with pytest.raises(SourceError, match=told):
        labour(**{cell: words})


def test_a_labour_force_workbook_without_its_columns_is_refused():
    book = replies.labour({f"{title}!{cell}9": "Total" for title in replies.LABOUR for cell in "EHKN"})
    with pytest.raises(SourceError, match="no sheet has a column 'Both sexes'; the sheets are .*季節調整値"):
        labour_force.parse(book, REQUESTS["labour_force"])


def test_a_table_of_the_census_api_is_read_by_the_names_of_its_columns():
    table = [
        ["CTY_CODE", "CTY_NAME", "CON_VAL_MO", "CAL_DUT_MO", "NAICS", "time"],
        ["5880", "JAPAN", "3500000000", "480000000", "336", "2026-07"],
    ]
    figures = census_api.parse(json.dumps(table).encode(), REQUESTS["census_naics336"])
    assert {(one.period, one.keys["CTY_NAME"], one.keys["measure"]) for one in figures} == {
        ("2026-07", "JAPAN", "CON_VAL_MO"),
        ("2026-07", "JAPAN", "CAL_DUT_MO"),
    }
    for broken in ([["a"]], {"error": 1}, [["CTY_CODE", "X_MO"], ["1"]]):
        with pytest.raises(SourceError, match="not a table with a header"):
            census_api.parse(json.dumps(broken).encode(), REQUESTS["census_naics336"])


def test_vintages_of_alfred_carry_their_day():
    rows = [
        {"realtime_start": "2025-05-16", "date": "2025-01-01", "value": "100"},
        {"realtime_start": "2025-06-09", "date": "2025-01-01", "value": "."},
    ]
    figures = fred_vintages.parse(json.dumps({"observations": rows, "count": 2, "limit": 100000}).encode(), FRED)
    assert [(one.period, one.released, one.value) for one in figures] == [("2025-01", "2025-05-16", 100)]
    with pytest.raises(SourceError, match="Bad Request"):
        fred_vintages.parse(b'{"error_code": 400, "error_message": "Bad Request. api_key"}', FRED)
    with pytest.raises(SourceError, match="do not fit one reply"):
        fred_vintages.parse(json.dumps({"observations": [], "count": 200001, "limit": 100000}).encode(), FRED)


def test_errors_of_bls_come_with_status_200_and_the_key_is_not_repeated():
    request = REQUESTS["bls_prices"]
    with pytest.raises(SourceError, match="REQUEST_NOT_PROCESSED") as caught:
        bls.parse(
            b'{"status": "REQUEST_NOT_PROCESSED", "message": ["The key:ABC123 is invalid"], "Results": {}}', request
        )
    assert "ABC123" not in str(caught.value)
    with pytest.raises(SourceError, match="X has no data"):
        bls.parse(
            b'{"status": "REQUEST_SUCCEEDED", "message": [], "Results": {"series": [{"seriesID": "X", "data": []}]}}',
            request,
        )


def test_boj_tells_no_data_with_status_200():
    with pytest.raises(NotYet):
        boj.parse(b'{"STATUS": 200, "MESSAGEID": "M181030I", "RESULTSET": []}', REQUESTS["boj_tankan"])
    with pytest.raises(SourceError, match="the reply goes on at 251"):
        boj.parse(
            b'{"STATUS": 200, "MESSAGEID": "M181000I", "NEXTPOSITION": 251, "RESULTSET": []}', REQUESTS["boj_tankan"]
        )


def test_deposits_add_to_months_and_a_missing_field_is_named():
    row = {
        "record_date": "2026-10-01",
        "transaction_catg": "DHS - Customs Duties, Taxes, and Fees",
        "transaction_type": "Deposits",
        "transaction_today_amt": "1,000",
    }
    reply = {
        "data": [row, row | {"record_date": "2026-10-02", "transaction_today_amt": "250"}],
        "meta": {"total-pages": 1},
    }
    figures = treasury.parse(json.dumps(reply).encode(), REQUESTS["customs_d41ma"])
    assert [(one.period, int(one.value)) for one in figures] == [("2026-10", 1250)]
    with pytest.raises(SourceError, match="no field 'transaction_catg'"):
        treasury.parse(
            json.dumps({"data": [{"record_date": "2026-10-01"}], "meta": {}}).encode(), REQUESTS["customs_d41ma"]
        )


def test_the_tables_have_the_columns_that_the_package_describes():
    described = {name: list(columns) for name, (_, _, columns) in ASKING.items()}
    assert described["requests.csv"] == list(tables.Request.__dataclass_fields__)
    assert described["selectors.csv"] == list(tables.Selector.__dataclass_fields__)
    assert described["retrievals.csv"] == RETRIEVALS


def test_every_selector_names_a_series_of_the_catalogue():
    from autogap.data import package

    known = {row["name"] for row in package.read_catalogue()}
    assert {one.series for one in SELECTORS} <= known
    assert all(request.rests_on and request.terms for request in REQUESTS.values())
