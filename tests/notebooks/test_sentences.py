"""Sentences, titles and alternative texts at the defaults and at the edges of every parameter."""

from __future__ import annotations

import pytest
import sentences
from autogap import data
from autogap.methods import tariffs
from autogap.paths import FIGURES
from collection import BOOKS, book, each, values
from nbpoints.checks import outputs
from nbpoints.notebook import reading
from test_sweep import OTHERS, executed, point, stored  # noqa: F401


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Growth was -0.0 percent.", "a negative zero"),
        ("Between -0 and 3.", "a negative zero"),
        ("The rate changed 1 times.", "one of several"),
        ("0 of 0 partners", "a share of nothing"),
        ("The deficit was larger in 1 of 1 other year.", "a share of one"),
        ("0 of 1 other year above it", "a share of one"),
        ("The value fell in all 1 month.", "a share of one"),
        ("over the 1 month that can be compared", "a share of one"),
        ("They differ by \N{MINUS SIGN}0.06 to \N{MINUS SIGN}0.06 points.", "a range of one number"),
        ("Without cars, 0 of 17 months show a deficit.", "none as a number"),
        ("5 calls, 0 of them withdrawn", "none as a number"),
        ("The surplus of 2024 is the largest of 2 years.", "the most of one or two"),
        ("Exports fell \N{MINUS SIGN}3 percent.", "a sign said twice"),
        ("China has the largest change upwards (-1.4 billion dollars).", "a direction that the sign denies"),
        ("22 percent below (\N{MINUS SIGN}73 to \N{MINUS SIGN}48)", "a value outside its interval"),
        ("The mean is nan percent.", "a missing value"),
        ("0 of 1 other year above above it", "a word said twice"),
        ("makers lose 675 to 675 billion yen", "a range of one number"),
        ("\N{MINUS SIGN}1.4 log points more than that of others", "a comparison that the sign denies"),
    ],
)
def test_a_faulty_sentence_is_seen(text, fault):
    assert any(found.startswith(fault) for found in sentences.faults(text)), sentences.faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "Growth was -0.4 percent, after 0.0; from -0.05 to 0.1 in 1 month and 11 months.",
        "Exports fell 15.8 percent (95 percent interval 7.7 to 23.0).",
        "The effect is \N{MINUS SIGN}15.8 percent (\N{MINUS SIGN}23.0 to \N{MINUS SIGN}7.7).",
        "From 1 to 15 and 7.7 to 7.75 percent, 1.4 points more than that of others.",
        "10 of 100 years, 46 of 1 trillion yen, the largest of 27 years, none of 17 months.",
        "From 27.5 to 15 percent on 16 September 2025, 2024-05 to 2025-05.",
    ],
)
def test_a_sound_sentence_passes(text):
    assert sentences.faults(text) == []


def told(notebook, figures):
    """Faults of all that a run says and draws, with the place."""
    found = [f"{text[:60]}: {fault}" for text in sentences.said(notebook) for fault in sentences.faults(text)]
    for stem, facts in figures:
        for part in ("title", "subtitle", "alt"):
            found += [f"{stem}, {part}: {fault}" for fault in sentences.faults(facts.get(part) or "")]
    return found + list(sentences.printed(notebook))


@each
def test_what_a_notebook_says_at_its_defaults(stem):
    stems = {one["stem"] for one in outputs.figures(book(stem))}
    figures = [(name, facts) for name, facts in sentences.drawn(FIGURES) if name in stems]
    assert told(book(stem), figures) == []
    assert sentences.outside(values(BOOKS[stem]).to_dict()) == []
    assert sentences.twice(BOOKS[stem]) == []


@pytest.mark.slow
@each
def test_what_a_notebook_says_at_the_edges(executed, stem):  # noqa: F811
    for one in OTHERS.get(stem, []):
        path = stored(executed, point("others", stem, one.values))
        assert path.exists(), executed[1]
        assert told(reading.load(path), sentences.drawn(path.parent / "figures")) == [], one.values
        assert sentences.outside(values(path).to_dict()) == [], one.values
        assert sentences.twice(path) == [], one.values


def test_the_title_of_growth_names_the_rate_in_force_in_its_months():
    """Cars stay under duty after the cut: the mean of the months before it is that of one rate."""
    facts = dict(sentences.drawn(FIGURES))["fig-export-growth"]
    schedule = data.table("tariff_schedule_japan")
    rates = tariffs.rate_path(schedule, "passenger_vehicles", "2025-05", "2025-08")["total_rate_high_pct"].unique()
    assert "means, May 2025 to August 2025" in facts["subtitle"]
    assert [f"Under {rate:g} percent " for rate in rates] == [facts["title"][:19]]
