"""What a run record must hold: a file of another shape, or of another version, gets one sentence."""

from __future__ import annotations

from nbpoints.errors import InputError
from nbpoints.parameters.types import shown

VERSION = 1
# a list of one shape: every item has it; a mapping from str: every value has it; a tuple: one of them
_RESULT = {"name": str, "value": object}
_FINGERPRINT = {
    "cells": [str],
    "parameters": {str: object},
    "files": {str: (str, None)},
    "folders": {str: object},
    "modules": {str: (str, None)},
    "variables": {str: (str, None)},
    "programs": [str],
    "lock": (str, None),
    "python": str,
    "environment": {str: str},
}
_RECORD = {
    "scenario": str,
    "point": str,
    "notebook": str,
    "parameters": {str: object},
    "fingerprint": _FINGERPRINT,
    "results": [_RESULT],
    "outputs": {str: {"sha256": str, "bytes": int}},
    "run": {"started": str, "ended": str, "seconds": (int, float)},
    "host": {"python": str},
    "versions": {str: str},
}


def check(record: object, place: str) -> dict:
    """Return the record of a finished point once it has the shape that its readers rely on.

    Parameters
    ----------
    record : object
        A JSON value.
    place : str
        Name of the file, for errors.

    Raises
    ------
    InputError
        When it is of another version or shape.

    Examples
    --------
    >>> check({"schema": 1, "scenario": 3}, "a/run.json")
    Traceback (most recent call last):
    nbpoints.errors.InputError: a/run.json: point is missing; run the point again.
    """
    if not isinstance(record, dict):
        raise InputError(f"{place}: holds {shown(record, 30)}, not the record of a run; run the point again.")
    if record.get("schema") != VERSION:
        stated = f"is of version {shown(record['schema'], 30)}" if "schema" in record else "states no version"
        raise InputError(f"{place}: {stated}, this program reads version {VERSION}; run the point again.")
    fault = _fault(record, _RECORD, "")
    if fault:
        raise InputError(f"{place}: {fault}; run the point again.")
    return record


def _fault(value: object, shape: object, where: str) -> str:
    """Say the first way in which a JSON value differs from a shape, or nothing."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return f"{where} is {shown(value, 30)}, not a mapping"
        if set(shape) == {str}:
            pairs = [(key, item, shape[str]) for key, item in value.items()]
        else:
            lacking = next((key for key in shape if key not in value), None)
            if lacking is not None:
                return f"{_inside(where, lacking)} is missing"
            pairs = [(key, value[key], inner) for key, inner in shape.items()]
        return next((fault for key, item, inner in pairs if (fault := _fault(item, inner, _inside(where, key)))), "")
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where} is {shown(value, 30)}, not a list"
        places = ((f"{where}[{number}]", item) for number, item in enumerate(value))
        return next((fault for place, item in places if (fault := _fault(item, shape[0], place))), "")
    allowed = shape if isinstance(shape, tuple) else (shape,)
    if shape is object or value is None and None in allowed:
        return ""
    kinds = tuple(kind for kind in allowed if kind is not None)
    if isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds):
        return ""
    return f"{where} is {shown(value, 30)}, not {'text' if str in kinds else 'a number'}"


def _inside(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
