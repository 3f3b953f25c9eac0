"""A JSON schema of the scenario file, made from the notebooks' parameters, with which editors complete and check it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from nbpoints.parameters import types
from nbpoints.parameters.declare import Parameter
from nbpoints.scenarios.notebooks import Notebook
from nbpoints.scenarios.validate import NAME

_PLAIN = {"int": "integer", "float": "number", "str": "string", "bool": "boolean", "None": "null"}


def as_json(notebooks: Iterable[Notebook]) -> str:
    """Write the schema of the scenario file that belongs to some notebooks.

    Returns
    -------
    str
        JSON Schema, draft 2020-12.
    """
    books = [book for book in notebooks if not book.faults]
    declared: dict[str, list[Parameter]] = {}
    for book in books:
        for name, parameter in book.parameters.items():
            declared.setdefault(name, []).append(parameter)
    values = {name: _any_of([_value(one) for one in ones]) for name, ones in declared.items()}
    return json.dumps(_schema([book.path.stem for book in books], values), indent=2, ensure_ascii=False)


def _schema(stems: list[str], values: dict[str, dict]) -> dict[str, Any]:
    columns = {
        name: {"anyOf": [{"type": "array", "items": one}, {"$ref": "#/$defs/range"}]} for name, one in values.items()
    }
    listed = {name: {"anyOf": [one, {"type": "array", "items": one}]} for name, one in values.items()}
    parameters = _closed(values)
    notebook = {"anyOf": [{"enum": stems}, {"type": "string"}]}
    own = {"type": "object", "additionalProperties": {"anyOf": [parameters, {"type": "null"}]}}
    scenario = {
        "about": {"type": "string", "description": "what the scenario is for"},
        "notebooks": {
            "description": "a name, a list of names, or all",
            "anyOf": [{"const": "all"}, notebook, {"type": "array", "items": notebook}, own],
        },
        "parameters": parameters | {"description": "the same for every point"},
        "matrix": _closed(columns) | {"description": "every value meets every other"},
        "zip": _closed(columns) | {"description": "the first with the first, the second with the second"},
        "cases": {"type": "array", "items": parameters, "description": "further points"},
        "exclude": {"type": "array", "items": _closed(listed), "description": "points of the matrix to leave out"},
    }
    ends = {"type": ["number", "string"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenarios",
        "type": "object",
        "patternProperties": {f"^{NAME}$": _closed(scenario) | {"required": ["notebooks"]}},
        "additionalProperties": False,
        "$defs": {"range": _closed({"from": ends, "to": ends, "step": {"type": "number"}}) | {"required": ["from"]}},
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _value(parameter: Parameter) -> dict[str, Any]:
    """Describe what a parameter may be; lists and dicts get their bounds on each value inside."""
    return _kind(types.parse(parameter.type), parameter) | ({"description": parameter.help} if parameter.help else {})


def _kind(kind: types.Kind, parameter: Parameter) -> dict[str, Any]:
    if kind.head == "union":
        return _any_of([_kind(part, parameter) for part in kind.parts])
    if kind.head == "literal":
        return {"enum": list(kind.parts)}
    if kind.head == "list":
        return {"type": "array"} | ({"items": _kind(kind.parts[0], parameter)} if kind.parts else {})
    if kind.head == "dict":
        inner = {"additionalProperties": _kind(kind.parts[1], parameter)} if kind.parts else {}
        return {"type": "object"} | inner
    if kind.head not in _PLAIN:
        return {}
    if kind.head == "None":
        return {"type": "null"}
    if parameter.choices:
        return {"enum": list(parameter.choices)}
    bounds = {"minimum": parameter.low, "maximum": parameter.high} if kind.head in ("int", "float") else {}
    return {"type": _PLAIN[kind.head]} | {name: end for name, end in bounds.items() if end is not None}


def _any_of(shapes: list[dict]) -> dict[str, Any]:
    unique = [one for place, one in enumerate(shapes) if one not in shapes[:place]]
    return unique[0] if len(unique) == 1 else {"anyOf": unique}
