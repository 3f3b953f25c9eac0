"""The linters, the type checker and the published schemas find nothing; `make check` runs these."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from autogap.paths import ROOT

MODULES = ["notebooks/nbpoints", "notebooks/autogap", "notebooks/conftest.py", "tests"]
NOTEBOOKS = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
LINT = ["ruff", "check", "--no-cache", "--quiet"]
COMMANDS = {
    "imports": ["lint-imports", "--no-cache", "--no-logo"],
    "lint": [*LINT, *MODULES],
    # what fits a cell in JupyterLab
    "notebooks": [*LINT, "--config", "line-length = 100", *NOTEBOOKS],
    "format": ["ruff", "format", "--no-cache", "--check", "--quiet", "notebooks", "tests"],
    "types": ["mypy", "--no-error-summary"],
    "dependencies": ["deptry", "--no-ansi", "."],
    "citation": ["check-jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff"],
}

CELL = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": f"x = {10**100}"}
WIDE = {"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

pytestmark = pytest.mark.slow


def run(command: list[str], folder: Path = ROOT) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_found(name, tmp_path):
    command = COMMANDS[name] + (["--cache-dir", str(tmp_path)] if name == "types" else [])
    done = run(command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "file", "content"),
    [
        ("lint", "x.py", "import os\n"),
        ("lint", "x.py", "import numpy as np\n\nnp.random.normal()\n"),
        ("notebooks", "x.ipynb", json.dumps(WIDE)),
        ("format", "x.py", "x = {  'a':1 }\n"),
        ("citation", "CITATION.cff", "cff-version: 1.2.0\nmessage: m\nauthors: [{surname: A}]\ntitle: t\n"),
    ],
)
def test_a_fault_would_be_found(name, file, content, tmp_path):
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    (tmp_path / file).write_text(content)
    command = [word for word in COMMANDS[name] if word not in MODULES + NOTEBOOKS]
    assert run([*command, *([] if name == "citation" else ["."])], tmp_path).returncode


def test_no_exception_is_wider_than_a_name():
    """Every switch that turns a rule off says where, and is needed."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert "per-file-ignores" not in tools["ruff"]["lint"]
    assert not any("ignore_errors" in one for one in tools["mypy"]["overrides"])


def test_no_module_is_longer_than_a_reader_takes_in():
    lengths = {path: len(path.read_text().splitlines()) for top in MODULES for path in (ROOT / top).rglob("*.py")}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 400} == {}
