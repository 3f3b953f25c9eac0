"""What the reader of the data package promises: names, periods, vintages, units, and clear refusals."""

import subprocess
import sys

import pandas as pd
import pytest
from autogap import data
from nbpoints.errors import InputError


def test_a_series_is_its_numbers_and_about_tells_what_they_are():
    exports = data.series("mof.us.exports.motor_vehicles", "2025-05", "2025-06")
    assert list(exports.index.astype(str)) == ["2025-05", "2025-06"]
    told = data.about(exports.name)
    assert told["unit"] == "million JPY" and told["source"] and told["vintage"] >= "2026-09-16" and told["licence"]
    assert "unit" not in (exports / 1e3).attrs, "a unit that survives arithmetic becomes false"


def test_a_misspelt_name_is_refused_with_the_near_ones():
    with pytest.raises(data.DataError, match=r"Did you mean 'mof\.us\.exports\.total'"):
        data.series("mof.us.exprts.total")


@pytest.mark.parametrize("text", ["", "name,file\n\na,b,c\n", "name,file\na\n", "series,file\na,b\n"])
def test_a_broken_catalogue_is_refused_with_the_row(text, monkeypatch, tmp_path):
    (tmp_path / "series.csv").write_text(text)
    monkeypatch.setattr(data, "DATA", tmp_path)
    monkeypatch.setattr(data, "_catalogue", data._catalogue.__wrapped__)
    with pytest.raises(data.DataError, match=r"^data/series\.csv: '.*' does not fit the columns; restore the file\.$"):
        data.series("a")


@pytest.mark.parametrize(("start", "words"), [("2031-01", "nothing from 2031-01"), ("May", "is not a valid period")])
def test_a_period_outside_the_data_is_refused(start, words):
    with pytest.raises(data.DataError, match=words):
        data.series("mof.us.exports.total", start=start)


def test_an_unknown_vintage_lists_those_there_are():
    with pytest.raises(data.DataError, match="2025-09-08"):
        data.series("cao.gdp_real_chained2015", vintage="1999")


def test_the_last_vintage_is_what_is_known_now():
    name = "cao.gdp_real_realtime"
    side_by_side = data.revisions(name)
    assert list(side_by_side.columns) == data.vintages(name)
    latest = data.series(name)
    assert latest.attrs["vintage"] == data.vintages(name)[-1]
    pd.testing.assert_series_equal(latest, side_by_side[data.vintages(name)[-1]].dropna(), check_names=False)


@pytest.mark.parametrize(
    ("name", "day", "last"),
    [
        ("mof.us.exports.total", "2025-06-17", "2025-04"),
        ("mof.us.exports.total", "2025-06-19", "2025-05"),  # provisional; detailed at the end of June
        ("mof.us.exports.total", "2025-06-30", "2025-05"),
        ("mof.us.exports.total", "2026-09-15", "2026-07"),
        ("mof.us.exports.total", "2026-09-16", "2026-08"),
        ("frb.jpy_per_usd", "2025-06-19", "2025-05"),  # a copy: by the usual release
        ("census.jp.general_imports", "2025-06-05", "2025-03"),
        ("cao.gdp_real_realtime", "2024-12-30", "2024Q2"),
        ("cao.gdp_real_qoq_pct", "2025-06-19", "2025Q1"),
    ],
)
def test_a_series_as_of_a_day_ends_with_what_was_out_by_then(name, day, last):
    then = data.series(name, as_of=day)
    assert str(then.index[-1]) == last == data.about(name, as_of=day)["last_period"]


def test_a_figure_is_the_last_one_released_by_the_day():
    """Growth of the first quarter of 2025 was -0.2, 0.0 and 0.1 percent in three releases."""
    name, quarter = "cao.gdp_real_qoq_pct", "2025Q1"
    told = {day: data.series(name, quarter, quarter, as_of=day).iloc[0] for day in ("2025-06-08", "2025-06-09")}
    assert told == {"2025-06-08": -0.2, "2025-06-09": 0.0}
    assert data.series(name, quarter, quarter).equals(data.series(name, quarter, quarter, as_of="latest"))
    assert data.revisions(name).loc[quarter].count() == 3 < data.revisions(name, filled=True).loc[quarter].count()


def test_what_the_article_of_june_2025_could_know_of_may():
    """The provisional release of 18 June: vehicles -24.7 percent, units -3.9, all goods -11.1."""
    for item, rate in (
        ("motor_vehicles_yoy_pct", -24.7),
        ("motor_vehicles_units_yoy_pct", -3.9),
        ("total_yoy_pct", -11.1),
    ):
        then = data.series(f"mof.us.exports.{item}", as_of="2025-06-19")
        assert (str(then.index[-1]), then.iloc[-1]) == ("2025-05", rate)
        assert str(data.series(f"mof.us.exports.{item}", as_of="2025-06-17").index[-1]) == "2025-04"


def test_nothing_known_yet_and_a_broken_day_are_refused():
    with pytest.raises(data.DataError, match="no figure was out by 2001-01-01; the first is of 2002-12-31"):
        data.series("cao.gdp_real_realtime", as_of="2001-01-01")
    with pytest.raises(InputError, match="as_of: '19 June' is not a valid day"):
        data.series("mof.us.balance", as_of="19 June")
    with pytest.raises(data.DataError, match="vintage or as_of, not both"):
        data.series("mof.us.balance", vintage="2026-09-16", as_of="2025-06-19")


