"""The plan of one scenario: which values meet which, notebook by notebook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

from nbpoints.errors import InputError
from nbpoints.parameters import periods
from nbpoints.parameters.types import shown

MOST_POINTS = 100_000


@dataclass(frozen=True)
class Share:
    """One notebook's share in a scenario, with values as its parameters have them.

    Attributes
    ----------
    fixed : dict of str to object
        Values of every point.
    axes : list of list of dict
        Each axis is a list of rows; a row sets one parameter (matrix) or several together (zip).
    cases : list of dict
        Points of their own beside the grid.
    """

    fixed: dict[str, object]
    axes: list[list[dict[str, object]]] = field(default_factory=list)
    cases: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """One scenario, validated.

    Attributes
    ----------
    name, about : str
    shares : dict of str to Share
        By notebook.
    excludes : list of dict of int to set of int
        Each names, for some axes, the rows that it excludes when they meet.
    blocked : dict of str to tuple of str
        Notebooks of the scenario that cannot be run, with the reasons.
    is_all : bool
        Whether it takes every notebook of the folder rather than naming some.
    """

    name: str
    about: str
    shares: dict[str, Share]
    excludes: list[dict[int, set[int]]] = field(default_factory=list)
    blocked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_all: bool = False

    def grid(self) -> Iterator[tuple[int, ...]]:
        """Yield the rows that meet, one number an axis, without those excluded."""
        axes = next(iter(self.shares.values())).axes if self.shares else []
        for rows in product(*(range(len(axis)) for axis in axes)):
            if not any(all(rows[axis] in out for axis, out in exclude.items()) for exclude in self.excludes):
                yield rows

    def values(self, notebook: str) -> Iterator[dict[str, object]]:
        """Yield the values that the scenario sets in one notebook, a dict a point."""
        share = self.shares[notebook]
        if share.axes or not share.cases:
            for rows in self.grid():
                point = dict(share.fixed)
                for axis, row in zip(share.axes, rows):
                    point |= axis[row]
                yield point
        for case in share.cases:
            yield share.fixed | case


def expand(spec: dict[str, Any]) -> list:
    """Write out ``{from, to, step}``, both ends included.

    Parameters
    ----------
    spec : dict
        Ends are two numbers, or two ISO periods of one kind (year, quarter, month, day); the step, 1 unless given,
        counts in that unit.

    Returns
    -------
    list
        Numbers computed in decimals, so that 0 to 1 by 0.1 has no rounding noise.

    Raises
    ------
    InputError
        When an end is missing or of another kind, the step not positive, or the values too many.

    Examples
    --------
    >>> expand({"from": "2025-11", "to": "2026-02"})
    ['2025-11', '2025-12', '2026-01', '2026-02']
    >>> expand({"from": 0, "to": 0.3, "step": 0.1})
    [0.0, 0.1, 0.2, 0.3]
    """
    if not {"from", "to"} <= set(spec) <= {"from", "to", "step"}:
        raise InputError(f"{shown(spec)} is not a range; write {{from: ..., to: ..., step: ...}}.")
    low, high, step = spec["from"], spec["to"], spec.get("step", 1)
    kind = periods.form(low)
    if kind:
        if periods.form(high) != kind:
            raise InputError(f"a range from {shown(low)} must end with a {kind} too, not {shown(high)}.")
        if type(step) is not int:
            raise InputError(f"the step {shown(step)} of a range of periods must be a whole number.")
        numbers = _steps(periods.ordinal(low), periods.ordinal(high), step)
        return [periods.text(kind, number) for number in numbers]
    for value in (low, high, step):
        if type(value) not in (int, float) or not abs(value) < 1e15:
            raise InputError(
                f"{shown(value)} is not an end or a step of a range; write numbers, or periods such as 2025-05."
            )
    if all(type(value) is int for value in (low, high, step)):
        return list(_steps(low, high, step))
    return [float(value) for value in _steps(*(Decimal(repr(value)) for value in (low, high, step)))]


def _steps(low, high, step) -> list:
    if step <= 0:
        raise InputError(f"the step of a range must be above 0, not {step}.")
    if low > high:
        raise InputError("a range must not end before it begins.")
    count = int((high - low) / step if isinstance(low, Decimal) else (high - low) // step) + 1
    if count > MOST_POINTS:
        raise InputError(f"a range of {count:,} values; at most {MOST_POINTS:,} are allowed.")
    return [low + at * step for at in range(count)]
