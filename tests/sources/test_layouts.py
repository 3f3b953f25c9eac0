"""Layouts known from a description only, and replies that differ from what an adapter was written for."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from autogap import data
from autogap.sources import ask, estat_area, fred_graph, http, treasury
from autogap.sources.figure import NotYet, SourceError
from autogap.sources.match import match
from autogap.sources.merge import compare
from autogap.sources.tables import Selector

from tests.sources import replies
from tests.sources.test_parsers import FRED, HELD, REQUESTS, own, told

AREA = replace(REQUESTS["estat_area_exports"], url="https://www.e-stat.go.jp/file-download?statInfId=1#2026-03")


def test_areas_by_commodity_read_as_written():
    content = replies.by_area("exports")
    http.form(content, AREA.kind, AREA.encoding, AREA.expect, "area")
    found = match(own("estat_area_exports"), estat_area.parse(content, AREA))
    months = {name: rows for name, rows in found.items() if rows}
    assert len(months) > 80 and not any(name.endswith("_annual") for name in months), "the year is not over"
    for series, rows in months.items():
        stored = data.series(series, "2026-01")
        assert [period for period, _, _ in rows] == ["2026-01", "2026-02", "2026-03"]
        assert all(float(value) == stored[period] for period, value, _ in rows), series


def test_the_year_by_area_comes_with_december():
    found = match(own("estat_area_exports"), estat_area.parse(replies.by_area("exports", copies=12), AREA))
    total = dict(row[:2] for row in found["mof_area.us.exports.total_annual"])
    assert list(total) == ["2026"]
    assert int(total["2026"]) == sum(int(value) for _, value, _ in found["mof_area.us.exports.total"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"Exp or Imp,Area", b"Exp or Imp,Region", "no line begins with 'Exp or Imp', 'Area'"),
        (b"Exp or Imp,Area,", b"Exp or Imp,Area,Code,", "columns instead of"),
        (b"GRAND TOTAL", b"ALL GOODS", "nothing matches .*item is one of: .*all goods"),
        (b"\r\n1,Usa,", b"\r\n1,United States,", "nothing matches .*area is one of: .*united states"),
        (b"\r\n1,", b"\r\n2,", "nothing matches .*exports"),
    ],
)
def test_areas_by_commodity_in_another_form_are_refused(old, new, told):
    content = replies.by_area("exports")
    assert old in content
    with pytest.raises(SourceError, match=told):
        match(own("estat_area_exports"), estat_area.parse(content.replace(old, new), AREA))


def test_blocks_by_area_must_add_up_and_be_thirteen():
    with pytest.raises(SourceError, match="blocks of usa / grand total do not add to the thirteenth"):
        estat_area.parse(replies.by_area("exports", change={(1, "Usa", "GRAND TOTAL"): "1"}), AREA)
    lines = replies.by_area("exports").splitlines(keepends=True)
    with pytest.raises(SourceError, match="12 blocks of areas of exports, not twelve months and a year"):
        estat_area.parse(b"".join(lines[: 2 + (len(lines) - 2) // 13 * 12]), AREA)
    with pytest.raises(SourceError, match="stands twice in block 1"):
        estat_area.parse(b"".join([*lines[:4], lines[3], *lines[4:]]), AREA)
    with pytest.raises(SourceError, match="did not tell the year"):
        estat_area.parse(b"".join(lines), REQUESTS["estat_area_exports"])


def test_a_reply_that_begins_after_our_end_is_refused():
    """The file of a new year, when months of the old one were never fetched."""
    with pytest.raises(SourceError, match="begins with 2026-05, the package ends with 2026-03; what lies between"):
        compare(told(m05="140"), HELD, "2026-06-20")
    assert compare(told(m05="140"), HELD, "2026-06-20", whole=False).new == 1


def test_a_reply_with_a_header_alone_holds_no_figure():
    with pytest.raises(SourceError, match="the reply holds no figure at all"):
        match(own("fred_EXJPUS"), fred_graph.parse(b"observation_date,EXJPUS\n", FRED))


@pytest.mark.parametrize(
    ("name", "content", "kind", "told"),
    [
        ("boj_tankan", b'{"STATUS": 200, "MESSAGEID": "M181030I", "RESULTSET": []}', NotYet, "no data for the dates"),
        ("bls_prices", b'{"status": "REQUEST_NOT_PROCESSED", "Results": {}}', SourceError, "bls_prices: REQUEST_NOT"),
    ],
)
def test_what_a_parser_says_is_told_as_it_says_it(name, content, kind, told):
    with pytest.raises(kind) as caught:
        ask.parsed(REQUESTS[name], http.Reply(content, "2026-11-27", REQUESTS[name].url))
    assert str(caught.value).startswith(name) and told in str(caught.value)
    assert "another layout" not in str(caught.value)


def test_a_line_of_the_treasury_may_have_any_of_its_names():
    names = ("DHS - Customs and Certain Excise Taxes", "DHS - Customs Duties, Taxes, and Fees")
    rows = [
        {"record_date": day, "transaction_catg": name, "transaction_type": "Deposits", "transaction_today_amt": "7"}
        for day, name in zip(("2025-10-31", "2025-12-01"), names)
    ]
    figures = treasury.parse(json.dumps({"data": rows, "meta": {}}).encode(), REQUESTS["treasury_dts"])
    chosen = Selector("a.b", "treasury_dts", f"line={'|'.join(names)};kind=Deposits", "1", "", "yes")
    assert [row[0] for row in match([chosen], figures)["a.b"]] == ["2025-10", "2025-12"]
    with pytest.raises(SourceError, match="line is one of: DHS - Customs"):
        match([replace(chosen, selector="line=Tariffs;kind=Deposits")], figures)


@pytest.mark.parametrize("name", [name for name, one in REQUESTS.items() if one.kind == "json"])
@pytest.mark.parametrize(
    "content",
    [b"[]", b"{}", b"[[]]", b'{"data": [1], "meta": {}}', b'{"observations": [{}]}', b'[["CTY_CODE", "A_MO"], [1, 2]]']
    + [b'{"STATUS": 200, "RESULTSET": [{}]}', b'{"status": "REQUEST_SUCCEEDED", "Results": {"series": [{}]}}', b"7"],
)
def test_json_of_another_layout_is_one_sentence(name, content):
    request_ = REQUESTS[name]
    with pytest.raises(SourceError) as caught:
        if not ask.parsed(request_, http.Reply(content, "2026-11-27", request_.url)):
            raise SourceError(f"{name}: no figure")  # `match` says so of an empty reply
    assert str(caught.value).startswith(name) and "\n" not in str(caught.value)
