"""Results are refused when they are none, shown as stated, and read back from executed notebooks."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from autogap import results, run
from autogap.paths import NOTEBOOKS
from nbpoints import mime
from nbpoints.errors import InputError


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """The outputs of a run, in order."""
    monkeypatch.setattr(run, "_current", run.Run("03_export_decline", {}, True, "export_decline", tmp_path))
    outputs = []
    monkeypatch.setattr(run, "show", lambda bundle, metadata=None: outputs.append(bundle))
    return outputs


def test_record_shows_rounded_and_stores_more_digits(shown):
    results.record("exports_yoy_pct", np.float64(-11.0417), unit="percent", tolerance=0)
    assert shown == [
        {
            "text/plain": "exports_yoy_pct = -11.0 percent",
            mime.RESULT: {
                "name": "exports_yoy_pct",
                "value": -11.0417,
                "unit": "percent",
                "digits": 1,
                "tolerance": 0.0,
            },
        }
    ]
    assert type(shown[0][mime.RESULT]["value"]) is float


def test_a_whole_number_reads_alike_everywhere(shown):
    results.record("n_cars", 4, unit="count")
    results.table()
    assert shown[0]["text/plain"] == "n_cars = 4 count" and shown[0][mime.RESULT]["digits"] == 0
    assert "4.0" not in shown[1]["text/plain"]


def test_digits_of_the_machine_are_not_stored(shown):
    """The same sum over other threads, in another order, at another place of the memory."""
    for number, value in enumerate((3.4042076284178617, 3.404207628417863)):
        results.record(f"sum_{number}", value, unit="percent")
    assert [one[mime.RESULT]["value"] for one in shown] == [3.40420762842] * 2


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (np.int64(3), 3),
        (np.bool_(True), True),
        (False, False),
        ("June 2025", "June 2025"),
        (dt.date(2025, 4, 3), "2025-04-03"),
        (pd.Timestamp("2025-04-03"), "2025-04-03"),
        (pd.Period("2025-05", "M"), "2025-05"),
        (np.array(2.5), 2.5),
    ],
)
def test_values_become_plain(shown, value, stored):
    results.record("some_result", value, unit="count")
    kept = shown[0][mime.RESULT]["value"]
    assert kept == stored and type(kept) is type(stored)
    json.dumps(shown[0])


@pytest.mark.parametrize("value", [float("nan"), np.inf, None, "", pd.NA, pd.NaT, [1.0], np.array([1.0]), 1j])
def test_what_is_no_result_is_refused(shown, value):
    with pytest.raises(InputError, match="some_result"):
        results.record("some_result", value, unit="count")
    assert shown == []


@pytest.mark.parametrize("name", ["Exports", "exports-yoy", "2024_gap", "", "a b", None])
def test_wrong_names_are_refused(shown, name):
    with pytest.raises(InputError, match="name"):
        results.record(name, 1.0, unit="percent")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "unit"),
        ({"unit": " "}, "unit"),
        ({"unit": "year"}, r"give it as text, str\(.*\)"),
        ({"unit": "percent", "digits": -1}, "digits"),
        ({"unit": "percent", "digits": 1.5}, "digits"),
        ({"unit": "percent", "tolerance": -0.1}, "tolerance"),
        ({"unit": "percent", "tolerance": float("nan")}, "tolerance"),
    ],
)
def test_wrong_descriptions_are_refused(shown, how, words):
    with pytest.raises(InputError, match=words):
        results.record("gap_pct", 1.0, **how)


def test_one_name_has_one_value_in_a_run(shown, monkeypatch, tmp_path):
    results.record("gap_pct", 1.0, unit="percent")
    results.record("gap_pct", 1.0, unit="percent")
    with pytest.raises(InputError, match="already"):
        results.record("gap_pct", 2.0, unit="percent")
    monkeypatch.setattr(run, "_current", run.Run("03_export_decline", {}, True, "export_decline", tmp_path))
    results.record("gap_pct", 2.0, unit="percent")
    assert len(shown) == 3


def test_rounded_zero_has_no_sign(shown):
    results.record("gap_pct", -0.01, unit="percent")
    assert shown[0]["text/plain"] == "gap_pct = 0.0 percent"


def test_a_label_is_what_the_reader_sees(shown):
    results.record("gap_jpy_bn", -8641.2, unit="billion JPY", label="Balance with the US, 2024")
    results.record("months", 4, unit="months", label="Months below a year earlier")
    assert shown[0]["text/plain"] == "Balance with the US, 2024: −8,641.2 billion JPY"
    assert shown[0][mime.RESULT]["label"] == "Balance with the US, 2024"
    assert shown[1]["text/plain"] == "Months below a year earlier: 4 months"


def test_a_browser_that_writes_whole_floats_without_a_point_changes_no_words(shown):
    """JavaScript stores -11.0 as -11 and 4 as 4."""
    for value in (-11.0, 4):
        results.record(f"result_{abs(int(value))}", value, unit="percent", label="Exports")
    for bundle in shown:
        result = bundle[mime.RESULT] | {"value": int(bundle[mime.RESULT]["value"])}
        assert mime.as_text(result) == bundle["text/plain"]


@pytest.mark.parametrize("label", [" Exports", "Exports\nImports", None, 3])
def test_a_label_is_one_line_of_text(shown, label):
    with pytest.raises(InputError, match="label"):
        results.record("gap_pct", 1.0, unit="percent", label=label)


def test_the_table_shows_all_results_of_the_run(shown):
    results.record("gap_jpy_bn", -8641.2, unit="billion JPY", label="Balance | goods")
    results.record("holds", True)
    results.record("month", "2025-05")
    results.table()
    assert shown[-1]["text/markdown"].splitlines() == [
        "| Result | Value | Unit |",
        "|:---|---:|:---|",
        r"| Balance \| goods | −8,641.2 | billion JPY |",
        "| holds | yes |  |",
        "| month | 2025-05 |  |",
    ]
    assert shown[-1]["text/plain"].splitlines()[0] == "Balance | goods  −8,641.2  billion JPY"


def test_a_table_of_nothing_is_refused(shown):
    with pytest.raises(InputError, match="nothing was recorded"):
        results.table()


def test_say_shows_markdown_and_refuses_missing_numbers(shown):
    results.say("Exports fell **11.0** percent; inflation, nanotechnology and infrastructure did not.")
    assert shown[0]["text/markdown"] == shown[0]["text/plain"]
    for sentence in ("", "Exports fell nan percent.", "It rose inf times.", None):
        with pytest.raises(InputError):
            results.say(sentence)


def _book(path, *outputs, start='run.start("03_export_decline", month=month)'):
    result = [{"output_type": "display_data", "data": {mime.RESULT: output}, "metadata": {}} for output in outputs]
    cells = [
        {"cell_type": "markdown", "source": ["# Question"], "metadata": {}},
        {"cell_type": "code", "source": ["import x\n", start], "outputs": [], "metadata": {}},
        {"cell_type": "code", "source": "record()", "outputs": result, "metadata": {}},
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_read_gives_results_of_executed_notebooks(tmp_path):
    gap = {"name": "gap_pct", "value": 1.5, "unit": "percent", "digits": 1, "tolerance": 1e-6}
    when = {"name": "month", "value": "2025-05", "unit": "", "digits": 1, "tolerance": 1e-6}
    path = _book(tmp_path / "export_decline@month=2025-08.ipynb", gap | {"label": "Gap"}, when)
    table = results.read(path)
    assert list(table.columns) == results.COLUMNS
    assert table["notebook"].tolist() == ["03_export_decline"] * 2
    assert table["value"].tolist() == [1.5, "2025-05"]
    assert table["cell"].tolist() == [3, 3]
    assert table["label"].tolist() == ["Gap", ""]
    assert results.read_all([path, path])["point"].unique().tolist() == ["export_decline@month=2025-08"]


def test_a_notebook_without_results_gives_an_empty_table(tmp_path):
    path = _book(tmp_path / "01_trade_gap.ipynb", start="pass")
    assert list(results.read(path).columns) == results.COLUMNS and results.read(path).empty
    assert results.read_all([]).empty


def test_what_is_no_notebook_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such notebook"):
        results.read(tmp_path / "none.ipynb")
    for content in ("{", "[]", '{"nbformat": 4}'):
        (tmp_path / "broken.ipynb").write_text(content)
        with pytest.raises(InputError, match="not a notebook|does not|no list of cells"):
            results.read(tmp_path / "broken.ipynb")


def test_a_notebook_that_stands_at_other_parameters_is_a_stray(tmp_path, monkeypatch):
    """Notebook 13 judges the results of others; those of one left at another month are not published."""
    monkeypatch.setattr(run, "published", lambda notebook: {"month": "2025-05"})
    path = _book(tmp_path / "03_export_decline.ipynb")
    book = json.loads(path.read_text())
    given = {
        "cell_type": "code",
        "source": 'month: str = "2025-05"\nnew: int = 3',
        "metadata": {"tags": ["parameters"]},
    }
    injected = {
        "cell_type": "code",
        "source": '# Parameters\nmonth = "2025-08"',
        "metadata": {"tags": ["injected-parameters"]},
    }
    book["cells"].append(given)
    path.write_text(json.dumps(book))
    assert results.parameters(path) == {"month": "2025-05", "new": 3} and results.strays([path]) == {}
    book["cells"].append(injected)
    path.write_text(json.dumps(book))
    assert results.strays([path]) == {"03_export_decline": {"month": "2025-08"}}


def test_a_cell_that_papermill_put_in_moves_no_number(tmp_path):
    path = _book(tmp_path / "a.ipynb", {"name": "gap", "value": 1.5, "unit": "", "digits": 1, "tolerance": 1e-6})
    book = json.loads(path.read_text())
    book["cells"].insert(1, {"cell_type": "code", "source": "", "metadata": {"tags": ["injected-parameters"]}})
    path.write_text(json.dumps(book))
    assert results.read(path)["cell"].tolist() == [3]


def test_the_notebooks_of_the_collection_stand_at_their_published_parameters():
    assert results.strays(sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))) == {}
