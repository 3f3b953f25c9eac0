"""A figure that lacks something is refused with a sentence, and nothing is written."""

from __future__ import annotations

import pandas as pd
import pytest
from autogap import figures, run
from nbpoints.errors import InputError
from sample import FRAME, read, save


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"stem": "exports"}, "stem"),
        ({"stem": "fig-Exports"}, "stem"),
        ({"stem": "fig-../x"}, "stem"),
        ({"alt": " "}, "alt is empty"),
        ({"alt": None}, "alt is empty"),
        ({"source": ""}, "source is empty"),
        ({"title": ""}, "title is empty"),
        ({"subtitle": ""}, "subtitle is empty"),
        ({"data": pd.DataFrame(index=[1, 2])}, "data"),
        ({"data": pd.DataFrame({"a": []})}, "data"),
        ({"data": [1, 2]}, "data"),
    ],
)
def test_incomplete_figures_are_refused_and_nothing_is_written(house, other, words):
    with pytest.raises(InputError, match=words):
        save(**other)
    assert not house[0].exists() and house[1] == []


def plain(**labels):
    fig, ax = figures.new()
    ax.plot([1, 2], [1, 2])
    ax.set(**labels)
    return fig


@pytest.mark.parametrize(
    ("labels", "words"),
    [({"xlabel": "Year"}, "y-axis of axes 1"), ({"ylabel": "Gap (billion USD)"}, "x-axis of axes 1")],
)
def test_axes_of_numbers_need_labels(house, labels, words):
    with pytest.raises(InputError, match=words):
        save(plain(**labels))


def test_dates_and_categories_speak_for_themselves(house, quick):
    fig, ax = figures.new()
    figures.barh(ax, pd.Series([1.0], ["cars"]))
    ax.set_xlabel("Share (percent)")
    save(fig)
    fig, ax = figures.new()
    ax.bar([0, 1], [1, 2])
    ax.set_xticks([0, 1], ["2024", "2025"])
    ax.set_ylabel("Gap (billion USD)")
    with pytest.raises(InputError, match="x-axis"):
        save(fig)
    ax.set_xticks([0, 1], ["gross", "net"])
    save(fig)


def test_shared_axes_need_one_label(house, quick):
    fig, (left, right) = figures.new("double", cols=2, sharey=True)
    for ax in (left, right):
        figures.line(ax, FRAME["exports_jpy_bn"])
    with pytest.raises(InputError, match="y-axis"):
        save(fig)
    left.set_ylabel("Value (billion yen)")
    save(fig)


def test_a_stem_belongs_to_one_notebook(house, quick, monkeypatch):
    save()
    monkeypatch.setattr(run, "_current", run.Run("01_trade_gap", {}, True, "trade_gap", house[0]))
    with pytest.raises(InputError, match="03_export_decline saves"):
        save()


def test_a_failure_leaves_the_earlier_files_whole(house, quick, monkeypatch):
    save()
    before = read(house[0])

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(InputError, match="No space"):
        save(data=FRAME * 2)
    assert read(house[0]) == before


def test_without_a_run_nothing_is_saved(monkeypatch):
    monkeypatch.setattr(run, "_current", None)
    with pytest.raises(InputError, match="No run has begun"):
        save()


def test_wrong_width_is_refused():
    with pytest.raises(InputError, match="width"):
        figures.new("wide")
