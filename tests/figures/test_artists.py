"""The description of a figure follows what is drawn and nothing else, and differences name the artist."""

import json

import matplotlib
import numpy as np
import pytest
from autogap.figures import artists
from autogap.figures.style import COLOURS
from matplotlib.figure import Figure
from nbpoints.checks.artists import compare


def draw(font=None, change=None):
    """A figure with every kind of artist, after one change."""
    with matplotlib.rc_context({"font.family": font, "font.size": 12} if font else {}):
        fig = Figure(figsize=(6, 4))
        left, right = fig.subplots(1, 2)
        left.plot([1, 2, 3], [4.0, 5.0, np.nan], label="Japan", color=COLOURS["japan"])
        left.plot([1, 2, 3], [1.0, 2.0, 3.0], label="US", color=COLOURS["us"], linestyle="--", marker="o")
        left.fill_between([1, 2, 3], [0, 1, 2], [2, 3, 4], color=COLOURS["band"], label="range")
        left.scatter([1, 2], [3, 3], color=COLOURS["highlight"], label="points")
        left.annotate("tariff", (2, 3), xytext=(5, 5), textcoords="offset points")
        left.set(title="Trade", xlabel="year", ylabel="billion USD", xlim=(0, 4), ylim=(0, 6))
        left.legend()
        right.bar(["cars", "parts"], [3, -1], color=[COLOURS["cars"], COLOURS["parts"]], label="bars")
        right.errorbar([0, 1], [3, -1], yerr=[0.5, 0.5], fmt="none")
        right.axvspan(0, 1)
        right.imshow(np.arange(4.0).reshape(2, 2), aspect="auto")
        fig.suptitle("The point\nof it")
        if change:
            change(fig, left, right)
        if font:
            fig.draw_without_rendering()
        return artists.describe(fig)


@pytest.fixture(scope="module")
def before():
    """The figure before any change."""
    return draw()


def test_the_same_figure_is_equal_and_json(before):
    assert draw() == before
    assert json.loads(json.dumps(before)) == before
    assert compare(before, draw()) == []


@pytest.mark.parametrize("font", ["DejaVu Serif", "DejaVu Sans Mono"])
def test_another_font_draws_the_same(before, font):
    assert compare(before, draw(font)) == []


def test_every_kind_is_described(before):
    left, right = before["axes"]
    assert left["lines"][0] == {
        "label": "Japan",
        "colour": "japan",
        "style": "-",
        "marker": "None",
        "x": "1 2 3",
        "y": "4 5 nan",
    }
    assert left["areas"][0]["colour"] == "band"
    assert left["points"] == [{"label": "points", "x": "1 2", "y": "3 3", "colour": "highlight"}]
    assert left["texts"] == [{"text": "tariff", "colour": "#000000", "at": "2 3"}]
    assert [entry["label"] for entry in left["legend"]] == ["Japan", "US", "range", "points"]
    assert left["xlim"] == "0 4"
    assert right["bars"][0]["height"] == "3 -1" and right["bars"][0]["colour"] == "cars parts"
    assert right["xticks"] == ["cars", "parts"]
    assert right["images"][0]["value"] == "0 1 2 3"
    assert right["segments"][0]["y"] == "2.5 3.5 -1.5 -0.5"
    assert before["texts"] == ["The point of it"]


def swap(fig, left, right):
    first, second = left.lines
    one, two = first.get_ydata(), second.get_ydata()
    first.set_ydata(two)
    second.set_ydata(one)


