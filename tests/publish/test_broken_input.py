"""What the commands that publish refuse: one sentence, status 2, and every file where it was."""

from __future__ import annotations

import json

import pytest
from autogap.__main__ import main
from autogap.figures import credit, journals
from autogap.publish import collection
from autogap.publish import site as building
from autogap.publish.export import package
from nbpoints.errors import InputError

SUM = "0" * 64
LOCK = {
    "for": "aer",
    "points": {"a": {"notebook": "a", "parameters": {}}},
    "numbers": {"a/n": {"value": 1.0, "shown": "1", "tolerance": 1e-9}},
    "files": {"numbers.tex": SUM},
}


def without(part: str) -> dict:
    return {name: value for name, value in LOCK.items() if name != part}


@pytest.fixture
def books(tmp_path):
    """A folder with a notebook that can be run and one that is cut short."""
    whole = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a_ok.ipynb").write_text(json.dumps(whole), encoding="utf-8")
    (tmp_path / "c_ok.ipynb").write_text('{"cells": [\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["site"],
        ["site", "--run"],
        ["site", "--notebook", "c_ok"],
        ["report"],
        ["report", "--notebook", "c_ok"],
        ["export", "c_ok", "--to", "E"],
    ],
)
def test_a_notebook_that_cannot_be_run_is_told_and_nothing_is_published(books, monkeypatch, capsys, words):
    monkeypatch.chdir(books)
    assert main([*words, "--dir", str(books)]) == 2
    assert capsys.readouterr().err.startswith("c_ok.ipynb: not JSON at line 2")
    assert sorted(path.name for path in books.iterdir()) == ["a_ok.ipynb", "c_ok.ipynb"]


@pytest.mark.parametrize(
    "words",
    [
        ["report", "-j", "-4"],
        ["site", "-j", "-3"],
        ["export", "a_ok", "--to", "E", "-j", "0"],
        ["export", "a_ok", "--to", ""],
        ["export", "--check", ""],
        ["site", "--out", ""],
        ["report", "--runs", ""],
        ["figures", "a_ok", "--out", ""],
    ],
)
def test_a_number_below_one_and_an_empty_path_are_refused(capsys, words):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "the path is empty" in said or "is not a whole number of at least 1" in said


@pytest.mark.parametrize("version", ["", "..", ".hidden", "release/2026-11", "a\\b", "a b", "-x"])
def test_a_version_that_is_no_name_is_refused_before_anything_is_built(books, capsys, version):
    (books / "c_ok.ipynb").unlink()
    assert main(["site", "--dir", str(books), f"--freeze={version}"]) == 2
    assert f"--freeze {version!r}: not a valid version (expected letters" in capsys.readouterr().err
    assert [path.name for path in books.iterdir()] == ["a_ok.ipynb"]


