"""Japan's input-output tables as their publishers lay them out, made ready for `input_output`.

The OECD table (45 industries, million US dollars) and that of the Ministry of Internal Affairs and Communications for
2015 (37 sectors, million yen) are both of the competitive import form: a use holds imports, which stand once more,
negative, in a column of their own. Codes of rows and columns are those of `io_sectors` in the data package.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from autogap.methods import input_output


class NationalTable(NamedTuple):
    """One table of one year; every Series has the industries of the table, flows in the currency of the table.

    `inverse` is the domestic inverse; `carried` what one unit of output carries, industries in rows: `value_added`, and
    `labour_income` where the table has it. `final_home` is domestic final demand with imports, `product_taxes` a
    number: gross domestic product is the sum of value added and these taxes.
    """

    output: pd.Series
    value_added: pd.Series
    exports: pd.Series
    final_home: pd.Series
    import_ratio: pd.Series
    inverse: pd.DataFrame
    carried: pd.DataFrame
    product_taxes: float


def oecd(sheet: pd.DataFrame) -> NationalTable:
    """Take apart a table of the OECD for one year, laid out by `input_output.matrix`.

    Source of the form: OECD, "Input-Output Tables", 2021 edition, total use at basic prices.
    """
    industries = [code for code in sheet.index if code.isdigit()]
    home = [code for code in sheet.columns if not code.isdigit() and code not in ("EXPO", "IMPO")]
    return _table(
        flows=sheet.loc[industries, industries],
        output=sheet.loc["OUTPUT", industries],
        carried=sheet.loc[["VALU"], industries].T.set_axis(["value_added"], axis=1),
        exports=sheet.loc[industries, "EXPO"],
        imports=-sheet.loc[industries, "IMPO"],
        final_home=sheet.loc[industries, home].sum(axis=1),
        product_taxes=float(sheet.loc["TXS_INT_FNL"].sum()),
    )


def mic2015(sheet: pd.DataFrame) -> NationalTable:
    """Take apart the 37-sector table of 2015 of the Ministry of Internal Affairs and Communications.

    Flows are at producer prices: indirect taxes are within value added, only import taxes are apart. Labour income is
    compensation of employees (row 91); what the self-employed earn is within operating surplus. Value added here leaves
    out consumption outside households (row 71), as gross domestic product does.
    """
    industries = [code for code in sheet.index if code < "70"]
    carried = pd.DataFrame(
        {
            "value_added": sheet.loc["96", industries] - sheet.loc["71", industries],
            "labour_income": sheet.loc["91", industries],
        }
    )
    return _table(
        flows=sheet.loc[industries, industries],
        output=sheet.loc["97", industries],
        carried=carried,
        exports=sheet.loc[industries, "81"],
        imports=-sheet.loc[industries, "87"],
        final_home=sheet.loc[industries, "78"],
        product_taxes=float(-sheet.loc[industries, ["85", "86"]].sum().sum()),
    )


def _table(
    flows: pd.DataFrame,
    output: pd.Series,
    carried: pd.DataFrame,
    exports: pd.Series,
    imports: pd.Series,
    final_home: pd.Series,
    product_taxes: float,
) -> NationalTable:
    ratio = input_output.import_ratios(imports, output, exports)
    inverse = input_output.domestic_inverse(input_output.coefficients(flows, output), ratio)
    per_output = input_output.per_output(carried, output)
    return NationalTable(output, carried["value_added"], exports, final_home, ratio, inverse, per_output, product_taxes)


def domestic_final_demand(table: NationalTable, industry: str) -> float:
    """Final demand for the domestic goods of one industry: exports, and the part of demand at home that is not
    imported.

    Examples
    --------
    >>> one = pd.Series([1.0], ["20"])
    >>> added = one.to_frame("value_added")
    >>> table = NationalTable(one, one, 5 * one, 10 * one, 0.2 * one, one.to_frame("20"), added, 0.0)
    >>> domestic_final_demand(table, "20")
    13.0
    """
    return float(table.exports[industry] + (1 - table.import_ratio[industry]) * table.final_home[industry])


def gdp(table: NationalTable) -> float:
    """Gross domestic product at market prices: value added and taxes less subsidies on products.

    Examples
    --------
    >>> one = pd.Series([90.0], ["20"])
    >>> gdp(NationalTable(one, one, one, one, one, one.to_frame("20"), one.to_frame("value_added"), 10.0))
    100.0
    """
    return float(table.value_added.sum() + table.product_taxes)
