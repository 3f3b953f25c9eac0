"""Find the figure of each series in a reply: exactly one a period, or a sentence that says what there was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from autogap.sources.figure import Figure, SourceError
from autogap.sources.tables import Selector

Found = dict[str, list[tuple[str, str, str]]]
"""Series -> (period, value as text, day of release or nothing)."""


def match(selectors: Sequence[Selector], figures: Sequence[Figure]) -> Found:
    """Give each series its figures.

    Parameters
    ----------
    selectors : sequence of Selector
        Those of one request.
    figures : sequence of Figure
        All that the reply holds.

    Raises
    ------
    SourceError
        When a required selector matches nothing, or matches two figures of one period.
    """
    if not figures:
        raise SourceError(f"{selectors[0].request}: the reply holds no figure at all.")
    first, *_ = selectors
    handle = next(iter(first.wanted))
    groups: dict[str, list[Figure]] = defaultdict(list)
    for one in figures:
        groups[one.keys.get(handle, "")].append(one)
    found: Found = {}
    for selector in selectors:
        wanted = selector.wanted
        pool = figures if handle not in wanted else [one for value in wanted[handle] for one in groups[value]]
        chosen = [one for one in pool if all(one.keys.get(key) in values for key, values in wanted.items())]
        if not chosen and selector.required == "yes":
            raise SourceError(
                f"{selector.request}: nothing matches {selector.selector!r} of {selector.series}; "
                f"{_near(wanted, figures)}."
            )
        by_period: dict[str, Figure] = {}
        for one in chosen:
            if one.period in by_period and by_period[one.period].released == one.released:
                raise SourceError(
                    f"{selector.request}: two figures of {one.period} match {selector.selector!r} of "
                    f"{selector.series}: {dict(by_period[one.period].keys)} and {dict(one.keys)}."
                )
            by_period[one.period] = one
        rows = [
            (one.period, text(one.value * Decimal(selector.factor), selector.digits), one.released) for one in chosen
        ]
        found[selector.series] = sorted(rows, key=lambda row: (row[0], row[2]))
    return found


def text(value: Decimal, digits: str) -> str:
    """Write a figure as the package does: no exponent, no zeros at the end.

    Examples
    --------
    >>> text(Decimal("68782.90000000001"), "1"), text(Decimal("1E+3"), ""), text(Decimal("-0.0"), "")
    ('68782.9', '1000', '0')
    """
    if digits:
        value = round(value, int(digits))
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _near(wanted: Mapping[str, Sequence[str]], figures: Sequence[Figure]) -> str:
    """Tell what the reply has for the first key that does not fit."""
    pool = list(figures)
    for key, values in wanted.items():
        there = sorted({one.keys[key] for one in pool if key in one.keys})
        pool = [one for one in pool if one.keys.get(key) in values]
        if not pool:
            shown = ", ".join(there[:12]) + (f", ... ({len(there)} in all)" if len(there) > 12 else "")
            return f"{key} is one of: {shown}" if there else f"there is no key {key!r}"
    return "the keys do not occur together"
