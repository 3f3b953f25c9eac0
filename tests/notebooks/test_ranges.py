"""Ranges of parameters against the data: what a notebook offers, the data can answer."""

from __future__ import annotations

import pytest
from collection import BOOKS, each
from nbpoints.errors import InputError
from nbpoints.parameters import declare as parameters

from tests.notebooks import limits
from tests.notebooks.limits import LIMITS, ends_of_lists, lagging


def periodic(stem):
    """Parameters that pick a period of the data: ranges of dates, and of whole numbers that are years."""
    return {
        name: one
        for name, one in parameters.read(BOOKS[stem]).items()
        if isinstance(one.low, str) or one.type == "int" and one.low is not None and 1900 < one.low < 2100
    }


@each
def test_every_range_of_periods_is_held_to_the_data(stem):
    unknown = [name for name in periodic(stem) if (stem, name) not in LIMITS]
    assert unknown == [], f"say in LIMITS of tests/notebooks/limits.py what the data allow for {unknown} of {stem}"


@each
def test_every_range_is_what_the_data_allow(stem):
    """`make ranges` writes the ends into the cell of parameters."""
    lag = {name: f"[{low}..{high}]" for name, (_, low, high) in lagging(stem, BOOKS[stem]).items()}
    assert lag == {}, "run `make ranges`"


def test_lists_of_days_end_where_the_range_does():
    assert {name: last for name, (_, last, end) in ends_of_lists().items() if last != end} == {}, "run `make ranges`"


def test_scenarios_without_such_a_list_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SCENARIOS", tmp_path / "scenarios.yaml")
    limits.SCENARIOS.write_text("site_law: {notebooks: 05}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"scenarios.yaml: scenario site_law has no line `    day: \[...\]`"):
        ends_of_lists()


@pytest.mark.parametrize(("stem", "name"), LIMITS)
def test_no_range_reaches_beyond_the_data(stem, name):
    first, last = LIMITS[stem, name][0]()
    offered = parameters.read(BOOKS[stem])[name]
    told = f"{stem}: {name} [{offered.low}..{offered.high}]; the data hold {first} to {last}: run `make ranges`"
    assert first <= offered.low and (offered.high is None or offered.low <= offered.high <= last), told
