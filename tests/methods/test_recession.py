"""Recessions: BBQ on a published series, technical recessions by vintage, scores of warnings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from autogap import data
from autogap.methods import recession, vintages
from nbpoints.errors import InputError


def quarterly(values, start="2020Q1"):
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="Q"), dtype=float)


@pytest.fixture(scope="module")
def us_gdp():
    """Real GDP of the United States, 1959Q1 to 2009Q3, as statsmodels ships it."""
    from statsmodels.datasets import macrodata

    levels = macrodata.load_pandas().data["realgdp"]
    return quarterly(levels.to_numpy(), "1959Q1")


@pytest.fixture(scope="module")
def realtime():
    """Growth of Japan's real GDP within each of 89 quarterly vintages."""
    return recession.growth_pct(data.revisions("cao.gdp_real_realtime"))


def test_bbq_finds_the_published_peaks(us_gdp):
    """Peaks 1960Q1, 69Q3, 73Q4, 80Q1, 81Q3, 90Q2, 2008Q2."""
    turns = recession.turning_points(us_gdp)
    peaks = turns.loc[turns["kind"] == "peak", "quarter"].astype(str).tolist()
    assert peaks == ["1960Q1", "1969Q3", "1973Q4", "1980Q1", "1981Q3", "1990Q2", "2008Q2"]


def test_turning_points_alternate_and_keep_their_distances(us_gdp):
    turns = recession.turning_points(us_gdp)
    assert (turns["kind"] != turns["kind"].shift()).all()
    at = turns["quarter"].map(lambda quarter: quarter.ordinal)
    assert at.diff().min() >= 2 and at.diff(2).min() >= 5


def test_turning_points_are_those_of_the_logarithm_and_mirror_when_the_series_is_turned_over(us_gdp):
    turns = recession.turning_points(us_gdp)
    pd.testing.assert_series_equal(turns["quarter"], recession.turning_points(np.log(us_gdp))["quarter"])
    mirrored = recession.turning_points(-us_gdp)
    assert mirrored["quarter"].tolist() == turns["quarter"].tolist()
    assert mirrored["kind"].tolist() == ["trough" if kind == "peak" else "peak" for kind in turns["kind"]]


def test_of_two_peaks_in_a_row_the_higher_stays():
    """A lower hump without a trough between (two equal quarters) is no cycle of its own."""
    turns = recession.turning_points(quarterly([0, 1, 9, 4, 3, 3, 4, 5, 4, 3, 0, 1, 2]))
    assert turns[["quarter", "kind"]].astype(str).to_numpy().tolist() == [["2020Q3", "peak"], ["2022Q3", "trough"]]


def test_a_cycle_that_is_too_short_loses_its_weaker_turns():
    """Peaks four quarters apart: with a cycle of five the lower one goes, and of the two troughs the higher."""
    levels = quarterly([0, 1, 8, 6, 5, 6, 9, 4, 2, 3, 4])
    assert len(recession.turning_points(levels, cycle=4)) == 4
    turns = recession.turning_points(levels, cycle=5)
    assert turns[["quarter", "kind"]].astype(str).to_numpy().tolist() == [["2021Q3", "peak"], ["2022Q1", "trough"]]


def test_a_phase_that_is_too_short_ends_no_phase():
    """The peak of 2020Q3 falls in one quarter to the trough of 2020Q4: with a phase of two that is no turn."""
    levels = quarterly([1, 2, 9, 0, 5, 6, 7, 8, 4, 3])
    short = recession.turning_points(levels, phase=1)
    assert short["quarter"].astype(str).tolist() == ["2020Q3", "2020Q4", "2021Q4"]
    assert recession.turning_points(levels, phase=2)["quarter"].astype(str).tolist() == ["2020Q3"]


def test_growth_is_told_by_quarters_and_not_by_rows():
    levels = quarterly([100, 101, 102.01, 51.005]).drop(pd.Period("2020Q3", "Q"))
    assert recession.growth_pct(levels).round(9).tolist()[1] == 1.0
    assert recession.growth_pct(levels).isna().tolist() == [True, False, True]


