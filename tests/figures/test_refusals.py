"""A figure that an editor would send back cannot be saved; the sentence says what helps."""

import pandas as pd
import pytest
from autogap import figures, run
from autogap.figures import export, fit, sight, style
from nbpoints.errors import InputError

INDEX = pd.period_range("2025-01", periods=6, freq="M")
CARS = pd.Series([1.0, 2, 3, 4, 5, 6], INDEX, name="cars")
WORDS = {
    "title": "Exports fell",
    "subtitle": "billion yen",
    "alt": "A line of exports that fall.",
    "source": "Ministry",
}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    here = run.Run("03_export_decline", {}, True, "export_decline", tmp_path / "figures")
    monkeypatch.setattr(run, "current", lambda: here)
    monkeypatch.setattr(run, "show", lambda *_, **__: None)
    monkeypatch.setenv("AUTOGAP_FORMS", "svg")
    return here.figures_dir


def chart(width="single", **kw):
    fig, ax = figures.new(width, **kw)
    figures.line(ax, CARS, "cars", "vehicles")
    ax.set_ylabel("Value (billion yen)")
    return fig, ax


def save(fig, **other):
    figures.save(fig, "fig-exports", **({"data": CARS} | WORDS | other))


def test_a_word_off_the_page_is_refused_and_nothing_is_written(folder):
    fig, ax = chart()
    fig.text(0.98, 0.5, "far away")
    with pytest.raises(InputError, match="'far away' does not fit on the page of the profile 'briefing', 160 by 95 mm"):
        save(fig)
    assert not folder.exists()


def test_words_over_each_other_are_refused():
    fig, ax = chart()
    for word in ("a deal", "a court"):
        ax.annotate(word, (0.5, 0.5), xycoords="axes fraction")
    with pytest.raises(InputError, match="'a deal' lies over 'a court'"):
        save(fig)


def test_small_letters_are_refused(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    fig, ax = chart()
    ax.annotate("tiny", (0.5, 0.5), xycoords="axes fraction", size=5)
    with pytest.raises(InputError, match="'tiny' is set in 5.0 pt; give at least 6 pt"):
        save(fig)


def test_axes_squeezed_to_a_strip_are_refused():
    fig, ax = chart(height_mm=30)
    with pytest.raises(InputError, match="the axes are only .* as high|leave no room for the axes"):
        save(fig, title="A title so long that it takes five lines of the page " * 4)


def test_a_layout_that_cannot_be_made_is_refused():
    fig, _ = chart(height_mm=12)
    with pytest.raises(InputError, match="leave no room for the axes on 160 by 12 mm"):
        save(fig)


def test_ticks_outside_the_limits_are_no_words_on_the_page():
    fig, ax = chart()
    ax.set_yticks([2, 900], ["two", "nine hundred"])
    ax.set_ylim(1, 6)
    export.lay_out(fig, "fig-exports")
    assert "nine hundred" not in [text.get_text() for text in fit.seen(fig)]
    assert "two" in [text.get_text() for text in fit.seen(fig)]


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("name", sorted(set(style.PROFILES) - {"numbers"}))
def test_a_legend_below_takes_as_many_columns_as_fit(monkeypatch, name, width):
    """The four longest names of the collection, in every profile."""
    monkeypatch.setenv("AUTOGAP_PROFILE", name)
    fig, ax = figures.new(width)
    names = [
        "law on the mix of 2024: rest free",
        "rest as parts",
        "transport equipment, charged",
        "all goods (MFN free)",
    ]
    for role, label in zip(("cars", "parts", "japan", "other"), names, strict=True):
        figures.line(ax, CARS, role, label, linestyle={"japan": "--", "other": ":"}.get(role, "-"))
    ax.set_ylabel("Value (billion yen)")
    figures.legend(ax, "below")
    save(fig, data=pd.concat([CARS] * 4, axis=1, keys=names))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names


def test_an_entry_of_a_legend_that_leaves_the_page_is_refused(folder):
    fig, ax = chart()
    figures.line(ax, CARS + 1, "parts", "duty", linestyle="--")
    ax.set_ylabel("Value (billion yen)")
    ax.legend(ncols=2, loc="upper left", columnspacing=46).set_in_layout(False)
    with pytest.raises(InputError, match="'duty' does not fit on the page"):
        save(fig, data=pd.concat([CARS, CARS + 1], axis=1, keys=["vehicles", "duty"]))
    assert not folder.exists()


def test_long_labels_and_names_are_folded(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    fig, ax = figures.new()
    names = ["transport equipment and other manufactured goods of Japan", "parts"]
    bars = pd.Series([2.0, 1.0], names)
    figures.barh(ax, bars, values="{:.1f}")
    ax.set_xlabel("Change of sales in the US market from a year earlier, at constant prices (billion USD a year)")
    save(fig, data=bars)
    assert "\n" in ax.get_xlabel() and "\n" in ax.get_yticklabels()[0].get_text()


def test_a_legend_for_bars_of_several_colours_is_refused():
    fig, ax = figures.new()
    figures.bars(ax, CARS, ["cars", "parts"] * 3, "as known in 2012")
    ax.set_ylabel("Value (billion yen)")
    figures.legend(ax)
    with pytest.raises(InputError, match="'as known in 2012' in one colour, its bars have 2"):
        save(fig)


@pytest.mark.parametrize(
    ("roles", "looks", "said"),
    [
        (("germany", "highlight"), ("-", "-"), "(germany and highlight) look alike in grey"),
        (("us", "parts"), ("-", "-"), "look alike in grey"),
        (("us", "parts"), ("-", "--"), ""),
        (("japan", "us"), ("-", "-"), ""),
    ],
)
def test_a_legend_of_colours_that_look_alike_is_refused(roles, looks, said):
    fig, ax = figures.new()
    for role, style_of_line in zip(roles, looks, strict=True):
        figures.line(ax, CARS, role, role, linestyle=style_of_line)
    ax.set_ylabel("Value (billion yen)")
    figures.legend(ax)
    if not said:
        return save(fig)
    with pytest.raises(InputError) as told:
        save(fig)
    assert said in str(told.value) and "leave out the legend" in str(told.value)
    return None


def test_series_named_at_their_ends_may_look_alike():
    fig, ax = figures.new()
    for role in ("germany", "highlight"):
        figures.line(ax, CARS, role, role)
    ax.set_ylabel("Value (billion yen)")
    save(fig)


def test_the_measure_is_right():
    assert sight.lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.01)
    assert sight.lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert sight.confused("#a3142b", "#c8262e") == "with protanopia"


def test_titles_of_panels_are_folded(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "phone")
    fig, axes = figures.multiples({"us": "Value per vehicle exported to the United States, in dollars of the month"})
    figures.line(axes["us"], CARS, "us")
    axes["us"].set_ylabel("Value (dollars)")
    save(fig)
    assert "\n" in axes["us"].get_title("left")


def test_names_of_two_lines_that_touch_are_refused():
    fig, ax = chart()
    for height in (0.5, 0.57):
        ax.annotate(f"two lines\nat {height}", (0.5, height), xycoords="axes fraction", va="center")
    with pytest.raises(InputError, match="lies over"):
        save(fig)
