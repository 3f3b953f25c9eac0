"""Validate a scenario file and report every error at once, with line numbers, before any kernel starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters.types import canonical, shown
from nbpoints.scenarios.notebooks import Notebook, resolve
from nbpoints.scenarios.plan import MOST_POINTS, Plan, Share, expand
from nbpoints.scenarios.strict_yaml import Document

KEYS = ("about", "notebooks", "parameters", "matrix", "zip", "cases", "exclude")
ADHOC = "adhoc"
NAME = r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,79}"


class Faults:
    """Collects what is wrong, by line, and says what several notebooks share only once."""

    def __init__(self, document: Document, place: str) -> None:
        self._document, self._place = document, place
        self._found: dict[tuple[int, str], None] = dict.fromkeys(document.faults)

    def add(self, where: tuple, sentence: str) -> None:
        """Add a sentence about the value that these keys and positions lead to."""
        prefix = f"{where[0]}: " if where else ""
        self._found[self._document.line(*where), prefix + sentence] = None

    def __len__(self) -> int:
        return len(self._found)

    def sentences(self) -> list[str]:
        """Return them in the order of the file."""
        return [f"{self._place}:{line}: {sentence}" for line, sentence in sorted(self._found, key=lambda key: key[0])]


def validate(document: Document, notebooks: Mapping[str, Notebook], place: str) -> dict[str, Plan]:
    """Turn the content of a scenario file into plans.

    A notebook that cannot be run is not an error of the file: it blocks itself, when its points are asked for.

    Parameters
    ----------
    document : Document
    notebooks : mapping of str to Notebook
        Those that scenarios may name; each is looked at only when one does.
    place : str
        Name of the file, for errors.

    Raises
    ------
    InputError
        With every fault of the file, a line each.
    """
    faults = Faults(document, place)
    plans = {}
    if not isinstance(document.data, dict) or not document.data:
        what = "is empty" if not document.data else f"holds {type(document.data).__name__}"
        faults.add((), f"the file {what}; write scenarios by name, such as `baseline: {{notebooks: all}}`.")
    else:
        for name, spec in document.data.items():
            plan = _Scenario(name, spec, notebooks, faults).plan()
            if plan:
                plans[name] = plan
    if faults:
        raise InputError("\n".join(faults.sentences()))
    return plans


@dataclass(frozen=True)
class Axis:
    """Parameters that change together: one in a matrix, several in a zip; a row is a set of values."""

    key: str
    names: list[str]
    rows: list[dict]


class _Scenario:
    def __init__(self, name: str, spec: Any, notebooks: Mapping[str, Notebook], faults: Faults) -> None:
        self.name, self.spec, self.notebooks, self.faults = name, spec, notebooks, faults
        # key or position under which each notebook was named, to find its line
        self.written: dict[str, object] = {}

    def fault(self, where: tuple, sentence: str) -> None:
        self.faults.add((self.name, *where), sentence)

    def plan(self) -> Plan | None:
        before = len(self.faults)
        if not re.fullmatch(NAME, self.name) or self.name.endswith("."):
            self.faults.add((self.name,), "a scenario's name is lower-case letters, digits, '_', '-' and single dots.")
        if self.name == ADHOC:
            self.fault((), f"the name {ADHOC!r} is kept for runs with parameters from the command line.")
        if not isinstance(self.spec, dict):
            self.fault((), f"write a mapping with {', '.join(KEYS)}, not {shown(self.spec)}.")
            return None
        for key in self.spec:
            if key not in KEYS:
                near = did_you_mean(key, KEYS) or f" Known: {', '.join(KEYS)}."
                self.fault((key,), f"unknown key {shown(key)}.{near}")
        if not isinstance(self.spec.get("about", ""), str):
            self.fault(("about",), "about must be text.")
        own = self.named_notebooks()
        common = self.mapping(("parameters",))
        axes = self.axes()
        cases = [self.mapping(("cases", at)) for at in range(len(self.sequence("cases")))]
        self.check_places(own, common, axes)
        self.check_size(own, axes, cases)
        excludes = self.excludes(axes)
        shares = self.fit_values(own, common, axes, cases)
        if len(self.faults) > before:
            return None
        blocked = {stem: faults for stem in own if (faults := self.notebooks[stem].faults)}
        plan = Plan(self.name, self.spec.get("about", ""), shares, excludes, blocked, self.spec["notebooks"] == "all")
        if axes and shares and next(plan.grid(), None) is None:
            self.fault(("exclude",), "exclude leaves no point.")
        return plan

    def named_notebooks(self) -> dict[str, dict]:
        """Read `notebooks`: the stems, each with the parameters that it alone gets."""
        given = self.spec.get("notebooks")
        if given is None:
            self.fault((), "say which notebooks: `notebooks: all`, a name, or a list of names.")
            return {}
        if given == "all":
            if not self.notebooks:
                self.fault(("notebooks",), "the folder holds no notebook.")
            return {stem: {} for stem in self.notebooks}
        own: dict[str, dict] = {}
        names = given if isinstance(given, (list, dict)) else [given]
        if not names:
            self.fault(("notebooks",), "the list of notebooks is empty.")
        for at, name in names.items() if isinstance(names, dict) else enumerate(names):
            name = at if isinstance(names, dict) else name
            try:
                stem = resolve(name, self.notebooks)
            except InputError as error:
                self.fault(("notebooks", at), str(error))
                continue
            if stem in own:
                self.fault(("notebooks", at), f"{stem} is named twice.")
            self.written[stem] = at
            own[stem] = self.mapping(("notebooks", at)) if isinstance(names, dict) else {}
        return own

    def axes(self) -> list[Axis]:
        """Read `matrix` (an axis a parameter) and `zip` (one axis of all its parameters)."""
        axes = []
        for name in self.mapping(("matrix",)):
            axes.append(Axis("matrix", [name], [{name: value} for value in self.column(("matrix", name))]))
        columns = {name: self.column(("zip", name)) for name in self.mapping(("zip",))}
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
            self.fault(("zip",), f"zip pairs lists of one length; here {lengths}.")
        if columns:
            axes.append(Axis("zip", list(columns), [dict(zip(columns, row)) for row in zip(*columns.values())]))
        return axes

    def column(self, where: tuple) -> list:
        """Read the values that one parameter takes: a list, or a range."""
        given = self.value(where)
        if isinstance(given, dict):
            try:
                return expand(self.to_the_end(where[-1], given))
            except InputError as error:
                self.fault(where, f"{where[-1]}: {error}")
                return []
        if not isinstance(given, list) or not given:
            self.fault(where, f"{where[-1]}: give a list of values or {{from, to, step}}, not {shown(given)}.")
            return []
        seen: dict[str, int] = {}
        for at, value in enumerate(given):
            if where[0] == "matrix" and _key(value) in seen:
                self.fault((*where, at), f"{where[-1]}: {shown(value)} is listed twice.")
            seen[_key(value)] = at
        return given

    def to_the_end(self, name: str, given: dict) -> dict:
        """Give a range without `to` the end of the parameter's own range, in which a new month is told once."""
        if "from" not in given or "to" in given:
            return given
        declared = [self.notebooks[stem].parameters.get(name) for stem in self.written]
        ends = {one.high for one in declared if one is not None and one.high is not None}
        if len(ends) != 1:
            raise InputError("say where the range ends, `to: ...`; the notebooks do not name one end for all.")
        return given | {"to": ends.pop()}

    def excludes(self, axes: list[Axis]) -> list[dict[int, set[int]]]:
        """Turn each exclude into the rows of the axes that it speaks of."""
        result = []
        for at in range(len(self.sequence("exclude"))):
            where = ("exclude", at)
            given = self.mapping(where)
            if not given:
                self.fault(where, "exclude: name the values that must not meet, such as {month: 2025-05}.")
            rows_out: dict[int, set[int]] = {}
            for name, value in given.items():
                number, out = self.excluded_rows((*where, name), value, axes)
                if out and not out & rows_out.get(number, out):
                    self.fault(where, f"{shown(given)} excludes nothing: these values never meet.")
                rows_out[number] = out & rows_out.get(number, out)
            result.append(rows_out)
        return result

    def excluded_rows(self, where: tuple, value: object, axes: list[Axis]) -> tuple[int, set[int]]:
        """Find the axis of a parameter, and its rows with this value or one of this list."""
        name = where[-1]
        number = next((number for number, axis in enumerate(axes) if name in axis.names), -1)
        if number < 0:
            names = [name for axis in axes for name in axis.names]
            known = did_you_mean(name, names) or f" Those are: {', '.join(names) or 'none'}."
            self.fault(where, f"{name}: exclude speaks of parameters in matrix or zip only.{known}")
            return number, set()
        rows = axes[number].rows
        wanted = {_key(item) for item in (value if isinstance(value, list) else [value])} | {_key(value)}
        out = {at for at, row in enumerate(rows) if _key(row[name]) in wanted}
        if not out:
            listed = ", ".join(str(row[name]) for row in rows[:12])
            self.fault(where, f"{name}: {shown(value)} excludes nothing; its values are {listed}.")
        return number, out

    def check_places(self, own: dict[str, dict], common: dict, axes: list[Axis]) -> None:
        """Find parameters that are set in two places, of which one would lose in silence."""
        places: dict[str, str] = {}
        everywhere = [("parameters", name) for name in common]
        everywhere += [(axis.key, name) for axis in axes for name in axis.names]
        for place, name in everywhere:
            if name in places:
                self.fault((place, name), f"{name}: already set in {places[name]}; keep one of the two.")
            places[name] = place
        for stem, values in own.items():
            for name in values:
                if name in places:
                    sentence = f"{name}: already set in {places[name]}; keep one of the two."
                    self.fault(("notebooks", self.written[stem], name), sentence)

    def check_size(self, own: dict[str, dict], axes: list[Axis], cases: list[dict]) -> None:
        points = len(own) * (prod(len(axis.rows) for axis in axes) + len(cases))
        if points > MOST_POINTS:
            self.fault((), f"{points:,} points; at most {MOST_POINTS:,} are allowed.")

    def fit_values(self, own: dict[str, dict], common: dict, axes: list[Axis], cases: list[dict]) -> dict[str, Share]:
        """Check every value against every notebook that gets it."""
        sound = {stem: values for stem, values in own.items() if not self.notebooks[stem].faults}
        shares = {}
        for stem, values in sound.items():
            sets = [(("parameters",), common, sound), (("notebooks", self.written.get(stem)), values, [stem])]
            sets += [(("cases", at), case, sound) for at, case in enumerate(cases)]
            for where, given, stems in sets:
                self.check_names(given, where, stem, stems)
            fixed, alone, *fitted_cases = [self.fitted(given, where, stem) for where, given, _ in sets]
            for axis in axes:
                self.check_names(axis.names, (axis.key,), stem, sound)
            fitted_axes = [
                [self.fitted(row, (axis.key,), stem, at) for at, row in enumerate(axis.rows)] for axis in axes
            ]
            shares[stem] = Share(fixed | alone, fitted_axes, fitted_cases)
        return shares

    def check_names(self, names: Iterable[str], where: tuple, stem: str, stems: Iterable[str]) -> None:
        for name in names:
            if name not in self.notebooks[stem].parameters:
                self.fault((*where, name), self.unknown(name, stems))

    def fitted(self, values: dict, where: tuple, stem: str, *at: int) -> dict[str, object]:
        """Check some values against one notebook; return them as its parameters have them."""
        declared = self.notebooks[stem].parameters
        result = {}
        for name, value in values.items():
            try:
                if name in declared:
                    result[name] = declared[name].check(value)
            except InputError as error:
                self.fault((*where, name, *at), str(error))
        return result

    def unknown(self, name: str, stems: Iterable[str]) -> str:
        having = [stem for stem in stems if name in self.notebooks[stem].parameters]
        if having:
            lacking = set(stems) - set(having)
            verb = "has" if len(lacking) == 1 else "have"
            return f"{name}: {_some(lacking)} {verb} no such parameter; name only notebooks that do."
        known = list(dict.fromkeys(known for stem in stems for known in self.notebooks[stem].parameters))
        near = did_you_mean(name, known) or (f" Known: {', '.join(known)}." if known else "")
        return f"{name}: no such parameter in {_some(stems)}.{near}"

    def value(self, where: tuple) -> object:
        value = self.spec
        for key in where:
            value = value[key]
        return value

    def mapping(self, where: tuple) -> dict:
        """Return a mapping of parameter names to values, empty when absent or faulty."""
        if where[0] not in self.spec:
            return {}
        given = self.value(where)
        if given is None and where[0] == "notebooks":
            return {}
        if not isinstance(given, dict):
            example = "{month: 2025-05}"
            self.fault(where, f"{where[0]}: write parameters with values, such as {example}, not {shown(given)}.")
            return {}
        return given

    def sequence(self, key: str) -> list:
        given = self.spec.get(key, [])
        if not isinstance(given, list) or key in self.spec and not given:
            self.fault((key,), f"{key}: write a list of parameter sets, not {shown(given)}.")
            return []
        return given


def _key(value: object) -> str:
    """Equal for what a parameter takes as equal: 15 and 15.0."""
    return canonical(float(value) if type(value) is int and abs(value) <= 2**53 else value)


def _some(stems: Iterable[str], most: int = 3) -> str:
    stems = sorted(stems)
    return ", ".join(stems[:most]) + (f" and {len(stems) - most} more" if len(stems) > most else "")
