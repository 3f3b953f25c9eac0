"""The parameters of a notebook, read from its cell tagged ``parameters`` without running it.

One literal a line, with what it means and what is allowed in the comment::

    month: str = "2025-05"          # month of the figures [2024-05..2026-08]
    rate_pct: float = 15            # rate in percent [0..100]
    unit: str = "mm"                # unit of the figures {mm, inch}

A range ends the comment in brackets, and either end may be left open; choices end it in braces. A range whose ends
are ISO periods makes a ``str`` a period of that form. A choice with a comma stands in double quotes. In lists and
dicts, range and choices hold for each value. An indented line below goes on with the comment.
Papermill's ``# type: float`` counts as an annotation.

A value takes one walk: the cell is declared here, `types` reads its annotation and fits the value, `comments` reads
what is allowed. It is checked twice and no more: when a batch is planned, before any kernel starts, and by a notebook
that somebody runs by hand.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbpoints import notebook
from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters import comments, periods, types
from nbpoints.parameters.types import literal, shown

_WORDS = {"None": None, "True": True, "False": False}


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell.

    Attributes
    ----------
    name, type, help : str
        As written; the type is inferred from the default where there is no annotation.
    default : object
        A JSON value.
    choices : tuple
        Allowed values, empty when all are.
    low, high : int, float, str or None
        Ends of the allowed range, both included.
    line : int
        Line in the parameters cell, from 1.
    """

    name: str
    type: str
    default: object
    help: str = ""
    choices: tuple = ()
    low: Any = None
    high: Any = None
    line: int = 0

    @property
    def allowed(self) -> str:
        """What may be passed, in words: ``"2024-05 to 2026-08"``, ``"mm, inch"``, or an empty string."""
        if self.choices:
            return ", ".join(f'"{choice}"' if "," in str(choice) else str(choice) for choice in self.choices)
        if self.low is None:
            return "" if self.high is None else f"up to {self.high}"
        return f"{self.low} or more" if self.high is None else f"{self.low} to {self.high}"

    def check(self, value: object) -> object:
        """Return the value as the notebook will get it.

        Returns
        -------
        object
            The same value; an int given for a float becomes that float.

        Raises
        ------
        InputError
            When it has another type, is out of range, or is none of the choices.

        Examples
        --------
        >>> Parameter("rate_pct", "float", 15.0, low=0.0, high=100.0).check(27)
        27.0
        >>> Parameter("day", "str", "2025-05", low="2024-05", high="2026-08").check("2025-13")
        Traceback (most recent call last):
        nbpoints.errors.InputError: day: '2025-13' is not a valid month (such as 2025-05); allowed: 2024-05 to 2026-08.
        """
        try:
            fitted = types.fit(types.parse(self.type), value)
        except InputError as error:
            allowed = f" Allowed: {self.allowed}." if self.allowed and "choose from" not in str(error) else ""
            raise InputError(f"{self.name}: {error}{allowed}") from None
        for scalar in _scalars(fitted):
            self._check_scalar(scalar)
        return fitted

    def parse(self, text: str) -> object:
        """Read a value from the command line, where this parameter's type decides what the text means.

        Parameters
        ----------
        text : str
            The value itself for a ``str``; otherwise a number, ``true``, ``null``, or JSON.

        Returns
        -------
        object
            The value, checked.

        Examples
        --------
        >>> Parameter("month", "str", "2025-05").parse("2025"), Parameter("draws", "int", 10).parse("2025")
        ('2025', 2025)
        """
        try:
            value = _WORDS[text] if text in _WORDS else json.loads(text)
        except (ValueError, RecursionError):
            # .5 and +5, which JSON does not know
            number = types.number(text)
            value = text if number is None else number
        try:
            return self.check(text if isinstance(value, str) else value)
        except InputError as refused:
            try:
                return self.check(text)
            except InputError as also_refused:
                raise (also_refused if "str" in types.parse(self.type).scalars() else refused) from None

    def _check_scalar(self, value: Any) -> None:
        if value is None or isinstance(value, bool) and not self.choices:
            return
        if self.choices:
            if not any(type(choice) is type(value) and choice == value for choice in self.choices):
                near = did_you_mean(value, map(str, self.choices)) if isinstance(value, str) else ""
                raise InputError(f"{self.name}: {shown(value)} is not allowed; choose from {self.allowed}.{near}")
            return
        ends = [end for end in (self.low, self.high) if end is not None]
        if not ends or isinstance(value, str) != isinstance(ends[0], str):
            return
        kind = periods.form(ends[0])
        if kind and periods.form(value) != kind:
            example = periods.EXAMPLES[kind]
            raise InputError(
                f"{self.name}: {shown(value)} is not a valid {kind} (such as {example}); allowed: {self.allowed}."
            )
        if self.low is not None and value < self.low or self.high is not None and value > self.high:
            raise InputError(f"{self.name}: {shown(value)} is out of range; allowed: {self.allowed}.")


