"""Small notebooks made for one test, with outputs as a run would have stored them."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from nbpoints.checks import outputs
from nbpoints.notebook import canonical


def picture(stem: str, drawn: str = "a line") -> str:
    """A picture as a notebook stores it, with the id that `figures.save` writes into one."""
    return base64.b64encode(f"PNG Source small/{stem}#0123 {drawn}".encode()).decode()


def digest(stored: str) -> str:
    """The hash of a stored picture."""
    return hashlib.sha256(base64.b64decode(stored)).hexdigest()


def code(source: str, *outs: dict, tags: list[str] | None = None) -> dict[str, Any]:
    """A code cell with stored outputs."""
    metadata = {"tags": tags} if tags else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "execution_count": None, "outputs": list(outs)}


def prose(source: str) -> dict[str, Any]:
    """A markdown cell."""
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def display(**data: Any) -> dict[str, Any]:
    """Displayed data; keywords are short names of MIME types."""
    names = {"plain": "text/plain", "html": "text/html", "markdown": "text/markdown", "png": "image/png"}
    return {"output_type": "display_data", "metadata": {}, "data": {names[key]: value for key, value in data.items()}}


def result(name: str, value: float, unit: str = "percent", digits: int = 1, tolerance: float = 1e-6) -> dict[str, Any]:
    """What `record` displays."""
    shown = display(plain=f"{name} = {value:.{digits}f} {unit}")
    shown["data"][outputs.RESULT] = {
        "name": name,
        "value": value,
        "unit": unit,
        "digits": digits,
        "tolerance": tolerance,
    }
    return shown


def figure(name: str, artists: dict, **said: Any) -> dict[str, Any]:
    """What `figures.save` displays."""
    shown = display(png=picture(name), plain=f"figure {name}")
    shown["metadata"] = {"image/png": {"alt": "a line that rises", "sha256": digest(picture(name))}}
    shown["data"][outputs.FIGURE] = {"stem": name, "artists": artists, "alt": "a line that rises", **said}
    return shown


def book(*cells: dict) -> dict[str, Any]:
    """A clean notebook of the cells, after a parameters cell and as if run in order."""
    head = code("month: str = '2025-05'  # month of the figures", tags=["parameters"])
    return canonical.clean({"cells": [head, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def write(folder: Path, notebook: dict, name: str = "01_small.ipynb") -> Path:
    """Write a notebook to ``folder/notebooks`` and return its path."""
    path = folder / "notebooks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")
    return path
