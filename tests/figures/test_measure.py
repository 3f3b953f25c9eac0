"""Words are measured once while a figure is laid out, and no figure looks otherwise for it."""

import contextlib

import pytest
from autogap import figures
from autogap.figures import measure
from matplotlib.axis import Axis
from matplotlib.font_manager import FontManager
from matplotlib.markers import MarkerStyle
from matplotlib.text import Text
from sample import draw, read, save


def test_measuring_once_draws_the_same(house, monkeypatch):
    measured, placed = [], []
    measure_it, place_it = Text._get_layout, Axis._update_ticks
    monkeypatch.setattr(Text, "_get_layout", lambda text, renderer: measured.append(text) or measure_it(text, renderer))
    monkeypatch.setattr(Axis, "_update_ticks", lambda axis: placed.append(axis) or place_it(axis))
    save()
    once, files = (len(measured), len(placed)), read(house[0])
    measured.clear(), placed.clear()
    monkeypatch.setattr(figures, "save", figures.save.__wrapped__)
    save()
    assert read(house[0]) == files
    assert once[0] < 0.7 * len(measured) and once[1] < 0.5 * len(placed)


@pytest.mark.parametrize(
    "change",
    [{"text": "longer words"}, {"size": 30}, {"rotation": 0}, {"ha": "right"}, {"va": "top"}, {"weight": "semibold"}],
    ids=str,
)
def test_a_word_that_changes_is_measured_again(change):
    fig = draw()
    word, renderer = fig.axes[0].yaxis.label, fig.canvas.get_renderer()
    with measure.once():
        before = word.get_window_extent(renderer).extents.tolist()
        assert word.get_window_extent(renderer).extents.tolist() == before
        word.set(**change)
        after = word.get_window_extent(renderer).extents.tolist()
    assert after != before
    assert after == word.get_window_extent(renderer).extents.tolist()


@pytest.mark.parametrize(
    "change",
    [
        lambda ax: ax.set_ylim(0, 1000),
        lambda ax: ax.set_yticks([0, 50], ["none", "half"]),
        lambda ax: ax.set_position([0.1, 0.1, 0.2, 0.05]),
    ],
    ids=["limits", "labels", "size"],
)
def test_the_ticks_of_an_axis_that_changes_are_placed_again(change):
    def drawn(ax):
        return [(tick.get_loc(), tick.label1.get_text()) for tick in ax.yaxis._update_ticks()]

    ax = draw().axes[0]
    with measure.once():
        before = drawn(ax)
        change(ax)
        after = drawn(ax)
    assert after != before
    assert after == drawn(ax)


def test_matplotlib_is_left_as_it_was():
    def methods():
        of_axis = Axis._update_ticks, Axis._get_ticklabel_bboxes
        return Text._get_layout, *of_axis, FontManager._find_fonts_by_props, MarkerStyle._set_marker

    plain = methods()
    with contextlib.suppress(KeyError), measure.once():
        assert not set(plain) & set(methods())
        raise KeyError
    assert plain == methods()
