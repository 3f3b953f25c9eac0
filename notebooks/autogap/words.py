"""Numbers in sentences: the same word for the same movement in every notebook."""

from __future__ import annotations

import pandas as pd


def moved(change_pct: float, digits: int = 1) -> str:
    """Say a change in percent as a past movement.

    Examples
    --------
    >>> moved(-11.04), moved(3.2), moved(0.01)
    ('fell 11.0 percent', 'rose 3.2 percent', 'did not change')
    """
    size = f"{abs(change_pct):.{digits}f}"
    if float(size) == 0:
        return "did not change"
    return f"{'fell' if change_pct < 0 else 'rose'} {size} percent"


def signed(value: float, digits: int = 1) -> str:
    """Write a number with its sign, thousands parted by commas.

    Examples
    --------
    >>> signed(-6.96), signed(1234.5, 0)
    ('-7.0', '+1,234')
    """
    return f"{value:+,.{digits}f}"


def month_name(period: str | pd.Period) -> str:
    """Name a month as a sentence does.

    Examples
    --------
    >>> month_name("2025-05")
    'May 2025'
    """
    return pd.Period(period, "M").strftime("%B %Y")


def listed(items: list[str]) -> str:
    """Join names the way a sentence lists them.

    Examples
    --------
    >>> listed(["Korea"]), listed(["Korea", "Mexico", "Canada"])
    ('Korea', 'Korea, Mexico and Canada')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
