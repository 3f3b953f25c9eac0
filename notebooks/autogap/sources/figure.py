"""One figure of a reply, and how publishers write numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nbpoints.errors import InputError

_PLAIN = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[0-9]+(\.[0-9]*)?|\.[0-9]+")
_MINUS = "-\u25b2\u25b3"  # Japanese tables write a deficit with a triangle
MISSING = frozenset({"", "-", ".", "***", "N/A", "ND"})


class SourceError(InputError):
    """What is wrong with a publisher's reply, in one sentence."""


class NotYet(SourceError):
    """The publisher does not have this period yet: no fault."""


@dataclass(frozen=True)
class Figure:
    """A figure as the publisher gave it.

    Attributes
    ----------
    period : str
        ISO month, quarter or year.
    value : decimal.Decimal
        In the publisher's unit.
    keys : mapping of str to str
        What it is a figure of: code, flow, area, measure, unit; selectors choose by them.
    released : str
        Day of release as the reply tells it, or nothing.
    """

    period: str
    value: Decimal
    keys: Mapping[str, str]
    released: str = ""


def number(text: str, where: str) -> Decimal | None:
    """Read a number as publishers write it; None where they say that there is none.

    Examples
    --------
    >>> number("1,234.5 ", "x"), number("\u25b31,105,607", "x"), number("***", "x")
    (Decimal('1234.5'), Decimal('-1105607'), None)
    >>> number("1_000", "d41ma")
    Traceback (most recent call last):
    autogap.sources.figure.SourceError: d41ma: '1_000' is not a valid number (expected ASCII digits like 1,234.5).
    """
    text = text.strip(" \t\r\n\u3000")
    if text in MISSING:
        return None
    sign, digits = (-1, text[1:].lstrip()) if text[0] in _MINUS else (1, text)
    if not _PLAIN.fullmatch(digits):
        raise SourceError(f"{where}: {text[:40]!r} is not a valid number (expected ASCII digits like 1,234.5).")
    return sign * Decimal(digits.replace(",", ""))


def month(year: str, name: str, where: str) -> str:
    """Join a year and a month's number or English name to an ISO month.

    Examples
    --------
    >>> month("2026", "August", "x"), month("2026", "8", "x")
    ('2026-08', '2026-08')
    """
    names = "january february march april may june july august september october november december".split()
    place = [
        each for each, known in enumerate(names, 1) if name.lower() in (known, known[:3], str(each), f"{each:02d}")
    ]
    if len(place) != 1 or not re.fullmatch(r"[12][0-9]{3}", year):
        raise SourceError(f"{where}: {year!r}, {name!r} is not a valid month (expected 2026 and a month).")
    return f"{year}-{place[0]:02d}"
