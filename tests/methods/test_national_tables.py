"""National tables: each account closes, and the totals meet those published elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap import data
from autogap.methods import input_output
from autogap.methods import national_tables as tables


@pytest.fixture(scope="module")
def oecd_2015():
    cells = data.table("io_oecd_japan")
    return tables.oecd(input_output.matrix(cells[cells["year"] == 2015], "value_usd_mn"))


@pytest.fixture(scope="module")
def mic_2015():
    return tables.mic2015(input_output.matrix(data.table("io_mic2015_transactions"), "value_jpy_mn"))


@pytest.mark.parametrize("name", ["oecd_2015", "mic_2015"])
def test_final_demand_for_domestic_goods_asks_for_the_output_of_the_table(name, request):
    table = request.getfixturevalue(name)
    demand = pd.Series({code: tables.domestic_final_demand(table, code) for code in table.output.index})
    wanted = input_output.behind(table.inverse, demand)["output"]
    assert wanted.to_numpy() == pytest.approx(table.output.to_numpy(), rel=1e-3, abs=1.0)


def test_the_inverse_of_2015_is_the_published_one(mic_2015):
    published = input_output.matrix(data.table("io_mic2015_inverse"), "coefficient")
    assert np.abs(mic_2015.inverse - published).to_numpy().max() < 1e-6


def test_gross_domestic_product_of_the_oecd_table_is_that_of_the_national_accounts(oecd_2015):
    """Within two thousandths of the accounts of the same base, at the Federal Reserve's average rate of the year."""
    yen = tables.gdp(oecd_2015) * data.series("frb.jpy_per_usd", "2015-01", "2015-12").mean() / 1e3
    assert yen == pytest.approx(data.series("cao.sna.total.value_added")["2015"], rel=2e-3)


def test_labour_income_is_that_of_the_national_accounts(mic_2015):
    """Within three percent: the accounts are of another base."""
    total = (mic_2015.carried["labour_income"] * mic_2015.output).sum() / 1e3
    assert total == pytest.approx(data.series("cao.sna.total.compensation")["2015"], rel=0.03)


def test_a_share_of_imports_lowers_what_stands_behind_a_good(oecd_2015):
    assert ((oecd_2015.import_ratio >= 0) & (oecd_2015.import_ratio <= 1)).all()
    value_added = input_output.multipliers(oecd_2015.inverse, oecd_2015.carried["value_added"])
    assert (value_added <= 1 + 1e-9).all()
    assert 0.6 < value_added["20"] < 0.9
