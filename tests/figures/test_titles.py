"""Titles of published figures can be said aloud, and their numbers can be found in the figure."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from autogap.figures import truth
from autogap.paths import FIGURES

MOST_WORDS = 12
# Numbers that stand in no mark, and how a reader gets them from the marks.
DERIVED = {
    "fig-chain-industries": "share of all bars but the makers' in their sum",
    "fig-chain-multipliers": "100 is the top of the axis",
    "fig-claims-verdicts": "sums of bars: what held when written, and what can be checked",
    "fig-export-calendar": "cells below zero, counted",
    "fig-scenario-rates": "difference of two points of the curve",
    "fig-sector-jobs": "ratio of the two dots of a row",
    "fig-shrink-annual": "differences of the last two points of two lines",
    "fig-shrink-waterfall": "share of the fuel bars in the difference of the ends",
}

_NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?")
_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(rf"\b(\d{{1,2}} )?({'|'.join(_MONTHS)})( \d{{4}})?\b|\b(19|20)\d\d\b")


def figures():
    return sorted(FIGURES.glob("fig-*.json"))


@pytest.mark.parametrize("path", figures(), ids=lambda path: path.stem)
def test_a_title_is_short_enough_to_be_said(path):
    title = json.loads(path.read_text())["title"]
    assert len(title.split()) <= MOST_WORDS, title


def drawn_numbers(facts):
    for axes in facts["artists"]["axes"]:
        for kind in ("lines", "bars", "points", "segments", "patches", "areas"):
            for one in axes.get(kind, []):
                for place in ("x", "y", "width", "height"):
                    yield from map(float, one.get(place, "").split())


def not_shown(facts, table):
    """Numbers of a title that neither a mark, a label, the data nor a count of rows shows, as rounded as they are."""
    said = " ".join(text["text"] for axes in facts["artists"]["axes"] for text in axes.get("texts", []))
    held = np.concatenate([truth._numbers(table), np.array(list(drawn_numbers(facts)))])
    held = np.abs(held[np.isfinite(held)])
    for found in _NUMBER.finditer(_DATE.sub("", facts["title"])):
        word = found.group().lstrip("−-").rstrip(",")
        value, digits = float(word.replace(",", "")), len(word.partition(".")[2])
        is_near = bool((np.abs(held - value) <= 0.5 * 10.0**-digits + 1e-9).any())
        is_count = not digits and value <= len(table)
        if not (word in f"{said} {facts['subtitle']}" or is_near or is_count):
            yield word


@pytest.mark.parametrize("path", figures(), ids=lambda path: path.stem)
def test_the_numbers_of_a_title_are_in_the_figure(path):
    facts = json.loads(path.read_text())
    lacking = list(not_shown(facts, pd.read_csv(path.with_suffix(".csv"))))
    assert lacking == [] or path.stem in DERIVED, f"{facts['title']!r}: {lacking} is neither drawn nor labelled"


def test_a_number_from_nowhere_is_found():
    facts = {"title": "Exports fell 11.0 percent, 3 of 4 in May 2025", "subtitle": "", "artists": {"axes": []}}
    assert list(not_shown(facts, pd.DataFrame({"a": [1.0, 2, 3, 4]}))) == ["11.0"]
    assert list(not_shown(facts, pd.DataFrame({"a": [-11.04, 2, 3, 4]}))) == []
