"""Words are measured once while a figure is laid out, and no figure looks otherwise for it."""

import contextlib

import pytest
from autogap.figures import export, fonts, measure
from matplotlib.text import Text
from sample import draw, read, save


def test_measuring_once_draws_the_same(house, monkeypatch):
    measured = []
    plain = Text._get_layout
    monkeypatch.setattr(Text, "_get_layout", lambda text, renderer: measured.append(text) or plain(text, renderer))
    save()
    once, files = len(measured), read(house[0])
    measured.clear()
    monkeypatch.setattr(measure, "once", contextlib.nullcontext)
    save()
    assert read(house[0]) == files
    assert once < 0.7 * len(measured)


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


def test_matplotlib_is_left_as_it_was():
    plain = Text._get_layout
    with contextlib.suppress(KeyError), measure.once():
        assert Text._get_layout is not plain
        raise KeyError
    assert Text._get_layout is plain


def test_a_pdf_is_the_same_without_the_search_for_names(monkeypatch):
    """If a font of ours had names for its features, they would be lost."""
    fig, about = draw(), {"title": "t", "alt": "a", "id": "i"}
    export.lay_out(fig, "fig-x")
    fast = export._pdf(fig, about)
    monkeypatch.setattr(fonts, "nameless", contextlib.nullcontext)
    assert export._pdf(fig, about) == fast
