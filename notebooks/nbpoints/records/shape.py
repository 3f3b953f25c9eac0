"""What a run record must hold: a file of another shape, or of another version, gets one sentence."""

from __future__ import annotations

from typing import Any

from nbpoints.errors import InputError
from nbpoints.parameters.types import shown

VERSION = 1
# a list of one shape: every item has it; a mapping from str: every value has it; a tuple: one of them
_TEXT_OR_NONE = (str, type(None))
_RESULT = {"name": str, "value": object}
_FINGERPRINT = {
    "cells": [str],
    "parameters": {str: object},
    "files": {str: _TEXT_OR_NONE},
    "folders": {str: object},
    "modules": {str: _TEXT_OR_NONE},
    "variables": {str: _TEXT_OR_NONE},
    "programs": [str],
    "lock": _TEXT_OR_NONE,
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
    >>> check({"schema": 1, "scenario": "a"}, "a/run.json")
    Traceback (most recent call last):
    nbpoints.errors.InputError: a/run.json: point is missing; run the point again.
    """
    if not isinstance(record, dict):
        raise InputError(f"{place}: holds {shown(record, 30)}, not the record of a run; run the point again.")
    if record.get("schema") != VERSION:
        stated = f"is of version {shown(record['schema'], 30)}" if "schema" in record else "states no version"
        raise InputError(f"{place}: {stated}, this program reads version {VERSION}; run the point again.")
    if fault := _fault(record, _RECORD):
        raise InputError(f"{place}: {' '.join(fault)}; run the point again.")
    return record


def _fault(value: Any, shape: Any) -> tuple[str, str] | None:
    """Say where a JSON value first differs from a shape, and how; None when it fits."""
    if shape is object or isinstance(shape, type | tuple) and isinstance(value, shape) and not isinstance(value, bool):
        return None
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return "", f"is {shown(value, 30)}, not a mapping"
        for key in value if str in shape else shape:
            if key not in value:
                return key, "is missing"
            if found := _fault(value[key], shape[str] if str in shape else shape[key]):
                place = found[0]
                return f"{key}.{place}" if place and not place.startswith("[") else f"{key}{place}", found[1]
        return None
    if isinstance(shape, list):
        if not isinstance(value, list):
            return "", f"is {shown(value, 30)}, not a list"
        for number, item in enumerate(value):
            if found := _fault(item, shape[0]):
                return f"[{number}].{found[0]}" if found[0] else f"[{number}]", found[1]
        return None
    kinds = shape if isinstance(shape, tuple) else (shape,)
    return "", f"is {shown(value, 30)}, not {'text' if str in kinds else 'a number'}"
