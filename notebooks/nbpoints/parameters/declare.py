"""The parameters of a notebook, read from its cell tagged ``parameters`` without running it.

One literal a line, with what it means and what is allowed in the comment::

    month: str = "2025-05"          # month of the figures [2024-05..2026-08]
    rate_pct: float = 15            # rate in percent [0..100]
    unit: str = "mm"                # unit of the figures {mm, inch}

A range ends the comment in brackets, and either end may be left open; choices end it in braces. A range whose ends
are ISO periods makes a ``str`` a period of that form. A choice with a comma stands in double quotes. In lists and
dicts, range and choices hold for each value.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbpoints import notebook
from nbpoints.parameters import annotations, periods
from nbpoints.parameters.annotations import literal, shown
from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters.names import passed, point_name

_RANGE = re.compile(r"\s*\[([^\[\]]*?)\.\.([^\[\]]*?)\]\s*$")
_CHOICES = re.compile(r"\s*\{([^{}]*)\}\s*$")
_ONE_CHOICE = re.compile(r'"[^"]*"|[^,\s][^,]*')
_WORDS = {"None": None, "True": True, "False": False}

__all__ = ["Parameter", "check", "faults", "from_cells", "literal", "passed", "point_name", "read", "unknown"]


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
    low: object = None
    high: object = None
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

        Parameters
        ----------
        value : object

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
        >>> Parameter("month", "str", "2025-05", low="2024-05", high="2026-08").check("2025-13")
        Traceback (most recent call last):
        nbpoints.errors.InputError: month: '2025-13' is no month like 2025-05; allowed: 2024-05 to 2026-08.
        """
        try:
            fitted = annotations.fit(annotations.parse(self.type), value)
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
            return self.check(text)
        try:
            return self.check(text if isinstance(value, str) else value)
        except InputError as refused:
            try:
                return self.check(text)
            except InputError as also_refused:
                raise (also_refused if "str" in annotations.parse(self.type).scalars() else refused) from None

    def _check_scalar(self, value: object) -> None:
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
            raise InputError(f"{self.name}: {shown(value)} is no {kind} like {example}; allowed: {self.allowed}.")
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
        In the order of the cell.

    Raises
    ------
    InputError
        When the file is no notebook, has no cell tagged ``parameters``, or that cell holds more than literals.
    """
    return from_cells(notebook.cells(path), Path(path).name)


def from_cells(cells: list[notebook.Cell], place: str) -> dict[str, Parameter]:
    """Read the parameters from a notebook's cells; `place` names the notebook in errors."""
    tagged = [cell for cell in cells if cell.kind == "code" and "parameters" in cell.tags]
    if not tagged:
        raise InputError(f"{place}: no code cell has the tag 'parameters'; tag the cell that holds the defaults.")
    if len(tagged) > 1:
        numbers = " and ".join(str(cell.number) for cell in tagged)
        raise InputError(f"{place}: cells {numbers} have the tag 'parameters'; only one may.")
    cell = tagged[0]
    tree = notebook.syntax(cell.source)
    if tree is None:
        raise InputError(f"{place}, cell {cell.number}: the parameters cell is not valid Python.")
    comments = _comments(notebook.MAGIC.sub(r"\1pass", cell.source))
    found: dict[str, Parameter] = {}
    for statement in tree.body:
        try:
            parameter = _parameter(statement, comments)
            if parameter and parameter.name in found:
                raise InputError(f"{parameter.name} is set a second time; keep one line.")
        except InputError as error:
            raise InputError(f"{place}, cell {cell.number}, line {statement.lineno}: {error}") from None
        if parameter:
            found[parameter.name] = parameter
    return found


def faults(parameters: Mapping[str, Parameter], values: Mapping[str, object]) -> list[str]:
    """List everything that is wrong with some values, a sentence each.

    Examples
    --------
    >>> faults({"month": Parameter("month", "str", "2025-05")}, {"mnth": "2025-06", "month": 6})
    ["mnth: no such parameter. Did you mean 'month'?", 'month: 6 is int, not str.']
    """
    result = []
    for name, value in values.items():
        if name not in parameters:
            result.append(unknown(name, parameters))
            continue
        try:
            parameters[name].check(value)
        except InputError as error:
            result.append(str(error))
    return result


