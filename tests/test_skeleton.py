"""What `autogap new` writes keeps the rules from the start, and what remains is said."""

from __future__ import annotations

import ast
import shutil

import pytest
from autogap import claims, data, paths
from autogap.__main__ import main
from autogap.claims import articles
from autogap.data.reading import placeholders
from autogap.paths import DATA
from nbpoints import notebook as reading
from nbpoints.parameters import declare


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """An empty collection with two notebooks, and a copy of the tables."""
    (tmp_path / "notebooks").mkdir()
    for name in ("01_first", "02_second"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text("{}")
    shutil.copytree(DATA / "tables", tmp_path / "data" / "tables")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    for module in (paths, articles, data):
        monkeypatch.setattr(module, "DATA", tmp_path / "data")
    return tmp_path


def test_a_new_notebook_has_the_form_that_the_rules_ask_for(collection, capsys):
    assert main(["new", "notebook", "03_my_topic"]) == 0
    assert "03_my_topic.ipynb: written" in capsys.readouterr().out
    path = collection / "notebooks" / "03_my_topic.ipynb"
    cells = reading.cells(path)
    assert reading.question(cells).endswith("?") and cells[-1].source.startswith("## Limits")
    assert list(declare.read(path)) == ["month"]
    code = [cell.source for cell in cells if cell.kind == "code"]
    assert all(ast.parse(source) for source in code) and '"fig-my-topic"' in "".join(code)
    assert max(len(line) for source in code for line in source.splitlines()) <= 100


@pytest.mark.parametrize("name", ["05_my_topic", "my_topic", "03_My_Topic", "03-my-topic"])
def test_a_name_out_of_order_is_refused(collection, capsys, name):
    assert main(["new", "notebook", name]) == 2
    assert "name the next notebook 03_ and a topic" in capsys.readouterr().err
    assert len(list((collection / "notebooks").iterdir())) == 2


def test_a_new_table_of_claims_is_read_and_not_written_twice(collection, capsys):
    assert main(["new", "claims", "the_daily_2026-10-01"]) == 0
    assert claims.read("the_daily_2026-10-01")["claim_id"].tolist() == ["A1"]
    assert main(["new", "claims", "the_daily_2026-10-01"]) == 2
    assert "there is a table of that name" in capsys.readouterr().err
    assert main(["new", "claims", "the_daily"]) == 2


def test_a_new_claim_names_no_judge_and_is_refused_until_it_does(collection, capsys):
    assert main(["new", "claim", "japan_times_2025-06-19/C24"]) == 0
    assert "judged by nothing yet" in capsys.readouterr().out
    told = list(placeholders(collection / "data", "tables/claim_checks.csv"))
    assert [line.partition(": ")[2].split()[0] for line in told] == ["notebook", "result", "unit", "definition"]
