"""Synthetic control: West Germany as published, planted weights and effects, placebos that stay quiet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from autogap.methods import counterfactual, synthetic
from nbpoints.errors import InputError

EVENT = "2024-05"


@pytest.fixture
def germany() -> pd.DataFrame:
    """GDP per head and means of its predictors, 17 countries.

    Computed from the replication data of Abadie, Diamond and Hainmueller, American Journal of Political Science 59,
    2015, pp. 495-510 (https://doi.org/10.7910/DVN/24714): means over the years in the name of each row; investment
    rates as the authors give them for the 1970s and the 1980s.
    """
    return pd.read_csv(Path(__file__).with_name("west_germany.csv"), index_col="measure")


def panel(seed: int, effect: float = -30.0, donors: int = 20) -> pd.DataFrame:
    """Three common factors, loadings by unit, noise of one; the treated unit "jp" mixes the first two donors."""
    rng = np.random.default_rng(seed)
    months = pd.period_range(end="2024-12", periods=84, freq="M")
    loadings = rng.dirichlet(np.ones(3), donors)
    loadings = np.vstack([(loadings[0] + loadings[1]) / 2, loadings])
    moves = 100 + 5 * rng.normal(size=(84, 3)).cumsum(axis=0) @ loadings.T + rng.normal(size=(84, donors + 1))
    table = pd.DataFrame(moves, months, ["jp", *(f"d{i}" for i in range(donors))])
    table.loc[EVENT:, "jp"] += effect
    return table


@pytest.mark.slow
def test_west_germany_has_the_published_weights(germany):
    """The predictors' importance comes from the 1970s and 1980s, the weights from the 1980s, as in the paper."""
    gdp = germany.filter(regex=r"^gdp_\d{4}$", axis=0)
    gdp.index = pd.PeriodIndex(gdp.index.str[4:], freq="Y")
    train, main = germany.iloc[:6], germany.iloc[6:12]
    assert [row.split("_")[0] for row in train.index] == [row.split("_")[0] for row in main.index]
    settings = {"panel": gdp, "treated": "West Germany", "event": "1991", "scale": False}
    importance = synthetic.synthetic_control(predictors=train, **settings).predictor_weights
    importance.index = main.index
    weights = synthetic.synthetic_control(predictors=main, predictor_weights=importance, **settings).weights
    published = {"Austria": 0.42, "USA": 0.22, "Japan": 0.16, "Switzerland": 0.11, "Netherlands": 0.09}
    assert weights[list(published)].to_dict() == pytest.approx(published, abs=0.02)
    assert weights.drop(list(published)).max() < 0.01


def test_planted_weights_come_out():
    table = panel(1)
    table["jp"] = 0.6 * table["d3"] + 0.4 * table["d7"]
    control = synthetic.synthetic_control(table, "jp", EVENT, scale=False)
    assert control.weights[["d3", "d7"]].tolist() == pytest.approx([0.6, 0.4], abs=0.01)
    assert control.weights.sum() == pytest.approx(1) and (control.weights >= 0).all()


def test_the_fit_is_the_least_squares_one():
    """Against non-negative least squares with the sum of the weights held at one by a heavy row."""
    from scipy.optimize import nnls

    table = panel(2)
    moves = (table / table[:"2024-04"].mean())[:"2024-04"]
    donors = moves.drop(columns="jp")
    exact, _ = nnls(np.vstack([donors, 1e4 * np.ones(20)]), np.append(moves["jp"], 1e4))
    control = synthetic.synthetic_control(table, "jp", EVENT)
    ours, best = (((moves["jp"] - donors @ w) ** 2).sum() for w in (control.weights, exact))
    assert ours == pytest.approx(best, rel=1e-4)
    np.testing.assert_allclose(control.weights, exact, atol=0.005)


@pytest.mark.slow
def test_a_planted_effect_is_found_and_stands_out():
    table = panel(3)
    control, placebos = synthetic.synthetic_control(table, "jp", EVENT), synthetic.placebo_units(table, "jp", EVENT)
    total = counterfactual.total_effect(synthetic.placebo_band(control, placebos))
    assert total["effect"] / 8 == pytest.approx(-30, abs=4)
    assert total["effect_low"] < -240 < total["effect_high"] < 0
    assert placebos.p_value == pytest.approx(1 / 21)
    assert placebos.table.index[0] == "jp" and placebos.table["rmspe_ratio"].idxmax() == "jp"
    assert placebos.table["effect_pct"]["jp"] == pytest.approx(total["effect_pct"])


@pytest.mark.slow
def test_without_an_effect_nothing_stands_out_more_often_than_chance():
    p_values, held = [], []
    for seed in range(8):
        table = panel(200 + seed, effect=0.0, donors=12)
        control, placebos = synthetic.synthetic_control(table, "jp", EVENT), synthetic.placebo_units(table, "jp", EVENT)
        total = counterfactual.total_effect(synthetic.placebo_band(control, placebos))
        p_values.append(placebos.p_value)
        held.append(total["effect_low"] < 0 < total["effect_high"])
    # At a level of 90 percent either would fail by chance less than once in a hundred times.
    assert sum(held) >= 5
    assert sum(p <= 0.1 for p in p_values) <= 3


@pytest.mark.slow
def test_the_band_is_as_wide_as_the_placebo_gaps_it_must_hold():
    """With 20 donors, a level of 20/21 takes the largest gap and one of 19/21 the second largest."""
    table = panel(4)
    control, placebos = synthetic.synthetic_control(table, "jp", EVENT), synthetic.placebo_units(table, "jp", EVENT)
    gaps = placebos.gaps.drop(columns="jp")
    comparable = (gaps / np.sqrt((gaps[:"2024-04"] ** 2).mean()) * control.rmspe_before)["2024-12":].abs().iloc[0]
    for place, donors_inside in ((-1, 20), (-2, 19)):
        last = synthetic.placebo_band(control, placebos, level=donors_inside / 21).iloc[-1]
        assert (last["high"] - last["low"]) / 2 == pytest.approx(comparable.sort_values().iloc[place])


def test_placebo_dates_take_synthetic_controls_too():
    table = panel(5)

    def estimate(event: str, end: str) -> pd.DataFrame:
        return synthetic.synthetic_control(table, "jp", event, end=end).path

    dates = counterfactual.placebo_dates(estimate, ["2022-05", "2023-05"], periods=8, event=EVENT)
    assert dates["effect_pct"].abs().max() < 5
    assert dates["found"].isna().all()


def test_path_adds_up_and_gap_is_its_share():
    table = panel(6)
    control = synthetic.synthetic_control(table, "jp", EVENT)
    path = control.path
    assert path["effect"].isna().sum() == 76 and path["predicted"].notna().all()
    after = path.dropna()
    np.testing.assert_allclose(after["actual"] - after["predicted"], after["effect"])
    np.testing.assert_allclose(after["effect"].cumsum(), after["cumulative"])
    size = table["jp"][:"2024-04"].mean()
    np.testing.assert_allclose(control.gap * size, path["actual"] - path["predicted"])
    assert control.rmspe_ratio == pytest.approx(control.rmspe_after / control.rmspe_before)
    assert control.rmspe_after == pytest.approx(np.sqrt((after["effect"] ** 2).mean()))


def test_scaled_units_match_paths_whatever_their_size():
    table = panel(7)
    grown = table * np.geomspace(1, 1000, 21)
    scaled = synthetic.synthetic_control(grown, "jp", EVENT)
    pd.testing.assert_series_equal(scaled.weights, synthetic.synthetic_control(table, "jp", EVENT).weights, atol=1e-4)


def test_the_fit_sees_nothing_after_the_event():
    table = panel(8)
    changed = table.copy()
    changed.loc[EVENT:] *= 3
    before = [synthetic.synthetic_control(frame, "jp", EVENT).weights for frame in (table, changed)]
    pd.testing.assert_series_equal(*before)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda t: synthetic.synthetic_control(t, "d33", EVENT), "no unit 'd33'. Did you mean 'd3'"),
        (lambda t: synthetic.synthetic_control(t, "jp", EVENT, donors=["jp", "d1"]), "other than 'jp'"),
        (lambda t: synthetic.synthetic_control(t, "jp", "2025-05"), "'2025-05' is not in the data"),
        (lambda t: synthetic.synthetic_control(t, "jp", "2018-03"), "too few"),
        (lambda t: synthetic.synthetic_control(t.drop(t.index[9]), "jp", EVENT), "panel: jp is missing in 2018-10"),
        (lambda t: synthetic.synthetic_control(t.assign(d1=0.0), "jp", EVENT), "'d1' .* not above zero"),
        (
            lambda t: synthetic.placebo_band(
                synthetic.synthetic_control(t, "jp", EVENT), synthetic.placebo_units(t, "jp", EVENT), level=0.99
            ),
            "20 donors are too few for a band of 99%",
        ),
    ],
)
def test_a_mistake_is_told_in_one_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call(panel(9))
