"""What changed from one spell of a rule to the next: seasonal regressions, and ranks among controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from nbpoints.errors import InputError, counted

from autogap.methods.balance import periods_a_year


def spell_effects(values: pd.Series, spells: Mapping[str, tuple[str, str]], level_pct: float = 95.0) -> pd.DataFrame:
    """Measure each spell against the months before the first one, season taken out, in percent.

    The logarithm is regressed on the months of the year and one indicator a spell; what precedes the first spell is the
    base, and later months in no spell are left out. Errors follow an autoregression of order one, estimated with the
    effects (Cochrane and Orcutt, Journal of the American Statistical Association 44, 1949); robust errors of the
    Newey-West kind are too small for spells of five months. The last row is the change from the first spell to the
    last. An effect holds whatever else changed with the spell.

    Parameters
    ----------
    values : Series on a monthly PeriodIndex
        Above zero; gaps are left out.
    spells : mapping of str to (str, str)
        First and last month of each spell, in order of time.
    level_pct : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        A row a spell and the row ``change``; columns ``value``, ``low``, ``high`` in percent.

    Raises
    ------
    InputError
        If a value is not above zero, a spell holds no month, or what precedes the first is too short for a season.

    Examples
    --------
    >>> months = pd.period_range("2021-01", "2025-12", freq="M")
    >>> rng = np.random.default_rng(3)
    >>> level = pd.Series(np.exp(rng.normal(0, 0.02, 60)), index=months)
    >>> level["2025-01":] *= 0.8
    >>> spell_effects(level, {"duty": ("2025-01", "2025-12")}).loc["duty", "value"].round(0)
    np.float64(-20.0)
    """
    from statsmodels.api import GLSAR
    from statsmodels.tools import add_constant

    if periods_a_year(values) != 12:
        raise InputError("values: spells are of months; give a monthly series.")
    known = values.dropna()
    if (known <= 0).any():
        bad = known.index[known <= 0][0]
        raise InputError(f"values: {known[bad]:g} in {bad} is not a valid level (expected above zero).")
    first = pd.Period(next(iter(spells.values()))[0], "M")
    inside = {
        name: (known.index >= pd.Period(start, "M")) & (known.index <= pd.Period(end, "M"))
        for name, (start, end) in spells.items()
    }
    empty = [name for name, months in inside.items() if not months.any()]
    if empty:
        raise InputError(f"spells: {empty[0]!r} holds no month of the data, which end in {known.index[-1]}.")
    before = known.index[known.index < first]
    if len(before) < 18 or before.month.nunique() < 12:
        raise InputError(
            f"values: {counted(len(before), 'month')} before {first}; a season needs 18 and each month of the year."
        )
    chosen = (known.index < first) | np.any(list(inside.values()), axis=0)
    index = known.index[chosen]
    season = pd.get_dummies(index.month, drop_first=True, dtype=float).to_numpy()
    marks = np.column_stack([months[chosen] for months in inside.values()]).astype(float)
    names = list(spells)
    fitted = GLSAR(np.log(known[chosen].to_numpy()), add_constant(np.hstack([marks, season])), rho=1).iterative_fit(10)
    contrasts = np.zeros((len(names) + 1, fitted.params.size))
    for row in range(len(names)):
        contrasts[row, 1 + row] = 1.0
    contrasts[-1] = contrasts[len(names) - 1] - contrasts[0]
    tested = fitted.t_test(contrasts)
    ends = tested.conf_int(alpha=1 - level_pct / 100)
    logs = pd.DataFrame({"value": tested.effect, "low": ends[:, 0], "high": ends[:, 1]}, index=[*names, "change"])
    return 100 * np.expm1(logs)


class AmongControls(NamedTuple):
    """One unit's change against those of units without the treatment."""

    effect: float
    low: float
    high: float
    p_value: float
    controls: int


def among_controls(changes: pd.Series, treated: str, controls: list[str], level_pct: float = 90.0) -> AmongControls:
    """Set one unit's change against the controls' by randomisation: how many of them moved as far from their mean?

    Each control is taken in turn as if it had been treated, against the others; the p-value is the share of units,
    the treated one included, whose distance from the mean of the rest is at least as large. The interval moves the
    effect by the distances that the controls show (Fisher 1935; Abadie, Diamond and Hainmueller, Journal of the
    American Statistical Association 105, 2010).

    Parameters
    ----------
    changes : Series
        Change of the outcome by unit, e.g. in log points.
    treated : str
    controls : list of str
    level_pct : float
        Level of the interval.

    Returns
    -------
    AmongControls
        In the unit of `changes`.

    Raises
    ------
    InputError
        If a unit is missing, or there are too few controls for the level: 90 percent need nine.

    Examples
    --------
    >>> changes = pd.Series({"jp": 0.5} | {f"c{n}": n / 100 for n in range(-5, 6)})
    >>> result = among_controls(changes, "jp", [f"c{n}" for n in range(-5, 6)])
    >>> round(result.effect, 2), round(result.p_value, 3)
    (0.5, 0.083)
    """
    missing = [name for name in (treated, *controls) if name not in changes.index or pd.isna(changes[name])]
    if missing:
        raise InputError(f"changes: {missing[0]!r} has no change; leave it out of the controls.")
    needed = int(np.ceil(100 / (100 - level_pct))) - 1
    if len(controls) < needed:
        raise InputError(f"controls: {len(controls)} are too few for {level_pct:g} percent; {needed} are needed.")
    others = changes[controls]
    effect = float(changes[treated] - others.mean())
    distances = (others - (others.sum() - others) / (len(others) - 1)).abs()
    reach = float(np.sort(distances)[int(np.ceil(level_pct / 100 * (len(others) + 1))) - 1])
    p_value = (1 + int((distances >= abs(effect)).sum())) / (1 + len(others))
    return AmongControls(effect, effect - reach, effect + reach, p_value, len(others))
