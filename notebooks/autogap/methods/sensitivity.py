"""What uncertain parameters do to a result: quasi-Monte Carlo draws, intervals and Sobol indices.

Draws are scrambled Sobol points (Owen 1998): with the same seed they are the same, and they fill the ranges more evenly
than random ones, if their number is a power of two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from nbpoints.errors import InputError

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen

Ranges = Mapping[str, Sequence[float]]

NOISE = 0.05  # an estimated share may lie this far outside 0 to 1 and still stand for the end


def _refuse_draws(draws: int) -> None:
    if draws < 2 or draws & (draws - 1):
        below = 2 ** max(1, int(draws).bit_length() - 1)
        raise InputError(f"draws: {draws} is not a power of two, which Sobol points need; give {below} or {2 * below}.")


def _distribution(name: str, ends: Sequence[float]) -> rv_frozen:
    """Uniform over (low, high), triangular over (low, mode, high)."""
    from scipy import stats

    ordered = len(ends) in (2, 3) and list(ends) == sorted(ends) and ends[0] < ends[-1]
    if not ordered or not np.isfinite(ends).all():
        raise InputError(f"{name}: {tuple(ends)} is not a range; give (low, high) or (low, most likely, high), rising.")
    low, high = ends[0], ends[-1]
    if len(ends) == 2:
        return stats.uniform(low, high - low)
    return stats.triang((ends[1] - low) / (high - low), low, high - low)


def draw(ranges: Ranges, draws: int, seed: int) -> pd.DataFrame:
    """Draw parameter sets evenly over their ranges.

    Parameters
    ----------
    ranges : mapping of str to (low, high) or (low, most likely, high)
        Uniform over two ends, triangular with three.
    draws : int
        A power of two.
    seed : int
        Equal seeds give equal draws.

    Returns
    -------
    DataFrame
        A row a draw, a column a parameter.

    Raises
    ------
    InputError
        If `draws` is not a power of two or a range is none.

    Examples
    --------
    >>> sets = draw({"substitution": (2.0, 10.0), "supply": (1.0, 2.0, 5.0)}, 256, seed=1)
    >>> sets.shape, bool(sets["substitution"].between(2, 10).all())
    ((256, 2), True)
    """
    from scipy.stats import qmc

    _refuse_draws(draws)
    distributions = {name: _distribution(name, ends) for name, ends in ranges.items()}
    points = qmc.Sobol(len(distributions), rng=np.random.default_rng(seed)).random_base2(draws.bit_length() - 1)
    return pd.DataFrame({name: fitted.ppf(points[:, at]) for at, (name, fitted) in enumerate(distributions.items())})


def around(centres: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, tuple[float, float, float]]:
    """Give ranges, in natural logs, whose middle is the value chosen and whose width is that of the literature.

    A parameter c is drawn from c / f to c * f, triangular in logs, so that half of the draws lie on either side of the
    value chosen: a result that moves one way with every parameter then lies within its own band.

    Parameters
    ----------
    centres : mapping of str to float
        Values chosen, above zero.
    factors : mapping of str to float
        f for each of them, above 1; of a published range it is the root of high over low.

    Raises
    ------
    InputError
        If the names differ, a value is not above zero, or a factor not above 1.

    Examples
    --------
    >>> ranges = around({"demand": 0.8}, {"demand": 2.0})
    >>> np.exp(ranges["demand"]).round(1).tolist()
    [0.4, 0.8, 1.6]
    """
    if set(centres) != set(factors):
        raise InputError(f"factors: {sorted(set(centres) ^ set(factors))} are in one of the mappings only.")
    for name, centre in centres.items():
        if not (centre > 0 and factors[name] > 1):
            raise InputError(f"{name}: give a value above zero and a factor above 1, not {centre} and {factors[name]}.")
    logs = {name: (np.log(centre), np.log(factors[name])) for name, centre in centres.items()}
    return {name: (float(middle - half), float(middle), float(middle + half)) for name, (middle, half) in logs.items()}


def interval(outputs: pd.Series | pd.DataFrame, level_pct: float = 90.0) -> pd.DataFrame:
    """Central interval of simulated outputs: `low`, `median`, `high`, one row an output.

    Raises
    ------
    InputError
        If the level is not between 0 and 100, or an output is missing in some draw.

    Examples
    --------
    >>> interval(pd.Series(range(101), name="loss"), level_pct=80)
           low  median  high
    loss  10.0    50.0  90.0
    """
    if not 0 < level_pct < 100:
        raise InputError(f"level_pct: {level_pct} is not a level; give one between 0 and 100, like 90.")
    table = outputs.to_frame() if isinstance(outputs, pd.Series) else outputs
    if table.isna().any(axis=None):
        raise InputError(f"outputs: {table.columns[table.isna().any()][0]!r} is missing in some draws.")
    tail = (1 - level_pct / 100) / 2
    spread = table.quantile([tail, 0.5, 1 - tail]).T
    return spread.set_axis(["low", "median", "high"], axis=1)


def sobol(
    model: Callable[[pd.DataFrame], pd.Series | np.ndarray],
    ranges: Ranges,
    draws: int,
    seed: int,
    least_spread: float = 0.0,
) -> pd.DataFrame:
    """Share of a result's variance that each uncertain parameter brings (Sobol 1993; Saltelli et al. 2010).

    Parameters
    ----------
    model : callable
        Takes a frame of parameter sets (a row a set) and returns one number a row. Called once, with
        `draws * (len(ranges) + 2)` rows.
    ranges, draws, seed
        As for `draw`.
    least_spread : float
        A result whose standard deviation is no larger has no variance to share out.

    Returns
    -------
    DataFrame
        Indexed by parameter, the most important first: `first` (alone) and `total` (with all interactions), shares of
        the variance. Estimates: small negative numbers stand for zero. NaN where there is no variance.

    Raises
    ------
    InputError
        If `draws` is not a power of two, a range is none, or the model returns another number of results.

    Examples
    --------
    >>> ranked = sobol(lambda sets: 3 * sets["a"] + sets["b"], {"a": (0, 1), "b": (0, 1)}, 1024, seed=1)
    >>> ranked["first"].round(2).to_dict()
    {'a': 0.9, 'b': 0.1}
    """
    from scipy import stats

    _refuse_draws(draws)
    distributions = [_distribution(name, ends) for name, ends in ranges.items()]
    spreads = []

    def results(points: np.ndarray) -> np.ndarray:
        # scipy hands over the points with the parameters first, several sets of them in further dimensions.
        flat = points.reshape(len(ranges), -1)
        # scipy centres the results in place, which a frame's own memory forbids.
        found = np.array(model(pd.DataFrame(flat.T, columns=list(ranges))), dtype=float)
        if found.shape != (flat.shape[1],):
            raise InputError(f"model: {found.shape} results for {flat.shape[1]} parameter sets; return one a row.")
        spreads.append(found.std())
        return found.reshape(1, *points.shape[1:])

    with np.errstate(invalid="ignore", divide="ignore"):  # a result that is the same in every draw
        indices = stats.sobol_indices(func=results, n=draws, dists=distributions, rng=np.random.default_rng(seed))
    shares = {"first": np.ravel(indices.first_order), "total": np.ravel(indices.total_order)}
    ranked = pd.DataFrame(shares, index=pd.Index(list(ranges), name="parameter"))
    if max(spreads) <= least_spread:
        ranked[:] = np.nan
    return ranked.sort_values("total", ascending=False)


def doubt(shares: pd.DataFrame) -> str:
    """Say why shares of a variance tell nothing; an empty text if they do.

    Parameters
    ----------
    shares : DataFrame
        As `sobol` returns it.

    Examples
    --------
    >>> doubt(pd.DataFrame({"first": [-0.01], "total": [3.35]}))
    'the draws are too few: an estimated share lies outside 0 to 1'
    """
    if shares.isna().any(axis=None):
        return "the result hardly differs between the draws"
    if shares.lt(-NOISE).any(axis=None) or shares.gt(1 + NOISE).any(axis=None):
        return "the draws are too few: an estimated share lies outside 0 to 1"
    return ""
