"""A figure's data hold what it draws, its source stands alone, its words for the blind tell the finding."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest
from autogap import data, executed, figures, run
from autogap.figures import truth
from autogap.paths import FIGURES
from nbpoints.errors import InputError

INDEX = pd.period_range("2025-01", periods=3, freq="M")
CARS = pd.Series([1.0, -2.5, 3.0], INDEX, name="cars")
WORDS = {
    "title": "Exports fell",
    "subtitle": "billion yen",
    "alt": "A line of exports.",
    "source": "Ministry of Finance",
}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    here = run.Run("03_export_decline", {}, True, "export_decline", tmp_path)
    monkeypatch.setattr(run, "current", lambda: here)
    monkeypatch.setattr(run, "show", lambda *_, **__: None)
    monkeypatch.setenv("AUTOGAP_PROFILE", "numbers")
    return tmp_path


def save(data, second=None, **other):
    fig, ax = figures.new()
    figures.line(ax, CARS, "cars", "cars")
    if second is not None:
        figures.line(ax, second, "parts", "parts")
    figures.reference(ax, 7.0, "2024: 7.0")
    ax.set_ylabel("Value (billion yen)")
    figures.save(fig, "fig-exports", data=data, **(WORDS | other))


def facts(folder):
    return json.loads((folder / "fig-exports.json").read_text())


def test_a_line_that_is_not_in_the_data_is_refused(folder):
    save(CARS)
    with pytest.raises(InputError, match="data lacks what is drawn as 'parts'"):
        save(CARS, CARS * 2)
    save(pd.DataFrame({"cars": CARS, "parts": CARS * 2}), CARS * 2)


def test_bars_and_rows_are_looked_up_too():
    rows = pd.Series([3.0, -1.0], ["a", "b"])
    for drawn, is_held in ((rows, True), (rows * 1.001, False)):
        fig, ax = figures.new()
        figures.barh(ax, drawn, label="bars")
        ax.set_xlabel("Value (yen)")
        if is_held:
            figures.save(fig, "fig-exports", data=rows, **WORDS)
        else:
            with pytest.raises(InputError, match="'bars'"):
                figures.save(fig, "fig-exports", data=rows, **WORDS)


def test_published_figures_hold_what_they_draw():
    for path in FIGURES.glob("fig-*.json"):
        described = json.loads(path.read_text())["artists"]
        assert list(truth.not_in_data(described, pd.read_csv(path.with_suffix(".csv")))) == [], path.stem


def test_a_number_of_the_title_is_shown_or_said_to_be_derived(folder):
    with pytest.raises(InputError, match="tells 41, which is neither drawn nor labelled; label it"):
        save(CARS, title="Exports fell 41 percent")
    save(CARS, title="Exports fell to \N{MINUS SIGN}2.5, against 7.0 in 2024 and in 2 of 3 months")
    assert "derived" not in facts(folder)
    save(CARS, title="Exports fell 41 percent", derived="ratio of the first two points")
    assert facts(folder)["derived"] == "ratio of the first two points"


@pytest.mark.parametrize("source", ["As in the figure before; OECD", "Same as above", "see above"])
def test_a_source_stands_alone(source):
    with pytest.raises(InputError, match="does not stand alone"):
        save(CARS, source=source)


@pytest.mark.parametrize(
    ("said", "table", "told"),
    [
        ("Line of 3 months.", CARS.to_frame(), "Line of 3 months."),
        (
            "Bars of goods.",
            pd.DataFrame({"good": ["cars", "parts"], "jpy_bn": [1234.56, -0.5]}),
            "Bars of goods. Exports fell. Jpy bn: from −0.5 (parts) to 1,230 (cars).",
        ),
        (
            "Line.",
            pd.DataFrame({"year": [2024, 2025], "share": [20.0, 30.0]}),
            "Line. Exports fell. Share: from 20 (2024) to 30 (2025).",
        ),
    ],
)
def test_an_alternative_text_tells_the_finding(said, table, told):
    assert truth.alt(said, "Exports fell", table) == told


def test_the_completed_text_is_told_everywhere(folder):
    save(CARS)
    assert facts(folder)["alt"].startswith(
        "A line of exports. Exports fell. Cars: 1 in 2025-01, 3 in 2025-03; from −2.5"
    )


INTERVALS = pd.DataFrame({"value": CARS, "low": CARS - 1, "high": CARS + 1})


@pytest.mark.parametrize(
    ("title", "interval", "said"),
    [
        ("Exports fell", ..., "the data have intervals; pass interval"),
        ("Exports fell", (-5.6, 0.7), "is certain, its interval -5.6 to 0.7 holds zero"),
        ("Exports fell", (1, 2), "tells the other direction"),
        ("Exports rose", (-2, -1), "tells the other direction"),
        ("Exports fell", (2, 1), "is none"),
        ("Exports fell", (-2, -1), ""),
        ("US makers sell more, Japan less", (1, 2), ""),
        ("Exports may have fallen", (-5.6, 0.7), ""),
        ("2 of 3 estimates are losses", None, ""),
    ],
)
def test_a_title_says_no_more_than_its_interval(folder, title, interval, said):
    if not said:
        return save(INTERVALS, title=title, interval=interval)
    with pytest.raises(InputError, match=said):
        save(INTERVALS, title=title, interval=interval)
    assert list(folder.iterdir()) == []
    return None


def test_a_figure_names_the_files_of_the_cells_behind_it(folder, monkeypatch):
    """Not those that other cells asked for before: a figure has the same files wherever its cell stands."""
    shell = SimpleNamespace(user_ns={"data": data, "save": save, "CARS": CARS})
    shell.history_manager = SimpleNamespace(input_hist_raw=[""])
    monkeypatch.setattr(executed, "kernel", lambda: shell)

    def files(*cells):
        for source in cells:
            shell.history_manager.input_hist_raw.append(source)
            exec(source, shell.user_ns)
        return [name for name in facts(folder)["data"] if name != "data/series.csv"]

    names = ("mof.us.exports.total", "frb.jpy_per_usd")
    trade, rates = (f"data/{data.catalogue().loc[name, 'file']}" for name in names)
    reads = [f"total = data.series({names[0]!r})", f"def rate():\n    return data.series({names[1]!r})"]
    assert files(*reads, "save(CARS)") == []
    assert files("total\nsave(CARS)") == [trade]
    assert files("today = rate()", "today\nsave(CARS)") == [rates]
    assert facts(folder)["licences"] == {rates: data.about(names[1])["licence"]}
    assert files("both = total, today", "both\nsave(CARS)") == [rates, trade]
