"""Colours have one meaning each, are seen on white paper, and the settings of the machine do not reach a figure."""

from itertools import combinations

import matplotlib
import pytest
from autogap.figures import sight, style

AREAS = {"band", "neutral_d", "regime_a", "regime_b"}  # light, for what lies behind lines and words
# Those that the collection draws side by side most; what a legend tells apart is checked when a figure is saved.
OFTEN = (
    ("japan", "us", "cars"),
    ("cars", "parts", "band"),
    ("neutral_a", "neutral_b", "neutral_c", "neutral_d"),
    ("japan", "korea", "eu"),
    ("cars", "energy", "neutral_d"),
    ("highlight", "other", "band"),
)


def contrast(colour):
    """Against white, WCAG 2.2."""
    return 1.05 / (style.luminance([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) + 0.05)


def test_every_role_has_its_own_colour():
    assert len(set(style.COLOURS.values())) == len(style.COLOURS)


@pytest.mark.parametrize("role", sorted(set(style.COLOURS) - AREAS))
def test_marks_stand_out_from_the_page(role):
    """3 to 1, WCAG 2.2 criterion 1.4.11."""
    assert contrast(style.COLOURS[role]) >= 3


@pytest.mark.parametrize("roles", OFTEN, ids=" ".join)
def test_colours_often_drawn_together_stay_apart(roles):
    """In grey, and for the colour-blind."""
    for one, other in combinations(roles, 2):
        assert sight.confused(style.COLOURS[one], style.COLOURS[other]) == "", (one, other)


@pytest.mark.parametrize("role", style.COLOURS)
def test_words_in_a_colour_are_readable_on_white(role):
    assert contrast(style.ink(style.COLOURS[role])) >= 4.5


def test_settings_are_named_when_they_change():
    style.apply()
    assert style.changed() == []
    with matplotlib.rc_context({"axes.ymargin": 0.3, "font.size": 20}):
        assert style.changed() == ["axes.ymargin", "font.size"]
        style.apply()
        assert style.changed() == []