def read(path: Path | str) -> dict[str, Parameter]:
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    path : Path or str
        The notebook; nothing in it is run.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell; empty when no cell has the tag.

    Raises
    ------
    InputError
        When the file is not a notebook, two cells have the tag ``parameters``, or the cell holds more than literals.
    """
    return from_cells(notebook.cells(path), Path(path).name)


def from_cells(cells: list[notebook.Cell], place: str) -> dict[str, Parameter]:
    """Read the parameters from a notebook's cells; `place` names the notebook in errors."""
    tagged = [cell for cell in cells if cell.kind == "code" and "parameters" in cell.tags]
    if not tagged:
        return {}
    if len(tagged) > 1:
        numbers = " and ".join(str(cell.number) for cell in tagged)
        raise InputError(f"{place}: cells {numbers} have the tag 'parameters'; only one may.")
    cell = tagged[0]
    tree = notebook.syntax(cell.source)
    if tree is None:
        raise InputError(f"{place}, cell {cell.number}: the parameters cell is not valid Python.")
    beside = comments.by_line(notebook.MAGIC.sub(r"\1pass", cell.source))
    found: dict[str, Parameter] = {}
    for statement in tree.body:
        try:
            parameter = _parameter(statement, beside)
            if parameter and parameter.name in found:
                raise InputError(f"{parameter.name} is set a second time; keep one line.")
        except InputError as error:
            raise InputError(f"{place}, cell {cell.number}, line {statement.lineno}: {error}") from None
        if parameter:
            found[parameter.name] = parameter
    return found


def unknown(name: str, parameters: Collection[str]) -> str:
    """Say that a parameter is not declared, and which near or other names are."""
    near = did_you_mean(name, parameters) or (f" Known: {', '.join(parameters)}." if parameters else "")
    return f"{name}: no such parameter.{near}"


def check(parameters: Path | str | Mapping[str, Parameter], values: Mapping[str, object]) -> dict[str, object]:
    """Return the full parameter set of a notebook, with these values and defaults for the others.

    Parameters
    ----------
    parameters : Path, str or dict of str to Parameter
        A notebook, or what `read` returned for it.
    values : dict of str to object

    Returns
    -------
    dict of str to object
        Checked JSON values, in the order of the cell.

    Raises
    ------
    InputError
        When a name is unknown or a value is refused; all faults at once.
    """
    place = ""
    if not isinstance(parameters, Mapping):
        place = f"{Path(parameters).name}: "
        parameters = read(parameters)
    result = {name: parameter.default for name, parameter in parameters.items()}
    faults = []
    for name, value in values.items():
        try:
            if name not in parameters:
                raise InputError(unknown(name, parameters))
            result[name] = parameters[name].check(value)
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError(place + " ".join(faults))
    return result


def _parameter(statement: ast.stmt, beside: dict[int, str]) -> Parameter | None:
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
        return None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return None
    target: ast.expr | None = statement.target if isinstance(statement, ast.AnnAssign) else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    if not isinstance(target, ast.Name) or not isinstance(statement, ast.AnnAssign | ast.Assign):
        raise InputError("write one parameter a line, as `name: type = value  # what it means`.")
    name, default = target.id, _default(target.id, statement.value)
    stated, comment = comments.split_type(beside.get(statement.end_lineno or 0) or beside.get(statement.lineno, ""))
    if isinstance(statement, ast.AnnAssign):
        stated = ast.unparse(statement.annotation)
    kind = _kind(name, stated) if stated else types.infer(default)
    said = comments.read(name, comment, kind)
    parameter = Parameter(name, str(kind), default, said.help, said.choices, said.low, said.high, statement.lineno)
    return replace(parameter, default=parameter.check(default))


def _default(name: str, node: ast.expr | None) -> object:
    if node is None:
        raise InputError(f"{name} has no default; write `{name}: type = value`.")
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise InputError(
            f"{name}: the default {shown(ast.unparse(node))} is not a literal; write the value itself: a number, text, "
            "True, None, a list or a dict."
        ) from None
    try:
        literal(value)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    return value


def _kind(name: str, annotation: str) -> types.Kind:
    try:
        return types.parse(annotation)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _scalars(item)
    else:
        yield value
