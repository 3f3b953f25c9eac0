"""Spells: a known effect comes back within its interval, none is found where there is none, broken input is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import spells
from nbpoints.errors import InputError

MONTHS = pd.period_range("2021-04", "2026-08", freq="M")
SPELLS = {"high": ("2025-04", "2025-08"), "low": ("2025-10", "2026-08")}


def series(seed, high=0.0, low=0.0, noise=0.05):
    """Season, noise, and steps in the two spells, in logs."""
    rng = np.random.default_rng(seed)
    logs = pd.Series(rng.normal(0, noise, len(MONTHS)) + 0.2 * np.sin(MONTHS.month), index=MONTHS)
    logs.loc["2025-04":"2025-08"] += high
    logs.loc["2025-10":"2026-08"] += low
    return np.exp(logs)


def test_known_steps_come_back_within_their_intervals():
    table = spells.spell_effects(series(1, high=np.log(0.8), low=np.log(0.9)), SPELLS)
    assert table.index.tolist() == ["high", "low", "change"]
    for name, known in {"high": -20.0, "low": -10.0, "change": 12.5}.items():
        assert table.loc[name, "low"] < known < table.loc[name, "high"]
        assert abs(table.loc[name, "value"] - known) < 5


@pytest.mark.parametrize("persistence", [0.0, 0.5])
def test_intervals_cover_about_as_often_as_they_say(persistence):
    """Without any step, zero lies in most of the intervals of 95 percent, in independent and in persistent noise."""
    covered = []
    for seed in range(100):
        noise = np.random.default_rng(seed).normal(0, 0.05, len(MONTHS))
        for month in range(1, len(noise)):
            noise[month] += persistence * noise[month - 1]
        change = spells.spell_effects(pd.Series(np.exp(noise), index=MONTHS), SPELLS).loc["change"]
        covered.append(change["low"] < 0 < change["high"])
    assert 0.87 <= np.mean(covered) <= 1.0


def test_september_belongs_to_no_spell():
    values = series(2)
    moved = values.copy()
    moved["2025-09"] *= 3
    pd.testing.assert_frame_equal(spells.spell_effects(values, SPELLS), spells.spell_effects(moved, SPELLS))


def test_a_higher_level_gives_wider_intervals():
    values = series(3)
    narrow, wide = (spells.spell_effects(values, SPELLS, level) for level in (80, 99))
    assert (wide["low"] < narrow["low"]).all() and (wide["high"] > narrow["high"]).all()


@pytest.mark.parametrize(
    ("values", "chosen", "told"),
    [
        (series(1) * 0, SPELLS, "above zero"),
        (series(1), {"late": ("2027-01", "2027-03")}, "holds no month"),
        (series(1), {"early": ("2022-01", "2022-06")}, "a season needs"),
        (pd.Series([1.0], index=pd.period_range("2025", periods=1, freq="Y")), SPELLS, "monthly"),
    ],
)
def test_spells_that_cannot_be_measured_are_refused(values, chosen, told):
    with pytest.raises(InputError, match=told):
        spells.spell_effects(values, chosen)


CONTROLS = [f"c{number}" for number in range(12)]


def changes(treated):
    rng = np.random.default_rng(5)
    return pd.concat([pd.Series(rng.normal(0, 0.1, 12), index=CONTROLS), pd.Series({"jp": treated})])


def test_a_large_change_is_rare_among_controls_and_a_small_one_is_not():
    large, small = (spells.among_controls(changes(size), "jp", CONTROLS) for size in (1.0, 0.01))
    assert large.p_value == pytest.approx(1 / 13) and large.low > 0
    assert small.p_value > 0.3 and small.low < 0 < small.high
    assert large.controls == 12


def test_controls_that_are_missing_or_few_are_refused():
    with pytest.raises(InputError, match="'c12' has no change"):
        spells.among_controls(changes(0.0), "jp", [*CONTROLS, "c12"])
    with pytest.raises(InputError, match="too few"):
        spells.among_controls(changes(0.0), "jp", CONTROLS[:5])
