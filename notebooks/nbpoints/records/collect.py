"""The results of all runs in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nbpoints import project
from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters.declare import unknown
from nbpoints.parameters.names import passed
from nbpoints.parameters.types import canonical
from nbpoints.records import fingerprint
from nbpoints.records.layout import finished
from nbpoints.scenarios.notebooks import resolve
from nbpoints.scenarios.point import Point
from nbpoints.scenarios.scenarios import Scenarios
from nbpoints.scenarios.validate import ADHOC

if TYPE_CHECKING:
    import pandas as pd

_FIRST = ["scenario", "notebook", "point"]
_LAST = ["name", "label", "value", "unit", "digits", "tolerance"]
STATE = "state"
# what spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Collected:
    """Results, and what was looked at to find them.

    Attributes
    ----------
    rows : list of dict
        One a result.
    points : int
        Finished points that match the request.
    stale : dict of str to str
        Points left out, by ``scenario/point``, each with the reason why it is not current.
    """

    rows: list[dict] = field(default_factory=list)
    points: int = 0
    stale: dict[str, str] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return a row a result: scenario, notebook, point, a column a parameter, and what was recorded.

        A parameter that a notebook does not have is missing in its rows; one that is called as a column is gets the
        prefix ``parameter_``.
        """
        import pandas as pd

        last = [*_LAST, *([STATE] if any(STATE in row for row in self.rows) else [])]
        between = sorted({name for row in self.rows for name in row} - {*_FIRST, *last})
        return pd.DataFrame(self.rows, columns=[*_FIRST, *between, *last])


def results(
    out: Path | str,
    loaded: Scenarios,
    selection: list[str] | None = None,
    notebooks: list[str] | None = None,
    parameters: Mapping[str, str] | None = None,
    every: bool = False,
) -> Collected:
    """Gather what the finished points recorded.

    A point is current when its scenario still asks for it and nothing that it depends on has changed. Settings of the
    environment do not count: whoever ran a scenario with other settings wants those results.

    Parameters
    ----------
    out : Path or str
        Folder of the runs.
    loaded : Scenarios
    selection : list of str, optional
        Only these scenarios; all that have been run unless given.
    notebooks : list of str, optional
        Only these notebooks.
    parameters : mapping of str to str, optional
        Only points with these values.
    every : bool
        Whether to take points that are not current too, with the reason in a column ``state``.

    Raises
    ------
    InputError
        When a scenario has not been run, or a notebook or a parameter is unknown.
    """
    out = Path(out)
    known = sorted(path.name for path in out.iterdir() if _is_scenario(path)) if out.is_dir() else []
    for name in selection or ():
        if name not in known:
            near = did_you_mean(name, known)
            if ADHOC in known:
                near += f" Points run with -p are in {ADHOC!r}: choose among them with --notebook and -p."
            raise InputError(f"{out}: scenario {name!r} has not been run.{near}")
    stems = None if notebooks is None else {resolve(name, loaded.notebooks) for name in notebooks}
    currency = _Currency(loaded)
    found = Collected()
    for scenario in selection or known:
        for record in finished(out / scenario):
            if stems is not None and Path(record["notebook"]).stem not in stems:
                continue
            if not _matches(record, parameters or {}, loaded):
                continue
            found.points += 1
            reason = currency.reason(record)
            if reason and not every:
                found.stale[f"{scenario}/{record['point']}"] = reason
                continue
            found.rows += _rows(record, {STATE: reason or "current"} if every else {})
    if parameters and not found.points:
        _refuse_unknown(parameters, loaded, stems)
    return found


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas: an apostrophe stands before those that begin so.

    Examples
    --------
    >>> import pandas as pd
    >>> without_formulas(pd.DataFrame({"a": ["=1+1", "plain", -1.5]}))["a"].tolist()
    ["'=1+1", 'plain', -1.5]
    """

    def safe(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

    return table.map(safe).rename(columns=safe)


class _Currency:
    """Says why a record is not current; each scenario is written out once, each file hashed once."""

    def __init__(self, loaded: Scenarios) -> None:
        self.loaded = loaded
        self._planned: dict[str, dict[str, Point]] = {}
        self._hashes: dict[Path, fingerprint.Hashes] = {}

    def reason(self, record: dict) -> str:
        """Return the first reason, or nothing for a record that is current."""
        scenario = record["scenario"]
        if scenario == ADHOC:
            point = self._adhoc(record)
        elif scenario not in self.loaded.plans:
            return f"{self.loaded.path.name} has no scenario {scenario}"
        else:
            point = self._points(scenario).get(record["point"])
        if point is None:
            return "the notebook cannot be run any more" if scenario == ADHOC else "no longer in the scenario"
        root = project.find(point.notebook.parent).root
        hashes = self._hashes.setdefault(root, fingerprint.Hashes(root))
        changed = fingerprint.changes(point, record["fingerprint"], hashes, settings=False)
        return changed[0] if changed else ""

    def _points(self, scenario: str) -> dict[str, Point]:
        if scenario not in self._planned:
            try:
                points = self.loaded.points([scenario])
            except InputError:
                points = []
            self._planned[scenario] = {point.name: point for point in points}
        return self._planned[scenario]

    def _adhoc(self, record: dict) -> Point | None:
        stem = Path(record["notebook"]).stem
        book = self.loaded.notebooks[stem] if stem in self.loaded.notebooks else None
        if book is None or book.faults or record["parameters"].keys() != book.defaults.keys():
            return None
        values = record["parameters"]
        return Point(ADHOC, book.path, values, passed(values, book.defaults), record["point"])


def _is_scenario(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".") and bool(finished(path))


def _matches(record: dict, wanted: Mapping[str, str], loaded: Scenarios) -> bool:
    stem = Path(record["notebook"]).stem
    declared = loaded.notebooks[stem].parameters if stem in loaded.notebooks else {}
    for name, text in wanted.items():
        if name not in record["parameters"]:
            return False
        try:
            value = declared[name].parse(text) if name in declared else text
        except InputError:
            return False
        if canonical(value) != canonical(record["parameters"][name]):
            return False
    return True


def _refuse_unknown(wanted: Mapping[str, str], loaded: Scenarios, stems: set[str] | None) -> None:
    """Say it when no point can match, since no notebook has such a parameter or it takes no such value."""
    books = [book for stem, book in loaded.notebooks.items() if stems is None or stem in stems]
    for name, text in wanted.items():
        having = [book.parameters[name] for book in books if name in book.parameters]
        if not having:
            raise InputError(unknown(name, list(dict.fromkeys(each for book in books for each in book.parameters))))
        having[0].parse(text)


def _rows(record: dict, more: dict) -> Iterator[dict]:
    place = {name: record[name] for name in _FIRST}
    parameters = {_column(name): value for name, value in record["parameters"].items()}
    for result in record["results"]:
        yield place | parameters | {name: result.get(name) for name in _LAST} | more


def _column(parameter: str) -> str:
    return f"parameter_{parameter}" if parameter in (*_FIRST, *_LAST, STATE) else parameter
