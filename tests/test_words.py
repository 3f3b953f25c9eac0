"""Numbers read as English: signs, plurals, verdicts; what cannot be said is refused."""

import math

import pytest
from autogap import words
from nbpoints.errors import InputError


@pytest.mark.parametrize(
    ("value", "digits", "signed", "text"),
    [
        (-0.0, 1, False, "0.0"),
        (-0.04, 1, True, "0.0"),
        (-0.06, 1, True, "−0.1"),
        (0.06, 1, True, "+0.1"),
        (-1234567.0, 0, False, "−1,234,567"),
        (999.96, 1, False, "1,000.0"),
    ],
)
def test_numbers_have_a_real_minus_and_zero_no_sign(value, digits, signed, text):
    assert words.number(value, digits, signed=signed) == text


def test_a_change_agrees_with_its_sign():
    assert [words.change(value) for value in (-3.44, 1200, 0.0)] == ["fell 3.4", "rose 1,200.0", "did not change"]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.04, 1, "fell by less than 0.05 percent"),
        (-0.0, 1, "fell by less than 0.05 percent"),
        (1e-9, 2, "rose by less than 0.005 percent"),
        (0.4, 0, "rose by less than 0.5 percent"),
        (-0.06, 1, "fell 0.1 percent"),
        (0.0, 0, "did not change"),
    ],
)
def test_only_no_change_at_all_is_called_none(value, digits, text):
    assert words.moved(value, digits) == text


def test_a_small_change_beside_another_keeps_its_direction():
    said = [words.moved_both(first, 3.0, "in value", "in number") for first in (0.01, -0.01, 0.0)]
    assert said == [
        "rose by less than 0.05 percent in value and 3.0 percent in number",
        "fell by less than 0.05 percent in value but rose 3.0 percent in number",
        "did not change in value but rose 3.0 percent in number",
    ]


@pytest.mark.parametrize(
    ("number_of", "noun", "text"),
    [(1, "month", "1 month"), (0, "month", "0 months"), (2, "day", "2 days"), (2, "country", "2 countries")],
)
def test_a_count_has_its_noun_in_the_right_form(number_of, noun, text):
    assert words.count(number_of, noun) == text


def test_the_ends_of_a_part_are_words():
    parts = [words.part(few, 3, "country") for few in (0, 1, 3)]
    assert parts == ["none of 3 countries", "1 of 3 countries", "all 3 countries"]
    assert words.part(0, 0, "month") == "none of 0 months"  # which the rules for sentences refuse


@pytest.mark.parametrize(
    ("low", "high", "text"), [(-1, 0, "within"), (0, 0, "within"), (1, 2, "above"), (-2, -1, "below")]
)
def test_an_interval_that_touches_the_value_contains_it(low, high, text):
    assert words.verdict(low, high, below="below", above="above", within="within") == text


def test_what_cannot_be_said_is_refused():
    for wrong in (
        lambda: words.number(math.nan),
        lambda: words.number(math.inf),
        lambda: words.change(math.nan),
        lambda: words.count(1.5, "month"),
        lambda: words.verdict(2, 1),
        lambda: words.verdict(math.nan, 1),
    ):
        with pytest.raises(InputError, match="words"):
            wrong()