@pytest.mark.parametrize(
    "stamp",
    [
        "{}",
        '{"a": 1}',
        "[]",
        "null",
        '{"made of": "", "files": ["thesis.tex"]}',
        '{"made of": 1, "files": {}}',
        '{"made of": "", "files": {"../thesis.tex": 1}}',
        "[" * 100_000,
    ],
)
def test_a_file_of_the_same_name_does_not_make_a_folder_a_site(tmp_path, stamp):
    (tmp_path / building.STAMP).write_text(stamp, encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than a site"):
        building._refuse_foreign(tmp_path)


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("{", "not valid JSON; restore it"),
        ("{}", "lists no files of an export"),
        ("[]", "lists no files of an export"),
        ("null", "lists no files of an export"),
        (json.dumps(LOCK | {"files": {"/etc/passwd": SUM}}), "lists no files of an export"),
        (json.dumps(LOCK | {"for": "lancet"}), "for: 'lancet' is not a journal"),
        (json.dumps(LOCK | {"for": []}), r"for: \[\] is not a journal"),
        (json.dumps(without("points")), "points is missing"),
        (json.dumps(without("numbers")), "numbers is missing"),
        (json.dumps(LOCK | {"points": {"a": {"notebook": "a"}}}), "points: a: parameters is missing"),
        (json.dumps(LOCK | {"numbers": {"n": 1}}), "numbers: n: value is missing"),
    ],
)
def test_a_broken_lock_is_told(tmp_path, lock, said):
    (tmp_path / package.LOCK).write_text(lock, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        package.locked(tmp_path)


def test_a_whole_lock_is_read_and_none_is_told(tmp_path):
    with pytest.raises(InputError, match="no export here"):
        package.locked(tmp_path)
    (tmp_path / package.LOCK).write_text(json.dumps(LOCK), encoding="utf-8")
    assert package.locked(tmp_path) == LOCK


@pytest.mark.parametrize("lock", ["[]", "{", '{"files": {"../thesis.tex": "a"}}', '{"files": {}, "writing": []}'])
def test_a_folder_with_a_broken_lock_is_not_exported_to(tmp_path, lock):
    (tmp_path / package.LOCK).write_text(lock, encoding="utf-8")
    with pytest.raises(InputError, match="restore it, or export to another folder"):
        package.write(tmp_path, {"numbers.tex": b"1"}, [], "aer")
    assert [path.name for path in tmp_path.iterdir()] == [package.LOCK]


def test_a_file_edited_since_the_last_export_is_neither_overwritten_nor_removed(tmp_path):
    package.write(tmp_path, {"numbers.tex": b"1", "tables/a.tex": b"1", "b.md": b"1"}, [], "aer")
    (tmp_path / "numbers.tex").write_text("mine", encoding="utf-8")
    (tmp_path / "b.md").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"edited since the last export: b\.md, numbers\.tex; .*move these files away"):
        package.write(tmp_path, {"numbers.tex": b"2"}, [], "aer")
    assert (tmp_path / "numbers.tex").read_text(encoding="utf-8") == "mine" and (tmp_path / "tables/a.tex").is_file()
    (tmp_path / "numbers.tex").unlink()
    (tmp_path / "b.md").unlink()
    package.write(tmp_path, {"numbers.tex": b"2"}, [], "aer")
    assert sorted(path.name for path in tmp_path.iterdir()) == [package.LOCK, "numbers.tex"]


def test_an_export_that_was_stopped_is_told_and_goes_on(tmp_path, monkeypatch):
    package.write(tmp_path, {"a.tex": b"1", "b.tex": b"1"}, [], "aer")
    written = package.write_whole

    def full(path, content):
        if path.name == "b.tex":
            raise OSError(27, "File too large", str(path))
        return written(path, content)

    monkeypatch.setattr(package, "write_whole", full)
    with pytest.raises(OSError, match="too large"):
        package.write(tmp_path, {"a.tex": b"2", "b.tex": b"2", "c.tex": b"2"}, [], "aer")
    monkeypatch.undo()
    with pytest.raises(InputError, match="was stopped before it was whole; export again"):
        package.locked(tmp_path)
    package.write(tmp_path, {"a.tex": b"3", "b.tex": b"3"}, [], "aer")
    assert package.WRITING not in json.loads((tmp_path / package.LOCK).read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tex", "b.tex", package.LOCK]


@pytest.mark.parametrize(
    ("cited", "said"),
    [
        (b"", "holds no fields"),
        (b"- a\n", "holds no fields"),
        (b"a: [\n", r"not valid YAML at line 2\."),
        (b"title: \xff\n", "not UTF-8 text at byte 8"),
        (b"title: a\n", "version is missing"),
        (b"version: 1\nlicense: MIT\ndate-released: soon\nauthors: [{name: A}]\n", "soon is not a valid date"),
        (b"version: 1\nlicense: MIT\ndate-released: 2026-01-01\nauthors: A\n", "authors: expected a list"),
        (b"version: 1\nlicense: MIT\ndate-released: 2026-01-01\nauthors: [A]\n", "authors: expected a list"),
    ],
)
def test_a_broken_citation_file_is_told(tmp_path, monkeypatch, cited, said):
    monkeypatch.setattr(credit, "ROOT", tmp_path)
    (tmp_path / "CITATION.cff").write_bytes(cited)
    with pytest.raises(InputError, match=f"CITATION.cff: .*{said}|CITATION.cff: {said}"):
        collection.theme()


def test_a_missing_citation_file_is_told_to_a_publisher(tmp_path, monkeypatch):
    monkeypatch.setattr(credit, "ROOT", tmp_path)
    with pytest.raises(InputError, match=r"CITATION\.cff: no such"):
        collection.theme()


def test_an_export_writes_what_the_published_table_of_journals_accepts():
    asked = {(journal.profile, frozenset(journal.forms) | {"pdf"}) for journal in journals.JOURNALS.values()}
    written = {(one.profile, frozenset(one.forms)) for name, one in package.JOURNALS.items() if name != "word"}
    assert written == asked, "the manuscript itself reads a PDF"
