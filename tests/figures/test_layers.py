"""Regimes, references, averages and steps stand where their numbers say."""

import numpy as np
import pandas as pd
import pytest
from autogap import data, figures
from autogap.figures import artists, labels
from autogap.methods import tariffs
from matplotlib.text import Text
from nbpoints.errors import InputError

INDEX = pd.period_range("2025-01", periods=12, freq="M")
CARS = pd.Series(np.arange(12.0), INDEX, name="cars")
REGIMES = pd.DataFrame(
    {
        "start": ["2020-01-01", "2025-04-03", "2025-09-16"],
        "end": ["2020-12-31", "2025-09-15", None],
        "label": ["before", "27.5 percent on cars", "15 percent"],
    }
)


def described(fig):
    return artists.describe(fig)["axes"][0]


def day(text):
    return str(np.datetime64(text, "D").astype(int))


@pytest.fixture
def chart():
    fig, ax = figures.new("double")
    figures.line(ax, CARS)
    return fig, ax


def test_two_averages_that_are_close_stand_on_either_side(chart):
    fig, ax = chart
    figures.mean(ax, CARS)
    figures.mean(ax, CARS + 0.5)
    figures.mean(ax, CARS + 5.0)
    labels.settle(fig)
    assert [word.get_va() for word in ax.texts] == ["top", "bottom", "bottom"]


def test_averages_of_one_month_part_on_the_scale_that_is_drawn():
    fig, ax = figures.new()
    month = pd.Series([-49.9], pd.period_range("2025-05", periods=1, freq="M"), name="value")
    figures.mean(ax, month)
    figures.mean(ax, month - 0.2)
    figures.zero_line(ax)
    labels.settle(fig)
    assert [word.get_va() for word in ax.texts] == ["bottom", "top"]


def test_the_value_of_an_average_stands_clear_of_bars_and_lines():
    fig, ax = figures.new("double")
    index = pd.period_range("2024-01", periods=24, freq="M")
    series = pd.Series([3.0, 2, 4] * 5 + [-1.0, -2, -1, -2, -1, -2] + [3.0, 2, 4], index, name="gap")
    figures.bars(ax, series, "neutral_b", "gap")
    figures.mean(ax, series, label="mean {:.1f}")
    labels.settle(fig)
    (word,) = ax.texts
    box = Text.get_window_extent(word, fig.canvas.get_renderer())
    assert not any(bar.get_window_extent().overlaps(box) for bar in ax.patches)
    assert word.get_bbox_patch() is None
    figures.bars(ax, pd.Series(9.0, index, name="all"), "neutral_d", "everywhere", bottom=-4)
    labels.settle(fig)
    assert word.get_bbox_patch() is not None


def test_regimes_are_shaded_in_turn_and_cut_at_the_axis(chart):
    fig, ax = chart
    limits = ax.get_xlim()
    words = figures.regimes(ax, REGIMES)
    first, second = described(fig)["patches"]
    assert set(first["x"].split()) == {day("2025-04-03"), day("2025-09-16")} and first["colour"] == "regime_b"
    assert set(second["x"].split()) == {day("2025-09-16"), day("2026-01-01")}
    assert [word.get_text() for word in words] == ["27.5 percent on cars", "15 percent"]
    assert ax.get_xlim() == limits


def test_a_rule_of_one_day_is_shaded_for_a_day(chart):
    fig, ax = chart
    figures.regimes(ax, tariffs.regimes(data.table("tariff_schedule_japan"), "general", end="2025-12-31"))
    assert {day("2025-04-09"), day("2025-04-10")} in [set(each["x"].split()) for each in described(fig)["patches"]]


