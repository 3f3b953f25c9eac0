"""Input-output: Miller and Blair's example, the official inverse of 2015, accounts of three regions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap import data
from autogap.methods import input_output as io
from nbpoints.errors import InputError

TWO = ["1", "2"]
# Miller and Blair, "Input-Output Analysis", section 2.3
FLOWS = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], TWO, TWO)
OUTPUT = pd.Series([1000.0, 2000.0], TWO)


@pytest.fixture(scope="module")
def japan_2015():
    """Flows, output, exports and imports of the 37 industries of the 2015 tables."""
    sheet = io.matrix(data.table("io_mic2015_transactions"), "value_jpy_mn")
    goods = [code for code in sheet.index if code < "70"]
    return {
        "technical": io.coefficients(sheet.loc[goods, goods], sheet.loc["97", goods]),
        "imports": -sheet.loc[goods, "87"],
        "output": sheet.loc[goods, "97"],
        "exports": sheet.loc[goods, "81"],
        "ratios": io.per_output(sheet.loc[["96", "91"], goods].T, sheet.loc["97", goods]),
    }


@pytest.fixture(scope="module")
def inverse_2015(japan_2015):
    ratio = io.import_ratios(japan_2015["imports"], japan_2015["output"], japan_2015["exports"])
    return io.domestic_inverse(japan_2015["technical"], ratio)


@pytest.fixture(scope="module")
def three_regions():
    """WIOD 2011: Japan, the United States, the rest of the world, 35 industries each."""
    cells = data.table("io_wiod_3region")
    sheet = io.matrix(cells[cells["year"] == 2011], "value_usd_mn")
    goods = [code for code in sheet.index if "_c" in code]
    users = sheet.loc[goods, [code for code in sheet.columns if "_F" in code]]
    final = users.T.groupby(lambda code: code.split("_")[0]).sum().T
    return sheet.loc[goods, goods], sheet.loc[goods, "OUTPUT"], final, sheet.loc["VA_residual", goods]


def test_miller_and_blairs_inverse():
    inverse = io.leontief(io.coefficients(FLOWS, OUTPUT))
    assert inverse.to_numpy() == pytest.approx(np.array([[1.2541, 0.3300], [0.2640, 1.1221]]), abs=5e-5)


def test_miller_and_blairs_outputs_for_a_new_final_demand():
    """f = (600, 1500) asks for x = (1247.5, 1841.6)."""
    inverse = io.leontief(io.coefficients(FLOWS, OUTPUT))
    wanted = io.behind(inverse, pd.Series([600.0, 1500.0], TWO))["output"]
    assert wanted.to_numpy() == pytest.approx([1247.5, 1841.6], abs=0.05)


def test_the_official_inverse_of_2015(inverse_2015):
    """MIC 2015, 37 sectors: our (I - (I - M) A)^-1 equals the published inverse to 1e-6."""
    published = io.matrix(data.table("io_mic2015_inverse"), "coefficient")
    assert list(inverse_2015.index) == list(published.index) and len(published) == 37
    assert np.abs(inverse_2015.to_numpy() - published.to_numpy()).max() < 1e-6


def test_the_official_import_coefficients_of_2015(japan_2015):
    official = data.table("io_mic2015_imports").set_index("sector")["import_coefficient"]
    ours = io.import_ratios(japan_2015["imports"], japan_2015["output"], japan_2015["exports"])
    assert ours.to_numpy() == pytest.approx(official.reindex(ours.index).to_numpy(), abs=1e-9)


def test_value_added_behind_exports_and_imports_behind_them_make_up_the_exports(japan_2015, inverse_2015):
    """A unit of export is value added at home, or imported inputs, and nothing else."""
    vehicles = pd.Series({"35": 1_000_000.0})
    effects = io.behind(inverse_2015, vehicles, japan_2015["ratios"])
    ratio = io.import_ratios(japan_2015["imports"], japan_2015["output"], japan_2015["exports"])
    imported = (japan_2015["technical"].mul(ratio, axis=0) @ effects["output"]).sum()
    assert effects["96"].sum() + imported == pytest.approx(1_000_000.0, rel=1e-5)
    assert 0 < effects["91"].sum() < effects["96"].sum() < 1_000_000.0
    assert effects["output"].sum() == pytest.approx(1_000_000.0 * io.multipliers(inverse_2015)["35"])
    by_multiplier = io.multipliers(inverse_2015, japan_2015["ratios"]["96"])["35"]
    assert effects["96"].sum() == pytest.approx(1_000_000.0 * by_multiplier)


def test_imports_leak_out_of_the_multiplier(japan_2015, inverse_2015):
    closed = io.leontief(japan_2015["technical"])
    assert (io.multipliers(inverse_2015) <= io.multipliers(closed)).all()


def test_value_added_of_three_regions_is_absorbed_somewhere(three_regions):
    """Rows add up to the value added of each industry, columns to the final spending of each region."""
    flows, output, final, value_added = three_regions
    technical = io.coefficients(flows, output)
    ratio = io.per_output(value_added, output)
    absorbed = io.value_added_by_use(technical, ratio, final)
    assert absorbed.sum(axis=0).to_numpy() == pytest.approx(final.sum(axis=0).to_numpy())
    # Uses miss output by up to 1 % in the source (sums of rounded cells of 41 regions), and that error runs through L.
    error = flows.sum(axis=1) + final.sum(axis=1) - output
    assert (error.abs() <= 0.01 * output).all()
    expected = value_added + ratio * (io.leontief(technical) @ error)
    assert absorbed.sum(axis=1).to_numpy() == pytest.approx(expected.to_numpy())


@pytest.mark.parametrize("year", range(1995, 2019))
def test_every_oecd_table_of_japan_has_a_domestic_inverse(year):
    cells = data.table("io_oecd_japan")
    sheet = io.matrix(cells[cells["year"] == year], "value_usd_mn")
    goods = [code for code in sheet.index if code.isdigit()]
    technical = io.coefficients(sheet.loc[goods, goods], sheet.loc["OUTPUT", goods])
    ratio = io.import_ratios(-sheet.loc[goods, "IMPO"], sheet.loc["OUTPUT", goods], sheet.loc[goods, "EXPO"])
    multiplier = io.multipliers(io.domestic_inverse(technical, ratio))["20"]
    assert 2 < multiplier < 3


def test_an_industry_without_output_has_coefficients_of_nought():
    flows, output = FLOWS.assign(**{"2": 0.0}), OUTPUT.where(OUTPUT.index != "2", 0.0)
    assert io.coefficients(flows, output)["2"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: io.coefficients(FLOWS, OUTPUT[::-1]), "output: it must have the industries"),
        (lambda: io.coefficients(FLOWS.rename({"1": "3"}), OUTPUT), "same industries"),
        (lambda: io.coefficients(FLOWS.where(FLOWS > 100), OUTPUT), "missing"),
        (lambda: io.coefficients(FLOWS, OUTPUT * 0), "1 buys inputs"),
        (lambda: io.per_output(OUTPUT, OUTPUT[::-1]), "must have the industries"),
        (lambda: io.per_output(OUTPUT, OUTPUT * 0), "1 has values"),
        (lambda: io.leontief(FLOWS / 100), "eigenvalue"),
        (lambda: io.import_ratios(-OUTPUT / 4, OUTPUT, OUTPUT * 0), "outside 0 to 1"),
        (lambda: io.import_ratios(OUTPUT, OUTPUT, OUTPUT * 1.5), "outside 0 to 1"),
        (lambda: io.behind(FLOWS / 1000, pd.Series({"cars": 1.0})), "'cars' is not an industry"),
    ],
)
def test_tables_that_make_no_sense_are_refused(wrong, says):
    with pytest.raises(InputError, match=says):
        wrong()


def test_a_table_of_two_years_is_refused():
    cells = pd.DataFrame({"row": ["a", "a"], "column": ["b", "b"], "usd_mn": [1.0, 2.0]})
    with pytest.raises(InputError, match="there twice"):
        io.matrix(cells, "usd_mn")
    with pytest.raises(InputError, match="missing"):
        io.matrix(cells.iloc[:1].assign(usd_mn=np.nan), "usd_mn")
