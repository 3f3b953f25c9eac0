"""Colours that one figure shows together stay apart for the colour-blind and in grey."""

from itertools import combinations

import numpy as np
import pytest

from autogap.figures import style

# Machado, Oliveira and Fernandes 2009, severity 1.0, https://doi.org/10.1109/TVCG.2009.113
SEEN = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
# sRGB to CIE XYZ, IEC 61966-2-1
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])

PAIRS = sorted({pair for group in style.TOGETHER for pair in combinations(group, 2)})


def linear(colour):
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE 1976 L*a*b* of linear sRGB."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def test_the_measure_is_right():
    np.testing.assert_allclose(lab(linear("#ffffff")), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.02)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_colours_drawn_together_stay_apart(one, other):
    first, second = linear(style.COLOURS[one]), linear(style.COLOURS[other])
    assert abs(lab(first)[0] - lab(second)[0]) >= 9, "in grey"
    for sight, matrix in SEEN.items():
        assert np.linalg.norm(lab(matrix @ first) - lab(matrix @ second)) >= 15, sight


def test_every_role_is_in_a_group_and_has_its_own_colour():
    assert set(style.COLOURS) == {role for group in style.TOGETHER for role in group}
    assert len(set(style.COLOURS.values())) == len(style.COLOURS)


@pytest.mark.parametrize("role", style.COLOURS)
def test_words_in_a_colour_are_readable_on_white(role):
    dark = style.ink(style.COLOURS[role])
    parts = [int(dark[start : start + 2], 16) for start in (1, 3, 5)]
    assert 1.05 / (style.luminance(parts) + 0.05) >= 4.5
