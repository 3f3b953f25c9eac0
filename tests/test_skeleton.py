"""What `autogap new` writes keeps the rules from the start, and what remains is said."""

from __future__ import annotations

import ast
import csv
import shutil

import pytest
from autogap import claims, data, paths, skeleton
from autogap.__main__ import main
from autogap.claims import articles
from autogap.data import described
from autogap.data.reading import is_placeholder, placeholders
from autogap.paths import DATA
from nbpoints import notebook as reading
from nbpoints.checks import hygiene
from nbpoints.parameters import declare


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """An empty collection with two notebooks, and a copy of the tables."""
    (tmp_path / "notebooks").mkdir()
    for name in ("01_first", "02_second"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text("{}")
    for name in ("tables", "observations"):
        shutil.copytree(DATA / name, tmp_path / "data" / name)
    shutil.copy(DATA / "series.csv", tmp_path / "data")
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
    unwritten = [fault for fault in hygiene.faults(reading.load(path)) if "WRITE" in fault]
    assert [fault.split(" still says ")[0] for fault in unwritten] == ["cell 2", "cell 8", "cell 12"]


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


def row(collection, name):
    with (collection / "data/series.csv").open(newline="", encoding="utf-8") as stream:
        return next(row for row in csv.DictReader(stream) if row["name"] == name)


def test_a_new_series_has_the_form_of_its_kin_and_says_nothing_of_where_it_comes_from(collection, capsys):
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 0
    made = row(collection, "mof.us.exports.my_goods")
    assert made["unit"] == "million JPY" and made["file"] == "observations/mof_us_trade.csv"
    unwritten = {column for column, cell in made.items() if is_placeholder(cell)}
    assert unwritten == {"title", "source", "collected_from", "licence", "grade"}
    assert "as mof.us.exports.buses_trucks has it" in capsys.readouterr().out
    told = list(placeholders(collection / "data", "series.csv", described.CHOICES))
    assert len(told) == 5 and "licence still says 'WRITE'; write one of 'public domain" in told[3]
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 2


@pytest.mark.parametrize("name", ["series.csv", "observations/mof_us_trade.csv"])
def test_a_last_line_left_open_is_kept(collection, name):
    path = collection / "data" / name
    held = path.read_text(encoding="utf-8")
    path.write_text(held.rstrip("\n"), encoding="utf-8")
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 0
    assert path.read_text(encoding="utf-8").startswith(held)


def test_a_second_try_adds_what_the_first_could_not(collection, monkeypatch, capsys):
    """The disk is full when the second file is written."""
    write_whole, written = skeleton.write_whole, []

    def full(path, content):
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        return write_whole(path, content)

    monkeypatch.setattr(skeleton, "write_whole", full)
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 2
    monkeypatch.setattr(skeleton, "write_whole", write_whole)
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 0
    for name in ("series.csv", "observations/mof_us_trade.csv"):
        assert (collection / "data" / name).read_text(encoding="utf-8").count("mof.us.exports.my_goods,") == 1
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 2
    assert "has a series of that name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the columns are []"),
        (b"\xef\xbb\xbfname,title\n", "the columns are ['\\ufeffname', 'title']"),
        ("<<<<<<< HEAD\n", "the row has 1 cell"),
        ("\n", "the row has 0 cells"),
        ('"open\n', "the quoting is broken"),
    ],
)
def test_a_broken_catalogue_takes_no_series(collection, capsys, content, told):
    path = collection / "data/series.csv"
    path.write_bytes(content if isinstance(content, bytes) else path.read_bytes() + content.encode())
    before = path.read_bytes(), (collection / "data/observations/mof_us_trade.csv").read_bytes()
    assert main(["new", "series", "mof.us.exports.my_goods"]) == 2
    assert told in capsys.readouterr().err
    assert before == (path.read_bytes(), (collection / "data/observations/mof_us_trade.csv").read_bytes())


def test_a_catalogue_without_series_takes_the_first(collection):
    path = collection / "data/series.csv"
    path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    assert main(["new", "series", "office.jp.sales"]) == 0
    assert row(collection, "office.jp.sales")["unit"] == "WRITE"


def test_a_day_that_is_none_names_no_article(collection, capsys):
    assert main(["new", "claims", "outlet_2026-13-01"]) == 2
    assert "such as japan_times_2025-06-19." in capsys.readouterr().err


def test_a_topic_that_another_notebook_has_is_refused(collection, capsys):
    assert main(["new", "notebook", "03_first"]) == 2
    assert "03_first: it would share the name first with 01_first; take another topic." in capsys.readouterr().err
    (collection / "notebooks" / "9_x.ipynb").write_text("{}")
    assert main(["new", "notebook", "03_a"]) == 0


def test_a_new_series_of_a_new_publisher_takes_nothing_from_others(collection, capsys):
    """Twice in a row, before the first is written."""
    for name in ("office.jp.sales", "office.jp.stocks"):
        assert main(["new", "series", name]) == 0
        made = row(collection, name)
        assert made["file"] == "observations/office_jp.csv" and made["unit"] == made["publisher"] == "WRITE"
    held = (collection / "data/observations/office_jp.csv").read_text(encoding="utf-8").splitlines()
    assert held[1:] == ["WRITE,office.jp.sales,WRITE,WRITE", "WRITE,office.jp.stocks,WRITE,WRITE"]
    assert "has it" not in capsys.readouterr().out
