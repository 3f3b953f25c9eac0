"""A series more by two rows, a request that nothing takes from yet, and first replies that differ."""

from __future__ import annotations

import csv
import json

import pytest
from autogap import data
from autogap.data import package
from nbpoints.errors import InputError

from tests.sources import replies
from tests.sources.conftest import forget

pytestmark = pytest.mark.slow
FRED = "https://fred.stlouisfed.org/graph/fredgraph.csv"


def describe(folder, name, **facts):
    """One row of the catalogue, like that of the exchange rate."""
    with open(folder / "series.csv", newline="") as stream:
        header, *rows = csv.reader(stream)
    row = dict(zip(header, next(row for row in rows if row[0] == "frb.jpy_per_usd")))
    row |= {"name": name, "first_period": "", "last_period": ""} | facts
    with open(folder / "series.csv", "a", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow(row.values())


@pytest.mark.parametrize(
    ("facts", "months", "held"),
    [
        ({}, ("2026-01", "2026-02"), ("2026-01", "2026-02")),
        ({"file": "observations/a_new_file.csv"}, ("2026-01", "2026-02"), ("2026-01", "2026-02")),
        ({"frequency": "Q", "file": "observations/a_new_file.csv"}, ("2026-01", "2026-04"), ("2026Q1", "2026Q2")),
        ({"frequency": "A", "file": "observations/a_new_file.csv"}, ("2024-01", "2025-01"), ("2024", "2025")),
    ],
)
def test_a_stranger_adds_a_series_of_fred_by_two_rows(folder, server, refresh, facts, months, held):
    """One row describes the series, one selects it; its figures come by themselves."""
    describe(folder, "frb.mine", **facts)
    with open(folder / "selectors.csv", "a") as stream:
        stream.write("frb.mine,fred,id=MINE,1,4,yes\n")
    server.put(f"{FRED}?id=MINE", f"observation_date,MINE\n{months[0]}-01,156.7000\n{months[1]}-01,155.2500\n")
    status, told = refresh("--only", "fred", "--write")
    assert status == 1, "the other series of this publisher have no answer here"
    assert f"news    fred_MINE                2 new and 0 revised figures, {held[0]} to {held[1]}" in told
    rows = (folder / facts.get("file", "observations/frb_exchange_rates.csv")).read_text()
    assert f"{held[0]},frb.mine,156.7,2026-11-27\n{held[1]},frb.mine,155.25,2026-11-27\n" in rows
    assert package.drift(folder) == []


def test_a_stranger_adds_all_vintages_of_a_series_by_two_rows(folder, server, refresh, monkeypatch):
    monkeypatch.setenv("FRED_API_KEY", "s3cret")
    describe(folder, "frb.mine", vintage_kind="release")
    with open(folder / "selectors.csv", "a") as stream:
        stream.write("frb.mine,alfred,id=MINE,1,,yes\n")
    days = [{"realtime_start": day, "date": "2025-01-01", "value": value} for day, value in ALFRED]
    server.put(
        "https://api.stlouisfed.org/fred/series/observations",
        json.dumps({"observations": days, "count": 2, "limit": 9}),
    )
    _, told = refresh("--only", "fred", "--write")
    rows = (folder / "observations/frb_exchange_rates.csv").read_text()
    assert "2025-01,frb.mine,100,2025-05-16\n2025-01,frb.mine,101,2025-06-09\n" in rows
    assert "1 new and 1 revised figures" in told and "s3cret" not in told


ALFRED = (("2025-05-16", "100"), ("2025-06-09", "101"))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("frb.mine,fred,series=MINE,1,4,yes", "'series=MINE' has no id=; fred asks by it"),
        ("frb.mine,fed,id=MINE,1,4,yes", "requests.csv has no request 'fed'"),
        ("frb.jpy_per_usd,fred,id=MINE,1,4,yes", "frb.jpy_per_usd stands twice"),
    ],
)
def test_a_row_that_cannot_be_asked_is_refused(folder, refresh, row, told):
    with open(folder / "selectors.csv", "a") as stream:
        stream.write(f"{row}\n")
    with pytest.raises(InputError, match=told):
        refresh("--only", "fred")


def test_a_series_that_is_selected_but_not_described_is_told(folder, server, refresh):
    with open(folder / "selectors.csv", "a") as stream:
        stream.write("frb.mine,fred,id=MINE,1,4,yes\n")
    server.put(f"{FRED}?id=MINE", "observation_date,MINE\n2026-01-01,156.7000\n")
    assert "FAILED  fred_MINE" in (told := refresh("--only", "fred")[1])
    assert "data/selectors.csv: series.csv does not describe frb.mine" in told


