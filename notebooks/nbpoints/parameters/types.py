"""Types of notebook parameters, read from their annotation, and the values that fit them without change."""

from __future__ import annotations

import ast
import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from nbpoints.errors import InputError

PLAIN = {"int": int, "float": float, "str": str, "bool": bool, "None": type(None)}
ALLOWED = "int, float, str, bool, Literal[...], X | None, list[...] or dict[str, ...]"
_ALIASES = {"List": "list", "Dict": "dict", "Any": "any", "object": "any"}
_HINTS = {
    "tuple": "write a list",
    "set": "write a list",
    "frozenset": "write a list",
    "range": "write a list",
    "date": "write ISO text such as '2025-08-01'",
    "datetime": "write ISO text such as '2025-08-01'",
    "Timestamp": "write ISO text such as '2025-08-01'",
    "Period": "write ISO text such as '2025-08'",
    "Decimal": "write a float or text",
    "ndarray": "write a list, .tolist()",
}
_DEEPEST = 20
_LONGEST_NUMBER = 1000
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_LONGEST_INT_BITS = 4096


@dataclass(frozen=True)
class Kind:
    """A type as a small tree: a head (``int``, ``union``, ``literal``, ``list``...) and its parts."""

    head: str
    parts: tuple = ()

    def __str__(self) -> str:
        if self.head == "union":
            return " | ".join(map(str, self.parts))
        if self.head == "literal":
            return f"Literal[{', '.join(map(repr, self.parts))}]"
        return f"{self.head}[{', '.join(map(str, self.parts))}]" if self.parts else self.head

    def scalars(self) -> set[str]:
        """Heads of all the plain types within: what a range or a choice speaks about."""
        if self.head == "literal":
            return {type(part).__name__ for part in self.parts}
        if self.head == "dict":
            return self.parts[1].scalars() if self.parts else set()
        return set(chain.from_iterable(part.scalars() for part in self.parts)) if self.parts else {self.head}


@lru_cache(maxsize=1024)
def parse(annotation: str) -> Kind:
    """Read a type from the text of its annotation.

    Parameters
    ----------
    annotation : str
        Such as ``"list[str]"``, ``"Optional[int]"`` or ``"typing.Literal['a', 'b']"``.

    Raises
    ------
    InputError
        When values of the type cannot travel unchanged, or the type is not known.

    Examples
    --------
    >>> str(parse("Optional[List[int]]"))
    'list[int] | None'
    """
    try:
        return _kind(ast.parse(annotation, mode="eval").body)
    except (SyntaxError, RecursionError):
        raise InputError(f"{annotation!r} is not a type; allowed are {ALLOWED}.") from None


def infer(value: object) -> Kind:
    """Tell the type that a parameter without annotation has, from its default.

    Examples
    --------
    >>> str(infer(3)), str(infer(["a", "b"])), str(infer([])), str(infer(None))
    ('int', 'list[str]', 'list', 'any')
    """
    if value is None:
        return Kind("any")
    if isinstance(value, list):
        kinds = set(map(infer, value))
        return Kind("list", tuple(kinds)) if len(kinds) == 1 else Kind("list")
    if isinstance(value, dict):
        kinds = set(map(infer, value.values()))
        return Kind("dict", (Kind("str"), *kinds)) if len(kinds) == 1 else Kind("dict")
    return Kind(type(value).__name__)


def fit(kind: Kind, value: Any) -> Any:
    """Return the value as the type has it; only an int given for a float changes.

    Parameters
    ----------
    kind : Kind
    value : object
        A JSON value.

    Raises
    ------
    InputError
        When the value is not of the type: ``True`` is not an int, nor is ``"2025"``.

    Examples
    --------
    >>> fit(parse("float"), 15)
    15.0
    >>> fit(parse("int"), True)
    Traceback (most recent call last):
    nbpoints.errors.InputError: True is bool, not int.
    """
    if kind.head == "any":
        literal(value)
        return value
    if kind.head == "union":
        return _fit_union(kind, value)
    if kind.head == "literal":
        if any(type(part) is type(value) and part == value for part in kind.parts):
            return value
        raise InputError(f"{shown(value)} is not allowed; choose from {', '.join(map(str, kind.parts))}.")
    if kind.head == "float" and type(value) is int and abs(value) <= 2**53:
        return float(value)
    wanted: Any = {"list": list, "dict": dict, **PLAIN}[kind.head]
    if type(value) is not wanted:
        raise InputError(_mismatch(kind, value))
    if kind.head == "list" and kind.parts:
        return [_fit_part(kind.parts[0], item, f"item {at}") for at, item in enumerate(value, 1)]
    literal(value)
    if kind.head == "dict" and kind.parts:
        return {key: _fit_part(kind.parts[1], item, f"key {key!r}") for key, item in value.items()}
    return value


def literal(value: object) -> str:
    """Write a value as Python source that evaluates to an equal value of the same type.

    Parameters
    ----------
    value : object
        None, bool, int, finite float, str, or a list or dict (with str keys) of these.

    Raises
    ------
    InputError
        For everything else: it could not travel into a notebook unchanged.

    Examples
    --------
    >>> literal({"rate": 27.5, "places": ["a", "b"]})
    "{'rate': 27.5, 'places': ['a', 'b']}"
    >>> literal((1, 2))
    Traceback (most recent call last):
    nbpoints.errors.InputError: (1, 2) is a tuple, which cannot travel unchanged; write a list.
    """
    _check_literal(value, 0)
    return repr(value)