def unknown(name: str, parameters: Mapping[str, Parameter]) -> str:
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
    wrong = faults(parameters, values)
    if wrong:
        raise InputError(place + " ".join(wrong))
    return {
        name: parameter.check(values[name]) if name in values else parameter.default
        for name, parameter in parameters.items()
    }


def _parameter(statement: ast.stmt, comments: dict[int, str]) -> Parameter | None:
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)):
        return None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return None
    target = statement.target if isinstance(statement, ast.AnnAssign) else None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    if not isinstance(target, ast.Name):
        raise InputError("write one parameter a line, as `name: type = value  # what it means`.")
    default = _default(target.id, statement.value)
    kind = annotations.infer(default) if isinstance(statement, ast.Assign) else _kind(target.id, statement.annotation)
    comment = comments.get(statement.end_lineno) or comments.get(statement.lineno, "")
    text, choices, low, high = _bounds(target.id, comment, kind)
    parameter = Parameter(target.id, str(kind), default, text, choices, low, high, statement.lineno)
    return Parameter(target.id, str(kind), parameter.check(default), text, choices, low, high, statement.lineno)


def _default(name: str, node: ast.expr | None) -> object:
    if node is None:
        raise InputError(f"{name} has no default; write `{name}: type = value`.")
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise InputError(f"{name}: the default {shown(ast.unparse(node))} is no literal; write the value.") from None
    try:
        literal(value)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    return value


def _kind(name: str, annotation: ast.expr) -> annotations.Kind:
    try:
        return annotations.parse(ast.unparse(annotation))
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _comments(source: str) -> dict[int, str]:
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string.lstrip("#").strip()
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return found
    return found


def _bounds(name: str, comment: str, kind: annotations.Kind) -> tuple[str, tuple, object, object]:
    """Split a comment into help, choices and the ends of the range."""
    scalars = kind.scalars()
    if found := _RANGE.search(comment):
        ends = [_end(name, text.strip(), scalars) for text in found.groups()]
        given = [end for end in ends if end is not None]
        if len({periods.form(end) for end in given}) > 1 or len(given) == 2 and given[0] > given[1]:
            raise InputError(f"{name}: {found[0].strip()} is no range; give the lower and the upper end in one form.")
        return comment[: found.start()], (), *ends
    if found := _CHOICES.search(comment):
        choices = tuple(_choice(name, text.strip(), scalars) for text in _ONE_CHOICE.findall(found[1]))
        return comment[: found.start()], choices, None, None
    parts = kind.parts if kind.head == "union" else (kind,)
    literals = [choice for part in parts if part.head == "literal" for choice in part.parts]
    only_literals = all(part.head in ("literal", "None") for part in parts)
    return comment, tuple(literals) if only_literals else (), None, None


def _end(name: str, text: str, scalars: set[str]) -> object:
    if not text:
        return None
    if scalars & {"int", "float"}:
        try:
            return int(text) if re.fullmatch(r"[-+]?\d{1,18}", text) else float(text)
        except ValueError:
            raise InputError(f"{name}: the end {text!r} of its range is no number.") from None
    if "str" in scalars and periods.form(text):
        return text
    raise InputError(f"{name}: the end {text!r} of its range is neither a number nor a period such as 2025-05.")


def _choice(name: str, text: str, scalars: set[str]) -> object:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if type(value).__name__ in scalars - {"str"}:
        return value
    if type(value) is int and "float" in scalars:
        return float(value)
    if "str" in scalars:
        return value if isinstance(value, str) else text
    raise InputError(f"{name}: the choice {text!r} has not the parameter's type.")


def _scalars(value: object) -> Iterator[object]:
    if isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _scalars(item)
    else:
        yield value