def test_a_recession_is_two_falls_in_a_row():
    growth = quarterly([0.5, -0.2, 0.1, -0.3, -0.4, -0.1, 0.2, -1.0, 0.0, -1.0, -1.0])
    spells = recession.technical_recessions(growth)
    assert spells[["start", "end"]].astype(str).to_numpy().tolist() == [["2020Q4", "2021Q2"], ["2022Q2", "2022Q3"]]
    assert spells["quarters"].tolist() == [3, 2]
    assert spells["depth_pct"].tolist() == pytest.approx([100 * (0.997 * 0.996 * 0.999 - 1), -1.99])
    assert recession.technical_recessions(growth, run=3)["start"].astype(str).tolist() == ["2020Q4"]
    assert recession.technical_recessions(growth, run=4).empty


def test_a_missing_quarter_ends_a_run():
    growth = quarterly([-1, -1, np.nan, -1, -1, -1])
    assert recession.in_recession(growth).tolist() == [True, True, False, True, True, True]
    gap = quarterly([-1, -1, -1, -1]).drop(pd.Period("2020Q2", "Q"))
    assert recession.in_recession(gap).tolist() == [False, True, True]
    assert not recession.in_recession(quarterly([-0.1, 0.0, -0.1])).any()


def test_a_fall_published_as_minus_zero_is_a_fall():
    """The Cabinet Office prints -0.0 for a small fall (2025Q1 on 9 June 2025, -0.2 percent annualised)."""
    assert recession.in_recession(quarterly([0.3, -0.1, -0.0, 0.0])).tolist() == [False, True, True, False]
    assert recession.longest_fall(quarterly([-0.0, -0.0, -0.1])) == 3
    first_quarter = data.revisions("cao.gdp_real_qoq_pct")["2025-06-09"]
    assert recession.fell(first_quarter)["2025Q1"]


def test_calls_that_later_releases_withdrew(realtime):
    """2014Q2-Q3 was a technical recession in the vintages of 2014Q4 to 2018Q4, and later no more."""
    calls = recession.calls(realtime).set_index("called")
    tax = calls.loc["2014Q4"]
    assert (str(tax["start"]), str(tax["end"]), tax["withdrawn"], tax["releases"]) == ("2014Q2", "2014Q3", "2019Q1", 17)
    assert tax[["state", "now"]].tolist() == ["withdrawn", ""]
    assert calls.loc["2008Q4", "state"] == "standing" and pd.isna(calls.loc["2008Q4", "withdrawn"])


def test_the_call_of_february_2024_was_withdrawn_in_march():
    """Cabinet Office, first preliminary of 15 February 2024: two falls; second preliminary of 11 March: a rise."""
    releases = data.revisions("cao.gdp_real_qoq_pct").loc["2023Q3":"2023Q4"]
    told = recession.calls(vintages.as_known(releases))
    assert told.iloc[0][["start", "end"]].astype(str).tolist() == ["2023Q3", "2023Q4"]
    assert told.iloc[0]["called"].startswith("2024-02") and told.iloc[0]["withdrawn"] == "2024-03-11"


def test_a_call_is_followed_while_its_quarters_move():
    """A longer spell is the same call; a spell elsewhere is another."""
    table = pd.DataFrame(
        {
            "a": [1, 1, 1, 1, 1],
            "b": [1, -1, -1, 1, 1],
            "c": [1, 1, -1, -1, 1],
            "d": [1, 1, 1, 1, 1],
            "e": [-1, -1, 1, 1, 1],
        },
        index=pd.period_range("2020Q1", periods=5, freq="Q"),
    )
    told = recession.calls(table).set_index("called")
    assert told.loc["b", ["withdrawn", "releases"]].tolist() == ["d", 2]
    assert told.loc["b", "state"] == "withdrawn" and told.loc["e", "state"] == "standing" and len(told) == 2
    assert recession.calls(table, run=3).empty


@pytest.mark.parametrize(
    ("newest", "state", "now"),
    [
        ([1, -1, -1, -1, 1, 1, 1], "standing", "2020Q2 to 2020Q4"),
        ([-1, -1, -1, -1, -1, 1, 1], "standing", "2020Q1 to 2021Q1"),
        ([1, -1, -1, 1, 1, 1, 1], "revised", "2020Q2 to 2020Q3"),
        ([1, -1, 1, -1, -1, 1, 1], "revised", "2020Q4 to 2021Q1"),
        ([-1, -1, 1, -1, -1, 1, 1], "revised", "2020Q1 to 2020Q2 and 2020Q4 to 2021Q1"),
        ([1, -1, 1, -1, 1, -1, -1], "withdrawn", ""),
    ],
)
def test_a_call_stands_while_every_quarter_called_is_marked(newest, state, now):
    """A quarter of the call that grows by the newest release ends its standing, whatever else is marked."""
    table = pd.DataFrame({"a": [1.0] * 7, "b": [1, -1, -1, -1, 1, 1, 1], "c": newest})
    table.index = pd.period_range("2020Q1", periods=7, freq="Q")
    told = recession.calls(table).set_index("called").loc["b"]
    assert told[["state", "now"]].tolist() == [state, now]


