"""The outputs of a notebook's cells: their text, their streams, and what they hold by MIME type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbpoints.mime import NOTE
from nbpoints.notebook.ids import without_ids

Output = Mapping[str, Any]
INJECTED = "injected-parameters"
"""Papermill's tag of the cell that it adds."""


def text_of(value: Any) -> str:
    """The text of a field that a notebook stores as one string or as a list of lines.

    Examples
    --------
    >>> text_of(["a\\n", "b"])
    'a\\nb'
    """
    return "".join(value) if isinstance(value, list) else str(value)


def numbered(cells: Iterable[Mapping]) -> Iterator[tuple[int, Mapping]]:
    """Number cells from 1 as the notebook has them: a cell that papermill put in counts as the one before it.

    Examples
    --------
    >>> added = {"metadata": {"tags": [INJECTED]}}
    >>> [number for number, _ in numbered([{}, added, {}])]
    [1, 1, 2]
    """
    number = 0
    for cell in cells:
        number += INJECTED not in (cell.get("metadata") or {}).get("tags", ())
        yield number, cell


def by_mime(notebook: Mapping, mime: str) -> Iterator[tuple[int, Any]]:
    """Yield what a notebook shows under one MIME type, with the number of the cell, from 1.

    Examples
    --------
    >>> output = {"output_type": "display_data", "data": {"text/plain": "3"}}
    >>> list(by_mime({"cells": [{"cell_type": "code", "outputs": [output]}]}, "text/plain"))
    [(1, '3')]
    """
    for number, cell in numbered(notebook["cells"]):
        for output in cell.get("outputs", ()):
            if mime in output.get("data", ()):
                yield number, output["data"][mime]


def merged(outputs: Sequence[Output]) -> list[dict[str, Any]]:
    """Join what one stream printed in several messages, for how it was cut is chance; leave out notes.

    A line that was written over after a carriage return counts as a terminal shows it in the end, and of two streams
    in a row standard output comes first, since the two travel by separate channels.

    Examples
    --------
    >>> parts = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("a", "b")]
    >>> merged(parts)
    [{'output_type': 'stream', 'name': 'stdout', 'text': 'ab'}]
    >>> merged([{"output_type": "stream", "name": "stdout", "text": "1 of 2\\r2 of 2\\n"}])[0]["text"]
    '2 of 2\\n'
    """
    kept: list[dict[str, Any]] = []
    streams: dict[str, list[str]] = {}
    for output in map(without_ids, outputs):
        if NOTE in output.get("data", {}):
            continue
        if output["output_type"] != "stream":
            kept.append(dict(output))
        elif output["name"] in streams:
            streams[output["name"]].append(text_of(output["text"]))
        else:
            streams[output["name"]] = [text_of(output["text"])]
            kept.append(dict(output))
    for output in kept:
        if output["output_type"] == "stream":
            output["text"] = _written_over("".join(streams[output["name"]]))
    for place in range(len(kept) - 1):
        if [one.get("name") for one in kept[place : place + 2]] == ["stderr", "stdout"]:
            kept[place : place + 2] = kept[place + 1], kept[place]
    return kept


def _written_over(text: str) -> str:
    if "\r" not in text:
        return text
    lines = text.split("\n")
    ends = ["\r" if line.endswith("\r") else "" for line in lines]
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] + end for line, end in zip(lines, ends))
