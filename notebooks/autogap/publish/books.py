"""A notebook of the site: its points, and the parameters that differ among them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from nbpoints.parameters import declare
from nbpoints.parameters.declare import Parameter

from autogap.publish import markup
from autogap.publish.reading import Read, prettified
from autogap.publish.theme import Theme


@dataclass(frozen=True)
class Choice:
    """One value of a parameter: as passed, as spelt in an address, as a reader sees it."""

    value: object
    spelt: str
    label: str


@dataclass(frozen=True)
class Axis:
    """A parameter that has more than one value among the points."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Book:
    """One notebook of the site in one language.

    Attributes
    ----------
    stem : str
    reads : tuple of Read
        Its points, the default first.
    theme : Theme
    language : str
    parameters : dict of str to Parameter
    """

    stem: str
    reads: tuple[Read, ...]
    theme: Theme
    language: str
    parameters: dict[str, Parameter]

    @property
    def default(self) -> str:
        """Name of the point whose page is the notebook's."""
        return self.reads[0].name

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(self.reads)

    @property
    def number(self) -> str:
        """The number before the name, if it has one."""
        return self.stem.partition("_")[0] if re.match(r"[0-9]+_", self.stem) else ""

    @property
    def short(self) -> str:
        """The name in words."""
        return prettified(self.stem)

    @property
    def question_language(self) -> str:
        """In which language the question is there."""
        return self.language if self.theme.says("question", self.stem, self.language) else "en"

    @cached_property
    def question(self) -> dict[str, str]:
        """The question, by language; in English where nobody has translated it."""
        own = markup.plain(self.reads[0].question)
        return {self.language: self.theme.says("question", self.stem, self.language) or own}

    @cached_property
    def answer(self) -> str:
        """The answer at the default point, in words."""
        return markup.plain(self.reads[0].answer)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Figures of any of its points, in their order."""
        return tuple(dict.fromkeys(figure.stem for read in self.reads for figure in read.figures))

    @property
    def has_results(self) -> bool:
        """Whether anything is recorded."""
        return any(read.results for read in self.reads)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The parameters with more than one value, in the order of the notebook."""
        found = []
        for name, parameter in self.parameters.items():
            values = {spelt(read.point.parameters[name]): read.point.parameters[name] for read in self.reads}
            if len(values) > 1:
                label = self.theme.label("parameter", name, self.language)
                choices = tuple(
                    Choice(values[text], text, self._choice(values[text], text)) for text in _ordered(values, parameter)
                )
                found.append(Axis(name, label, choices))
        return tuple(found)

    def _choice(self, value: object, text: str) -> str:
        if isinstance(value, (str, bool)):
            return self.theme.label("choice", text, self.language)
        if isinstance(value, list):
            return ", ".join(self.theme.label("choice", str(item), self.language) for item in value)
        if isinstance(value, dict):
            return ", ".join(f"{key} {spelt(item)}" for key, item in value.items())
        return text

    def place(self, read: Read) -> tuple[str, ...]:
        """Return the point's values on the axes, as spelt."""
        return tuple(spelt(read.point.parameters[axis.name]) for axis in self.axes)

    @cached_property
    def by_place(self) -> dict[tuple[str, ...], Read]:
        """The points by their values on the axes."""
        return {self.place(read): read for read in self.reads}

    def step(self, read: Read, at: int, way: int) -> Read | None:
        """Return the next point along an axis that there is, or None at the end."""
        place, keys = (list(self.place(read)), [choice.spelt for choice in self.axes[at].choices])
        position = keys.index(place[at]) + way
        while 0 <= position < len(keys):
            place[at] = keys[position]
            if tuple(place) in self.by_place:
                return self.by_place[tuple(place)]
            position += way
        return None

    def command(self, read: Read) -> str:
        """Write the command that makes this point again."""
        passed = "".join(f" -p {name}={shlex.quote(spelt(value))}" for name, value in read.point.passed.items())
        return f"{self.theme.command} --notebook {self.stem}{passed}"


def gather(reads: Iterable[Read], theme: Theme, language: str) -> list[Book]:
    """Put points together by notebook, the default point of each first."""
    by_stem: dict[str, list[Read]] = {}
    for read in reads:
        by_stem.setdefault(read.stem, []).append(read)
    books = []
    for stem, own in by_stem.items():
        own.sort(key=lambda read: len(read.point.passed) > 0)
        books.append(Book(stem, tuple(own), theme, language, declare.read(own[0].point.notebook)))
    return books


def spelt(value: object) -> str:
    """Spell a value in an address.

    Examples
    --------
    >>> spelt("2025-05"), spelt(15.0), spelt(True), spelt(["kr", "de"])
    ('2025-05', '15', 'true', '["kr","de"]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _ordered(values: dict[str, object], parameter: Parameter) -> list[str]:
    chosen = [spelt(choice) for choice in parameter.choices]
    if all(text in chosen for text in values):
        return sorted(values, key=chosen.index)
    if all(type(value) in (int, float) for value in values.values()):
        return sorted(values, key=float)
    return sorted(values) if all(isinstance(value, str) for value in values.values()) else list(values)
