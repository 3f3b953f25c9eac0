"""What notebooks hand over beside what their readers see: MIME types, and how a recorded result reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RESULT = "application/vnd.nbpoints.result+json"
FIGURE = "application/vnd.nbpoints.figure+json"
# a line for whoever works by hand, such as where files went; checks pass over it, and stored notebooks do not keep it
NOTE = "application/vnd.nbpoints.note+json"
MINUS = "\N{MINUS SIGN}"


def as_text(result: Mapping[str, Any]) -> str:
    """Write a result as its reader sees it.

    Examples
    --------
    >>> as_text({"name": "rain_yoy_pct", "value": -11.0417, "unit": "percent", "digits": 1})
    'rain_yoy_pct = -11.0 percent'
    >>> as_text({"name": "gap", "value": -8641.2, "unit": "mm", "digits": 0, "label": "Balance, 2024"})
    'Balance, 2024: −8,641 mm'
    >>> [as_text({"label": "Calls", "value": 1, "unit": unit, "digits": 0}) for unit in ("calls", "rank", "count")]
    ['Calls: 1 call', 'Calls: rank 1', 'Calls: 1']
    """
    if result.get("label"):
        return f"{result['label']}: {with_unit(value_as_text(result), result['unit'])}"
    value = result["value"]
    # Adding zero turns a rounded -0.0 into 0.0.
    shown = f"{round(value, result['digits']) + 0.0:.{result['digits']}f}" if isinstance(value, float) else str(value)
    return f"{result['name']} = {shown} {result['unit']}".rstrip()


def with_unit(shown: str, unit: str) -> str:
    """Put a value and its unit as a sentence would: one thing in the singular, a place after its word.

    Examples
    --------
    >>> with_unit("1", "months"), with_unit("5", "rank"), with_unit("6", "count"), with_unit("2.5", "percent")
    ('1 month', 'rank 5', '6', '2.5 percent')
    """
    if unit == "rank":
        return f"rank {shown}"
    if unit == "count":
        return shown
    if shown == "1" and unit.isalpha() and unit.endswith("s"):
        unit = f"{unit[:-3]}y" if unit.endswith("ies") else unit[:-1]
    return f"{shown} {unit}".rstrip()


def value_as_text(result: Mapping[str, Any]) -> str:
    """Write the value of a result alone, as a table shows it; a float that lost its point in JSON reads the same.

    Examples
    --------
    >>> [value_as_text({"value": value, "digits": 1}) for value in (-1234.56, -11, True, "2025-05")]
    ['−1,234.6', '−11.0', 'yes', '2025-05']
    """
    value = result["value"]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value, result["digits"]) if isinstance(value, int | float) else str(value)


def steady(value: float) -> float:
    """Round to twelve significant digits: the last ones of a double are those of the machine.

    They follow its processor, its memory and its number of threads, and would decide a tie between two roundings.

    Examples
    --------
    >>> steady(3.4042076284178617) == steady(3.404207628417863), steady(-26.950000000000003)
    (True, -26.95)
    """
    return float(f"{value:.12g}")


def number(value: float, digits: int = 1, signed: bool = False) -> str:
    """Write a number as text does: thousands separated by commas, a real minus, no sign before a rounded zero.

    Examples
    --------
    >>> number(-1234.56), number(-0.01), number(0.4, 0, signed=True), number(3, 0, signed=True)
    ('−1,234.6', '0.0', '0', '+3')
    """
    size = f"{abs(steady(value)):,.{digits}f}"
    if not size.strip("0.,"):
        return size
    return f"{MINUS if value < 0 else '+' if signed else ''}{size}"
