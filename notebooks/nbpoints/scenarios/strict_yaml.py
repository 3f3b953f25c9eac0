"""YAML read strictly: plain data only, with the line of every value, and one sentence for whatever is wrong.

Built on the parser's events, so nothing is ever constructed but text, numbers, lists and mappings, and endless nesting
ends in a sentence (``yaml.compose`` crashes the interpreter at 100,000 levels). Anchors, aliases, merge keys and tags
are refused. Scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema) where that
changes nothing in silence: ``no`` stays text (no Norway problem), ``2025-08-01`` and ``010`` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from nbpoints.errors import InputError
from nbpoints.files import read_text

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LARGEST_FILE = 10_000_000
_DEEPEST = 30
_MOST_VALUES = 500_000


@dataclass
class Document:
    """What a YAML file holds.

    Attributes
    ----------
    data : object
        None, bool, int, float, str, list or dict with str keys.
    lines : dict of tuple to int
        Line of each value, by the keys and positions that lead to it.
    faults : list of (int, str)
        Line and sentence of what is wrong although the file could be read on, such as a key written twice.
    """

    data: object = None
    lines: dict[tuple, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line(self, *path: object) -> int:
        """Return the line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(path: Path | str) -> Document:
    """Read a YAML file of plain data.

    Raises
    ------
    InputError
        When the file cannot be read, is not YAML, or holds more than plain data: anchors, merge keys, tags that would
        construct objects, endless nesting.
    """
    path = Path(path)
    if path.is_file() and path.stat().st_size > _LARGEST_FILE:
        raise InputError(f"{path.name}: larger than {_LARGEST_FILE // 1_000_000} MB, so not a scenario file.")
    return loads(read_text(path), path.name)


def loads(text: str, place: str = "text") -> Document:
    """Read YAML from a text; `place` names it in errors.

    Examples
    --------
    >>> loads("a: 2025-08\\nb: [1, no]").data
    {'a': '2025-08', 'b': [1, 'no']}
    >>> loads("a: 1\\na: 2").faults
    [(2, "'a' is written twice; the first is on line 1.")]
    """
    reader = _Reader(place)
    try:
        return reader.read(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}:{mark.line + 1}" if mark else place
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        raise InputError(f"{where}: not valid YAML ({problem}).") from None


class _Reader:
    def __init__(self, place: str) -> None:
        self.place = place
        self.document = Document()
        self.values = 0

    def read(self, events: Iterator[yaml.Event]) -> Document:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if self.values:
                    self.refuse(event, "a second document begins; one file holds one.")
                self.document.data = self.value(next(events), events, ())
        return self.document

    def value(self, event: yaml.Event, events: Iterator[yaml.Event], path: tuple) -> object:
        self.document.lines.setdefault(path, event.start_mark.line + 1)
        self.values += 1
        if self.values > _MOST_VALUES:
            self.refuse(event, f"more than {_MOST_VALUES:,} values.")
        if len(path) > _DEEPEST:
            self.refuse(event, f"nested deeper than {_DEEPEST} levels.")
        if event.anchor:
            self.refuse(event, f"the anchor or alias {event.anchor!r} is not supported; write the values out.")
        if event.tag not in (None, "!"):
            self.refuse(event, f"the tag {event.tag} is not allowed; write plain values.")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] else event.value
        return (self.sequence if isinstance(event, yaml.SequenceStartEvent) else self.mapping)(events, path)

    def sequence(self, events: Iterator[yaml.Event], path: tuple) -> list:
        result: list = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            result.append(self.value(event, events, (*path, len(result))))
        return result

    def mapping(self, events: Iterator[yaml.Event], path: tuple) -> dict:
        result: dict = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(event, "a key must be plain text.")
            key = event.value
            if key == "<<" and event.implicit[0]:
                self.refuse(event, "the merge key << is not supported; write the values out.")
            if key in result:
                first = self.document.lines[(*path, key)]
                self.document.faults.append((line, f"{key!r} is written twice; the first is on line {first}."))
            self.document.lines.setdefault((*path, key), line)
            result[key] = self.value(next(events), events, (*path, key))
        return result

    def refuse(self, event: yaml.Event, sentence: str) -> None:
        raise InputError(f"{self.place}:{event.start_mark.line + 1}: {sentence}")


def _scalar(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) < 1000:
        return int(text)
    if _FLOAT.fullmatch(text) and (set(".eE") & set(text)):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text