def canonical(value: object) -> str:
    """Write a JSON value so that equal values of equal types, and only they, give equal text."""
    return json.dumps(value, sort_keys=True)


def number(text: str) -> int | float | None:
    """Read a number as people write it, ``.5`` and ``+5`` too; None when the text is not one.

    Examples
    --------
    >>> number(".5"), number("+5"), number("1e3"), number("27,5")
    (0.5, 5, 1000.0, None)
    """
    if not _NUMBER.fullmatch(text) or len(text) > _LONGEST_NUMBER:
        return None
    return int(text) if _WHOLE.fullmatch(text) else float(text)


def shown(value: object, most: int = 60) -> str:
    """Return a value's repr, cut to a length fit for a sentence."""
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= most else text[: most - 3] + "..."


def _kind(node: ast.expr) -> Kind:
    if isinstance(node, ast.Constant):
        if node.value is None:
            return Kind("None")
        if isinstance(node.value, str):
            return parse(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([_kind(node.left), _kind(node.right)])
    name = _name(node.value if isinstance(node, ast.Subscript) else node)
    if name is None:
        raise InputError(f"{ast.unparse(node)!r} is not a type; allowed are {ALLOWED}.")
    if isinstance(node, ast.Subscript):
        inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _subscripted(name, inner, node)
    if name in PLAIN or name in ("list", "dict", "any"):
        return Kind(name)
    raise _not_passed(name, node)


def _subscripted(name: str, inner: list[ast.expr], node: ast.expr) -> Kind:
    if name == "Literal":
        return Kind("literal", tuple(_literal_part(part) for part in inner))
    if name == "Optional" and len(inner) == 1:
        return _union([_kind(inner[0]), Kind("None")])
    if name == "Union":
        return _union([_kind(part) for part in inner])
    if name == "Annotated":
        return _kind(inner[0])
    if name == "list" and len(inner) == 1:
        return Kind("list", (_kind(inner[0]),))
    if name == "dict" and len(inner) == 2:
        if _kind(inner[0]).scalars() != {"str"}:
            raise InputError(f"{ast.unparse(node)}: keys of a dict must be str, since no other key travels unchanged.")
        return Kind("dict", (Kind("str"), _kind(inner[1])))
    raise _not_passed(name, node)


def _not_passed(name: str, node: ast.expr) -> InputError:
    hint = _HINTS.get(name, f"allowed are {ALLOWED}")
    return InputError(f"values of type {ast.unparse(node)} cannot be passed unchanged; {hint}.")


def _literal_part(node: ast.expr) -> object:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        value = node
    if type(value) not in (str, int, bool, type(None)):
        raise InputError(f"Literal[{ast.unparse(node)}]: a choice must be str, int, bool or None.")
    return value


def _name(node: ast.expr) -> str | None:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
    return None if name is None else _ALIASES.get(name, name)


def _union(kinds: list[Kind]) -> Kind:
    flat = list(chain.from_iterable(kind.parts if kind.head == "union" else (kind,) for kind in kinds))
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else Kind("union", unique)


def _fit_union(kind: Kind, value: Any) -> Any:
    fitting = []
    for part in kind.parts:
        try:
            fitting.append(fit(part, value))
        except InputError:
            continue
    if not fitting:
        raise InputError(_mismatch(kind, value))
    # 3 given for `float | int` is the int, although it would fit the float too
    return next((fitted for fitted in fitting if type(fitted) is type(value)), fitting[0])


def _fit_part(kind: Kind, value: object, place: str) -> object:
    try:
        return fit(kind, value)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


def _mismatch(kind: Kind, value: object) -> str:
    try:
        literal(value)
    except InputError as error:
        return str(error)
    hint = ""
    if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value) and kind.scalars() & {"int", "float"}:
        hint = f"; write a decimal point: {value.replace(',', '.')}"
    return f"{shown(value)} is {type(value).__name__}, not {kind}{hint}."


def _check_literal(value: Any, depth: int) -> None:
    if value is None or type(value) is bool:
        return
    if type(value) is int:
        if value.bit_length() > _LONGEST_INT_BITS:
            raise InputError("an int of so many digits cannot travel; write text.")
    elif type(value) is float:
        if not math.isfinite(value):
            raise InputError(f"{value!r} is not a number that JSON can carry; write None or leave it out.")
    elif type(value) is str:
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise InputError(f"{shown(value)} is not valid Unicode text.")
    elif type(value) in (list, dict):
        _check_parts(value, depth)
    else:
        name = type(value).__name__
        numpy_scalar = type(value).__module__ == "numpy" and hasattr(value, "item") and name != "ndarray"
        hint = "write the plain Python value, .item()" if numpy_scalar else _HINTS.get(name, "write it as text")
        raise InputError(f"{shown(value)} is a {name}, which cannot travel unchanged; {hint}.")


def _check_parts(value: list | dict, depth: int) -> None:
    if depth >= _DEEPEST:
        raise InputError(f"a value nested deeper than {_DEEPEST} levels cannot travel.")
    for key in value if isinstance(value, dict) else ():
        if type(key) is not str:
            name = type(key).__name__
            raise InputError(f"{shown(key)} is a dict key of type {name}; only text keys travel unchanged.")
        _check_literal(key, depth)
    for item in value.values() if isinstance(value, dict) else value:
        _check_literal(item, depth + 1)
