"""A small project in a folder of its own: notebooks, a module, data, a lock."""

from __future__ import annotations

import io
import json
from pathlib import Path

from nbpoints.run import runner
from nbpoints.scenarios.point import Point

RESULT = """
from IPython.display import display

def record(name, value, unit="1"):
    bundle = {"application/vnd.nbpoints.result+json": {"name": name, "value": value, "unit": unit}, "text/plain": name}
    display(bundle, raw=True)
"""


class Project:
    """Writes notebooks and runs their points.

    Parameters
    ----------
    root : Path
        An empty folder.
    """

    def __init__(self, root: Path):
        self.root = root
        self.out = root / "runs"
        for folder in ("notebooks", "data"):
            (root / folder).mkdir(parents=True)
        (root / "pyproject.toml").write_text(
            "[project]\nname = 'toy'\n[tool.nbpoints]\nnotebooks = 'notebooks'\nenvironment = ['TOY_']\n"
        )
        (root / "requirements.txt").write_text("numpy==2\n")
        (root / "notebooks/recording.py").write_text(RESULT)

    def write(self, name: str, *code: str, parameters: str = "n: int = 1") -> Path:
        """Write a notebook: a title, the parameters cell, then code cells."""
        cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# How much?"}]
        for number, source in enumerate((parameters, *code)):
            tags = {"tags": ["parameters"]} if number == 0 else {}
            cell = {"cell_type": "code", "id": f"cell-{number}", "metadata": tags, "source": source}
            cells.append(cell | {"execution_count": None, "outputs": []})
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        path = self.root / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(book))
        return path

    def point(self, name: str, scenario: str = "base", **passed: object) -> Point:
        """Make a point with the default n = 1."""
        spelt = ",".join(f"{key}={value}" for key, value in sorted(passed.items()))
        path = self.root / "notebooks" / f"{name}.ipynb"
        return Point(scenario, path, {"n": 1} | passed, passed, f"{name}@{spelt}" if spelt else name)

    def run(self, *points: Point, **options: object) -> tuple[int, str]:
        """Run points; return the exit status and what was told."""
        stream = io.StringIO()
        status = runner.run(points, out=self.out, stream=stream, **{"jobs": 2, **options})
        return status, stream.getvalue()

    def ran(self, *points: Point, **options: object) -> list[str]:
        """Run points; return the names of those that were not current."""
        told = self.run(*points, **options)[1]
        return sorted(line.split()[1] for line in told.splitlines() if " ran in " in line)

    def outputs(self, point: Point) -> list[dict]:
        """Return all outputs of a finished point."""
        book = json.loads((self.out / point.scenario / point.name / "notebook.ipynb").read_text())
        return [output for cell in book["cells"] for output in cell.get("outputs", ())]

    def printed(self, point: Point) -> str:
        """Return what a finished point printed."""
        return "".join("".join(output["text"]) for output in self.outputs(point) if output["output_type"] == "stream")

    def record(self, point: Point) -> dict:
        """Return the `run.json` of a finished point."""
        return json.loads((self.out / point.scenario / point.name / "run.json").read_text())
