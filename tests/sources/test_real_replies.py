"""Replies that publishers really gave, where copies of them lie beside the project; loudly skipped elsewhere."""

from __future__ import annotations

import json
import re
import warnings

import pytest
from autogap import data
from autogap.data import gate, package
from autogap.paths import DATA, ROOT
from autogap.sources import (
    bls,
    boj,
    cabinet_office,
    census_api,
    census_workbook,
    customs_press,
    customs_series,
    estat_files,
    fred_graph,
    fred_vintages,
    http,
    labour_force,
    law,
    tables,
    treasury,
)
from autogap.sources.figure import NotYet, SourceError
from autogap.sources.match import match
from autogap.sources.tables import Request

HERE = ROOT.parent / "shared" / "evidence" / "responses"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HERE.is_dir(), reason="NO REAL REPLY WAS TRIED: none were kept beside this project"),
]
REQUESTS, SELECTORS = tables.read(DATA)


def reply(name: str) -> bytes:
    return (HERE / name).read_bytes()


def own(request, *series):
    return [one for one in SELECTORS if one.request == request and (not series or one.series in series)]


def test_the_provisional_release_of_march_2026():
    figures = customs_press.parse(reply("japan_customs/press_2026034e.trimmed.xml"), REQUESTS["customs_press"])
    names = (
        "mof.us.exports.motor_vehicles",
        "mof.us.exports.motor_vehicles_units",
        "mof.us.exports.total",
        "mof.us.balance",
        "mof.us.exports.transport_equipment",
        "mof.us.exports.mv_parts_t",
        "mof.us.imports.mv_parts",
    )
    found = match(own("customs_press", *names), figures)
    assert {name: rows[0][1] for name, rows in found.items()} == dict(
        zip(names, ["493630", "118968", "1940598", "727017", "645079", "49087", "5845"])
    )
    assert {rows[0][0::2] for rows in found.values()} == {("2026-03", "2026-04-22")}


def test_the_detailed_release_of_july_2026_is_what_the_package_holds():
    figures = customs_press.parse(reply("japan_customs/press_2026075e.trimmed.xml"), REQUESTS["customs_press"])
    names = (
        "mof.us.exports.motor_vehicles",
        "mof.us.exports.passenger_cars",
        "mof.us.exports.iron_steel",
        "mof.us.balance",
        "mof.ca.exports.total",
        "mof.asia.imports.total",
    )
    for name, rows in match(own("customs_press", *names), figures).items():
        assert float(rows[0][1]) == data.series(name, "2026-07", "2026-07").iloc[0], name
        assert rows[0][2] == "2026-08-28"


def test_a_release_of_ten_days_has_no_tables():
    assert customs_press.parse(reply("japan_customs/press_2026081e.xml"), REQUESTS["customs_press"]) == []


def test_time_series_are_what_the_package_holds():
    for request, name, count in (
        ("customs_d41ma", "d41ma.trimmed.cp932.csv", 9),
        ("customs_d51ma", "d51ma.columns_trimmed.cp932.csv", 5),
    ):
        content = reply(f"japan_customs/{name}")
        one = REQUESTS[request]
        http.form(content, one.kind, one.encoding, one.expect, name)
        for series, rows in match(own(request), customs_series.parse(content, one)).items():
            stored = data.series(series)
            assert len(rows) in (count, count - 1)  # no kilograms of parts in 1988
            assert all(float(value) == stored[period] for period, value, _ in rows), series


def test_imports_stand_under_other_codes():
    figures = customs_series.parse(reply("japan_customs/d61ma.columns_trimmed.cp932.csv"), REQUESTS["customs_d51ma"])
    told = {(one.keys["code"], one.keys["measure"], one.keys["unit"]) for one in figures}
    assert {("70501", "quantity", "NO"), ("70503", "value", ""), ("70505", "quantity", "MT")} <= told


