"""Titles of published figures can be said aloud, and their numbers can be found in the figure."""

import json

import pandas as pd
import pytest
from autogap.figures import truth
from autogap.paths import FIGURES

MOST_WORDS = 12


def figures():
    return sorted(FIGURES.glob("fig-*.json"))


@pytest.mark.parametrize("path", figures(), ids=lambda path: path.stem)
def test_a_title_is_short_enough_to_be_said(path):
    title = json.loads(path.read_text())["title"]
    assert len(title.split()) <= MOST_WORDS, title


@pytest.mark.parametrize("path", figures(), ids=lambda path: path.stem)
def test_the_numbers_of_a_title_are_in_the_figure(path):
    facts = json.loads(path.read_text())
    lacking = list(truth.not_shown(facts, facts["artists"], pd.read_csv(path.with_suffix(".csv"))))
    assert lacking == [] or facts.get("derived"), f"{facts['title']!r}: {lacking} is neither drawn nor labelled"


def test_a_number_from_nowhere_is_found():
    words = {"title": "Exports fell 11.0 percent, 3 of 4 in May 2025", "subtitle": ""}
    assert list(truth.not_shown(words, {"axes": []}, pd.DataFrame({"a": [1.0, 2, 3, 4]}))) == ["11.0"]
    assert list(truth.not_shown(words, {"axes": []}, pd.DataFrame({"a": [-11.04, 2, 3, 4]}))) == []
