"""What was known when, and how large revisions were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap import data
from autogap.methods import vintages
from nbpoints.errors import InputError

QUARTERS = pd.period_range("2024Q4", periods=4, freq="Q")
GROWTH = pd.DataFrame(
    {
        "2025-02": [0.7, np.nan, np.nan, np.nan],
        "2025-05-16": [0.6, -0.2, np.nan, np.nan],
        "2025-06-09": [np.nan, -0.04, np.nan, np.nan],
        "2025-08-15": [np.nan, 0.1, 0.3, np.nan],
        "2025Q4": [0.5, 0.2, 0.5, -0.6],
    },
    index=QUARTERS,
)


@pytest.mark.parametrize(
    ("vintage", "day"),
    [("2025-06-09", "2025-06-09"), ("2025-02", "2025-02-28"), ("2025Q4", "2025-12-31"), ("2025", "2025-12-31")],
)
def test_a_vintage_is_known_when_its_period_is_over(vintage, day):
    assert vintages.known_from(vintage).date().isoformat() == day


@pytest.mark.parametrize(
    ("day", "name", "last"),
    [("2025-02-28", "2025-02", 0.7), ("2025-06-08", "2025-05-16", -0.2), ("2025-06-19", "2025-06-09", -0.04)],
)
def test_the_newest_vintage_out_on_a_day(day, name, last):
    known = vintages.as_known(GROWTH, day).iloc[:, -1].dropna()
    assert known.name == name and known.iloc[-1] == last


def test_what_was_last_published_for_each_quarter():
    assert vintages.as_known(GROWTH, "2025-06-19").iloc[:, -1].dropna().tolist() == [0.6, -0.04]
    assert vintages.as_known(GROWTH).iloc[:, -1].tolist() == [0.5, 0.2, 0.5, -0.6]


def test_a_day_before_every_vintage_is_refused():
    with pytest.raises(InputError, match="2025-02, came later"):
        vintages.as_known(GROWTH, "2025-02-27")
    with pytest.raises(InputError, match="not a valid day"):
        vintages.as_known(GROWTH, "last week")


def test_first_and_later_figures():
    table = vintages.first_and_later(GROWTH)
    assert table["first_pct"].tolist() == [0.7, -0.2, 0.3]
    assert table["later_pct"].tolist() == [0.5, 0.2, 0.5]
    assert table["later_vintage"].unique().tolist() == ["2025Q4"]
    step = vintages.first_and_later(GROWTH, later=1)
    assert step["later_vintage"].tolist() == ["2025-05-16", "2025-06-09", "2025Q4"]


def test_quarters_that_were_old_in_the_first_vintage_are_left_out():
    """Their first print lies before the table."""
    full = GROWTH.assign(**{"2025-02": [0.7, 0.1, np.nan, np.nan]})
    assert vintages.first_and_later(full).index[0] == pd.Period("2025Q1", "Q")


def test_the_size_of_revisions():
    size = vintages.revision_size(vintages.first_and_later(GROWTH))
    assert size.to_dict() == pytest.approx(
        {
            "quarters": 3,
            "mean_pp": 0.4 / 3,
            "mean_absolute_pp": 0.8 / 3,
            "root_mean_square_pp": np.sqrt(0.24 / 3),
            "largest_absolute_pp": 0.4,
            "sign_flips": 1,
            "sign_flips_pct": 100 / 3,
        }
    )
    with pytest.raises(InputError, match="no quarter"):
        vintages.revision_size(vintages.first_and_later(GROWTH.iloc[:, :1]))


def test_the_first_quarter_of_2025_turned_from_fall_to_rise():
    """Cabinet Office: -0.2 on 16 May, -0.0 on 9 June, +0.1 on 15 August 2025."""
    releases = data.revisions("cao.gdp_real_qoq_pct")
    quarter = pd.Period("2025Q1", "Q")
    told = [vintages.as_known(releases, day).iloc[:, -1][quarter] for day in ("2025-05-31", "2025-06-19", "2025-08-31")]
    assert told == [-0.2, 0.0, 0.1]
