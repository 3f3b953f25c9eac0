"""The stored form of a notebook: the same bytes for the same content, whatever tool wrote it last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbpoints.files import write_whole
from nbpoints.notebook.outputs import merged

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# metadata that say what somebody wants to see, and do not change from run to run: folded sources and outputs
# (https://jupyterlab.readthedocs.io/en/stable/user/notebook.html), a text file paired by Jupytext
_FOLDED = ("outputs_hidden", "source_hidden")
KEPT = ("jupytext",)


def clean(notebook: Mapping) -> dict[str, Any]:
    """Return a notebook without what changes from run to run: times, counters of editors, papermill's block.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4.

    Returns
    -------
    dict
        The same cells and outputs. Of the cells' metadata tags and folding are left; code cells count 1, 2, ... n.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "1", "execution_count": 7, "outputs": [], "metadata": {"scrolled": True}}
    >>> cleaned = clean({"cells": [cell], "metadata": {"papermill": {}}, "nbformat": 4, "nbformat_minor": 4})
    >>> cleaned["cells"][0]["execution_count"], cleaned["cells"][0]["metadata"], cleaned["cells"][0]["id"]
    (1, {}, 'c01')
    """
    cells, count = [], 0
    for cell in notebook["cells"]:
        kept = {"cell_type": cell["cell_type"], "id": cell.get("id")}
        kept |= {"metadata": cell_metadata(cell.get("metadata", {})), "source": lines(cell["source"])}
        if cell["cell_type"] == "code":
            ran = bool("".join(cell["source"]).strip())
            count += ran
            kept |= {"execution_count": count if ran else None, "outputs": _outputs(cell["outputs"], count)}
        elif "attachments" in cell:
            kept["attachments"] = cell["attachments"]
        cells.append(kept)
    make_ids_unique(cells)
    metadata = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}}
    metadata |= {name: notebook["metadata"][name] for name in KEPT if name in notebook.get("metadata", {})}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def cell_metadata(metadata: Mapping) -> dict[str, Any]:
    """Return what is kept of a cell's metadata: its tags, and whether its source or output is folded.

    Examples
    --------
    >>> cell_metadata({"tags": [], "jupyter": {"source_hidden": True, "outputs_hidden": False}, "scrolled": True})
    {'jupyter': {'source_hidden': True}}
    """
    folded = {name: True for name in _FOLDED if metadata.get("jupyter", {}).get(name)}
    tags = list(metadata.get("tags") or ())
    return ({"jupyter": folded} if folded else {}) | ({"tags": tags} if tags else {})


def dumps(notebook: Mapping) -> str:
    """Write a notebook as Jupyter does: sorted keys, one blank of indent, a newline at the end."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def save(notebook: Mapping, path: Path) -> bool:
    """Write a notebook whole or not at all; leave a file alone that holds the same bytes.

    Returns
    -------
    bool
        Whether the file changed.
    """
    return write_whole(path, dumps(notebook))


def lines(text: str | list[str]) -> list[str]:
    """Cut a text as notebook files store it: each line with its newline."""
    return "".join(text).splitlines(keepends=True)


def _outputs(outputs: list[Mapping], count: int) -> list[dict]:
    kept = []
    for output in merged(outputs):
        one = dict(output)
        if "execution_count" in one:
            one["execution_count"] = count
        if "text" in one:
            one["text"] = lines(one["text"])
        if "data" in one:
            one["data"] = {mime: _stored(mime, value) for mime, value in one["data"].items()}
        kept.append(one)
    return kept


def _stored(mime: str, value: Any) -> Any:
    """Text as lines, pictures in base64 as one string, JSON as it is: nbformat's own convention."""
    if mime.endswith("json") or not isinstance(value, str | list):
        return value
    if mime.startswith("text/") or mime == "image/svg+xml":
        return lines(value)
    return "".join(value)


def make_ids_unique(cells: list[dict]) -> None:
    """Give every cell an id of its own: nbformat would take random ones for those that are missing or twice there."""
    taken: set[str] = set()
    for number, cell in enumerate(cells, 1):
        name = cell["id"] if isinstance(cell.get("id"), str) and cell["id"] else f"c{number:02d}"
        while name in taken:
            name += "x"
        taken.add(name)
        cell["id"] = name
