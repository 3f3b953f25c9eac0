"""Series are drawn in the middle of their periods, with ticks that name the periods."""

import gc
import weakref

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest
from autogap import figures
from autogap.figures import artists, labels
from nbpoints.errors import InputError


def monthly(start="2025-01", periods=6):
    return pd.Series(np.arange(1.0, periods + 1), pd.period_range(start, periods=periods, freq="M"), name="exports")


def ticks(series, width="single"):
    _, ax = figures.new(width)
    figures.line(ax, series)
    return artists.ticks(ax.xaxis)


def test_a_line_keeps_gaps_and_takes_its_name_and_role():
    fig, ax = figures.new()
    series = monthly()
    series.iloc[2] = np.nan
    figures.line(ax, series, "cars")
    drawn = artists.describe(fig)["axes"][0]["lines"][0]
    assert drawn["label"] == "exports" and drawn["colour"] == "cars"
    assert drawn["y"] == "1 2 nan 4 5 6"
    days = (figures.middles(series.index) - np.datetime64("1970-01-01")).astype(int)
    assert drawn["x"] == " ".join(map(str, days))


@pytest.mark.parametrize(
    ("freq", "start", "periods", "shown"),
    [
        ("M", "2025-01", 6, ["Jan 2025", "Feb", "Mar", "Apr", "May", "Jun"]),
        ("M", "2024-05", 28, ["Jul 2024", "Oct", "Jan 2025", "Apr", "Jul", "Oct", "Jan 2026", "Apr", "Jul"]),
        ("M", "2000-01", 312, ["2000", "2005", "2010", "2015", "2020", "2025"]),
        ("Q", "2024Q2", 5, ["Q2 2024", "Q3", "Q4", "Q1 2025", "Q2"]),
        ("Y", "2017", 8, ["2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024"]),
        ("Y", "1995", 24, ["1995", "2000", "2005", "2010", "2015"]),
        ("Y-MAR", "2024", 2, ["FY2023", "FY2024"]),
    ],
)
def test_ticks_name_round_periods(freq, start, periods, shown):
    index = pd.period_range(start, periods=periods, freq=freq)
    assert ticks(pd.Series(range(periods), index, name="x")) == shown


def test_the_axis_covers_all_series_and_ends_with_their_periods():
    fig, ax = figures.new()
    figures.line(ax, monthly("2025-03", 2))
    figures.line(ax, monthly("2024-11", 2))
    low, high = (str(np.datetime64(int(day), "D")) for day in ax.get_xlim())
    assert (low, high) == ("2024-11-01", "2025-05-01")


def test_mixed_or_odd_frequencies_are_refused():
    _, ax = figures.new()
    figures.line(ax, monthly())
    with pytest.raises(InputError, match="M periods cannot take"):
        figures.line(ax, pd.Series([1.0], pd.period_range("2025", periods=1, freq="Y"), name="x"))
    _, ax = figures.new()
    with pytest.raises(InputError, match="months, quarters or years"):
        figures.line(ax, pd.Series([1.0], pd.period_range("2025-01-01", periods=1, freq="D"), name="x"))


def test_unknown_role_is_refused_with_the_near_one():
    _, ax = figures.new()
    with pytest.raises(InputError, match="Did you mean 'japan'"):
        figures.line(ax, monthly(), "japn")


def test_stacks_grow_away_from_zero_on_both_sides():
    fig, ax = figures.new()
    frame = pd.DataFrame({"cars": [2.0, -2.0], "parts": [1.0, 1.0], "other": [-3.0, -1.0]}, ["May", "June"])
    figures.stack(ax, frame, {"cars": "cars", "parts": "parts", "other": "other"}, {"cars": "Motor vehicles"})
    cars, parts, other = artists.describe(fig)["axes"][0]["bars"]
    assert (cars["label"], cars["y"], cars["height"]) == ("Motor vehicles", "0 0", "2 -2")
    assert (parts["y"], parts["height"]) == ("2 0", "1 1")
    assert (other["y"], other["height"]) == ("0 -2", "-3 -1")


def test_bars_of_periods_fill_most_of_a_period():
    _, ax = figures.new()
    drawn = figures.bars(ax, monthly(), "us")
    assert 22 < drawn.patches[0].get_width() < 28


def test_lying_bars_start_on_top():
    fig, ax = figures.new()
    figures.barh(ax, pd.Series([3.0, -1.0], ["cars", "parts"]), ["cars", "parts"])
    assert ax.yaxis_inverted() and artists.describe(fig)["axes"][0]["bars"][0]["colour"] == "cars parts"


def test_a_band_is_described():
    fig, ax = figures.new()
    series = monthly()
    figures.line(ax, series)
    figures.band(ax, series - 1, series + 1, label="range")
    drawn = artists.describe(fig)["axes"][0]
    assert drawn["areas"][0]["colour"] == "band" and drawn["areas"][0]["label"] == "range"


def test_a_legend_stands_outside_the_axes():
    fig, ax = figures.new()
    figures.line(ax, monthly())
    box = figures.legend(ax)
    fig.draw_without_rendering()
    assert box.get_window_extent().x0 >= ax.get_window_extent().x1
    assert box.get_window_extent().x1 <= fig.bbox.x1
    figures.legend(ax, "below")
    for _ in range(2):
        fig.draw_without_rendering()
        labels.settle(fig)
    fig.draw_without_rendering()
    words = ax.xaxis.get_tightbbox(fig.canvas.get_renderer())
    below = ax.get_legend()
    assert 0 < words.y0 - below.get_window_extent().y1 < 15 and below.get_window_extent().y0 >= 0
    with pytest.raises(InputError, match="side"):
        figures.legend(ax, side="left")


def test_every_month_between_labelled_ones_has_a_small_tick_on_each_panel():
    fig, (top, _) = figures.new(rows=2, sharex=True)
    for months in (14, 20):  # a second, longer series moves them
        index = pd.period_range("2025-01", periods=months, freq="M")
        figures.line(top, pd.Series(range(months), index, name=f"{months} months"))
    places = {str(day) for day in figures.drawing.middles(index)}
    labelled = {str(day)[:10] for day in mdates.num2date(top.get_xticks())}
    for ax, small in zip(top.get_shared_x_axes().get_siblings(top), fig.artists, strict=True):
        assert {str(day)[:10] for day in mdates.num2date(small.get_xdata())} == places - labelled
        assert small.get_transform() == ax.get_xaxis_transform("tick1")
    figures.line(top, pd.Series(range(60), pd.period_range("2021-01", periods=60, freq="M"), name="60 months"))
    assert [len(small.get_xdata()) for small in fig.artists] == [0, 0]  # there would be no room between them


def test_a_figure_with_small_ticks_goes_when_nobody_holds_it():
    fig, ax = figures.new()
    figures.line(ax, monthly())
    held = weakref.ref(fig)
    del fig, ax
    gc.collect()
    assert held() is None


def test_an_axis_of_days_has_ticks_where_months_begin():
    _, ax = figures.new()
    figures.days(ax, "2025-01-20", "2025-06-19")
    assert artists.ticks(ax.xaxis) == ["Feb 2025", "Mar", "Apr", "May", "Jun"]
    assert [str(np.datetime64(int(day), "D")) for day in ax.get_xlim()] == ["2025-01-20", "2025-06-19"]
