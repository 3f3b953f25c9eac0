"""Compare two texts or two JSON values: numbers within a tolerance, everything else exactly."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

REL = 1e-6
# Numbers written without a decimal point are counts or rounded values. Only noise in their last digits is forgiven.
REL_WHOLE = 1e-9
# Below this a number in a printed output is a rest of rounding, and its relative error means nothing.
ABS = 1e-12
KINDS = ("number", "figure", "text")

_NUMBER = re.compile(r"([-+−]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_CONTEXT = 40


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


@dataclass(frozen=True)
class Difference:
    """One thing that was stored and is not the same now.

    Parameters
    ----------
    kind : {"number", "figure", "text"}
    place : str
        Where: ``"cell 5, row 2025-05, column share_pct"``.
    was, now : str
        As shown to a reader; ``now`` alone says it all where ``was`` is empty.
    """

    kind: str
    place: str
    was: str
    now: str

    def inside(self, place: str) -> Difference:
        """The same difference, its place inside a larger one."""
        return Difference(self.kind, f"{place}, {self.place}" if self.place else place, self.was, self.now)

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        return f"{head}was {self.was}, is {self.now}" if self.was else f"{head}{self.now}"


def close(was: float, now: float, rel: float = REL, scale: float = 0.0) -> bool:
    """Tell whether two numbers are the same within a relative tolerance: the one rule of all comparisons.

    A gap equals a gap, an infinity itself.

    Parameters
    ----------
    was, now : float
    rel : float
        Relative tolerance.
    scale : float
        Size below which a number of a series counts as near zero: there the tolerance is relative to this size.

    Examples
    --------
    >>> close(0.3, 0.1 + 0.2), close(451.7, 452.1), close(float("nan"), float("nan"))
    (True, False, True)
    """
    if math.isnan(was) or math.isnan(now):
        return math.isnan(was) and math.isnan(now)
    return was == now or abs(was - now) <= max(rel * max(abs(was), abs(now), scale), ABS)


def texts(was: str, now: str, rel: float = REL) -> list[Difference]:
    """Compare two texts: numbers within the tolerance, the words between them exactly, runs of blanks as one.

    Parameters
    ----------
    was, now : str
        The stored text and the new one.
    rel : float
        Relative tolerance of numbers that have a decimal point or an exponent.

    Returns
    -------
    list of Difference
        One for each number that changed; a single one with its surroundings if words changed.

    Examples
    --------
    >>> texts("fell by 11.10 percent", "fell by 11.1000000001  percent")
    []
    >>> [str(found) for found in texts("fell by 11.1 percent", "fell by 11.2 percent")]
    ["'fell by 11.1 percent': was 11.1, is 11.2"]
    >>> [str(found) for found in texts("fell by 11.1 percent", "rose by 11.1 percent")]
    ["was 'fell by 11.1 percent', is 'rose by 11.1 percent'"]
    """
    was, now = _squeezed(was), _squeezed(now)
    if was == now:
        return []
    old, new = _NUMBER.split(was), _NUMBER.split(now)
    if old[::2] != new[::2]:
        return [_words(was, now)]
    found = []
    for i in range(1, len(old), 2):
        if not _same_number(old[i], new[i], rel):
            around = (old[i - 1][-_CONTEXT:] + old[i] + old[i + 1][:_CONTEXT]).strip()
            found.append(Difference("number", repr(around) if around != old[i] else "", old[i], new[i]))
    return found


def values(was: Any, now: Any, rel: float = REL, place: str = "") -> list[Difference]:
    """Compare two JSON values, whatever their depth.

    Examples
    --------
    >>> [str(found) for found in values({"a": [1.0, 2.0]}, {"a": [1.0, 2.1]})]
    ['a[1]: was 2.0, is 2.1']
    """
    if isinstance(was, dict) and isinstance(now, dict):
        keys = [*was, *(key for key in now if key not in was)]
        inner = (
            (f"{place}.{key}" if place else str(key), was.get(key, _ABSENT), now.get(key, _ABSENT)) for key in keys
        )
        return [found for name, old, new in inner for found in values(old, new, rel, name)]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True))
        return [found for i, (old, new) in pairs for found in values(old, new, rel, f"{place}[{i}]")]
    if _is_number(was) and _is_number(now):
        return [] if close(float(was), float(now), rel) else [Difference("number", place, str(was), str(now))]
    if isinstance(was, str) and isinstance(now, str):
        return [found.inside(place) if place else found for found in texts(was, now, rel)]
    same = was == now and isinstance(was, bool) == isinstance(now, bool)
    return [] if same else [Difference("text", place, quoted(was), quoted(now))]


def report(found: Iterable[Difference], most: int = 12) -> str:
    """List differences, numbers first, then figures, then text; long lists are cut and say so.

    Examples
    --------
    >>> print(report([Difference("text", "cell 1", "'a'", "'b'"), Difference("number", "cell 2", "1", "2")]))
    numbers
      cell 2: was 1, is 2
    text
      cell 1: was 'a', is 'b'
    """
    found, lines = list(found), []
    for kind in KINDS:
        mine = [str(one) for one in found if one.kind == kind]
        if mine:
            lines.append({"number": "numbers", "figure": "figures", "text": "text"}[kind])
            lines += [f"  {line}" for line in mine[:most]]
        if len(mine) > most:
            lines.append(f"  and {len(mine) - most} more")
    return "\n".join(lines)


def quoted(value: Any, most: int = 100) -> str:
    """A value as it is quoted in a report, cut in the middle when long."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 2 :]}"


def _squeezed(text: str) -> str:
    """Column widths of printed tables follow the longest number, hence blanks are no part of the text."""
    return "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in text.strip().splitlines())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_number(was: str, now: str, rel: float) -> bool:
    whole = not any(mark in was + now for mark in ".eE")
    old, new = (float(one.replace(",", "").replace("−", "-")) for one in (was, now))
    return close(old, new, min(rel, REL_WHOLE) if whole else rel)


def _words(was: str, now: str) -> Difference:
    """Cut two texts down to the surroundings of the first place where they part."""
    start = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    start = max(0, start - _CONTEXT)
    cut = [("..." if start else "") + one[start : start + 2 * _CONTEXT] for one in (was, now)]
    return Difference("text", "", *(quoted(one + ("..." if len(one) > 2 * _CONTEXT else "")) for one in cut))
