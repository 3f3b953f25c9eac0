"""Input-output: what output, value added and labour income stand behind a final demand.

Tables are frames whose rows sell to their columns. The notation is that of Miller and Blair, "Input-Output Analysis"
(3rd edition 2022): flows Z, output x, coefficients A, inverse L. Japan's tables are of the competitive import form:
flows hold imports, and the import ratio of the good, one for all its domestic uses, takes them out again (Ministry of
Internal Affairs and Communications, "2015 Input-Output Tables for Japan", chapter on the inverse).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, did_you_mean


def matrix(cells: pd.DataFrame, value: str) -> pd.DataFrame:
    """Lay out a table of one row a cell (`row`, `column` and the value) as a matrix; an absent cell is 0.

    Rows and columns keep the order in which they first appear.

    Raises
    ------
    InputError
        If a cell is there twice or has no value.

    Examples
    --------
    >>> cells = pd.DataFrame({"row": ["a", "b"], "column": ["b", "a"], "usd_mn": [2.0, 3.0]})
    >>> matrix(cells, "usd_mn").to_numpy().tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    twice = cells[cells.duplicated(["row", "column"])]
    if len(twice):
        raise InputError(f"table: the cell {tuple(twice[['row', 'column']].iloc[0])} is there twice; choose one year.")
    if cells[value].isna().any():
        raise InputError(f"table: {value} is missing in a cell; leave the cell out if it is 0.")
    wide = cells.pivot(index="row", columns="column", values=value).fillna(0.0)
    return wide.loc[cells["row"].unique(), cells["column"].unique()]


def coefficients(flows: pd.DataFrame, output: pd.Series) -> pd.DataFrame:
    """Inputs from each row per unit of output of each column: A = Z / x.

    An industry without output, as "activities not elsewhere classified" can be, has coefficients of 0.

    Parameters
    ----------
    flows : DataFrame
        Intermediate sales, industries by industries, in the unit of `output`.
    output : Series
        Gross output by industry, in the same order.

    Raises
    ------
    InputError
        If industries differ, a value is missing, or an industry buys without producing.

    Examples
    --------
    The example of Miller and Blair, section 2.3:

    >>> industries = ["1", "2"]
    >>> flows = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], industries, industries)
    >>> coefficients(flows, pd.Series([1000.0, 2000.0], industries)).to_numpy().tolist()
    [[0.15, 0.25], [0.2, 0.05]]
    """
    _same_industries(flows, output=output)
    if flows.isna().any(axis=None) or output.isna().any():
        raise InputError("flows: a value is missing in the flows or the output; write 0 where nothing is sold.")
    idle = output.index[(output == 0) & (flows.to_numpy() != 0).any(axis=0)]
    if len(idle):
        raise InputError(f"output: {idle[0]} buys inputs but has an output of 0.")
    return flows.div(output.where(output != 0, 1.0), axis=1)


def per_output(values: pd.Series | pd.DataFrame, output: pd.Series) -> pd.Series | pd.DataFrame:
    """What one unit of output carries, industries in rows: value added, labour income ... 0 where nothing is made.

    Raises
    ------
    InputError
        If industries differ, or something stands against an output of 0.

    Examples
    --------
    >>> per_output(pd.Series([400.0, 0.0], ["1", "2"]), pd.Series([1000.0, 0.0], ["1", "2"])).tolist()
    [0.4, 0.0]
    """
    if not values.index.equals(output.index):
        raise InputError("values: they must have the industries of the output, in its order.")
    table = values.to_frame() if isinstance(values, pd.Series) else values
    idle = output.index[(output == 0) & (table != 0).any(axis=1)]
    if len(idle):
        raise InputError(f"output: {idle[0]} has values but an output of 0.")
    return values.div(output.where(output != 0, 1.0), axis=0)


def _same_industries(square: pd.DataFrame, **others: pd.Series | pd.DataFrame) -> None:
    if not square.index.equals(square.columns):
        raise InputError("flows: rows and columns must be the same industries in one order.")
    for name, other in others.items():
        if not other.index.equals(square.index):
            raise InputError(f"{name}: it must have the industries of the matrix, in its order.")


def leontief(technical: pd.DataFrame) -> pd.DataFrame:
    """Leontief inverse L = (I - A)^-1: output of each row behind one unit of final demand for each column.

    Raises
    ------
    InputError
        If the economy uses up more of its goods than it makes (an eigenvalue of 1 or more).

    Examples
    --------
    >>> technical = pd.DataFrame([[0.15, 0.25], [0.2, 0.05]], ["1", "2"], ["1", "2"])
    >>> leontief(technical).round(4).to_numpy().tolist()
    [[1.2541, 0.33], [0.264, 1.1221]]
    """
    _same_industries(technical)
    largest = np.abs(np.linalg.eigvals(technical.to_numpy())).max()
    if largest >= 1:
        raise InputError(f"coefficients: the largest eigenvalue is {largest:.3f}; below 1 the economy is productive.")
    inverse = np.linalg.inv(np.eye(len(technical)) - technical.to_numpy())
    return pd.DataFrame(inverse, technical.index, technical.columns)


