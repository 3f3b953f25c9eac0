"""Synthetic control: a weighted mean of other units that moved like the treated one, and placebos among them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, did_you_mean

from autogap.methods.counterfactual import total_effect, window

# pysyncon's solver stops at an absolute tolerance of 1e-6: a larger loss gives weights to three digits instead of one.
LOSS_SCALE = 1e3


class SyntheticControl(NamedTuple):
    """A fitted synthetic control.

    `path` has the columns of `bsts` as far as they are known, for every period (a fit before the event is no
    prediction, so ``effect`` and ``cumulative`` begin with the event); `gap` is actual less synthetic at every period,
    over the unit's mean before the event; `weights` of the donors add up to one; `rmspe_ratio` is the root mean square
    of the gap after the event over that before.
    """

    path: pd.DataFrame
    gap: pd.Series
    weights: pd.Series
    predictor_weights: pd.Series | None
    rmspe_before: float
    rmspe_after: float
    rmspe_ratio: float


def synthetic_control(
    panel: pd.DataFrame,
    treated: str,
    event: str,
    donors: Iterable[str] | None = None,
    end: str | None = None,
    scale: bool = True,
    predictors: pd.DataFrame | None = None,
    predictor_weights: pd.Series | None = None,
) -> SyntheticControl:
    """Weight donors, none below zero and one in sum, so that together they move like the treated unit before the event.

    Abadie, Diamond and Hainmueller, American Journal of Political Science 59, 2015,
    https://doi.org/10.1111/ajps.12116. Without `predictors` the outcomes before the event are matched themselves,
    period by period; with all of them in, other predictors have no say (Kaul et al., Journal of Business and Economic
    Statistics 40, 2022, https://doi.org/10.1080/07350015.2021.1930012).

    Donors that the event touched, or that took over the treated unit's sales, bend the estimate.

    Parameters
    ----------
    panel : DataFrame
        Rows periods, columns units.
    treated : str
        The treated unit.
    event : str
        First period with the event.
    donors : iterable of str, optional
        By default all other units.
    end : str, optional
        Last period to use.
    scale : bool
        Divide every unit by its own mean before the event, so that paths are matched and not sizes.
    predictors : DataFrame, optional
        Rows predictors, columns units, to match instead of the outcomes.
    predictor_weights : Series, optional
        Importance of each predictor; by default those that fit the outcomes before the event best.

    Returns
    -------
    SyntheticControl

    Raises
    ------
    InputError
        If a unit or figure is missing, or the event leaves too few periods before it.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=60, freq="M")
    >>> donors = np.random.default_rng(0).normal(100, 10, (60, 4))
    >>> panel = pd.DataFrame(donors, months, list("abcd"))
    >>> panel["jp"] = 0.75 * panel["a"] + 0.25 * panel["c"] - 20.0 * (months >= "2024-06")
    >>> control = synthetic_control(panel, "jp", "2024-06", scale=False)
    >>> control.weights.round(2).to_dict(), control.path["effect"].iloc[-2:].round(1).tolist()
    ({'a': 0.75, 'b': 0.0, 'c': 0.25, 'd': 0.0}, [-20.0, -20.0])
    """
    donors = [unit for unit in panel if unit != treated] if donors is None else list(donors)
    for unit in (treated, *donors):
        if unit not in panel:
            raise InputError(f"panel: there is no unit {unit!r}.{did_you_mean(unit, panel)}")
    if treated in donors or len(donors) < 2:
        raise InputError(f"donors: give two or more units other than {treated!r}.")
    data, event = window(panel[[treated, *donors]], event, end, "panel")
    before = data.index < event
    means = data[before].mean()
    if (means <= 0).any():
        raise InputError(f"panel: the mean of {means.idxmin()!r} before {event} is not above zero.")
    moves = data / means if scale else data / means[treated]
    fitted = moves[before]
    matched = fitted if predictors is None else predictors[[treated, *donors]].astype(float)
    # Weights that add up to one do not notice a shift of a row, but pysyncon's solver stops early on large levels.
    matched = matched.sub(matched.mean(axis=1), axis=0)
    if predictors is None:
        # pysyncon divides each row by its standard deviation; its square as weight takes that back.
        importance = matched.var(axis=1)
    else:
        importance = predictor_weights
    fit = _new_synth()
    fit.fit(
        X0=matched[donors],
        X1=matched[treated],
        Z0=fitted[donors],
        Z1=fitted[treated],
        custom_V=None if importance is None else (LOSS_SCALE * importance / importance.sum()).to_numpy(),
    )
    weights = pd.Series(fit.W, index=donors, name="weight").clip(lower=0)
    found = None if predictors is None else pd.Series(fit.V / fit.V.sum(), index=predictors.index, name="weight")
    return _assemble(data[treated], moves, treated, weights / weights.sum(), before, found)


def _new_synth():
    """Import pysyncon, one of whose docstrings (release 1.7.0) holds an escape that Python warns of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "invalid escape sequence")
        from pysyncon import Synth
    return Synth()


