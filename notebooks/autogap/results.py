"""Named results: recorded in a notebook beside what the reader sees, read back from the executed file."""

from __future__ import annotations

import ast
import datetime as dt
import math
import numbers
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nbpoints import notebook as ipynb
from nbpoints.errors import InputError
from nbpoints.mime import RESULT, as_text, steady, value_as_text

from autogap import run

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["notebook", "name", "value", "unit", "digits", "tolerance", "label", "cell"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_START = re.compile(r"run\.start\(\s*['\"]([^'\"]+)['\"]")
_BROKEN = re.compile(r"\b(nan|NaN|NaT|inf)\b")


class _Ledger:
    """The results of one run by name, to notice a name that is used twice and to show them all."""

    def __init__(self) -> None:
        self.run: run.Run | None = None
        self.results: dict[str, dict] = {}

    def enter(self, result: dict) -> None:
        name, value, held = result["name"], result["value"], self.of_this_run()
        if name in held and held[name]["value"] != value:
            raise InputError(
                f"record: {name!r} is {held[name]['value']!r} already and cannot become {value!r} in the same run; "
                "give it another name, or call run.start again."
            )
        held[name] = result

    def of_this_run(self) -> dict[str, dict]:
        if self.run is not run.current():
            self.run, self.results = run.current(), {}
        return self.results


_ledger = _Ledger()


def record(name: str, value: object, unit: str = "", digits: int = 1, tolerance: float = 1e-6, label: str = "") -> None:
    """Show a result and store it in the output of the cell.

    Parameters
    ----------
    name : str
        Lower case, digits and underscores, with the unit in it: ``exports_yoy_pct``.
    value : int, float, bool, str, date or period
        The result; numpy scalars become Python numbers, dates and periods ISO text.
    unit : str
        Unit of the value; a number must have one (``percent``, ``billion JPY``, ``ratio``, ``count``).
    digits : int
        Decimals shown to the reader; the stored value keeps twelve significant digits.
    tolerance : float
        Relative difference up to which a later run counts as equal.
    label : str
        What the reader sees in place of the name: ``Exports, change on a year earlier``.

    Raises
    ------
    InputError
        When the name is not a lower-case word or is taken by another value in this run, the value is missing, not
        finite or of another type, a number has no unit, or the label is not one line of text.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(f"record: {name!r} is not a result name; use lower case, digits and underscores.")
    plain = _plain(name, value)
    is_number = isinstance(plain, int | float) and not isinstance(plain, bool)
    if not isinstance(unit, str) or (is_number and not unit.strip()):
        raise InputError(f"record: {name!r} has no unit; give one, like 'percent' or 'count'.")
    if is_number and unit == "year":
        raise InputError(f"record: {name!r} is a year; give it as text, str({plain}), which is not written {plain:,}.")
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 0:
        raise InputError(f"record: {name!r} has digits={digits!r}; give a whole number from 0 up.")
    if not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        raise InputError(f"record: {name!r} has tolerance={tolerance!r}; give a number from 0 to below 1.")
    if not isinstance(label, str) or label != " ".join(label.split()):
        raise InputError(f"record: {name!r} has label={label!r}; give one line of text without blanks around it.")
    # a whole number has no decimals: JSON from a browser does not tell 4 from 4.0, the digits do
    shown = 0 if isinstance(plain, int) else digits
    result = {"name": name, "value": plain, "unit": unit, "digits": shown, "tolerance": float(tolerance)}
    if label:
        result["label"] = label
    _ledger.enter(result)
    run.show({"text/plain": as_text(result), RESULT: result})


def table() -> None:
    """Show every result recorded in this run as one table: label, value, unit; called once, near the end.

    Raises
    ------
    InputError
        When no run has begun or nothing was recorded.
    """
    rows = [
        (result.get("label") or result["name"], value_as_text(result), result["unit"])
        for result in _ledger.of_this_run().values()
    ]
    if not rows:
        raise InputError("results.table: nothing was recorded in this run; call record(...) first.")
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{label:<{widths[0]}}  {value:>{widths[1]}}  {unit}".rstrip() for label, value, unit in rows]
    cells = [" | ".join(text.replace("|", "\\|") for text in row) for row in rows]
    head = ["| Result | Value | Unit |", "|:---|---:|:---|"]
    run.show({"text/plain": "\n".join(lines), "text/markdown": "\n".join(head + [f"| {row} |" for row in cells])})


def _plain(name: str, value: object) -> int | float | bool | str:
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        if not math.isfinite(value):
            raise InputError(f"record: {name!r} is {value}, which is not a result; find out why before recording it.")
        return steady(value)
    if isinstance(value, dt.date) and value == value:
        return value.isoformat().removesuffix("T00:00:00")
    if type(value).__name__ == "Period":
        return str(value)
    if isinstance(value, str) and value.strip():
        return value
    raise InputError(
        f"record: {name!r} is {value!r}, a {type(value).__name__}; give a number, a truth value, a text or a date."
    )


def say(text: str) -> None:
    """Show one sentence of markdown whose numbers were computed.

    Parameters
    ----------
    text : str
        The sentence.

    Raises
    ------
    InputError
        When there is no text, or a missing number (``nan``, ``inf``) got into it.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"say: {text!r} is not a sentence.")
    broken = _BROKEN.search(text)
    if broken:
        raise InputError(f"say: {broken.group()!r} stands in the sentence for a missing number: {text!r}.")
    run.show({"text/plain": text, "text/markdown": text})


