"""The parts of publishing that need no executed point."""

from __future__ import annotations

import re

import pytest
import yaml
from autogap.paths import NOTEBOOKS
from autogap.publish import markup, rights, sheets, theme
from autogap.publish.rights import Terms
from autogap.publish.theme import HERE, LANGUAGES
from nbpoints.parameters import declare


def test_no_word_of_the_interface_lacks_a_language():
    for key, texts in theme.strings().items():
        assert set(texts) == set(LANGUAGES), key
        assert all(isinstance(text, str) and text.strip() for text in texts.values()), key
        holes = [set(re.findall(r"{\w+}", text)) for text in texts.values()]
        assert holes[0] == holes[1], f"{key}: the languages fill in different things"


def test_every_word_of_the_interface_is_used_and_every_used_one_is_there():
    used = set()
    for path in [*HERE.glob("templates/*.html"), *HERE.glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"""\bmark\(["']([a-z_]+)["']\)""", text)) - {"root", "here"}
        used |= set(re.findall(r"\bt\.([a-z_]+)", text)) | set(re.findall(r"""\bt\[["']([a-z_]+)["']\]""", text))
    menu = {"figures", "numbers", "data", "claims", "methods", "search"}
    titles = {"build", "cite"}
    assert used - set(theme.strings()) == set()
    assert set(theme.strings()) - used - menu - titles == set()


def test_labels_have_both_languages():
    table = yaml.safe_load((HERE / "labels.yaml").read_text(encoding="utf-8"))["labels"]
    for kind in ("parameter", "choice"):
        for name, texts in table[kind].items():
            assert set(texts) == set(LANGUAGES), name
            assert all(isinstance(text, str) and text.strip() for text in texts.values()), name


def test_every_question_parameter_and_choice_of_the_collection_has_a_label_and_no_other():
    table = yaml.safe_load((HERE / "labels.yaml").read_text(encoding="utf-8"))["labels"]
    books = {path.stem: declare.read(path) for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}
    assert set(table["question"]) == set(books)
    assert all(texts.keys() == {"ja"} and texts["ja"].strip() for texts in table["question"].values())
    declared = {name: parameter for own in books.values() for name, parameter in own.items()}
    assert set(table["parameter"]) == set(declared)
    words = {choice for own in books.values() for each in own.values() for choice in each.choices}
    assert {word for word in words if isinstance(word, str)} - set(table["choice"]) == set()


@pytest.mark.parametrize(
    "text, safe",
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("@x", "'@x"),
        ("-x", "'-x"),
        ("-4.5", "-4.5"),
        ("+3", "+3"),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_that_would_run_is_neutralised(text, safe):
    assert sheets.neutral(text) == safe


def test_a_csv_without_such_cells_keeps_its_bytes():
    content = b'period,"value, yen"\n2025-05,-1.50\n'
    assert sheets.safe_csv(content) is content
    assert sheets.safe_csv(b"a\n=1\n") == b"a\n'=1\n"


def test_a_workbook_is_the_same_twice_holds_numbers_and_runs_nothing(tmp_path):
    import openpyxl

    rows = [["month", "value"], ["2025-05", "1.5"], ["=2+2", "-2"]]
    first = sheets.workbook(rows, [("source", "=evil()")], "Title")
    assert first == sheets.workbook(rows, [("source", "=evil()")], "Title")
    (tmp_path / "a.xlsx").write_bytes(first)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [[cell.value for cell in row] for row in book["data"].rows] == [
        ["month", "value"],
        ["2025-05", 1.5],
        ["=2+2", -2],
    ]
    assert all(cell.data_type != "f" for sheet in book for row in sheet.rows for cell in row)
    assert len(book["data"]._charts) == 1
    book.close()


def test_terms_decide_by_the_least_stated_file():
    stated, silent = (
        Terms("a", "A", "public domain"),
        Terms("b", "B", "not stated", is_stated=False),
    )
    large = [["m", "v"]] + [["x", "1"]] * (rights.QUOTED + 1)
    assert rights.may_offer(large, [stated])
    assert not rights.may_offer(large, [stated, silent])
    assert rights.may_offer(large[: rights.QUOTED + 1], [stated, silent])


def test_prose_keeps_words_and_drops_what_could_run_or_load():
    shown = markup.prose(
        "# A <b>b</b>\n\n![alt](https://e.org/x.png) [in](02_b.ipynb) [out](../x.md)",
        lambda target: "../02_b/index.html" if target == "02_b.ipynb" else None,
        1,
    )
    assert "<h2>A &lt;b&gt;b&lt;/b&gt;</h2>" in shown
    assert "<img" not in shown and '<a href="../02_b/index.html">in</a>' in shown and "out" in shown
    assert "x.md" not in shown
