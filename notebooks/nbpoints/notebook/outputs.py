"""The outputs of a notebook's cells: their text, their streams, and what they hold by MIME type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbpoints.mime import NOTE
from nbpoints.notebook.ids import without_ids

Output = Mapping[str, Any]


def text_of(value: Any) -> str:
    """The text of a field that a notebook stores as one string or as a list of lines.

    Examples
    --------
    >>> text_of(["a\\n", "b"])
    'a\\nb'
    """
    return "".join(value) if isinstance(value, list) else str(value)


def by_mime(notebook: Mapping, mime: str) -> Iterator[tuple[int, Any]]:
    """Yield what a notebook shows under one MIME type, with the number of the cell, from 1.

    Examples
    --------
    >>> output = {"output_type": "display_data", "data": {"text/plain": "3"}}
    >>> list(by_mime({"cells": [{"cell_type": "code", "outputs": [output]}]}, "text/plain"))
    [(1, '3')]
    """
    for number, cell in enumerate(notebook["cells"], 1):
        for output in cell.get("outputs", ()):
            if mime in output.get("data", ()):
                yield number, output["data"][mime]


def merged(outputs: Sequence[Output]) -> list[Output]:
    """Join what one stream printed in several messages, for how it was cut is chance; leave out notes.

    Examples
    --------
    >>> parts = [{"output_type": "stream", "name": "stdout", "text": text} for text in ("a", "b")]
    >>> merged(parts)
    [{'output_type': 'stream', 'name': 'stdout', 'text': 'ab'}]
    """
    outputs = [without_ids(output) for output in outputs]
    kept: list[Output] = []
    streams: dict[str, dict] = {}
    for output in outputs:
        if NOTE in output.get("data", {}):
            continue
        if output["output_type"] != "stream":
            kept.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += text_of(output["text"])
        else:
            streams[output["name"]] = {**output, "text": text_of(output["text"])}
            kept.append(streams[output["name"]])
    return kept
