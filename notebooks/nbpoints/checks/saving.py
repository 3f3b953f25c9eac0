"""What JupyterLab does before it saves a notebook of the collection: write it as it is stored, so that a diff is empty.

`make lab` passes `stored_form` as ``ContentsManager.pre_save_hook``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from nbpoints.notebook import canonical

_FOLDED = {"hide-output": "outputs_hidden", "hide-input": "source_hidden"}

# every form in which this server found a cell on disk, by file and cell: an edit that is taken back is not a change
_found: dict[Path, dict[str, list[dict]]] = {}


def stored_form(model: dict[str, Any], path: str, contents_manager: object, **_: object) -> None:
    """Take out of a notebook what an editor adds; a notebook that is not in the stored form on disk is left alone.

    Notes for whoever works by hand go, and metadata of cells and languages. A cell that equals one that stood on disk
    before keeps those bytes: JavaScript writes -11.0 as -11. How the cells were counted stays, for checks to judge.

    Parameters
    ----------
    model : dict
        What is about to be saved; its ``content`` is replaced.
    path : str
        Of the file, from the server's root.
    contents_manager : ContentsManager
        Of the server.
    """
    file = Path(contents_manager.root_dir) / path
    if model.get("type") != "notebook" or model.get("content") is None or not file.is_file():
        return
    text = file.read_text(encoding="utf-8")
    try:
        stored = json.loads(text)
        if canonical.dumps(_counted(canonical.clean(stored), stored)) == text:
            model["content"] = nbformat.from_dict(_merged(model["content"], stored, _found.setdefault(file, {})))
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # somebody else's file, in a form of its own


def _merged(content: Mapping, stored: Mapping, found: dict[str, list[dict]]) -> dict[str, Any]:
    for cell in stored["cells"]:
        forms = found.setdefault(cell["id"], [])
        if cell not in forms:
            forms.append(cell)
    fresh = _counted(canonical.clean(content), content)
    for cell in fresh["cells"]:
        # JupyterLab unfolds a cell that runs and forgets that it was folded; the tag remembers
        folded = {key: True for tag, key in _FOLDED.items() if tag in cell["metadata"].get("tags", [])}
        if folded:
            cell["metadata"]["jupyter"] = folded
    cells = [next((one for one in found.get(cell["id"], []) if one == cell), cell) for cell in fresh["cells"]]
    return {**fresh, "cells": cells}


def _counted(cleaned: dict[str, Any], own: Mapping) -> dict[str, Any]:
    """Give the cells of a cleaned notebook the counts that they had."""
    for cell, before in zip(cleaned["cells"], own["cells"], strict=True):
        if cell["cell_type"] == "code":
            cell["execution_count"] = before.get("execution_count")
            for output in cell["outputs"]:
                if "execution_count" in output:
                    output["execution_count"] = before.get("execution_count")
    return cleaned
