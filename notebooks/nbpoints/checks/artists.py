"""Say in sentences where two descriptions of drawn artists differ."""

from __future__ import annotations

import math
from typing import Any

from nbpoints.checks.compare import REL, close
from nbpoints.errors import counted


def compare(was: dict, now: dict, rel: float = REL) -> list[str]:
    """Say in sentences where two descriptions of a figure differ.

    Parameters
    ----------
    was, now : dict
        What `describe` returned for the earlier and the later figure.
    rel : float
        Relative difference up to which numbers count as equal.

    Returns
    -------
    list of str
        One sentence a difference, each naming the artist; empty when the figures draw the same.

    Examples
    --------
    >>> line = {"label": "North", "x": "1 2", "y": "3 4"}
    >>> compare({"axes": [{"lines": [line]}]}, {"axes": [{"lines": [line | {"y": "3 5"}]}]})
    ["axes 1, line 'North': y differs at 1 of 2 numbers, the first at place 2: was 4, is 5."]
    """
    return _differences("figure", was, now, rel)


# How a sentence calls one member of a list.
_MEMBER = {
    "axes": "axes",
    "lines": "line",
    "bars": "bars",
    "patches": "patch",
    "areas": "area",
    "points": "points",
    "segments": "segments",
    "images": "image",
    "texts": "text",
    "legend": "legend entry",
    "xticks": "x tick",
    "yticks": "y tick",
}
_NUMBERS = {"x", "y", "xlim", "ylim", "width", "height", "size", "value", "shape", "range", "at"}


def _differences(where: str, was: dict, now: dict, rel: float) -> list[str]:
    found = []
    for key in [*was, *(key for key in now if key not in was)]:
        if key in _MEMBER:
            found += _members(where, _MEMBER[key], was.get(key, []), now.get(key, []), rel)
        elif key in _NUMBERS:
            found += _numbers_differ(where, key, was.get(key, ""), now.get(key, ""), rel)
        elif was.get(key, "") != now.get(key, ""):
            found.append(f"{where}: {key} was {was.get(key, '')!r}, is {now.get(key, '')!r}.")
    return found


def _members(where: str, kind: str, was: list, now: list, rel: float) -> list[str]:
    before, after = _named(kind, was), _named(kind, now)
    found = [f"{where}: {name} is missing." for name in before if name not in after]
    found += [f"{where}: {name} is new." for name in after if name not in before]
    common = [name for name in before if name in after]
    order = [name for name in after if name in before]
    if common != order:
        found.append(f"{where}: order was {', '.join(common)}; is {', '.join(order)}.")
    for name in common:
        if isinstance(before[name], dict) and isinstance(after[name], dict):
            place = name if where == "figure" else f"{where}, {name}"
            found += _differences(place, before[name], after[name], rel)
    return found


def _named(kind: str, members: list) -> dict[str, Any]:
    """Call each member by its label, and by its place where it has none or shares it."""
    labels = [member if isinstance(member, str) else member.get("label") or member.get("text") for member in members]
    return {
        f"{kind} {label!r}" if label and labels.count(label) == 1 else f"{kind} {place}": member
        for place, (label, member) in enumerate(zip(labels, members, strict=True), start=1)
    }


def _numbers_differ(where: str, key: str, was: str, now: str, rel: float) -> list[str]:
    before, after = [[float(word) for word in text.split()] for text in (was, now)]
    if len(before) != len(after):
        return [f"{where}: {key} had {counted(len(before), 'number')}, has {len(after)}."]
    # Next to zero a relative difference says nothing, so a thousandth of the largest number counts as near zero.
    scale = 1e-3 * max((abs(value) for value in before if math.isfinite(value)), default=0.0)
    places = [place for place, pair in enumerate(zip(before, after, strict=True)) if not close(*pair, rel, scale)]
    if not places:
        return []
    first = places[0]
    if len(before) == 2 and key in ("xlim", "ylim"):
        return [f"{where}: {key} was {was.replace(' ', ' to ')}, is {now.replace(' ', ' to ')}."]
    return [
        f"{where}: {key} differs at {len(places)} of {counted(len(before), 'number')}, the first at place {first + 1}: "
        f"was {before[first]:.10g}, is {after[first]:.10g}."
    ]