CHANGES = {
    "swapped series": (swap, "axes 1, line 'Japan': y differs"),
    "shifted points": (lambda f, a, b: a.lines[1].set_xdata([2, 3, 4]), "axes 1, line 'US': x differs at 3 of 3"),
    "one point": (lambda f, a, b: a.lines[1].set_ydata([1, 2.003, 3]), "at place 2: was 2, is 2.003"),
    "gap filled": (lambda f, a, b: a.lines[0].set_ydata([4, 5, 6]), "was nan, is 6"),
    "fewer points": (lambda f, a, b: a.lines[1].set_data([1, 2], [1, 2]), "x had 3 numbers, has 2"),
    "limits": (lambda f, a, b: a.set_ylim(1, 6), "axes 1: ylim was 0 to 6, is 1 to 6"),
    "scale": (lambda f, a, b: a.set_yscale("symlog"), "axes 1: yscale was 'linear', is 'symlog'"),
    "axis label": (lambda f, a, b: a.set_ylabel("billion JPY"), "ylabel was 'billion USD', is 'billion JPY'"),
    "lost axis label": (lambda f, a, b: a.set_xlabel(""), "axes 1: xlabel was 'year', is ''"),
    "lost title": (lambda f, a, b: f.suptitle("Other"), "text 'The point of it' is missing"),
    "line gone": (lambda f, a, b: a.lines[1].remove(), "axes 1: line 'US' is missing"),
    "line new": (lambda f, a, b: a.plot([1], [1], label="Korea"), "axes 1: line 'Korea' is new"),
    "relabelled": (lambda f, a, b: a.lines[0].set_label("Korea"), "axes 1: line 'Japan' is missing"),
    "colour": (lambda f, a, b: a.lines[0].set_color(COLOURS["korea"]), "colour was 'japan', is 'korea'"),
    "style": (lambda f, a, b: a.lines[1].set_linestyle(":"), "line 'US': style was '--', is ':'"),
    "legend entry": (lambda f, a, b: a.legend(handles=a.lines[:1]), "axes 1: legend entry 'US' is missing"),
    "legend gone": (lambda f, a, b: a.get_legend().remove(), "legend entry 'Japan' is missing"),
    "legend order": (lambda f, a, b: a.legend(handles=[*reversed(a.lines), *a.collections]), "axes 1: order was"),
    "bar height": (lambda f, a, b: b.patches[1].set_height(-2), "axes 2, bars 'bars': height differs at 1 of 2"),
    "bar colours": (lambda f, a, b: b.patches[0].set_color(COLOURS["parts"]), "colour was 'cars parts', is 'parts'"),
    "category": (lambda f, a, b: b.set_xticks([0, 1], ["parts", "cars"]), "axes 2: order was x tick 'cars'"),
    "annotation": (lambda f, a, b: setattr(a.texts[0], "xy", (1, 3)), "axes 1, text 'tariff': at differs"),
    "annotation words": (lambda f, a, b: a.texts[0].set_text("deal"), "axes 1: text 'tariff' is missing"),
    "band": (lambda f, a, b: a.collections[0].remove(), "axes 1: area 'range' is missing"),
    "scatter": (lambda f, a, b: a.collections[1].set_offsets([(1, 3), (2, 4)]), "points 'points': y differs"),
    "image": (lambda f, a, b: b.images[0].set_data(np.ones((2, 2))), "axes 2, image 1: value differs"),
    "span": (lambda f, a, b: b.patches[-1].set_x(0.5), "axes 2, patch 1: x differs"),
    "axes gone": (lambda f, a, b: b.remove(), "figure: axes 2 is missing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_by_the_artist(before, change):
    alter, sentence = CHANGES[change]
    told = compare(before, draw(change=alter))
    assert any(sentence in line for line in told), told


@pytest.mark.parametrize(("factor", "is_told"), [(1 + 1e-9, False), (1 + 1e-3, True)])
def test_numbers_have_a_relative_tolerance(before, factor, is_told):
    told = compare(before, draw(change=lambda f, a, b: a.lines[1].set_ydata(np.array([1, 2, 3]) * factor)))
    assert bool(told) == is_told


def test_noise_around_zero_is_no_difference():
    was = {"axes": [{"lines": [{"label": "a", "y": "1000 1e-14"}]}]}
    now = {"axes": [{"lines": [{"label": "a", "y": "1000 -3e-15"}]}]}
    assert compare(was, now) == []
    assert compare(was, {"axes": [{"lines": [{"label": "a", "y": "1000 0.1"}]}]}) != []
