"""The shared charts draw the numbers they are given, name their marks and refuse tables of another form."""

import pandas as pd
import pytest
from autogap import figures
from autogap.figures import artists, labels, sight
from nbpoints.errors import InputError
from sample import save

EFFECTS = pd.DataFrame({"value": [-15.8, 4.9], "low": [-24.0, -3.0], "high": [-6.0, 12.0]}, ["customs", "census"])
DUTIES = pd.DataFrame({"law": [27.5, 2.5], "charged": [13.1, 2.0]}, ["Japan", "United Kingdom"])


def described(fig, number=0):
    return artists.describe(fig)["axes"][number]


def words(fig):
    return [text["text"] for text in described(fig).get("texts", [])]


def test_intervals_are_drawn_and_hollow_where_they_include_zero():
    fig, ax = figures.new()
    figures.intervals(ax, EFFECTS, ["cars", "neutral_b"], "90 percent interval")
    drawn = described(fig)
    (dots,), (spans,) = drawn["points"], drawn["segments"]
    assert dots["x"] == "-15.8 4.9" and dots["colour"] == "cars #ffffff"
    assert spans["x"] == "-24 -6 -3 12" and spans["colour"] == "cars neutral_b"
    assert "90 percent interval; hollow: includes zero" in words(fig)[0]
    assert ax.yaxis_inverted()


def test_nothing_is_said_of_hollow_dots_where_there_are_none():
    fig, ax = figures.new()
    figures.intervals(ax, EFFECTS.iloc[:1])
    assert words(fig) == ["dot: estimate; line: 95 percent interval"]


def test_panels_with_a_subtitle_need_no_note():
    fig, ax = figures.new()
    figures.intervals(ax, EFFECTS, level="")
    assert words(fig) == []


@pytest.mark.parametrize("is_upright", [False, True])
@pytest.mark.parametrize("has_open_dots", [False, True])
@pytest.mark.parametrize("is_line", [False, True])
def test_a_filled_dot_within_an_interval_that_includes_zero_is_seen(is_line, has_open_dots, is_upright):
    fig, ax = figures.new()
    row = EFFECTS.loc["census"]
    (ax.vlines if is_upright else ax.hlines)([2], row["low"], row["high"])
    at = (2, row["value"]) if is_upright else (row["value"], 2)
    inside = "white" if has_open_dots else "black"
    ax.plot(*at, "D", markerfacecolor=inside) if is_line else ax.scatter(*at, color=inside, edgecolor="black")
    found = list(sight.certain_dots(fig))
    assert len(found) == (not has_open_dots)
    assert all("the dot at 4.9 is filled, its interval -3 to 12 includes zero" in fault for fault in found)


def test_a_dot_at_the_end_of_a_bar_is_no_estimate_within_an_interval():
    fig, ax = figures.new()
    figures.dumbbell(ax, pd.DataFrame({"law": [-1.0], "charged": [2.0]}, ["Japan"]), {"law": "japan", "charged": "us"})
    figures.intervals(figures.new()[1], EFFECTS)
    assert list(sight.certain_dots(fig)) == []


@pytest.mark.parametrize("index", [pd.period_range("2025-04", periods=2, freq="M"), pd.Index([0, 6])])
def test_intervals_on_times_stand_upright(index):
    fig, ax = figures.new()
    figures.intervals(ax, EFFECTS.set_axis(index))
    drawn = described(fig)
    assert drawn["points"][0]["y"] == "-15.8 4.9" and drawn["segments"][0]["y"] == "-24 -6 -3 12"
    assert not ax.yaxis_inverted()


@pytest.mark.parametrize(
    ("frame", "said"),
    [(EFFECTS.drop(columns="low"), "no 'low'"), (EFFECTS.rename(columns={"low": "high", "high": "low"}), "above")],
)
def test_intervals_refuse_other_tables(frame, said):
    _, ax = figures.new()
    with pytest.raises(InputError, match=said):
        figures.intervals(ax, frame)


