"""Tiny notebooks, written as the JSON that they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbpoints.scenarios import scenarios


@pytest.fixture
def write_notebook(tmp_path):
    """Return a function that writes a notebook: a title, the parameters cell, then other code cells."""

    def write(name: str, parameters: str | None, *code: str, folder: Path | None = None) -> Path:
        cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# How much?\n\nMore."}]
        sources = [(parameters, ["parameters"])] if parameters is not None else []
        sources += [(source, []) for source in code]
        for number, (source, tags) in enumerate(sources):
            cells.append(
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {"tags": tags} if tags else {},
                    "execution_count": None,
                    "outputs": [],
                    "source": source.splitlines(keepends=True),
                }
            )
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        path = (folder or tmp_path) / f"{name}.ipynb"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


EXPORTS = """\
month: str = "2025-05"  # month [2024-05..2026-08]
commodity: str = "cars"  # what {cars, parts}
rate: float = 15  # percent [0..1000]
draws: int = 1
"""


@pytest.fixture
def folder(write_notebook, tmp_path):
    write_notebook("01_gap", "start_year: int = 1985  # first year [1985..2026]", "print(start_year)")
    write_notebook("03_exports", EXPORTS, "print(month, commodity, rate, draws)")
    return tmp_path


@pytest.fixture
def load(folder):
    def load(text: str | bytes) -> scenarios.Scenarios:
        path = folder / "scenarios.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return scenarios.load(path)

    return load
