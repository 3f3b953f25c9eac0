"""A planted effect is found, a placebo is not, and the band keeps its word."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import counterfactual
from nbpoints.errors import InputError

EVENT = "2024-05"


def simulate(seed: int, effect: float = 10.0, periods: int = 120, after: int = 8) -> tuple[pd.Series, pd.DataFrame]:
    """One control that drives the outcome, four that do not, noise of one, and an effect in the last periods."""
    rng = np.random.default_rng(seed)
    months = pd.period_range(end="2024-12", periods=periods, freq="M")
    controls = pd.DataFrame(rng.normal(100, 1, (periods, 5)), months, list("abcde"))
    outcome = 1.2 * controls["a"] + rng.normal(0, 1, periods) + effect * (np.arange(periods) >= periods - after)
    return outcome, controls


@pytest.fixture(scope="module")
def path() -> pd.DataFrame:
    return counterfactual.bsts(*simulate(1), EVENT, seed=1)


def test_a_known_effect_of_ten_lies_in_the_band(path):
    total = counterfactual.total_effect(path)
    assert total["effect_low"] < 80 < total["effect_high"]
    assert 0 < total["effect_low"]
    assert total["effect"] / 8 == pytest.approx(10, abs=1.5)


def test_placebo_dates_do_not_show_it():
    outcome, controls = simulate(1)

    def estimate(event: str, end: str) -> pd.DataFrame:
        return counterfactual.bsts(outcome, controls, event, seed=1, end=end)

    table = counterfactual.placebo_dates(estimate, [f"{y}-05" for y in range(2018, 2024)], periods=8, event=EVENT)
    assert table["found"].sum() <= 1
    assert table["effect_pct"].abs().max() < 2
    assert table.index.name == "date" and table["periods"].eq(8).all()


@pytest.mark.slow
def test_the_band_holds_the_truth_as_often_as_it_says():
    held = []
    for seed in range(40):
        total = counterfactual.total_effect(counterfactual.bsts(*simulate(100 + seed), EVENT, seed=seed, draws=500))
        held.append(total["effect_low"] < 80 < total["effect_high"])
    # 95 percent of 40 is 38; fewer than 34 would happen once in a hundred times.
    assert sum(held) >= 34


def test_a_control_that_explains_most_of_the_outcome_is_used():
    """Its later fall is carried into the prediction; a prior that leaves it out would call the fall an effect."""
    outcome, controls = simulate(3, effect=0.0)
    fall = 10.0 * (controls.index >= EVENT)
    path = counterfactual.bsts(outcome - 1.2 * fall, controls.assign(a=controls["a"] - fall), EVENT, seed=1)
    assert path["predicted"].dropna().mean() == pytest.approx(120 - 12, abs=2.5)


def test_the_same_seed_gives_the_same_path_and_another_seed_another(path):
    pd.testing.assert_frame_equal(counterfactual.bsts(*simulate(1), EVENT, seed=1), path)
    other = counterfactual.bsts(*simulate(1), EVENT, seed=2)
    assert not np.allclose(other["predicted"].dropna(), path["predicted"].dropna(), rtol=1e-9)
    np.testing.assert_allclose(other["predicted"].dropna(), path["predicted"].dropna(), rtol=5e-3)


def test_path_adds_up(path):
    after = path.dropna()
    assert len(after) == 8 and path["effect"].isna().sum() == 112
    np.testing.assert_allclose(after["actual"] - after["predicted"], after["effect"])
    np.testing.assert_allclose(after["effect"].cumsum(), after["cumulative"])
    assert (after["low"] < after["predicted"]).all() and (after["predicted"] < after["high"]).all()
    np.testing.assert_allclose(after["actual"] - after["high"], after["effect_low"])


def test_units_of_the_outcome_do_not_matter(path):
    outcome, controls = simulate(1)
    thousands = counterfactual.bsts(1000 * outcome, controls, EVENT, seed=1)
    np.testing.assert_allclose(thousands["cumulative_low"].dropna(), 1000 * path["cumulative_low"].dropna(), rtol=1e-6)


def test_a_level_that_may_wander_widens_the_band():
    widths = []
    for level_sd in (0.01, 0.1):
        total = counterfactual.total_effect(counterfactual.bsts(*simulate(1), EVENT, seed=1, level_sd=level_sd))
        widths.append(total["effect_high"] - total["effect_low"])
    assert widths[0] < widths[1]


def test_seasons_explain_a_season():
    outcome, controls = simulate(4)
    season = pd.Series(8 * np.sin(2 * np.pi * outcome.index.month / 12), index=outcome.index)
    rmse = {}
    for seasons in (None, 12):
        path = counterfactual.bsts(outcome + season, controls, EVENT, seed=1, seasons=seasons).dropna()
        rmse[seasons] = np.sqrt(((path["effect"] - 10) ** 2).mean())
    assert rmse[12] < 2 < rmse[None]


def test_total_effect_of_a_part_and_in_percent(path):
    part, after = counterfactual.total_effect(path, through="2024-06"), path.dropna().loc[:"2024-06"]
    assert part["periods"] == 2
    assert part["actual"] == pytest.approx(after["actual"].sum())
    assert part["predicted"] == pytest.approx(after["predicted"].sum())
    assert part["effect_pct"] == pytest.approx(100 * (after["actual"].sum() / after["predicted"].sum() - 1))
    assert part["effect_low_pct"] < part["effect_pct"] < part["effect_high_pct"]


def test_end_leaves_later_periods_out():
    outcome, controls = simulate(1)
    path = counterfactual.bsts(outcome, controls, EVENT, seed=1, end="2024-06")
    assert str(path.index[-1]) == "2024-06"
    later = outcome.copy()
    later["2024-07":] = np.nan
    pd.testing.assert_frame_equal(counterfactual.bsts(later, controls, EVENT, seed=1, end="2024-06"), path)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda y, x: counterfactual.bsts(y, x, "2025-05", seed=1), "'2025-05' is not in the data"),
        (lambda y, x: counterfactual.bsts(y, x, "2015-03", seed=1), "2 periods before 2015-03 in .* are too few"),
        (lambda y, x: counterfactual.bsts(y, x, EVENT, seed=1, end="2024-04"), "'2024-04' is before the event"),
        (lambda y, x: counterfactual.bsts(y.drop(y.index[50]), x, EVENT, seed=1), "outcome is missing in 2019-03"),
        (lambda y, x: counterfactual.bsts(y, x.where(x["a"] != x["a"].iloc[50]), EVENT, 1), "a is missing in 2019-03"),
        (lambda y, x: counterfactual.bsts(y, x, "2017-05", seed=1, seasons=12), "no three cycles of 12"),
        (lambda y, x: counterfactual.placebo_dates(None, ["2024-01"], 8, EVENT), "8 periods from 2024-01 reach"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(*simulate(1))


def test_the_change_on_a_base_year_is_that_of_its_own_months():
    """A season that both years share drops out; t(0.95, 3) = 2.353 times the error of the mean gives the interval."""
    months = pd.period_range("2024-01", "2025-12", freq="M")
    season = pd.Series(np.exp(np.sin(months.month)), months)
    logs = pd.Series(0.0, months)
    logs.loc["2025-05":"2025-08"] = [-0.1, -0.2, -0.3, -0.2]
    found = counterfactual.on_base_year(season * np.exp(logs), 2024, "2025-05", "2025-08")
    half = 2.3534 * np.std([-0.1, -0.2, -0.3, -0.2], ddof=1) / 2
    assert found["value"] == pytest.approx(100 * np.expm1(-0.2))
    assert found["low"] == pytest.approx(100 * np.expm1(-0.2 - half), abs=1e-3)
    assert found["high"] == pytest.approx(100 * np.expm1(-0.2 + half), abs=1e-3) and found["months"] == 4
    with pytest.raises(InputError, match="exports over elsewhere: 2023-05 is missing"):
        counterfactual.on_base_year(season.rename("exports over elsewhere"), 2023, "2025-05", "2025-08")
    with pytest.raises(InputError, match="is one month"):
        counterfactual.on_base_year(season, 2024, "2025-05", "2025-05")
