"""Exported figures against those of a new run: equal bytes, or equal as data."""

from __future__ import annotations

import hashlib
import json

import pytest
from nbpoints.checks import exported_figures


def export(
    folder, stem: str = "fig-a", y: str = "3 4", csv: str = "month,gap\n2025-05,3\n", svg: str = "<svg>", **told
):
    """Five files as `figures.save` writes them."""
    folder.mkdir(exist_ok=True)
    files = {f"{stem}.csv": csv, f"{stem}.svg": svg, f"{stem}.pdf": f"%PDF {svg}", f"{stem}.png": f"PNG {svg}"}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    facts = {
        "artists": {"axes": [{"lines": [{"label": "gap", "x": "1 2", "y": y}]}]},
        "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()},
        "title": "It rises",
        "data": {"data/a.csv": "0"},
        "versions": {"matplotlib": svg},
    }
    (folder / f"{stem}.json").write_text(json.dumps(facts | told), encoding="utf-8")


@pytest.fixture
def stored(tmp_path):
    """A folder with one exported figure."""
    export(tmp_path / "stored")
    return tmp_path / "stored"


def lines(was, now) -> list[str]:
    return [str(one) for one in exported_figures.compare(was, now)]


def test_other_fonts_and_versions_are_the_same_figure(stored, tmp_path):
    """All bytes differ, nothing that is drawn does."""
    export(tmp_path / "now", svg="<svg>drawn with other fonts", y="3.0000000001 4")
    assert lines(stored, tmp_path / "now") == []
    assert exported_figures.store(stored, tmp_path / "now") == []
    assert exported_figures.store(stored, tmp_path / "now", redraw=True) == ["fig-a"]
    assert (stored / "fig-a.svg").read_text(encoding="utf-8") == "<svg>drawn with other fonts"
    assert exported_figures.tampered(stored) == []
    export(tmp_path / "later", svg="<svg>drawn with other fonts", y="3.0000000001 4", versions={"commit": "0123abc"})
    assert exported_figures.store(stored, tmp_path / "later", redraw=True) == [], "another commit makes no other figure"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"y": "3 5"}, "fig-a: axes 1, line 'gap': y differs at 1 of 2 numbers, the first at place 2: was 4, is 5."),
        ({"csv": "month,gap\n2025-05,3.1\n"}, "fig-a, row 2025-05, column gap: was 3, is 3.1"),
        ({"title": "It falls"}, "fig-a, title: was 'It rises', is 'It falls'"),
        ({"data": {"data/a.csv": "1"}}, "fig-a: was drawn from another data/a.csv."),
    ],
)
def test_another_figure_is_told_and_taken(stored, tmp_path, change, line):
    """A line, a number, a word, or other data behind it."""
    export(tmp_path / "now", **change)
    assert lines(stored, tmp_path / "now") == [line]
    assert exported_figures.store(stored, tmp_path / "now") == ["fig-a"]
    assert lines(stored, tmp_path / "now") == []


def test_missing_and_replaced_files_are_told_and_made_good(stored, tmp_path):
    """By name and by hash; figures of other notebooks are left alone."""
    export(tmp_path / "now")
    export(stored, "fig-other", svg="<svg>other")
    (stored / "fig-a.pdf").unlink()
    (stored / "fig-a.svg").write_text("<svg>by hand", encoding="utf-8")
    assert lines(stored, tmp_path / "now") == ["fig-a: stored/fig-a.pdf is missing"]
    assert exported_figures.tampered(stored) == [
        "fig-a: fig-a.svg is not the file that was written with fig-a.json.",
        "fig-a: fig-a.pdf is missing; run the notebook that draws it.",
    ]
    assert exported_figures.store(stored, tmp_path / "now") == ["fig-a"]
    assert exported_figures.tampered(stored) == []


def test_a_figure_without_description_is_told(tmp_path):
    """Nothing says what it draws."""
    (tmp_path / "fig-a.png").write_bytes(b"PNG")
    assert exported_figures.tampered(tmp_path) == [
        "fig-a: fig-a.json is missing, so nothing says what the figure draws."
    ]
    assert exported_figures.tampered(tmp_path / "no such folder") == []
