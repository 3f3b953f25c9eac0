"""Inference with few clusters or months: wild cluster bootstrap, influence of one cluster, t intervals.

With few partners of unequal size, one of which has much of the variation, clustered standard errors are too small:
MacKinnon and Webb, Journal of Applied Econometrics 32, 2017, https://doi.org/10.1002/jae.2508.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, did_you_mean


def mean_interval(values: pd.Series, level: float = 0.9) -> tuple[float, float, float]:
    """Mean of a few values, and its t interval, which takes the values as independent.

    Returns
    -------
    tuple of float
        Mean, low, high.

    Raises
    ------
    InputError
        If there are fewer than two values, or the level is not between 0 and 1.

    Examples
    --------
    >>> [round(one, 1) for one in mean_interval(pd.Series([89.1, 91.9, 86.2, 100.5]))]
    [91.9, 84.7, 99.2]
    """
    from scipy import stats

    known = values.dropna()
    if len(known) < 2:
        raise InputError(f"values: {len(known)} of them give no interval; two are the least.")
    if not 0 < level < 1:
        raise InputError(f"level: {level} is not a level between 0 and 1, such as 0.9.")
    half = stats.t.ppf((1 + level) / 2, len(known) - 1) * known.std() / np.sqrt(len(known))
    return float(known.mean()), float(known.mean() - half), float(known.mean() + half)


def wild_cluster_p(
    panel: pd.DataFrame,
    outcome: str,
    regressor: str,
    null: float,
    seed: int,
    effects: Sequence[str] = ("partner", "period"),
    cluster: str = "partner",
    draws: int = 999,
) -> float:
    """P value of a regression coefficient by the wild cluster bootstrap, effects taken out.

    The residuals under the null keep their size and change their sign, by cluster and at random (Rademacher); the t
    value of the data is compared with those of the draws: Cameron, Gelbach and Miller, Review of Economics and
    Statistics 90, 2008, https://doi.org/10.1162/rest.90.3.414.

    Parameters
    ----------
    panel : DataFrame
        Long form; rows with a gap are left out.
    outcome, regressor, effects, cluster : str or sequence of str
        Columns.
    null : float
        The value of the coefficient that is tested.
    seed : int
        Equal seeds give equal draws.
    draws : int
        Number of draws; the smallest p value is one over draws plus one.

    Raises
    ------
    InputError
        If a column is unknown or there are fewer than five clusters.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> panel = pd.DataFrame({"partner": np.repeat(list("abcdefgh"), 30), "period": np.tile(range(30), 8)})
    >>> panel["x"] = rng.normal(size=240)
    >>> panel["y"] = -2 * panel["x"] + rng.normal(size=240)
    >>> wild_cluster_p(panel, "y", "x", null=-2, seed=1) > 0.1, wild_cluster_p(panel, "y", "x", null=0, seed=1) < 0.05
    (True, True)
    """
    data = _complete(panel, [outcome, regressor, *effects, cluster])
    groups, number = pd.factorize(data[cluster].astype(str))[0], data[cluster].nunique()
    if number < 5:
        raise InputError(f"cluster: {number} groups in {cluster!r} are too few; five are the least.")
    basis = _basis(data, effects)
    x, y = (_within(data[name].to_numpy(dtype=float), basis) for name in (regressor, outcome))
    member = np.equal.outer(np.arange(number), groups).astype(float)

    def t_values(left: np.ndarray) -> np.ndarray:
        """T value against the null of each column."""
        beta = x @ left / (x @ x)
        scores = member @ (x[:, None] * (left - np.outer(x, beta)))
        return (beta - null) * (x @ x) / np.sqrt((scores**2).sum(axis=0))

    restricted = y - null * x
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(number, draws))
    drawn = t_values(np.outer(x, np.full(draws, null)) + _within(restricted[:, None] * signs[groups], basis))
    found = t_values(y[:, None])[0]
    return float((1 + (np.abs(drawn) >= abs(found)).sum()) / (draws + 1))


def leave_one_out(
    panel: pd.DataFrame,
    outcome: str,
    regressor: str,
    effects: Sequence[str] = ("partner", "period"),
    cluster: str = "partner",
) -> pd.DataFrame:
    """Estimate a coefficient without each cluster in turn, and the share of the regressor's variation that it holds.

    Returns
    -------
    DataFrame
        Index: the cluster left out; ``estimate`` without it, ``shift`` from the estimate with all, ``leverage_pct``.
        The largest shift comes first.

    Raises
    ------
    InputError
        If a column is unknown.

    Examples
    --------
    >>> panel = pd.DataFrame({"partner": np.repeat(list("abc"), 4), "period": np.tile(range(4), 3)})
    >>> panel["x"] = [0, 0, 0, 9, 0, 1, 0, 1, 1, 0, 1, 0]
    >>> leave_one_out(panel.assign(y=panel["x"]), "y", "x")["estimate"].round(6).tolist()
    [1.0, 1.0, 1.0]
    """
    data = _complete(panel, [outcome, regressor, *effects, cluster])

    def estimate(rows: pd.DataFrame) -> tuple[float, np.ndarray]:
        basis = _basis(rows, effects)
        x, y = (_within(rows[name].to_numpy(dtype=float), basis) for name in (regressor, outcome))
        return float(x @ y / (x @ x)), x

    whole, x = estimate(data)
    share = pd.Series(x**2).groupby(data[cluster].to_numpy()).sum() / (x @ x)
    rows = {one: estimate(data[data[cluster] != one])[0] for one in share.index}
    table = pd.DataFrame({"estimate": pd.Series(rows), "leverage_pct": 100 * share}).rename_axis(cluster)
    table.insert(1, "shift", table["estimate"] - whole)
    return table.sort_values("shift", key=abs, ascending=False)


def _complete(panel: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    columns = list(dict.fromkeys(columns))
    for column in columns:
        if column not in panel:
            raise InputError(f"panel: there is no column {column!r}.{did_you_mean(column, panel)}")
    return panel[columns].dropna().reset_index(drop=True)


def _basis(data: pd.DataFrame, effects: Sequence[str]) -> np.ndarray:
    """Orthonormal columns that span the effects."""
    dummies = pd.concat([pd.get_dummies(data[one].astype(str), prefix=one, dtype=float) for one in effects], axis=1)
    values, vectors = np.linalg.eigh(dummies.T @ dummies)
    kept = values > 1e-9 * values.max()
    return dummies.to_numpy() @ (vectors[:, kept] / np.sqrt(values[kept]))


def _within(values: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """What the effects leave of one or more columns."""
    return values - basis @ (basis.T @ values)