def _assemble(
    actual: pd.Series,
    moves: pd.DataFrame,
    treated: str,
    weights: pd.Series,
    before: np.ndarray,
    predictor_weights: pd.Series | None,
) -> SyntheticControl:
    """Bring the weighted donors back to the treated unit's own size, and measure the fit."""
    size = actual[before].mean()
    gap = moves[treated] - moves[weights.index] @ weights
    path = pd.DataFrame({"actual": actual, "predicted": actual - size * gap, "effect": (size * gap).where(~before)})
    path["cumulative"] = path["effect"].cumsum()
    spread = {name: float(np.sqrt((gap[rows] ** 2).mean())) for name, rows in (("b", before), ("a", ~before))}
    return SyntheticControl(
        path, gap, weights, predictor_weights, size * spread["b"], size * spread["a"], spread["a"] / spread["b"]
    )


class PlaceboUnits(NamedTuple):
    """Every donor treated in turn: `gaps` (periods by units, over each unit's mean before the event), `table` with
    ``rmspe_ratio`` and ``effect_pct`` by unit, the treated one first, and `p_value`, the share of units (the treated
    one included) whose ratio is at least as large as the treated one's."""

    gaps: pd.DataFrame
    table: pd.DataFrame
    p_value: float


def placebo_units(
    panel: pd.DataFrame,
    treated: str,
    event: str,
    donors: Iterable[str] | None = None,
    end: str | None = None,
    scale: bool = True,
) -> PlaceboUnits:
    """Treat every donor as if the event had struck it: the treated unit should stand out.

    The treated unit itself is not a donor for the placebos, for it carries the effect.

    Parameters
    ----------
    panel, treated, event, donors, end, scale
        As in `synthetic_control`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> months = pd.period_range("2020-01", periods=60, freq="M")
    >>> panel = pd.DataFrame(rng.normal(100, 5, (60, 9)), months, [*"abcdefgh", "jp"])
    >>> panel.loc["2024-06":, "jp"] -= 50
    >>> round(placebo_units(panel, "jp", "2024-06").p_value, 3)
    0.111
    """
    donors = [unit for unit in panel if unit != treated] if donors is None else list(donors)
    controls = {treated: synthetic_control(panel, treated, event, donors, end, scale)}
    for unit in donors:
        others = [donor for donor in donors if donor != unit]
        controls[unit] = synthetic_control(panel, unit, event, others, end, scale)
    rows = {
        unit: {"rmspe_ratio": control.rmspe_ratio, "effect_pct": total_effect(control.path)["effect_pct"]}
        for unit, control in controls.items()
    }
    table = pd.DataFrame(rows).T.rename_axis("unit")
    gaps = pd.DataFrame({unit: control.gap for unit, control in controls.items()})
    return PlaceboUnits(gaps, table, float((table["rmspe_ratio"] >= table["rmspe_ratio"].iloc[0]).mean()))


def placebo_band(control: SyntheticControl, placebos: PlaceboUnits, level: float = 0.9) -> pd.DataFrame:
    """Put a band around a synthetic control's path: as wide as the gaps of the placebos, which had no effect.

    Each placebo's gaps are first made comparable by its fit before the event. This inverts the placebo test (Firpo and
    Possebom, Journal of Causal Inference 6, 2018, https://doi.org/10.1515/jci-2016-0026), taking the donors to be as
    hard to predict as the treated unit. A band of level L needs at least L / (1 - L) donors.

    Returns
    -------
    DataFrame
        The path with ``low``, ``high``, ``effect_low``, ``effect_high``, ``cumulative_low``, ``cumulative_high``.

    Raises
    ------
    InputError
        If there are too few donors for the level.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> months = pd.period_range("2020-01", periods=60, freq="M")
    >>> panel = pd.DataFrame(rng.normal(100, 5, (60, 13)), months, [*"abcdefghijkl", "jp"])
    >>> panel.loc["2024-06":, "jp"] -= 50
    >>> control = synthetic_control(panel, "jp", "2024-06")
    >>> last = placebo_band(control, placebo_units(panel, "jp", "2024-06")).iloc[-1]
    >>> bool(last["cumulative_low"] < -350 < last["cumulative_high"] < 0)
    True
    """
    gaps = placebos.gaps.iloc[:, 1:]
    # Of n placebos and the treated unit, the share `level` must not exceed the gap that is taken.
    place = math.ceil(round(level * (gaps.shape[1] + 1), 9))
    if place > gaps.shape[1]:
        raise InputError(f"level: {gaps.shape[1]} donors are too few for a band of {level:.0%}; lower the level.")
    before = control.path["effect"].isna()
    fit_before = np.sqrt((gaps[before] ** 2).mean())
    if (fit_before == 0).any():
        raise InputError(f"placebos: {fit_before.idxmin()!r} fits perfectly before the event; its gaps have no scale.")
    comparable = gaps[~before] * control.rmspe_before / fit_before
    half, half_sum = (
        pd.Series(np.sort(frame.abs(), axis=1)[:, place - 1], index=frame.index)
        for frame in (comparable, comparable.cumsum())
    )
    path = control.path
    return path.assign(
        low=path["predicted"] - half,
        high=path["predicted"] + half,
        effect_low=path["effect"] - half,
        effect_high=path["effect"] + half,
        cumulative_low=path["cumulative"] - half_sum,
        cumulative_high=path["cumulative"] + half_sum,
    )
