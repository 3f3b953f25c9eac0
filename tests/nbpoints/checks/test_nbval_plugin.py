"""`pytest --nbval` on small notebooks, in a process of its own as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys

import books
import pytest
from autogap.paths import NOTEBOOKS
from nbpoints.notebook import canonical, reading

pytestmark = pytest.mark.slow

HEAD = "from IPython.display import HTML, Markdown, display\n"


TABLE = (
    "<table><thead><tr><th></th><th>share_pct</th></tr></thead><tbody><tr><th>{}</th><td>{}</td></tr></tbody></table>"
)
# what figures.save does, without drawing
DRAW = """import json, os
from pathlib import Path
artists = {"axes": [{"lines": [{"label": "gap", "x": "1 2", "y": "3 4"}]}]}
Path(os.environ["NBPOINTS_FIGURES"], "fig-a.json").write_text(json.dumps({"artists": artists, "title": "It rises"}))
display({"text/plain": "figure fig-a", "application/vnd.nbpoints.figure+json": {"stem": "fig-a", "artists": artists,
         "alt": "a line that rises"}}, raw=True,
        metadata={"image/png": {"alt": "a line that rises", "sha256": "of another machine"}})"""


def artists(y: str) -> dict:
    return {"axes": [{"lines": [{"label": "gap", "x": "1 2", "y": y}]}]}


def stream(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> str:
    """What plain `pytest --nbval` says of a folder of notebooks with sound cells and planted faults."""
    folder = tmp_path_factory.mktemp("project")
    books.write(
        folder,
        books.book(
            books.code(
                "0.1 + 0.2",
                {"output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": {"text/plain": "0.3"}},
            ),
            books.code(
                f"{HEAD}display(HTML({TABLE!r}.format('May', 53.2)))", books.display(html=TABLE.format("May", 53.1))
            ),
            books.code("print('fell by', 11.1, 'percent')", stream("rose by 11.1 percent\n")),
            books.code("month", tags=["raises-exception"]),
        ),
        "01_faults.ipynb",
    )
    books.write(folder, books.book(books.code("x = 1")), "02_stripped.ipynb")
    books.write(
        folder,
        books.book(books.code(HEAD + DRAW, books.figure("fig-a", artists("3.00000000001 4")))),
        "03_figure.ipynb",
    )
    books.write(
        folder, books.book(books.code(HEAD + DRAW, books.figure("fig-a", artists("3 5")))), "04_other_figure.ipynb"
    )
    failing = [books.code("x = 1"), books.code("x / 0"), books.code("x")]
    books.write(folder, books.book(*failing), "05_fails.ipynb")
    for name in ("Untitled.ipynb", "._01_faults.ipynb"):
        (folder / "notebooks" / name).write_bytes(b"")
    (folder / "figures").mkdir()
    facts = {"artists": artists("3 4"), "title": "It falls"}
    (folder / "figures" / "fig-a.json").write_text(json.dumps(facts), encoding="utf-8")
    (folder / "notebooks" / "conftest.py").write_text(
        (NOTEBOOKS / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "--nbval", "-v", "-p", "no:cacheprovider", "--color=no", "notebooks"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_numbers_words_tables_and_tags(report):
    """A sound cell passes; each fault is told in its own cell."""
    assert "01_faults.ipynb::Cell 2 PASSED" in report
    assert "row May, column share_pct: was 53.1, is 53.2" in report
    assert "was 'rose by 11.1 percent', is 'fell by 11.1 percent'" in report
    assert "01_faults.ipynb: cell 5 has the tag `raises-exception`" in report
    assert "value is new: \"'2025-05'\"" in report
    assert "If the change is meant: autogap accept 01_faults" in report


def test_what_is_not_a_notebook_is_red_and_stops_nothing(report):
    """An empty file is told in a sentence; a hidden file that macOS leaves is not looked at; a cell fails by itself."""
    assert "Untitled.ipynb::file FAILED" in report
    assert "Untitled.ipynb: Untitled.ipynb: the file is empty, so not a notebook" in report
    assert "._01_faults" not in report
    assert "05_fails.ipynb::Cell 2 PASSED" in report
    assert "05_fails.ipynb, cell 3: ZeroDivisionError: division by zero" in report
    assert "05_fails.ipynb, cell 4: did not run, since cell 3 failed" in report


def test_cells_may_be_spread_over_processes(tmp_path):
    """With `-n 2` alone, and a file whose cells need each other; nothing is written beside the notebooks."""
    cells = [books.code("x = 1"), *(books.code("x += 1\nprint(x)", stream(f"{n}\n")) for n in range(2, 6))]
    path = books.write(tmp_path, books.book(*cells), "01_counts.ipynb")
    canonical.save(reading.load(path), path)
    (path.parent / "conftest.py").write_text((NOTEBOOKS / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-n", "2", "-p", "no:cacheprovider", "notebooks"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert "7 passed" in done.stdout, done.stdout + done.stderr


def test_stripped_notebook_is_red(report):
    """Plain nbval passes it."""
    assert "02_stripped.ipynb::rules FAILED" in report
    assert "02_stripped.ipynb: no cell has a stored output" in report


def test_figures_by_what_they_draw(report):
    """Another machine's pixels pass; another line fails, here and in the exported files."""
    assert "03_figure.ipynb::Cell 2 PASSED" in report
    assert "04_other_figure.ipynb::Cell 2 FAILED" in report
    assert "figure fig-a: axes 1, line 'gap': y differs at 1 of 2 numbers, the first at place 2: was 5, is 4" in report
    assert "03_figure.ipynb: fig-a, title: was 'It falls', is 'It rises'" in report
