"""The engine is a package of its own: it needs nothing of the collection, and knows no economics."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbpoints
import pytest

PACKAGE = Path(nbpoints.__file__).parent
ROOT = PACKAGE.parents[1]
# words of this collection's subject, its settings and its formats
FOREIGN = re.compile(
    r"autogap|vnd\.auto|econom|tariff|exports?_|exports\b|\btrade\b|\bcustoms\b|\bduty\b|\bduties\b|japan|\byen\b|\bjpy\b"
    r"|\bcars?\b|\bgdp\b|\bmof\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_word_of_the_collection(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if FOREIGN.search(line)] == []


@pytest.mark.parametrize("word", ["AUTOGAP_PROFILE", "application/vnd.autogap.x", "the tariff", "exports_yoy"])
def test_a_word_of_the_collection_would_be_found(word):
    assert FOREIGN.search(f'x = "{word}"')


@pytest.mark.parametrize("path", sorted(PACKAGE.parent.glob("*/**/*.py")), ids=lambda path: str(path.name))
def test_one_thing_is_told_in_the_singular(path):
    """A sentence counts by `errors.counted`; a number set before a plural says "1 points" some day."""
    assert _uncounted(path.read_text(encoding="utf-8")) == []


def test_a_plural_after_a_number_would_be_found():
    assert _uncounted("f'{len(x)} points'") == ["1: len(x) points"]
    assert _uncounted("f'{len(x)} series, {len(y)} of them'") == []


def _uncounted(source: str) -> list[str]:
    strings = [node.values for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    pairs = [pair for parts in strings for pair in pairwise(parts) if isinstance(pair[0], ast.FormattedValue)]
    numbers = [(one, after.value) for one, after in pairs if isinstance(after, ast.Constant)]
    plurals = [(one, re.match(r" ([a-z]+ )?(?!series\b|is\b|has\b)[a-z]+s\b", text)) for one, text in numbers]
    return [
        f"{one.lineno}: {ast.unparse(one.value)}{found[0]}"
        for one, found in plurals
        if found and "len(" in ast.unparse(one.value) and "counted(" not in ast.unparse(one.value)
    ]


@pytest.mark.slow
def test_rooms_import_in_one_direction():
    """The contracts in pyproject.toml: the wall, and the order of the rooms in both packages."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


@pytest.fixture
def alone(tmp_path):
    """An environment in which no process can import the collection."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['autogap'] = None\n")
    return {**os.environ, "PYTHONPATH": str(blocked)}


@pytest.mark.slow
def test_a_strangers_folder_is_listed_run_and_read(write_notebook, tmp_path, alone):
    folder = tmp_path / "theirs"
    folder.mkdir()
    show = "display({'application/vnd.nbpoints.result+json': {'name': 'x', 'value': n}, 'text/plain': 'x'}, raw=True)"
    write_notebook("report", "n: int = 1  # how many [1..9]", show, folder=folder)
    write_notebook("02_other", "k: float = 1", "print(k)", folder=folder)

    def engine(*words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "nbpoints", *words, "--dir", "theirs"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=alone)

    blocked = subprocess.run([sys.executable, "-c", "import autogap"], env=alone, capture_output=True, text=True)
    assert "ModuleNotFoundError" in blocked.stderr
    assert "n: int = 1" in engine("list").stdout
    done = engine("run", "--notebook", "report", "-p", "n=4", "-j", "1")
    assert done.returncode == 0, done.stderr
    assert "report@n=4" in engine("results").stdout
    assert sorted(path.name for path in folder.iterdir()) == ["02_other.ipynb", "report.ipynb", "runs"]
    assert not (tmp_path / "runs").exists()
