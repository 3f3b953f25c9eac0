"""`pytest --nbval` on small notebooks, in a process of its own as a user calls it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import books

from autogap.paths import NOTEBOOKS

HEAD = "from IPython.display import HTML, Markdown, display\n"


def nbval(path: Path) -> tuple[int, str]:
    """Run plain `pytest --nbval` in the folder of a small project and return its exit status and its report."""
    conftest = path.parent / "conftest.py"
    conftest.write_text((NOTEBOOKS / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "--color=no", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_sound_notebook_is_green_and_faults_are_red_in_their_own_cells(tmp_path):
    """One run over a notebook with sound cells and planted faults."""
    table = "<table><thead><tr><th></th><th>share_pct</th></tr></thead><tbody><tr><th>{}</th><td>{}</td></tr></tbody></table>"
    path = books.write(tmp_path, books.book(
        books.code("0.1 + 0.2", {"output_type": "execute_result", "execution_count": 2, "metadata": {},
                                 "data": {"text/plain": "0.3"}}),
        books.code(f"{HEAD}display(HTML({table!r}.format('May', 53.2)))", books.display(html=table.format("May", 53.1))),
        books.code("print('fell by', 11.1, 'percent')",
                   {"output_type": "stream", "name": "stdout", "text": "rose by 11.1 percent\n"}),
        books.code("month", tags=["raises-exception"]),
    ))
    status, report = nbval(path)
    assert status == 1
    assert "row May, column share_pct: was 53.1, is 53.2" in report
    assert "was 'rose by 11.1 percent', is 'fell by 11.1 percent'" in report
    assert "has the tag `raises-exception`" in report
    assert "value is new: \"'2025-05'\"" in report
    assert "01_small.ipynb, cell 2" not in report
    assert "4 failed, 2 passed" in report


def test_stripped_notebook_is_red(tmp_path):
    """Plain nbval passes it."""
    status, report = nbval(books.write(tmp_path, books.book(books.code("x = 1"))))
    assert status == 1
    assert "no cell has a stored output" in report