HS10 = "https://api.census.gov/data/timeseries/intltrade/imports/hs"
CARS_2026_09 = [
    ["CTY_CODE", "I_COMMODITY", "CON_VAL_MO", "CAL_DUT_MO", "GEN_QY1_MO", "UNIT_QY1", "time"],
    ["5880", "8703230190", "1500000", "225000", "60", "NO", "2026-09"],
    ["5880", "8703900100", "10000", "1500", "0", "-", "2026-09"],
]


def test_a_request_that_no_series_takes_from_is_read_and_kept(server, refresh, tmp_path, monkeypatch):
    """Cars by ten digits with their number: nothing of them is in the package yet; the first reply is a fixture."""
    monkeypatch.setenv("CENSUS_API_KEY", "s3cret")
    server.put(HS10, json.dumps(CARS_2026_09))
    _, told = refresh("--only", "census", "--record", str(tmp_path / "kept"))
    line = next(line for line in told.splitlines() if "census_hs10_8703" in line)
    assert "15 figures read; no series takes from it yet" in line, "three months; no number where no unit is kept"
    kept = sorted(path.name for path in (tmp_path / "kept").glob("census_hs10*"))
    assert kept == [f"census_hs10_8703_2026-{month}.http" for month in ("08", "09", "10")]
    assert b"s3cret" not in b"".join(path.read_bytes() for path in (tmp_path / "kept").iterdir())


def test_duties_on_all_goods_enter(folder, server, refresh, monkeypatch):
    """Each partner's row without a commodity: customs value and calculated duty."""
    monkeypatch.setenv("CENSUS_API_KEY", "s3cret")
    forget(folder, "2026-06", "census_all_goods")
    names = {"jp": "JAPAN", "kr": "KOREA, SOUTH", "mx": "MEXICO", "ca": "CANADA", "cn": "CHINA", "it": "ITALY"}
    codes = {"jp": "5880", "kr": "5800", "mx": "2010", "ca": "1220", "cn": "5700", "it": "4759"}
    for month in ("2026-06", "2026-07"):
        table = [["CTY_CODE", "CTY_NAME", "CON_VAL_MO", "CAL_DUT_MO", "time"]]
        for partner, code in codes.items():
            held = [
                data.series(f"census.{partner}.all_goods.{one}")[month] for one in ("customs_value", "calculated_duty")
            ]
            table.append([code, names[partner], *(f"{one:.0f}" for one in held), month])
        server.put(f"{HS10}?get=CTY_CODE,CTY_NAME,CON_VAL_MO,CAL_DUT_MO&time={month}&key=s3cret", json.dumps(table))
    _, told = refresh("--only", "census")
    line = next(line for line in told.splitlines() if "census_all_goods" in line)
    assert "12 new and 0 revised figures, 2026-07 to 2026-07" in line


def test_a_first_reply_that_differs_is_told_and_kept(server, refresh, tmp_path):
    """The layout is known from a description only: one sentence, what it rests on, and the reply as a fixture."""
    for text in ('{"data": [{"record_date": null}], "meta": {}}', "<html><title>Sorry</title></html>"):
        server.put(TREASURY, text)
        status, told = refresh("--only", "treasury", "--record", str(tmp_path / "kept"))
        assert status == 1 and "FAILED  treasury_dts" in told
        assert text.encode() in (tmp_path / "kept" / "treasury_dts.http").read_bytes()
    assert "a web page ('Sorry') came instead of json" in told


TREASURY = (
    "https://api.fiscaldata.treasury.gov/services/api/fiscal_service/v1/accounting/dts/"
    "deposits_withdrawals_operating_cash"
)


def test_the_area_files_enter_and_the_year_waits_for_december(folder, server, refresh):
    """Listing, page of the month, file: the months of 2026 after March are new."""
    for flow, number in (("exports", "261"), ("imports", "262")):
        listing = f"https://www.e-stat.go.jp/stat-search/files?tclass2=000001013{number}"
        asked = next(row for row in (folder / "requests.csv").read_text().splitlines() if f"estat_area_{flow}," in row)
        server.put(asked.split(",")[3], f'<html><a href="{listing}&year=20260&month=12040609">Sep.</a></html>')
        server.put(f"{listing}&year=20260&month=12040609", f'<a href="/stat-search/file-download?statInfId={number}">')
        server.put(
            f"https://www.e-stat.go.jp/stat-search/file-download?statInfId={number}", replies.by_area(flow, copies=9)
        )
    _, told = refresh("--only", "customs", "--json")
    of = {one["request"]: one for one in json.loads(told)["requests"]}
    for flow in ("exports", "imports"):
        one = of[f"estat_area_{flow}"]
        assert (one["state"], one["revised"], one["absent"]) == ("news", 0, []), one["told"]
        assert "2026-04 to 2026-09" in one["told"] and one["new"] % 6 == 0
