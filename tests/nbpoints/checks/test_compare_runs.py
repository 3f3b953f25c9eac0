"""Two runs compared, and executed points run again."""

from __future__ import annotations

import json
import re

import books
import pytest
from nbpoints import cli
from nbpoints.checks import compare_runs as runs
from nbpoints.errors import InputError
from nbpoints.notebook import canonical, reading


def point(folder, name: str, value: float | str, source: str = "print(6 / 2)"):
    """An executed point of a batch."""
    shown = {"output_type": "stream", "name": "stdout", "text": f"{value}\n"}
    path = folder / name / "notebook.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(canonical.dumps(books.book(books.code(source, shown))), encoding="utf-8")
    return path


def test_compare_names_points_cells_and_numbers(tmp_path, capsys):
    """What differs, what only one run has, and which versions made them."""
    for run, value, version in (("a", 3.0, "3.1.1"), ("b", 3.5, "3.2.0")):
        path = point(tmp_path / run, "export_decline@month=2025-08", value)
        path.with_name("run.json").write_text(json.dumps({"versions": {"pandas": version}}), encoding="utf-8")
        point(tmp_path / run, "trade_gap", 1.0)
    point(tmp_path / "b", "who_pays", 1.0)
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    told = capsys.readouterr().out
    assert "export_decline@month=2025-08\n  numbers\n    cell 2, printed text: was 3.0, is 3.5" in told
    assert f"who_pays\n  text\n    only in {tmp_path / 'b'}" in told
    assert "versions\n  pandas: 3.1.1 and 3.2.0" in told
    assert "3 points compared, 2 with differences." in told
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "a")]) == 0


def test_results_stand_side_by_side_in_a_table(tmp_path, capsys):
    """With unit and difference; words have none, nor has what one run lacks."""
    for run, recorded in (("a", {"share": 53.1, "sure": True}), ("b", {"share": 54.5, "sure": False, "new": 1})):
        path = tmp_path / run / "trade_gap" / "notebook.ipynb"
        path.parent.mkdir(parents=True)
        cells = [books.code(f"record({name!r})", books.result(name, value)) for name, value in recorded.items()]
        path.write_text(canonical.dumps(books.book(*cells)), encoding="utf-8")
    table = tmp_path / "table.csv"
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--csv", str(table)]) == 1
    assert "3 results side by side" in capsys.readouterr().out
    header, share, sure, new = (line.split(",") for line in table.read_text(encoding="utf-8").splitlines())
    pair = [str(tmp_path / run / "trade_gap") for run in ("a", "b")]
    assert cli.main(["compare", *pair, "--csv", str(table)]) == 1
    assert "trade_gap and trade_gap,share,53.1" in table.read_text(encoding="utf-8")
    assert header == ["point", "name", "was", "is", "difference", "unit"]
    assert share[:4] == ["trade_gap", "share", "53.1", "54.5"] and round(float(share[4]), 9) == 1.4 and share[5]
    assert sure[2:5] == ["True", "False", ""] and new[2:5] == ["", "1", ""]


def test_the_collection_compares_with_its_baseline_run(tmp_path):
    """Numbered notebooks and points of the same topic are the same."""
    point(tmp_path / "run", "trade_gap", 1.0)
    book = reading.load(tmp_path / "run" / "trade_gap" / "notebook.ipynb")
    books.write(tmp_path, book, "01_trade_gap.ipynb")
    assert runs.compare(tmp_path / "notebooks", tmp_path / "run") == {"trade_gap": []}


def test_one_point_compares_with_one_notebook(tmp_path, capsys):
    """The folder of the point and the notebook of the collection have other names and are a pair."""
    point(tmp_path / "run", "trade_gap", 1.0)
    book = reading.load(tmp_path / "run" / "trade_gap" / "notebook.ipynb")
    path = books.write(tmp_path, book, "01_trade_gap.ipynb")
    assert cli.main(["compare", str(tmp_path / "run/trade_gap"), str(path)]) == 0
    assert capsys.readouterr().out == "1 point compared, none with differences.\n"


@pytest.mark.parametrize("words", ["compare --tolerance nan", "compare --tolerance -1", "check --every -5"])
def test_a_wrong_option_is_refused(tmp_path, capsys, words):
    command, option, value = words.split()
    with pytest.raises(SystemExit, match="2"):
        cli.main([command, "a", "b", f"{option}={value}"])
    assert f"{option}: '{value}' is not a" in capsys.readouterr().err


@pytest.mark.slow
def test_check_runs_chosen_points_again(tmp_path, capsys):
    """One holds, one was edited; the third is not chosen."""
    run = tmp_path / "months"
    point(run, "a@month=1", 3.0)
    point(run, "a@month=2", 3.1)
    point(run, "b", 0.0, "raise SystemError")
    point(run, ".failed/a@month=3", 0.0)
    point(run, ".partial/a@month=4", 0.0)
    arguments = ["check", "months", "a@*", "--out", str(tmp_path)]
    assert cli.main(arguments) == 1
    assert capsys.readouterr().out == (
        "a@month=1: holds\n"
        "a@month=2: differs\n  numbers\n    cell 2, printed text: was 3.1, is 3.0\n"
        "2 points run again, 1 at fault.\n"
    )


@pytest.mark.slow
def test_check_runs_as_the_run_did(tmp_path, monkeypatch, capsys):
    """In the folder of its notebook and with its environment, not those of whoever checks."""
    (tmp_path / "pyproject.toml").write_text("[tool.nbpoints]\nenvironment = ['TOY_']\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOY_PROFILE", "mine")
    (tmp_path / "books").mkdir()
    (tmp_path / "books/a.ipynb").write_text("{}")
    (tmp_path / "books/where.txt").write_text("here")
    source = "import os\nprint(open('where.txt').read(), os.environ.get('TOY_PROFILE') or 'briefing')"
    path = point(tmp_path / "months", "a", "here numbers", source)
    taken = {"cells": [], "parameters": {}, "files": {}, "folders": {}, "modules": {}, "lock": None, "python": "3"}
    taken |= {"variables": {}, "programs": []}
    record = {
        "schema": 1,
        "scenario": "months",
        "point": "a",
        "notebook": "books/a.ipynb",
        "parameters": {},
        "results": [],
        "outputs": {},
        "host": {"python": "3"},
        "versions": {},
        "run": {"started": "", "ended": "", "seconds": 1},
    }
    for profile, told in (("numbers", "a: holds"), ("other", "was 'here numbers', is 'here other'")):
        record["fingerprint"] = taken | {"environment": {"TOY_PROFILE": profile}}
        path.with_name("run.json").write_text(json.dumps(record), encoding="utf-8")
        assert cli.main(["check", "months", "--out", str(tmp_path)]) == int(profile == "other")
        assert told in capsys.readouterr().out
    (tmp_path / "books/a.ipynb").unlink()
    assert cli.main(["check", "months", "--out", str(tmp_path)]) == 2
    assert "a: its notebook books/a.ipynb is not here; say with --dir where it ran." in capsys.readouterr().err


def test_unknown_scenario_and_point_are_bad_input(tmp_path, capsys):
    """With the near names."""
    point(tmp_path / "months", "a", 3.0)
    assert cli.main(["check", "monts", "--out", str(tmp_path)]) == 2
    assert re.search(r"monts: not run yet .*Did you mean 'months'", capsys.readouterr().err)
    assert cli.main(["check", "months", "c", "--out", str(tmp_path)]) == 2
    assert "no point 'c' in this run" in capsys.readouterr().err
    with pytest.raises(InputError, match="no such run"):
        runs.executed(tmp_path / "nothing")