def test_a_quarter_called_that_grows_by_the_newest_release_does_not_stand():
    """2023Q3 to 2024Q1 was called in September 2025; a year later 2023Q4 grew, and the falls are two other quarters."""
    called, newest = (data.revisions(f"cao.gdp_real_chained{base}").iloc[:, -1] for base in (2015, 2020))
    growth = pd.concat([recession.growth_pct(one).loc["2023Q1":"2024Q4"] for one in (called, newest)], axis=1)
    told = recession.calls(growth.assign(before=1.0)[["before", *growth.columns]]).iloc[0]
    assert told[["start", "end", "state", "now"]].astype(str).tolist() == [
        "2023Q3",
        "2024Q1",
        "revised",
        "2024Q1 to 2024Q2",
    ]


def test_every_vintage_agrees_with_its_own_column(realtime):
    """Calling all vintages at once is calling each alone."""
    together = recession.in_recession(realtime)
    for vintage in ("2002Q4", "2014Q4", "2024Q4"):
        alone = recession.in_recession(realtime[vintage].dropna())
        assert alone.index[alone].tolist() == together.index[together[vintage]].tolist()


def test_the_base_rate_counts_outlooks():
    """Two falls are completed in 2020Q3: within two quarters of 2020Q1 and 2020Q2 only."""
    growth = quarterly([0.5, -0.2, -0.1, 0.3, 0.4, 0.2])
    assert recession.base_rate(growth, within=2) == 2 / 4
    assert recession.base_rate(growth, within=3) == 2 / 3
    assert recession.base_rate(quarterly([0.1] * 8), within=4) == 0.0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: recession.growth_pct(pd.Series([1.0, 2.0])), "PeriodIndex of quarters"),
        (lambda: recession.growth_pct(quarterly([1, 2])[::-1]), "in order of time"),
        (lambda: recession.in_recession(quarterly([1, 2]), run=0), "not a number of falls"),
        (lambda: recession.turning_points(quarterly([1, np.nan, 2])), "unbroken"),
        (lambda: recession.turning_points(quarterly([1, 2, 3]).drop(pd.Period("2020Q2", "Q"))), "unbroken"),
        (lambda: recession.base_rate(quarterly([1, 2, 3]), within=1), "cannot be completed"),
        (lambda: recession.base_rate(quarterly([1, 2, 3]), within=3), "too few"),
    ],
)
def test_bad_input_is_refused(wrong, says):
    with pytest.raises(InputError, match=says):
        wrong()


def test_a_last_peak_that_was_passed_later_is_no_peak():
    """The fall of 2021Q4 lasts one quarter and is made good: without a trough the peak before it must go too."""
    levels = quarterly([9, 8, 5, 3, 4, 6, 8, 9, 7, 10, 11, 12])
    turns = recession.turning_points(levels)
    assert turns[["quarter", "kind"]].astype(str).to_numpy().tolist() == [["2020Q4", "trough"]]


def test_the_rules_mark_what_they_say():
    growth = quarterly([1, 1, 1, -1, -1, -1, 1, 1, 1, -2, 0.5, -2, -1, 1, 1], "2020Q1")
    marked = {rule: recession.by_rule(growth, rule) for rule in ("two_falls", "three_falls", "bbq")}
    quarters = {rule: marks[marks].index.astype(str).tolist() for rule, marks in marked.items()}
    assert quarters["three_falls"] == ["2020Q4", "2021Q1", "2021Q2"]
    assert quarters["two_falls"] == ["2020Q4", "2021Q1", "2021Q2", "2022Q4", "2023Q1"]
    assert quarters["bbq"] == ["2020Q4", "2021Q1", "2021Q2", "2022Q2", "2022Q3", "2022Q4", "2023Q1"]


def test_an_unknown_rule_is_refused():
    with pytest.raises(InputError, match="rule: there is no rule 'four_falls'"):
        recession.by_rule(quarterly([1, -1]), "four_falls")