def test_a_dumbbell_names_its_dots_once_and_writes_values_outwards():
    fig, ax = figures.new()
    figures.dumbbell(ax, DUTIES, {"law": "neutral_b", "charged": "cars"}, {"law": "by law"}, values="{:.1f}")
    law, charged = described(fig)["lines"]
    assert (law["label"], law["x"], charged["x"], charged["colour"]) == ("by law", "27.5 2.5", "13.1 2", "cars")
    assert words(fig) == ["by law", "charged", "27.5", "2.5", "13.1", "2.0"]
    sides = {word.get_text(): word.get_horizontalalignment() for word in ax.texts[2:]}
    assert sides == {"27.5": "left", "2.5": "left", "13.1": "right", "2.0": "right"}
    with pytest.raises(InputError, match="has two"):
        figures.dumbbell(ax, DUTIES, {"law": "cars"})
    with pytest.raises(InputError, match="no 'rate'; it has law, charged"):
        figures.dumbbell(ax, DUTIES, {"law": "cars", "rate": "parts"})


def test_slopes_name_both_ends():
    fig, ax = figures.new()
    frame = pd.DataFrame({"2024": [30.0, -2.0], "2025": [25.0, 1.0]}, ["jp", "mx"])
    figures.slopes(ax, frame, {"jp": "japan", "mx": "mexico"}, {"jp": "Japan"})
    assert words(fig) == ["30.0", "Japan 25.0", "\N{MINUS SIGN}2.0", "mx 1.0"]
    assert [line["y"] for line in described(fig)["lines"]] == ["30 25", "-2 1"]
    with pytest.raises(InputError, match="at least two times"):
        figures.slopes(ax, frame[["2024"]], {"jp": "japan"})
    with pytest.raises(InputError, match="no 'kr'"):
        figures.slopes(ax, frame, {"kr": "korea"})


def test_a_waterfall_adds_up_from_its_start():
    fig, ax = figures.new()
    drawn = figures.waterfall(ax, pd.Series({"cars": -8.0, "other": 2.0}), {"cars": "cars"}, "2025", ("2024", 68.0))
    (bars,) = described(fig)["bars"]
    assert bars["x"] == "0 68 60 0" and bars["width"] == "68 -8 2 62"
    assert bars["colour"] == "neutral_a cars neutral_b neutral_a"
    assert words(fig) == ["68.0", "\N{MINUS SIGN}8.0", "+2.0", "62.0"]
    assert drawn.iloc[-1] == drawn.iloc[:-1].sum()
    with pytest.raises(InputError, match="two bars are called 'cars'"):
        figures.waterfall(ax, pd.Series({"cars": 1.0}), total="cars")


def test_a_waterfall_without_a_start_begins_at_zero():
    fig, ax = figures.new()
    figures.waterfall(ax, pd.Series({"cars": -8.0, "other": 2.0}))
    assert described(fig)["bars"][0]["x"] == "0 -8 0"


def test_multiples_share_axes_and_take_no_more_columns_than_fit(monkeypatch):
    titles = {name: name.title() for name in ("japan", "korea", "mexico", "canada")}
    fig, axes = figures.multiples(titles)
    assert len(fig.axes) == 4 and axes["canada"].get_title("left") == "Canada"
    axes["japan"].set_ylim(0, 7)
    assert axes["canada"].get_ylim() == (0, 7)
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    fig, _ = figures.multiples(titles, "single", cols=4)
    assert len({round(ax.get_subplotspec().get_position(fig).x0, 2) for ax in fig.axes}) < 4
    with pytest.raises(InputError, match="at least one"):
        figures.multiples([])


@pytest.mark.parametrize("profile", ["briefing", "journal", "economics", "slides", "phone"])
@pytest.mark.parametrize(("panels", "cols"), [(2, 2), (3, 3), (4, 3), (5, 3), (6, 3), (7, 3)])
def test_no_panel_stands_alone_in_its_row(monkeypatch, profile, panels, cols):
    monkeypatch.setenv("AUTOGAP_PROFILE", profile)
    fig, axes = figures.multiples([f"panel {number}" for number in range(panels)], cols=cols)
    rows = [ax.get_subplotspec().rowspan.start for ax in axes.values()]
    beside = {row: rows.count(row) for row in rows}
    assert min(beside.values()) > 1 or max(beside.values()) == 1


