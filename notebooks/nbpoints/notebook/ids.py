"""Names that belong to one run only, taken out of outputs: the process in warnings, the random ids of styled tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# the file that IPython names a cell's code after: a folder of the process, a hash of the code
_CELL_FILE = re.compile(r"(?:/[^\s:\"'<>]*?)?/ipykernel_[0-9]+/([0-9]+)\.py")
# pandas' Styler: https://pandas.pydata.org/docs/reference/api/pandas.io.formats.style.Styler.html (uuid)
_STYLER = re.compile(r"\bT_([0-9a-f]{5,32})(?=_|\b)")
_TABLE = re.compile(r"<table id=\"T_([0-9a-f]{5,32})\"")
# where objects stand in memory
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,16}\b")


def without_ids(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an output without what only its run could know, so that equal runs give equal bytes.

    Examples
    --------
    >>> without_ids({"output_type": "stream", "text": "/tmp/ipykernel_6744/17.py:1: UserWarning: w"})["text"]
    'ipykernel/17.py:1: UserWarning: w'
    """
    changed: dict[str, Any] = {}
    if "text" in output:
        changed["text"] = _each(_plain, output["text"])
    if "traceback" in output:
        changed["traceback"] = [_plain(line) if isinstance(line, str) else line for line in output["traceback"]]
    data = output.get("data")
    if isinstance(data, Mapping) and any(mime in data for mime in ("text/html", "text/plain", "text/latex")):
        forms = {"text/plain": _plain, "text/html": _page, "text/latex": _plain}
        changed["data"] = {mime: _each(forms[mime], value) if mime in forms else value for mime, value in data.items()}
    return {**output, **changed} if changed else output


def _each(function, value: Any) -> Any:
    """Apply to a text, or to a list of lines as one text; leave it alone when nothing changes."""
    text = "".join(value) if isinstance(value, list) else value
    if not isinstance(text, str):
        return value
    new = function(text)
    return value if new == text else new.splitlines(keepends=True) if isinstance(value, list) else new


def _plain(text: str) -> str:
    if "ipykernel_" in text:
        text = _CELL_FILE.sub(r"ipykernel/\1.py", text)
    return _ADDRESS.sub("at 0x...", text) if "at 0x" in text else text


def _page(text: str) -> str:
    numbers: dict[str, int] = {}
    for found in _TABLE.finditer(text):
        numbers.setdefault(found[1], len(numbers) + 1)
    return _STYLER.sub(lambda found: f"T_{numbers[found[1]]:05d}" if found[1] in numbers else found[0], _plain(text))