def test_names_of_regimes_stay_apart_and_above_the_axes(chart):
    fig, ax = chart
    table = pd.DataFrame(
        {
            "start": ["2025-04-03", "2025-05-03", "2025-11-20"],
            "end": ["2025-05-02", "2025-11-19", None],
            "label": ["cars at 27.5 percent", "cars and parts at 27.5 percent", "all goods at 15 percent or more"],
        }
    )
    words = figures.regimes(ax, table)
    marks = figures.mark_events(ax, {"2025-07-22": "deal"})
    for _ in range(2):
        fig.draw_without_rendering()
        labels.settle(fig)
    fig.draw_without_rendering()
    renderer = fig.canvas.get_renderer()
    boxes = [word.get_window_extent(renderer) for word in [*words, *marks]]
    assert all(box.y0 >= ax.get_window_extent().y1 for box in boxes)
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])
    assert boxes[2].x1 <= fig.bbox.x1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (REGIMES.drop(columns="end"), "no column 'end'"),
        (REGIMES.assign(end=["2019-01-01", None, None]), "'before' ends on 2019-01-01"),
    ],
)
def test_other_tables_of_regimes_are_refused(chart, table, said):
    with pytest.raises(InputError, match=said):
        figures.regimes(chart[1], table)


def test_a_reference_stands_at_its_value_with_its_words(chart):
    fig, ax = chart
    figures.reference(ax, 6.5, "2024: 6.5")
    figures.reference(ax, INDEX[3].start_time.to_numpy(), "April", axis="x")
    lines = described(fig)["lines"]
    assert lines[1]["y"] == "6.5 6.5" and lines[2]["x"] == f"{day('2025-04-01')} {day('2025-04-01')}"
    assert [text["text"] for text in described(fig)["texts"]] == ["2024: 6.5", "April"]
    with pytest.raises(InputError, match="axis"):
        figures.reference(ax, 1, axis="z")


def test_a_mean_is_that_of_its_part_and_spans_its_time(chart):
    fig, ax = chart
    assert figures.mean(ax, CARS, "2025-03", "2025-05", "spring {:.2f}") == 3.0
    drawn = described(fig)
    assert drawn["lines"][1]["y"] == "3 3"
    assert drawn["lines"][1]["x"] == f"{day('2025-03-01')} {day('2025-06-01')}"
    assert drawn["texts"][0]["text"] == "spring 3.00"
    with pytest.raises(InputError, match="cars has no value from 2030-01 to its end"):
        figures.mean(ax, CARS, "2030-01")


def test_steps_change_on_the_first_day_and_hold_to_the_last():
    fig, ax = figures.new()
    drawn = figures.steps(ax, CARS.iloc[:2], "neutral_b", "law")
    assert drawn.get_drawstyle() == "steps-post"
    assert described(fig)["lines"][0]["y"] == "0 1 1"
    assert described(fig)["lines"][0]["x"] == " ".join(map(day, ("2025-01-01", "2025-02-01", "2025-03-01")))
    dated = pd.Series([2.5, 27.5], pd.to_datetime(["2025-01-01", "2025-04-03"]), name="law")
    assert figures.steps(figures.new()[1], dated).get_ydata().tolist() == [2.5, 27.5]


def test_two_series_without_a_legend_are_named_directly():
    fig, ax = figures.new()
    figures.line(ax, CARS, "cars", "vehicles")
    labels.name_unnamed(fig)
    assert not ax.texts
    figures.line(ax, CARS + 1, "parts", "parts")
    labels.name_unnamed(fig)
    assert [word.get_text() for word in ax.texts] == ["vehicles", "parts"]
    labels.name_unnamed(fig)
    assert len(ax.texts) == 2


def test_bands_and_stacked_bars_on_dates_are_named_too():
    fig, ax = figures.new()
    figures.stack(ax, pd.DataFrame({"cars": CARS, "parts": CARS}), {"cars": "cars", "parts": "parts"})
    figures.band(ax, CARS - 1, CARS + 1, label="90 percent band")
    labels.name_unnamed(fig)
    assert [word.get_text() for word in ax.texts] == ["90 percent band", "cars", "parts"]
    assert ax.texts[0].xy[1] == pytest.approx(11, abs=0.5)


def test_a_legend_is_left_alone():
    fig, ax = figures.new()
    figures.line(ax, CARS, "cars", "vehicles")
    figures.line(ax, CARS + 1, "parts", "parts")
    figures.legend(ax)
    labels.name_unnamed(fig)
    assert not ax.texts
