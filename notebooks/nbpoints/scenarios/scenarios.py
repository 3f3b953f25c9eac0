"""Scenario files: named sets of parameter values, validated whole, then written out as points.

The format is described in the README of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters import declare, names
from nbpoints.parameters.types import canonical, shown
from nbpoints.scenarios import strict_yaml
from nbpoints.scenarios.notebooks import Notebook, find, inspect, resolve
from nbpoints.scenarios.plan import Plan, Share
from nbpoints.scenarios.point import Point
from nbpoints.scenarios.validate import ADHOC, validate

FILE = "scenarios.yaml"
BASELINE = "baseline"


class Notebooks(Mapping):
    """The notebooks of a folder by name; each is read once, when it is first asked for."""

    def __init__(self, folder: Path | str) -> None:
        self._paths = find(folder)
        self._read: dict[str, Notebook] = {}

    def __getitem__(self, stem: str) -> Notebook:
        if stem not in self._read:
            self._read[stem] = inspect(self._paths[stem])
        return self._read[stem]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


@dataclass(frozen=True)
class Scenarios:
    """The scenarios of one file, validated.

    Attributes
    ----------
    path : Path
        The file; it may be absent, when only the baseline is known.
    notebooks : Notebooks
    plans : dict of str to Plan
        By name of the scenario.
    """

    path: Path
    notebooks: Notebooks
    plans: dict[str, Plan] = field(default_factory=dict)

    def points(
        self,
        selection: Iterable[str] = (),
        notebooks: Iterable[str] | None = None,
        overrides: Mapping[str, object] | None = None,
    ) -> list[Point]:
        """Write out the points of some scenarios.

        Parameters
        ----------
        selection : iterable of str
            Names of scenarios; none means the baseline.
        notebooks : iterable of str, optional
            Keep the points of these notebooks only.
        overrides : mapping of str to object, optional
            Values that every point gets instead of the scenario's; text is read as the parameter's type has it.
            Such points belong to the scenario ``adhoc``, since no file describes them.

        Returns
        -------
        list of Point
            Each point once.

        Raises
        ------
        InputError
            When a scenario, notebook or parameter is unknown, a value is refused, or a notebook that was asked for by
        name cannot be run.
        """
        plans = [self._plan(name) for name in selection or [BASELINE]]
        wanted = None if notebooks is None else [resolve(name, self.notebooks) for name in notebooks]
        planned = {stem for plan in plans for stem in plan.shares}
        _refuse_blocked(plans, wanted)
        for stem in wanted or ():
            if stem not in planned:
                raise InputError(f"{', '.join(plan.name for plan in plans)}: no point of {stem}.")
        values = self._overrides(overrides or {}, [stem for stem in self.notebooks if stem in (wanted or planned)])
        result: dict[tuple, Point] = {}
        for plan in plans:
            for stem in plan.shares:
                if wanted is None or stem in wanted:
                    scenario = ADHOC if overrides else plan.name
                    _collect(result, scenario, self.notebooks[stem], plan.values(stem), values.get(stem, {}))
        return list(result.values())

    def left_out(self, selection: Iterable[str] = (), notebooks: Iterable[str] | None = None) -> list[str]:
        """Say which notebooks `points` leaves out, and why: scenarios take all of a folder, and some cannot be run."""
        if notebooks is not None:
            return []
        plans = [self._plan(name) for name in selection or [BASELINE]]
        return list(dict.fromkeys(fault for plan in plans for faults in plan.blocked.values() for fault in faults))

    def _plan(self, name: str) -> Plan:
        if name in self.plans:
            return self.plans[name]
        near = did_you_mean(name, self.plans) or f" Known: {', '.join(self.plans)}."
        raise InputError(f"no scenario {shown(name)} in {self.path.name}.{near}")

    def _overrides(self, overrides: Mapping[str, object], stems: list[str]) -> dict[str, dict[str, object]]:
        result: dict[str, dict[str, object]] = {stem: {} for stem in stems}
        faults = []
        for name, value in overrides.items():
            lacking = [stem for stem in stems if name not in self.notebooks[stem].parameters]
            if lacking:
                faults.append(self._lacking(name, lacking, stems))
                continue
            for stem in stems:
                parameter = self.notebooks[stem].parameters[name]
                try:
                    result[stem][name] = parameter.parse(value) if isinstance(value, str) else parameter.check(value)
                except InputError as error:
                    faults.append(f"{stem}: {error}")
        if faults:
            raise InputError("\n".join(dict.fromkeys(faults)))
        return result

    def _lacking(self, name: str, lacking: list[str], stems: list[str]) -> str:
        if len(stems) == 1:
            return f"{stems[0]}: {declare.unknown(name, self.notebooks[stems[0]].parameters)}"
        having = [stem for stem in stems if stem not in lacking]
        if having:
            verb = "has" if len(having) == 1 else "have"
            return f"{name}: only {', '.join(having)} {verb} this parameter; choose with --notebook."
        known = {known for stem in stems for known in self.notebooks[stem].parameters}
        return f"{name}: no notebook has such a parameter.{did_you_mean(name, known)}"


def load(path: Path | str, notebooks_dir: Path | str | None = None, *, missing_ok: bool = False) -> Scenarios:
    """Read a scenario file and validate it whole.

    Parameters
    ----------
    path : Path or str
    notebooks_dir : Path or str, optional
        Folder of the notebooks that it names; by default the file's own.
    missing_ok : bool
        Whether the file may be absent; then there is only the baseline.

    Returns
    -------
    Scenarios
        With a scenario ``baseline``, every notebook with its defaults, even where the file has none.

    Raises
    ------
    InputError
        With every error in the file.
    """
    path = Path(path)
    notebooks = Notebooks(path.parent if notebooks_dir is None else notebooks_dir)
    plans = {}
    if path.exists() or not missing_ok:
        plans = validate(strict_yaml.load(path), notebooks, path.name)
    if BASELINE not in plans:
        plans = {BASELINE: _baseline(notebooks)} | plans
    return Scenarios(path, notebooks, plans)


def _baseline(notebooks: Notebooks) -> Plan:
    blocked = {stem: book.faults for stem, book in notebooks.items() if book.faults}
    shares = {stem: Share({}) for stem in notebooks if stem not in blocked}
    return Plan(BASELINE, "Every notebook with its defaults", shares, blocked=blocked, is_all=True)


def _refuse_blocked(plans: Iterable[Plan], wanted: list[str] | None) -> None:
    """Refuse notebooks that were asked for by name and cannot be run; of `all`, the others go on."""
    found: dict[str, None] = {}
    for plan in plans:
        for stem, faults in plan.blocked.items():
            by_name = wanted is None and not plan.is_all or stem in (wanted or ())
            if by_name or not plan.shares and wanted is None:
                found |= dict.fromkeys(faults)
    if found:
        raise InputError("\n".join(found))


def _collect(
    points: dict[tuple, Point],
    scenario: str,
    book: Notebook,
    planned: Iterable[dict[str, object]],
    overrides: dict[str, object],
) -> None:
    """Add one notebook's points, each once; refuse two that would share a name."""
    defaults = book.defaults
    for values in planned:
        full = defaults | values | overrides
        passed = names.passed(full, defaults)
        name = names.point_name(book.path.stem, full, defaults)
        point = Point(scenario, book.path, full, passed, name)
        # file systems of macOS and Windows take MM and mm for one name
        other = points.setdefault((scenario, name.casefold()), point)
        if other.notebook != point.notebook or canonical(other.passed) != canonical(passed):
            pair = f"{other.notebook.stem} {shown(other.passed)} and {book.path.stem} {shown(passed)}"
            raise InputError(f"{scenario}: {pair} would share the name {name}; rename a notebook or change a value.")