def import_ratios(imports: pd.Series, output: pd.Series, exports: pd.Series) -> pd.Series:
    """Share of imports in the domestic demand for each good: m = M / (x + M - E), M positive.

    Where nothing is demanded at home the ratio is 0.

    Raises
    ------
    InputError
        If a ratio lies outside 0 to 1: imports were given negative, or exports hold goods that were not made at home.

    Examples
    --------
    >>> import_ratios(pd.Series([20.0]), pd.Series([100.0]), pd.Series([40.0])).tolist()
    [0.25]
    """
    demand = output + imports - exports
    ratios = (imports / demand.where(demand != 0)).fillna(0.0)
    wrong = ratios.index[(ratios < 0) | (ratios > 1)]
    if len(wrong):
        raise InputError(
            f"imports: the ratio of {wrong[0]} is {ratios[wrong[0]]:.3f}, outside 0 to 1; give imports as"
            " positive and exports without re-exports."
        )
    return ratios


def domestic_inverse(technical: pd.DataFrame, import_ratio: pd.Series) -> pd.DataFrame:
    """Inverse of the competitive import form, (I - (I - M) A)^-1: domestic output behind one unit of domestic goods.

    Exports are such goods; of final demand at home only the part (1 - m) is.

    Parameters
    ----------
    technical : DataFrame
        Coefficients A, imports included.
    import_ratio : Series
        m by good, between 0 and 1.

    Examples
    --------
    >>> technical = pd.DataFrame([[0.5]], ["1"], ["1"])
    >>> domestic_inverse(technical, pd.Series([0.2], ["1"])).round(4).to_numpy().tolist()
    [[1.6667]]
    """
    _same_industries(technical, import_ratio=import_ratio)
    return leontief(technical.mul(1 - import_ratio, axis=0))


def behind(inverse: pd.DataFrame, final_demand: pd.Series, ratios: pd.DataFrame | None = None) -> pd.DataFrame:
    """Output that stands behind a final demand, industry by industry, and what goes with output.

    Parameters
    ----------
    inverse : DataFrame
        As `leontief` or `domestic_inverse` returns it.
    final_demand : Series
        Demand for the goods of each industry (domestic goods, with a domestic inverse), by industry; industries that
        are left out demand nothing.
    ratios : DataFrame, optional
        What one unit of output carries, industries in rows, as `per_output` returns it.

    Returns
    -------
    DataFrame
        Industries in rows; `output` in the unit of the demand, and a column for each of `ratios`.

    Raises
    ------
    InputError
        If an industry of the demand is not in the inverse.

    Examples
    --------
    >>> inverse = pd.DataFrame([[1.25, 0.33], [0.26, 1.12]], ["cars", "steel"], ["cars", "steel"])
    >>> ratios = pd.DataFrame({"value_added": [0.3, 0.4]}, ["cars", "steel"])
    >>> behind(inverse, pd.Series({"cars": 100.0}), ratios).round(2).to_dict("index")
    {'cars': {'output': 125.0, 'value_added': 37.5}, 'steel': {'output': 26.0, 'value_added': 10.4}}
    """
    for industry in final_demand.index.difference(inverse.columns):
        raise InputError(
            f"final_demand: {industry!r} is not an industry of the table.{did_you_mean(industry, inverse.columns)}"
        )
    demand = final_demand.reindex(inverse.columns, fill_value=0.0)
    effects = (inverse @ demand).rename("output").to_frame()
    if ratios is None:
        return effects
    _same_industries(inverse, ratios=ratios)
    return effects.join(ratios.mul(effects["output"], axis=0))


def multipliers(inverse: pd.DataFrame, ratio: pd.Series | None = None) -> pd.Series:
    """Output in all industries behind one unit of final demand for each good, or what goes with that output.

    Examples
    --------
    >>> inverse = pd.DataFrame([[1.25, 0.33], [0.26, 1.12]], ["cars", "steel"], ["cars", "steel"])
    >>> multipliers(inverse).round(2).to_dict()
    {'cars': 1.51, 'steel': 1.45}
    """
    if ratio is None:
        return inverse.sum(axis=0)
    _same_industries(inverse, ratio=ratio)
    return inverse.mul(ratio, axis=0).sum(axis=0)


def value_added_by_use(technical: pd.DataFrame, value_added_ratio: pd.Series, final: pd.DataFrame) -> pd.DataFrame:
    """Value added of each industry by the final use that in the end absorbs it, in a table of one or several regions.

    Value added in trade of Johnson and Noguera (2012): v L F, with v on the diagonal. Rows add up to the value added of
    the industry; with several regions each column adds up to that region's final spending.

    Parameters
    ----------
    technical : DataFrame
        Coefficients; with several regions each industry of each region is a row and a column.
    value_added_ratio : Series
        Value added per unit of output.
    final : DataFrame
        Final use: goods in rows, users (regions) in columns.

    Examples
    --------
    Region B exports to A only through the inputs of its own final good:

    >>> names = ["A", "B"]
    >>> technical = pd.DataFrame([[0.0, 0.5], [0.0, 0.0]], names, names)
    >>> final = pd.DataFrame({"A": [10.0, 4.0], "B": [0.0, 6.0]}, names)
    >>> value_added_by_use(technical, pd.Series([1.0, 0.5], names), final).to_numpy().tolist()
    [[12.0, 3.0], [2.0, 3.0]]
    """
    _same_industries(technical, value_added_ratio=value_added_ratio, final=final)
    return (leontief(technical) @ final).mul(value_added_ratio, axis=0)