def read(path: str | Path) -> pd.DataFrame:
    """Read the recorded results of an executed notebook.

    Parameters
    ----------
    path : str or Path
        The notebook, of the collection or as papermill wrote it.

    Returns
    -------
    DataFrame
        Columns notebook, name, value, unit, digits, tolerance, label, cell (counted from 1), in the order of the cells.

    Raises
    ------
    InputError
        When the file is missing or is not a notebook.
    """
    import pandas as pd

    notebook, recorded = _notebook(Path(path)), ipynb.by_mime(ipynb.load(path), RESULT)
    rows = [{"notebook": notebook, "label": "", **result, "cell": number} for number, result in recorded]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"value": object, "digits": "int64", "tolerance": "float64", "cell": "int64"})


def read_all(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Read the recorded results of several executed notebooks into one tidy table.

    Parameters
    ----------
    paths : iterable of str or Path
        The notebooks; the stem of each file is the name of its point.

    Returns
    -------
    DataFrame
        The columns of `read` after a column ``point``.
    """
    import pandas as pd

    tables = []
    for path in map(Path, paths):
        table = read(path)
        table.insert(0, "point", path.stem)
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["point", *COLUMNS])


def parameters(path: str | Path) -> dict[str, object]:
    """Read the parameters that a notebook stands at: its parameters cell, and what papermill injected below it.

    Parameters
    ----------
    path : str or Path
        The notebook, of the collection or as papermill wrote it.

    Raises
    ------
    InputError
        When the file is missing, is not a notebook, or its parameters cell cannot be read.
    """
    from nbpoints.parameters import declare

    values = {name: one.default for name, one in declare.read(path).items()}
    injected = [cell.source for cell in ipynb.cells(path) if ipynb.INJECTED in cell.tags]
    for line in [line for source in injected for line in ast.parse(source).body if isinstance(line, ast.Assign)]:
        values[line.targets[0].id] = ast.literal_eval(line.value)
    return values


def strays(paths: Iterable[str | Path]) -> dict[str, dict[str, object]]:
    """Find notebooks that do not stand at the parameters of their published figures; their results are of another run.

    Parameters
    ----------
    paths : iterable of str or Path
        The notebooks.

    Returns
    -------
    dict of str to dict
        By stem of the notebook the parameters that differ, with the value at which the notebook stands; empty when
        all stand as published.
    """
    found = {}
    for path in map(Path, paths):
        stem, published = _notebook(path), run.published(_notebook(path))
        differing = {name: value for name, value in parameters(path).items() if published.get(name, value) != value}
        if differing:
            found[stem] = differing
    return found


def _notebook(path: Path) -> str:
    """The stem under which a notebook of the collection begins its run; that of the file for any other."""
    return next((found[1] for cell in ipynb.cells(path) if (found := _START.search(cell.source))), path.stem)
