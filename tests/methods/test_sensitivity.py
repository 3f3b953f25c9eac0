"""Sobol draws, intervals and indices, tried on the Ishigami function."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap.methods import sensitivity
from nbpoints.errors import InputError

ISHIGAMI_RANGES = dict.fromkeys(("x1", "x2", "x3"), (-np.pi, np.pi))


def ishigami(sets):
    """Ishigami and Homma (1990) with a = 7, b = 0.1."""
    return np.sin(sets["x1"]) + 7 * np.sin(sets["x2"]) ** 2 + 0.1 * sets["x3"] ** 4 * np.sin(sets["x1"])


@pytest.fixture(scope="module")
def indices():
    return sensitivity.sobol(ishigami, ISHIGAMI_RANGES, 4096, seed=1)


def test_the_ishigami_function_has_its_published_indices(indices):
    """S1 .314 .442 0, ST .558 .442 .244 (Saltelli et al. 2008, and in closed form)."""
    ranked = indices.loc[["x1", "x2", "x3"]]
    assert ranked["first"].tolist() == pytest.approx([0.314, 0.442, 0.0], abs=0.005)
    assert ranked["total"].tolist() == pytest.approx([0.558, 0.442, 0.244], abs=0.005)


def test_the_most_important_parameter_comes_first(indices):
    assert indices.index.tolist() == ["x1", "x2", "x3"]


def test_equal_seeds_give_equal_draws_and_others_do_not():
    ranges = {"substitution": (2.0, 10.0), "supply": (1.0, 2.0, 5.0)}
    first = sensitivity.draw(ranges, 64, seed=7)
    pd.testing.assert_frame_equal(first, sensitivity.draw(ranges, 64, seed=7))
    assert not first.equals(sensitivity.draw(ranges, 64, seed=8))


def test_equal_seeds_give_equal_indices(indices):
    pd.testing.assert_frame_equal(indices, sensitivity.sobol(ishigami, ISHIGAMI_RANGES, 4096, seed=1))


def test_draws_follow_their_distributions():
    """A uniform has its mean in the middle, a triangular at the mean of its three points; every stratum is met once."""
    sets = sensitivity.draw({"uniform": (2.0, 10.0), "triangular": (1.0, 2.0, 6.0)}, 1024, seed=3)
    assert sets.mean().tolist() == pytest.approx([6.0, 3.0], abs=0.01)
    assert sets.min().ge([2, 1]).all() and sets.max().le([10, 6]).all()
    assert np.histogram(sets["uniform"], bins=1024, range=(2, 10))[0].tolist() == [1] * 1024


def test_an_interval_holds_the_share_it_says():
    spread = sensitivity.interval(pd.DataFrame({"a": np.arange(1001.0), "b": -np.arange(1001.0)}), level_pct=90)
    assert spread.loc["a"].tolist() == pytest.approx([50, 500, 950])
    assert spread.loc["b"].tolist() == pytest.approx([-950, -500, -50])


@pytest.mark.parametrize("draws", [0, 1, 1000])
def test_a_number_of_draws_that_is_no_power_of_two_is_refused(draws):
    with pytest.raises(InputError, match="power of two"):
        sensitivity.draw({"a": (0, 1)}, draws, seed=1)
    with pytest.raises(InputError, match="power of two"):
        sensitivity.sobol(lambda sets: sets["a"], {"a": (0, 1)}, draws, seed=1)


@pytest.mark.parametrize("ends", [(1,), (2, 1), (1, 1), (1, 3, 2), (0, float("inf")), (0, 1, 2, 3)])
def test_a_range_that_is_none_is_refused(ends):
    with pytest.raises(InputError, match="is not a range"):
        sensitivity.draw({"a": ends}, 64, seed=1)


def test_bad_outputs_and_levels_are_refused():
    with pytest.raises(InputError, match="'loss' is missing"):
        sensitivity.interval(pd.Series([1.0, np.nan], name="loss"))
    with pytest.raises(InputError, match="level_pct"):
        sensitivity.interval(pd.Series([1.0]), level_pct=100)
    with pytest.raises(InputError, match="return one a row"):
        sensitivity.sobol(lambda sets: np.zeros(3), {"a": (0, 1)}, 64, seed=1)


def test_ranges_around_a_value_have_it_as_their_median():
    """Half of the draws lie on either side, so that a result that moves one way lies within its own band."""
    ranges = sensitivity.around({"a": 0.1, "b": 30.0}, {"a": 3.0, "b": 2.0})
    sets = np.exp(sensitivity.draw(ranges, 1024, seed=1))
    assert sets.median().round(2).tolist() == pytest.approx([0.1, 30.0], rel=0.01)
    assert sets["a"].between(0.1 / 3, 0.3).all() and sets["b"].between(15, 60).all()
    band = sensitivity.interval(sets["b"] ** -2 / sets["a"]).iloc[0]
    assert band["low"] < 30.0**-2 / 0.1 < band["high"]


@pytest.mark.parametrize(
    ("centres", "factors", "says"),
    [
        ({"a": 1.0}, {"b": 2.0}, "in one of the mappings only"),
        ({"a": 0.0}, {"a": 2.0}, "above zero"),
        ({"a": 1.0}, {"a": 1.0}, "factor above 1"),
    ],
)
def test_ranges_around_nothing_are_refused(centres, factors, says):
    with pytest.raises(InputError, match=says):
        sensitivity.around(centres, factors)


def test_a_result_without_variance_has_no_shares():
    """Rounding alone would be shared out, and so would a spread that no reader sees."""
    for model in (lambda sets: 0 * sets["x1"], lambda sets: 1e-3 * np.sin(sets["x1"])):
        shares = sensitivity.sobol(model, ISHIGAMI_RANGES, 64, seed=1, least_spread=0.05)
        assert shares.isna().all(axis=None)
        assert sensitivity.doubt(shares) == "the result hardly differs between the draws"


def test_shares_outside_0_to_1_are_doubted(indices):
    assert sensitivity.doubt(indices) == ""
    assert sensitivity.doubt(indices.assign(first=-0.01)) == ""
    for wrong in (-0.2, 3.35):
        assert "too few" in sensitivity.doubt(indices.assign(total=wrong))
