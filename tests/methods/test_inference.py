"""Wild cluster bootstrap: its size, its power, and agreement with clustered errors; influence of one cluster."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import inference, passthrough
from nbpoints.errors import InputError


def simulated(seed: int, slope: float = -1.0, partners: int = 12) -> pd.DataFrame:
    """A panel whose errors are correlated within partners."""
    rng = np.random.default_rng(seed)
    panel = pd.DataFrame(
        {"partner": np.repeat([f"p{i}" for i in range(partners)], 24), "period": np.tile(range(24), partners)}
    )
    walk = rng.normal(size=(partners, 24)).cumsum(axis=1).ravel()
    panel["x"] = rng.normal(size=(partners, 24)).cumsum(axis=1).ravel()
    return panel.assign(y=slope * panel["x"] + walk)


def test_a_true_null_is_rejected_about_as_often_as_it_should_be():
    """40 panels at the 10 percent level: binomially 0 to 9 rejections."""
    p_values = [inference.wild_cluster_p(simulated(seed), "y", "x", null=-1, seed=1, draws=199) for seed in range(40)]
    assert sum(p < 0.1 for p in p_values) <= 9 and max(p_values) > 0.5


def test_a_false_null_is_rejected():
    assert inference.wild_cluster_p(simulated(3, slope=-1, partners=30), "y", "x", null=2, seed=1) < 0.02


def test_equal_seeds_give_equal_p_values():
    pair = [inference.wild_cluster_p(simulated(4), "y", "x", null=0, seed=5, draws=99) for _ in range(2)]
    assert pair[0] == pair[1]


@pytest.mark.slow
def test_the_estimates_are_those_of_the_regression():
    """Without a partner the coefficient is what the panel regression gives without it."""
    panel = simulated(7)
    table = inference.leave_one_out(panel, "y", "x")
    for partner in ("p0", "p5"):
        rest = passthrough.panel_response(panel[panel["partner"] != partner], "y", "x")["estimate"].item()
        assert table.loc[partner, "estimate"] == pytest.approx(rest)
    whole = passthrough.panel_response(panel, "y", "x")["estimate"].item()
    assert (table["estimate"] - table["shift"]).tolist() == pytest.approx([whole] * len(table))
    assert table["leverage_pct"].sum() == pytest.approx(100)
    assert table["shift"].abs().is_monotonic_decreasing


def test_a_mean_has_the_interval_of_the_t_distribution():
    """t(0.95, 3) is 2.353."""
    values = pd.Series([1.0, 2.0, 3.0, 6.0, np.nan])
    mean, low, high = inference.mean_interval(values)
    assert mean == 3 and high - mean == pytest.approx(2.3534 * values.std() / 2, abs=1e-3)
    assert mean - low == pytest.approx(high - mean)
    with pytest.raises(InputError, match="two are the least"):
        inference.mean_interval(values[:1])
    with pytest.raises(InputError, match="90 is not a level"):
        inference.mean_interval(values, 90)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="no column 'yy'"):
        inference.wild_cluster_p(simulated(1), "yy", "x", 0, seed=1)
    with pytest.raises(InputError, match="3 groups in 'partner' are too few"):
        inference.wild_cluster_p(simulated(1, partners=3), "y", "x", 0, seed=1)
