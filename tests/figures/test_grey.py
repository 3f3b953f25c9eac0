"""Figures in greys: nothing keeps a colour, and what would look alike differs by dashes or hatches."""

import pandas as pd
import pytest
from autogap import figures
from autogap.figures import grey, sight
from nbpoints.errors import InputError

INDEX = pd.period_range("2025-01", periods=4, freq="M")


def colours(fig):
    fig.draw_without_rendering()
    hairs = [word.arrow_patch for ax in fig.axes for word in ax.texts if getattr(word, "arrow_patch", None)]
    for one in [*fig.findobj(), *hairs]:
        for part in ("color", "facecolor", "edgecolor"):
            got = getattr(one, f"get_{part}", lambda: None)()
            for colour in [got] if isinstance(got, tuple) else []:
                yield colour[:3]


def test_every_mark_is_grey_and_no_two_lines_look_alike():
    fig, ax = figures.new()
    roles = ["us", "korea", "germany", "mexico"]
    for place, role in enumerate(roles):
        figures.line(ax, pd.Series(range(place, place + 4), INDEX), role, role)
    figures.bars(ax, pd.Series([1.0] * 4, INDEX), "cars", "cars")
    figures.legend(ax)
    figures.label_lines(ax)
    grey.turn(fig)
    assert all(max(one) - min(one) < 1e-6 for one in colours(fig))
    looks = [
        (sight.lab(grey.of(figures.colour(role)))[0], str(line._dash_pattern))
        for role, line in zip(roles, ax.lines, strict=False)
    ]
    for number, (light, dash) in enumerate(looks):
        assert all(dash != other or abs(light - its) >= 12 for its, other in looks[number + 1 :])


def test_bars_as_light_as_others_are_hatched():
    fig, ax = figures.new()
    figures.stack(ax, pd.DataFrame({"a": [1.0] * 4, "b": [2.0] * 4}, INDEX), {"a": "other", "b": "neutral_c"})
    grey.turn(fig)
    assert [container.patches[0].get_hatch() for container in ax.containers] == [None, "////"]


def test_a_grey_is_as_light_as_its_colour():
    for role in ("japan", "us", "parts", "band"):
        colour = figures.colour(role)
        assert sight.lab(grey.of(colour))[0] == pytest.approx(sight.lab(colour)[0], abs=0.5)


@pytest.mark.parametrize(("said", "wanted"), [("", False), ("0", False), ("1", True)])
def test_it_is_asked_for_by_the_environment(monkeypatch, said, wanted):
    monkeypatch.setenv("AUTOGAP_GREY", said)
    assert grey.is_wanted() == wanted
    monkeypatch.setenv("AUTOGAP_GREY", "yes")
    with pytest.raises(InputError, match="'yes' is neither 0 nor 1"):
        grey.is_wanted()
