"""Words on a figure never overlap, and move no farther than they need."""

import random
from itertools import combinations

import pandas as pd
import pytest
from autogap import figures
from autogap.figures import export, labels
from autogap.figures.labels import apart, rows
from matplotlib.text import Text


def test_names_that_do_not_touch_stay():
    assert apart([0, 20, 40], [10, 10, 10]) == [0, 20, 40]


def test_names_are_parted_around_their_middle():
    placed = apart([10, 10, 10], [8, 8, 8], gap=2)
    assert placed == [0, 10, 20]


@pytest.mark.parametrize("seed", range(20))
def test_names_never_overlap_and_keep_their_order(seed):
    dice = random.Random(seed)
    centres = sorted(dice.uniform(0, 50) for _ in range(8))
    heights = [dice.uniform(5, 15) for _ in centres]
    placed = apart(centres, heights, gap=1)
    for i in range(7):
        assert placed[i + 1] - placed[i] >= (heights[i] + heights[i + 1]) / 2 + 1 - 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_labels_of_events_cross_neither_labels_nor_lines(seed):
    dice = random.Random(seed)
    spots = sorted((dice.uniform(0, 400), dice.uniform(20, 120)) for _ in range(dice.randint(1, 9)))
    chosen = rows(spots, end=400)
    spans = [(x - w, x) if left else (x, x + w) for (x, w), (_, left) in zip(spots, chosen, strict=True)]
    for one, other in combinations(range(len(spots)), 2):
        if chosen[one][0] == chosen[other][0]:
            assert spans[one][1] <= spans[other][0] or spans[other][1] <= spans[one][0]
        low, high = sorted((one, other), key=lambda i: chosen[i][0])
        if chosen[high][0] > chosen[low][0]:
            assert not spans[low][0] < spots[high][0] < spans[low][1]
    assert all(x + w <= 400 or left for (x, w), (_, left) in zip(spots, chosen, strict=True))


def boxes(fig, words):
    fig.draw_without_rendering()
    labels.settle(fig)
    fig.draw_without_rendering()
    return [Text.get_window_extent(word) for word in words]


def test_line_names_stand_apart_in_a_drawn_figure():
    fig, ax = figures.new("single", height_mm=50)
    for end, name in enumerate(["Japan", "Korea", "Germany", "Mexico", "Canada"]):
        ax.plot([0, 1], [0, 1 + end / 100], label=name)
    ax.plot([0, 1], [0, 0])
    drawn = boxes(fig, words := labels.label_lines(ax, {"Korea": "South Korea", "Canada": ""}))
    assert [word.get_text() for word in words] == ["Japan", "South Korea", "Germany", "Mexico"]
    assert not any(one.overlaps(other) for one, other in combinations(drawn, 2))
    assert all(box.x1 <= fig.bbox.x1 for box in drawn)


def test_a_line_that_ends_early_is_named_at_its_last_point():
    fig, ax = figures.new()
    ax.plot([0, 1, 2], [5, 6, float("nan")], label="gone")
    assert labels.label_lines(ax)[0].xy == (1, 6)


def test_event_labels_stand_apart_and_inside_the_figure():
    import pandas as pd

    fig, ax = figures.new()
    figures.line(ax, pd.Series(range(24), pd.period_range("2024-09", periods=24, freq="M"), name="exports"))
    events = {"2025-04-03": "25 percent on cars", "2025-05-03": "on parts", "2026-08-20": "something rather late"}
    drawn = boxes(fig, words := labels.mark_events(ax, events | {"2030-01-01": "outside"}))
    assert [word.get_text().strip() for word in words] == list(events.values())
    assert not any(one.overlaps(other) for one, other in combinations(drawn, 2))
    assert all(box.x1 <= fig.bbox.x1 for box in drawn)


def test_a_long_label_of_the_y_axis_is_folded():
    fig, ax = figures.new("single", height_mm=40)
    ax.plot([0, 1], [0, 1])
    ax.set_ylabel("same month before the tariff came into force (index)")
    boxes(fig, [])
    assert ax.get_ylabel() == "same month before\nthe tariff came\ninto force (index)"
    ax.set_ylabel("index")
    boxes(fig, [])
    assert ax.get_ylabel() == "index"


def test_the_names_of_few_periods_stand_beyond_their_last_bars_and_averages():
    fig, ax = figures.new()
    few = pd.Series([-50.0, -72, -70, -46], pd.period_range("2025-05", periods=4, freq="M"), name="value")
    figures.bars(ax, few, "neutral_d", "bars")
    figures.line(ax, few, "cars", "value")
    figures.mean(ax, few)
    words = labels.label_lines(ax, {"bars": ""})
    export.lay_out(fig, "fig-few")
    assert Text.get_window_extent(words[0], fig.canvas.get_renderer()).x0 >= ax.get_window_extent().x1


def test_the_name_of_a_single_total_stands_beside_its_bar_and_off_the_names_of_its_parts():
    fig, ax = figures.new("double")
    month = pd.period_range("2025-05", periods=1, freq="M")
    parts = pd.DataFrame({"number": [-18.0], "price": [-1.0]}, index=month)
    figures.stack(ax, parts, {"number": "neutral_a", "price": "cars"})
    figures.line(ax, parts.sum(axis=1).rename("value"), "neutral_b", "value", marker="D")
    words = labels.label_lines(ax)
    export.lay_out(fig, "fig-single")
    placed = [Text.get_window_extent(word, fig.canvas.get_renderer()) for word in words]
    assert sorted(word.get_text() for word in words) == ["number", "price", "value"]
    assert all(box.x0 > max(bar.get_window_extent().x1 for bar in ax.patches) for box in placed)
    assert not any(one.overlaps(other) for one, other in combinations(placed, 2))