def test_the_way_to_a_file_of_nine_digits():
    base = "https://www.e-stat.go.jp/stat-search/files"
    month = estat_files.follow(reply("estat/listing_hs9_export.excerpt.html"), base)
    assert "year=20190" in month and month.startswith("https://www.e-stat.go.jp/")
    file = estat_files.follow(reply("estat/month_hs9_export_2026-08.excerpt.html"), month)
    assert "statInfId=000040507895" in file
    content = reply("japan_customs/estat_hs9_world_E_2026-08_8703.csv")
    assert estat_files.follow(content, file) is None
    found = match(own("estat_hs9_exports"), estat_files.parse(content, REQUESTS["estat_hs9_exports"]))
    assert len(found) == 74
    for series, rows in found.items():
        stored = data.series(series)
        assert len(rows) == 8 and all(float(value) == stored[period] for period, value, _ in rows), series


def test_the_workbook_of_the_census_bureau():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on the workbook's own styles
        figures = census_workbook.parse(reply("census/country.xlsx"), REQUESTS["census_country"])
    found = match(own("census_country", "census.jp.general_imports", "census.kr.general_imports"), figures)
    japan = {period: float(value) for period, value, _ in found["census.jp.general_imports"]}
    stored = data.series("census.jp.general_imports", "1985-01", "2021-12")
    near = sum(abs(japan[str(period)] - value) <= 1.001 for period, value in stored.items())
    assert len(japan) == 457 and near / len(stored) > 0.9, "later annual revisions move the rest"
    assert max(japan) == "2023-01", "months to come, written as 0, are left out"


def test_the_labour_force_of_2022_is_what_the_package_holds():
    content = reply("stat_bureau/lt01-a10.xlsx")
    http.form(content, "xlsx", "utf-8", "", "lt01-a10")
    found = match(own("labour_force"), labour_force.parse(content, REQUESTS["labour_force"]))
    assert len(found) == 12
    for series, rows in found.items():
        stored = data.series(series)
        assert len(rows) == len(stored) and all(float(value) == stored[period] for period, value, _ in rows), series


@pytest.mark.parametrize(
    "name",
    [
        "imports_hs_854141_2026-07.trimmed.json",
        "exports_hs_848620_2026-08_trimmed.json",
        "imports_naics_334413_world_2013-01.json",
    ],
)
def test_tables_of_the_census_api(name):
    content = reply(f"census/{name}")
    http.form(content, "json", "utf-8", "", name)
    try:
        figures = census_api.parse(content, REQUESTS["census_naics336"])
    except SourceError as error:
        assert "CTY_CODE" in str(error)  # a reply for the world alone has no country column
    else:
        assert figures and all(one.period[:2] == "20" for one in figures)


@pytest.mark.parametrize(
    "name", ["missing_key.prefix_2026.html", "invalid_key.prefix_2026.html", "missing_key.older_form.excerpt.html"]
)
def test_the_page_of_a_missing_key_is_no_data(name):
    with pytest.raises(SourceError, match="a web page .* came instead of json"):
        http.form(reply(f"census/{name}"), "json", "utf-8", "", name)


@pytest.mark.parametrize("name", ["fredgraph_EXJPUS_2025-05.csv", "fredgraph_EXJPUS_old_header_2024-10.csv"])
def test_graphs_of_fred_are_what_the_package_holds(name):
    content = reply(f"fred/{name}")
    http.form(content, "csv", "utf-8", "EXJPUS", name)
    rows = match(own("fred_EXJPUS"), fred_graph.parse(content, REQUESTS["fred_EXJPUS"]))["frb.jpy_per_usd"]
    stored = data.series("frb.jpy_per_usd")
    assert len(rows) > 640 and all(abs(float(value) - stored[period]) < 1e-9 for period, value, _ in rows)


def test_daily_figures_are_refused_where_months_are_meant():
    with pytest.raises(SourceError, match="is not a month and its figure"):
        fred_graph.parse(reply("fred/fredgraph_DEXJPUS_2026-05.csv"), REQUESTS["fred_EXJPUS"])


