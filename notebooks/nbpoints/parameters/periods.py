"""ISO periods as text: years, quarters, months, days and fiscal years, and the steps between them."""

from __future__ import annotations

import re
from datetime import date

_FORMS = {
    "year": r"[1-9][0-9]{3}",
    "quarter": r"[1-9][0-9]{3}Q[1-4]",
    "month": r"[1-9][0-9]{3}-(0[1-9]|1[0-2])",
    "day": r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}",
    "fiscal year": r"FY[1-9][0-9]{3}",
}
EXAMPLES = {"year": "2025", "quarter": "2025Q1", "month": "2025-05", "day": "2025-05-31", "fiscal year": "FY2024"}


def form(text: object) -> str | None:
    """Tell which kind of period a text is, or None when it is none.

    Examples
    --------
    >>> form("2025-08"), form("2025Q3"), form("2025-13"), form("2025-02-30")
    ('month', 'quarter', None, None)
    """
    if not isinstance(text, str) or not text.isascii():
        return None
    kind = next((kind for kind, pattern in _FORMS.items() if re.fullmatch(pattern, text)), None)
    return None if kind == "day" and not _is_day(text) else kind


def ordinal(text: str) -> int:
    """Number the periods of one kind, so that neighbours differ by one.

    Examples
    --------
    >>> ordinal("2026-01") - ordinal("2025-12"), ordinal("2026Q1") - ordinal("2025Q1")
    (1, 4)
    """
    kind = form(text)
    if kind == "day":
        return date.fromisoformat(text).toordinal()
    if kind == "month":
        return int(text[:4]) * 12 + int(text[5:]) - 1
    if kind == "quarter":
        return int(text[:4]) * 4 + int(text[5:]) - 1
    return int(text.removeprefix("FY"))


def text(kind: str, number: int) -> str:
    """Write the period of a kind that has this ordinal: the inverse of `ordinal`.

    Examples
    --------
    >>> text("month", ordinal("2025-12") + 1)
    '2026-01'
    """
    if kind == "day":
        return date.fromordinal(number).isoformat()
    if kind == "month":
        return f"{number // 12:04d}-{number % 12 + 1:02d}"
    if kind == "quarter":
        return f"{number // 4:04d}Q{number % 4 + 1}"
    return f"FY{number:04d}" if kind == "fiscal year" else f"{number:04d}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