def test_more_rows_of_panels_make_a_higher_figure(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "phone")
    low, high = (figures.multiples(list("abc")[:few], cols=3, height_mm=80)[0] for few in (2, 3))
    assert high.get_size_inches()[1] > 1.5 * low.get_size_inches()[1]


def test_bars_write_their_values_with_a_real_minus():
    fig, ax = figures.new()
    figures.barh(ax, pd.Series([3.0, -1.04], ["cars", "parts"]), values="{:+.1f}")
    assert words(fig) == ["+3.0", "\N{MINUS SIGN}1.0"]
    assert [text["at"].split()[0] for text in described(fig)["texts"]] == ["3", "-1.04"]


def test_a_value_that_a_line_would_cross_stands_in_its_bar():
    fig, ax = figures.new("double", names=["output", "value added"])
    figures.barh(ax, pd.Series([9.4, 2.2], ["output", "value added"]), ["neutral_c", "cars"], values="{:.1f}")
    figures.reference(ax, 10, "a tenth", axis="x")
    ax.set_xlim(0, 12)
    labels.settle(fig)
    output, added, _ = ax.texts
    assert (output.get_ha(), added.get_ha()) == ("right", "left")
    assert output.get_window_extent().x1 < ax.transData.transform((9.4, 0))[0]


@pytest.mark.parametrize("profile", ["briefing", "journal", "phone"])
def test_rows_have_the_same_height_however_many_there_are(monkeypatch, profile):
    monkeypatch.setenv("AUTOGAP_PROFILE", profile)
    few, many = (figures.new("single", names=["Japan"] * rows)[0].get_size_inches()[1] for rows in (8, 16))
    more = figures.new("single", names=["Japan"] * 24)[0].get_size_inches()[1]
    assert many - few == pytest.approx(more - many) and many > few
    folded = figures.new("single", names=["value added behind demand for its goods in Japan"] * 8)[0]
    assert folded.get_size_inches()[1] > few


@pytest.mark.parametrize("rows", [4, 12, 20])
def test_a_slide_has_rows_within_16_to_9(house, monkeypatch, rows):
    monkeypatch.setenv("AUTOGAP_PROFILE", "slides")
    monkeypatch.setenv("AUTOGAP_FORMS", "svg")
    series = pd.Series(range(1, rows + 1), [f"United Kingdom {row}" for row in range(rows)], dtype=float)
    fig, ax = figures.new("double", names=series.index)
    figures.barh(ax, series, values="{:+.0f}")
    figures.note(ax, "(cut): duty lowered")
    ax.set(xlabel="Change (percent)")
    save(fig, data=series)
    width, height = fig.get_size_inches()
    assert height / width <= 9 / 16 + 1e-9


def test_a_slide_of_too_many_rows_is_refused(house, monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "slides")
    series = pd.Series(range(40), [f"row {row}" for row in range(40)], dtype=float)
    fig, ax = figures.new("double", names=series.index)
    figures.barh(ax, series)
    ax.set(xlabel="Change (percent)")
    with pytest.raises(InputError, match="on the page of the profile 'slides', 300 by 169 mm"):
        save(fig, data=series)


def test_sizes_of_marks_follow_the_profile(monkeypatch):
    drawn = {}
    for profile in ("briefing", "journal", "slides"):
        monkeypatch.setenv("AUTOGAP_PROFILE", profile)
        _, ax = figures.new()
        line = figures.line(ax, pd.Series([1.0, 2.0], [1, 2]), "cars", "cars", marker="o", markersize=4)
        drawn[profile] = line.get_markersize()
    assert drawn == {"briefing": 4.0, "journal": 2.0, "slides": pytest.approx(6.4)}