def test_a_frame_as_of_a_day_joins_what_was_known():
    table = data.frame({"exports": "mof.us.exports.total", "rate": "frb.jpy_per_usd"}, "2025-01", as_of="2025-06-17")
    assert str(table.index[-1]) == "2025-05" and table["exports"].isna().iloc[-1]


def test_the_provisional_figures_of_a_day_are_those_of_that_day():
    """Released on 18 June 2025, and revised with the detailed figures at the end of the month."""
    name = "mof.us.exports.total"
    on = {day: data.series(name, "2025-05", "2025-05", as_of=day).iloc[0] for day in ("2025-06-18", "2025-06-30")}
    assert on == {"2025-06-18": 1514021, "2025-06-30": 1514190}
    balance = data.frame({flow: f"mof.us.{flow}.total" for flow in ("exports", "imports")}, as_of="2025-06-19")
    assert (balance["exports"] - balance["imports"]).iloc[-1] == 451701


def test_editions_are_never_joined():
    name = "jama.employment.manufacturing"
    assert data.series(name, vintage="2017").tolist() == [862] == data.series(name, vintage="edition-2017").tolist()
    assert data.series(name, as_of="2020-01-01").index.year.tolist() == [2017]
    assert data.revisions(name).notna().sum(axis=1).eq(1).all()


def test_a_fiscal_year_is_named_as_the_user_named_it():
    with pytest.raises(data.DataError, match="nothing from FY2023 to FY2023; it has FY2025 to FY2025"):
        data.series("jama.exports.buses_fy_h1", "FY2023", "FY2023")


def test_fiscal_years_end_in_march():
    fiscal = data.series("mof_press.us.balance_fy", "FY2024", "FY2024")
    assert fiscal.index[0].end_time.date().isoformat() == "2025-03-31"


def test_a_frame_keeps_gaps_and_refuses_mixed_frequencies():
    table = data.frame({"prices": "bls.import_price.japan_all_goods", "cars": "bls.import_price.passenger_cars"})
    assert table["cars"].isna().any() and not table.attrs
    with pytest.raises(data.DataError, match="share their frequency"):
        data.frame(["mof.us.exports.total", "mof_press.us.balance"])


def test_codes_keep_their_leading_zeros_and_unknown_tables_are_refused():
    assert data.table("io_oecd_japan")["row"].iloc[0] == "01"
    with pytest.raises(data.DataError, match="Did you mean 'timeline'"):
        data.table("timelin")


@pytest.mark.slow
def test_every_series_of_the_catalogue_can_be_read():
    for name in data.catalogue().index:
        assert not data.series(name).empty


def test_files_read_are_told_with_their_hashes():
    data.series("frb.jpy_per_usd")
    assert len(data.files_read()["data/series.csv"]) == 64


@pytest.mark.slow
def test_importing_the_reader_imports_nothing_heavy_but_pandas():
    code = (
        "import pandas, sys; before = set(sys.modules); import autogap.data; "
        "print(sorted(m for m in set(sys.modules) - before if not m.startswith(('autogap', 'nbpoints'))))"
    )
    extra = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert extra.strip() in ("[]", "['difflib']")


ROWS = """\
period,series,value,vintage
2025-05,mof.us.exports.total,1514,2025-06-18
2025-06,mof.us.exports.total,1705,2025-07-17
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("1705", "n/a!", "line 3: the value 'n/a!' of mof.us.exports.total is not a valid number"),
        ("1705", '"1,705"', "line 3: the value '1,705' of mof.us.exports.total is not a valid number"),
        ("1705", "WRITE", "line 3: value still says 'WRITE'; write what belongs there."),
        ("1705", "", "line 3: "),
        ("2025-06,", "2025-13,", "line 3: '2025-13' is not a valid month"),
        ("2025-06,", "FY2024,", "line 3: 'FY2024' is not a valid month"),
        ("2025-07-17", "tomorrow", "line 3: the vintage 'tomorrow' of mof.us.exports.total is not a valid day"),
        ("1705", '"17', "line 3: the quoting is broken"),
        ("1705,", "1705,1,", "line 3: "),
        ("period,", "month,", "the columns are"),
        (ROWS, "", "the columns are []"),
        (ROWS, "period,series,value,vintage\n", "there is no row of mof.us.exports.total"),
    ],
)
def test_a_broken_row_is_told_with_its_line(tmp_path, monkeypatch, old, new, told):
    (tmp_path / "observations").mkdir()
    (tmp_path / "series.csv").write_bytes((data.DATA / "series.csv").read_bytes())
    (tmp_path / "observations/mof_us_trade.csv").write_text(ROWS.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(data, "DATA", tmp_path)
    monkeypatch.setattr(data, "_observations", data._observations.__wrapped__)
    with pytest.raises(InputError) as fault:
        data.series("mof.us.exports.total")
    assert str(fault.value).startswith("data/observations/mof_us_trade.csv") and told in str(fault.value)


def test_a_table_that_pandas_cannot_read_is_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/empty.csv").write_text("")
    monkeypatch.setattr(data, "DATA", tmp_path)
    with pytest.raises(InputError, match=r"^data/tables/empty\.csv: the file is empty; its first line must name"):
        data.table("empty")
