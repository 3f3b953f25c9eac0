"""What notebooks hand over beside what their readers see: MIME types, and how a recorded result reads."""

from __future__ import annotations

from collections.abc import Mapping

RESULT = "application/vnd.nbpoints.result+json"
FIGURE = "application/vnd.nbpoints.figure+json"


def as_text(result: Mapping[str, object]) -> str:
    """Write a result as its reader sees it.

    Examples
    --------
    >>> as_text({"name": "exports_yoy_pct", "value": -11.0417, "unit": "percent", "digits": 1})
    'exports_yoy_pct = -11.0 percent'
    """
    value = result["value"]
    # Adding zero turns a rounded -0.0 into 0.0.
    shown = f"{round(value, result['digits']) + 0.0:.{result['digits']}f}" if isinstance(value, float) else str(value)
    return f"{result['name']} = {shown} {result['unit']}".rstrip()