def test_vintages_of_alfred():
    body = json.loads(reply("fred/GDP_all_releases.trimmed.json"))["body"]
    figures = fred_vintages.parse(
        json.dumps({**body, "count": len(body["observations"])}).encode(), REQUESTS["fred_EXJPUS"]
    )
    first = min(figures, key=lambda one: (one.period, one.released))
    assert (first.period, first.released, str(first.value)) == ("1946-01", "1992-12-22", "199.7")


def test_replies_of_bls():
    figures = bls.parse(reply("bls/v1_cpi_unemployment_ppi_2026-07.trimmed.json"), REQUESTS["bls_prices"])
    prices = {one.period for one in figures if one.keys["series"] == "CUUR0000SA0"}
    assert "2026-07" in prices and "2025-10" not in prices, "October 2025 was never collected"
    assert len(bls.parse(reply("bls/APU0000701111_2022.json"), REQUESTS["bls_prices"])) >= 12
    for name in ("error_invalid_key_http200", "error_invalid_series_http200", "empty_universe_http200"):
        with pytest.raises(SourceError):
            bls.parse(reply(f"bls/{name}.json"), REQUESTS["bls_prices"])


def test_replies_of_the_bank_of_japan():
    figures = boj.parse(reply("boj/get_data_code_success.json"), REQUESTS["boj_tankan"])
    rows = match(own("boj_tankan"), figures)["boj.tankan.large_manufacturing_di"]
    stored = data.series("boj.tankan.large_manufacturing_di")
    assert rows[0][2] == "2025-12-16"
    same = [(period, value) for period, value, _ in rows if period in stored.index]
    assert len(same) >= 2 and all(float(value) == stored[period] for period, value in same)
    catalogue = {row["name"]: row for row in package.read_catalogue()}
    told = [[period, "boj.tankan.large_manufacturing_di", value, day] for period, value, day in rows]
    assert [gate.fault(row, "observations/boj_tankan.csv", catalogue, "2026-11-27") for row in told] == [""] * len(told)
    with pytest.raises(NotYet):
        boj.parse(reply("boj/get_data_code_no_data_m181030i.json"), REQUESTS["boj_tankan"])
    with pytest.raises(SourceError, match="M181004E"):
        boj.parse(reply("boj/error_missing_db_http400.json"), REQUESTS["boj_tankan"])


def test_tables_of_the_cabinet_office():
    real = REQUESTS["cao_real"]
    content = reply("cabinet_office/gaku-jk2622.trimmed.cp932.csv")
    http.form(content, real.kind, real.encoding, real.expect, "gaku-jk2622")
    for series, rows in match(own("cao_real"), cabinet_office.parse(content, real)).items():
        stored = data.series(series)
        assert len(rows) == 6, series
        assert [stored[period] for period, _, _ in rows[-2:]] == [float(value) for _, value, _ in rows[-2:]], series
    for name in ("gaku-jk1532", "gaku-mk1532"):
        content = reply(f"cabinet_office/qe153_2/{name}.csv")
        found = match(own("cao_real"), cabinet_office.parse(content, real))
        assert {rows[-1][0] for rows in found.values()} == {"2015Q3"} and {len(rows) for rows in found.values()} == {87}
        with pytest.raises(SourceError, match="its unit or base year may have changed"):
            http.form(content, real.kind, real.encoding, real.expect, name)


def test_the_envelope_of_the_treasury_and_the_federal_register():
    nothing = Request(**{**REQUESTS["fred_EXJPUS"].__dict__, "request": "treasury"})
    with pytest.raises(SourceError, match="the rows have no field"):
        treasury.parse(reply("treasury/mts_table_9_refundable_credits_2021.json"), nothing)
    found = law.documents(reply("federal_register/documents_search_2020-08.trimmed.json"), "2020-01-01")
    assert len(found) >= 2 and all(re.match("2020-[0-9]{2}-[0-9]{2} 2020-[0-9]+: .", line) for line in found)
