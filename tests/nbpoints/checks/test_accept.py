"""Accepting a notebook: silent when nothing changed, numbers first when something did, whole or not at all."""

from __future__ import annotations

import json

import books
import pytest

from nbpoints.checks import accept, canonical as stable, hygiene
from nbpoints import cli

pytestmark = pytest.mark.slow

SHOW = "from IPython.display import display\n"


def stream(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.fixture
def sound(tmp_path):
    """A notebook as accept itself stores it."""
    bundle = books.result("share", 53.1)["data"]
    path = books.write(
        tmp_path,
        books.book(
            books.code(f"{SHOW}display({bundle!r}, raw=True)", books.result("share", 53.1)),
            books.code("print('in', month)", stream("in 2025-05\n")),
        ),
    )
    stable.save(stable.load(path), path)
    return path


def test_nothing_changed_leaves_the_file_alone(sound):
    """Byte for byte, and its time too."""
    before, time = sound.read_bytes(), sound.stat().st_mtime_ns
    outcome = accept.accept(sound)
    assert (sound.read_bytes(), sound.stat().st_mtime_ns) == (before, time)
    assert str(outcome) == "01_small: unchanged"


def test_changes_are_shown_numbers_first_and_stored(sound):
    """A number, a word and a name of a result were edited in the stored file; one cell is as it was."""
    book = stable.load(sound)
    before = sound.read_bytes()
    book["cells"][1]["outputs"][0]["data"][hygiene.RESULT]["value"] = 54.1
    book["cells"][2]["outputs"][0]["text"] = ["of 2025-05\n"]
    book["metadata"]["papermill"] = {"duration": 3}
    sound.write_text(json.dumps(book), encoding="utf-8")
    looked = accept.accept(sound, write=False)
    assert not looked.is_rewritten
    told = str(accept.accept(sound)).splitlines()
    assert told[:3] == [
        "01_small: 2 differences, outputs rewritten",
        "  numbers",
        "    cell 2, result share: was 54.1, is 53.1",
    ]
    assert told[3:] == ["  text", "    cell 3, printed text: was 'of 2025-05', is 'in 2025-05'"]
    assert sound.read_bytes() == before


def test_a_failing_cell_is_named_and_nothing_is_stored(sound, capsys):
    """The error is one sentence; status 1."""
    book = stable.load(sound)
    book["cells"][2]["source"] = ["month / 2"]
    sound.write_text(json.dumps(book), encoding="utf-8")
    before = sound.read_bytes()
    assert cli.main(["accept", str(sound)]) == 1
    assert "01_small.ipynb: cell 3 raised TypeError" in capsys.readouterr().out
    assert sound.read_bytes() == before


def test_readers_of_a_rewritten_notebook_run_again(tmp_path, monkeypatch, capsys):
    """A chain: the third reads the second, which reads the first; only the first changed at the start."""
    for name in ("01_a", "02_b", "03_c"):
        books.write(tmp_path, books.book(), f"{name}.ipynb")
    reads = {"01_a": [], "02_b": ["notebooks/01_a.ipynb"], "03_c": ["notebooks/02_b.ipynb", "notebooks/03_c.ipynb"]}
    changes = iter([True, False, False, True, True])

    def fake(book, *options):
        return accept.Outcome(book, reads=frozenset(reads[book.stem]), is_rewritten=next(changes))

    monkeypatch.setattr(accept, "accept", fake)
    assert cli.main(["accept", "--dir", str(tmp_path / "notebooks"), "-j", "1"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "01_a",
        "02_b",
        "03_c",
        "02_b",
        "03_c",
    ]
