"""What the reader of the data package promises: names, periods, vintages, units, and clear refusals."""

import subprocess
import sys

import pandas as pd
import pytest

from autogap import data


def test_a_series_carries_its_unit_source_and_vintage():
    exports = data.series("mof.us.exports.motor_vehicles", "2025-05", "2025-06")
    assert list(exports.index.astype(str)) == ["2025-05", "2025-06"]
    assert exports.attrs["unit"] == "million JPY"
    assert exports.attrs["source"] and exports.attrs["vintage"] and exports.attrs["licence"]


def test_a_misspelt_name_is_refused_with_the_near_ones():
    with pytest.raises(data.DataError, match=r"Did you mean 'mof\.us\.exports\.total'"):
        data.series("mof.us.exprts.total")


@pytest.mark.parametrize(("start", "words"), [("2031-01", "nothing from 2031-01"), ("May", "is no period")])
def test_a_period_outside_the_data_is_refused(start, words):
    with pytest.raises(data.DataError, match=words):
        data.series("mof.us.exports.total", start=start)


def test_an_unknown_vintage_lists_those_there_are():
    with pytest.raises(data.DataError, match="2025-09-08"):
        data.series("cao.gdp_real_chained2015", vintage="1999")


def test_whole_vintages_stand_side_by_side_and_the_last_is_the_default():
    name = "cao.gdp_real_realtime"
    side_by_side = data.revisions(name)
    assert list(side_by_side.columns) == data.vintages(name)
    latest = data.series(name)
    assert latest.attrs["vintage"] == data.vintages(name)[-1]
    pd.testing.assert_series_equal(latest, side_by_side[data.vintages(name)[-1]].dropna(), check_names=False)


def test_stages_join_to_the_latest_of_each_period():
    joined = data.series("mof.us.exports.total")
    detailed = data.series("mof.us.exports.total", vintage="detailed")
    provisional = data.series("mof.us.exports.total", vintage="provisional")
    assert len(joined) == len(detailed) + len(provisional.index.difference(detailed.index))


def test_fiscal_years_end_in_march():
    fiscal = data.series("mof_press.us.balance_fy", "FY2024", "FY2024")
    assert fiscal.index[0].end_time.date().isoformat() == "2025-03-31"


def test_a_frame_keeps_gaps_and_refuses_mixed_frequencies():
    table = data.frame({"prices": "bls.import_price.japan_all_goods", "cars": "bls.import_price.passenger_cars"})
    assert table["cars"].isna().any() and table.attrs["series"]["cars"]["unit"].startswith("index")
    with pytest.raises(data.DataError, match="share their frequency"):
        data.frame(["mof.us.exports.total", "mof_press.us.balance"])


def test_codes_keep_their_leading_zeros_and_unknown_tables_are_refused():
    assert data.table("io_oecd_japan")["row"].iloc[0] == "01"
    with pytest.raises(data.DataError, match="Did you mean 'claims'"):
        data.table("claim")


@pytest.mark.slow
def test_every_series_of_the_catalogue_can_be_read():
    for name in data.catalogue().index:
        assert not data.series(name).empty


def test_files_read_are_told_with_their_hashes():
    data.series("frb.jpy_per_usd")
    assert len(data.files_read()["data/series.csv"]) == 64


@pytest.mark.slow
def test_importing_the_reader_imports_nothing_heavy_but_pandas():
    code = ("import pandas, sys; before = set(sys.modules); import autogap.data; "
            "print(sorted(m for m in set(sys.modules) - before if not m.startswith('autogap')))")
    extra = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert extra.strip() in ("['nbpoints', 'nbpoints.errors']", "['difflib', 'nbpoints', 'nbpoints.errors']")
