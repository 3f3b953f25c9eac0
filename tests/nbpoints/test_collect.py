"""One table of what the current points recorded; what is left out is named, and never mixed in."""

from __future__ import annotations

import io
import json
import shutil

import pandas as pd
import pytest
from nbpoints.cli import main
from toy_project import Project

pytestmark = pytest.mark.slow

SCENARIOS = "months: {notebooks: 01_rain, matrix: {n: [1, 2, 3]}}\nothers: {notebooks: [01_rain, 02_sun]}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two notebooks, one of which records, and two scenarios that were run."""
    project = Project(tmp_path)
    project.write("01_rain", "from recording import record\nrecord('rain', n * 1.5)", parameters="n: int = 1  # [1..9]")
    project.write("02_sun", "print(n)")
    (tmp_path / "notebooks/scenarios.yaml").write_text(SCENARIOS)
    monkeypatch.chdir(tmp_path)
    assert main(["run", "months", "others", "-j", "2"]) == 0
    return project


def read(capsys, *words: str) -> tuple[pd.DataFrame, str]:
    """Run `results`; return its table and what stood beside it."""
    assert main(["results", *words, "--csv", "table.csv"]) == 0
    output = capsys.readouterr()
    return pd.read_csv("table.csv"), output.out + output.err


def test_every_result_is_a_row(project, capsys):
    table, said = read(capsys)
    assert list(table) == [*"scenario notebook point n name label value unit digits tolerance".split()]
    assert table[["scenario", "point", "n", "value"]].values.tolist() == [
        ["months", "rain", 1, 1.5],
        ["months", "rain@n=2", 2, 3.0],
        ["months", "rain@n=3", 3, 4.5],
        ["others", "rain", 1, 1.5],
    ]
    assert said.endswith("table.csv: 4 results of 5 points.\n")
    assert main(["results", "months"]) == 0 and "rain@n=2" in capsys.readouterr().out


def test_results_are_filtered_by_notebook_and_value(project, capsys):
    assert read(capsys, "--notebook", "rain", "-p", "n=2")[0]["point"].tolist() == ["rain@n=2"]
    for words, says in (
        (["-p", "m=2"], "m: no such parameter. Known: n."),
        (["-p", "n=11"], "11 is out of range"),
        (["--notebook", "rian"], "no notebook 'rian'"),
        (["monts"], "scenario 'monts' has not been run. Did you mean 'months'?"),
        (["--notebook", "sun"], "0 results (none of 1 finished point recorded any)"),
        (["-p", "n=7"], "0 results (no finished point)"),
    ):
        (project.root / "table.csv").unlink(missing_ok=True)
        assert main(["results", *words, "--csv", "table.csv"]) == 2
        assert says in capsys.readouterr().err and not (project.root / "table.csv").exists()


def test_where_points_from_the_command_line_are_is_told(project, capsys):
    """Who gave `run months -p ...` looks for them under `months`."""
    adhoc = shutil.copytree(project.out / "others", project.out / "adhoc")
    assert main(["results", "mouths"]) == 2
    shutil.rmtree(adhoc)
    told = "Points run with -p are in 'adhoc': choose among them with --notebook and -p."
    assert told in capsys.readouterr().err


def test_points_that_are_not_current_are_left_out_and_named(project, capsys, monkeypatch):
    (project.root / "notebooks/scenarios.yaml").write_text(SCENARIOS.replace("[1, 2, 3]", "[1, 2]"))
    table, said = read(capsys, "months")
    assert table["n"].tolist() == [1, 2]
    assert "1 point left out, such as months/rain@n=3: no longer in the scenario." in said
    monkeypatch.setenv("TOY_PROFILE", "numbers")
    assert len(read(capsys, "months")[0]) == 2
    code = "from recording import record\nrecord('rain', n * 2.5)"
    project.write("01_rain", code, parameters="n: int = 1  # [1..9]")
    assert main(["results"]) == 2
    said = capsys.readouterr().err
    assert "4 points left out, such as months/rain: code cell 2 changed" in said and "0 results" in said
    table, _ = read(capsys, "--all")
    assert table["state"].tolist() == [*["code cell 2 changed"] * 2, "no longer in the scenario", "code cell 2 changed"]


def test_points_from_the_command_line_are_current_while_their_notebook_is(project, capsys):
    assert main(["run", "--notebook", "rain", "-p", "n=5", "-j", "1"]) == 0
    assert read(capsys, "adhoc")[0]["n"].tolist() == [5]
    project.write("01_rain", "print(n)", parameters="n: int = 1  # [1..9]")
    assert main(["results", "adhoc"]) == 2 and "adhoc/rain@n=5: the notebook has" not in capsys.readouterr().out


def test_no_spreadsheet_finds_a_formula(project, capsys):
    """A text that begins like one gets an apostrophe; numbers are left alone."""
    path = project.out / "months/rain/run.json"
    record = json.loads(path.read_text())
    record["results"] = [{"name": "rain", "value": '=HYPERLINK("http://x.example","y")'}, {"name": "b", "value": -1.5}]
    path.write_text(json.dumps(record))
    read(capsys, "months", "--all")
    lines = (project.root / "table.csv").read_text()
    assert "\"'=HYPERLINK(" in lines and ",-1.5," in lines
    assert pd.read_csv(io.StringIO(lines))["value"].tolist()[1] == "-1.5"
