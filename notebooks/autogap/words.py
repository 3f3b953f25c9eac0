"""Numbers in sentences: the same word for the same movement in every notebook."""

from __future__ import annotations

import math

import pandas as pd
from nbpoints import mime
from nbpoints.errors import InputError


def number(value: float, digits: int = 1, signed: bool = False) -> str:
    """Write a number for a sentence or a title: thousands separated by commas, a real minus, never "-0.0".

    Parameters
    ----------
    value : float
    digits : int
        Decimals.
    signed : bool
        Whether a positive number gets its plus sign.

    Examples
    --------
    >>> number(-1234.56), number(-0.01), number(6.96, signed=True)
    ('−1,234.6', '0.0', '+7.0')
    """
    if not value - value == 0:
        raise InputError(f"words.number: {value} is not a number; say in the sentence why it is missing.")
    return mime.number(value, digits, signed)


def change(value: float, digits: int = 1) -> str:
    """Say a change as a past movement, for the sentence to give it a unit.

    A change that rounds to zero keeps its direction, and so does a figure that was published as -0.0.

    Examples
    --------
    >>> change(2.1), change(-3.42), change(0.0)
    ('rose 2.1', 'fell 3.4', 'did not change')
    >>> change(0.04), change(-0.0)
    ('rose by less than 0.05', 'fell by less than 0.05')
    """
    size, falls = number(abs(value), digits), math.copysign(1, value) < 0
    if value == 0 and not falls:
        return "did not change"
    if not size.strip("0.,"):
        size = f"by less than {number(0.5 * 10**-digits, digits + 1)}"
    return f"{'fell' if falls else 'rose'} {size}"


def moved(change_pct: float, digits: int = 1) -> str:
    """Say a change in percent as a past movement.

    Examples
    --------
    >>> moved(-11.04), moved(3.2), moved(0.01)
    ('fell 11.0 percent', 'rose 3.2 percent', 'rose by less than 0.05 percent')
    """
    said = change(change_pct, digits)
    return said if said == "did not change" else f"{said} percent"


def moved_both(first_pct: float, second_pct: float, first: str, second: str, digits: int = 1) -> str:
    """Say two changes in percent as one movement where they go the same way, as two where they do not.

    Examples
    --------
    >>> moved_both(-24.7, -3.9, "in value", "in number")
    'fell 24.7 percent in value and 3.9 percent in number'
    >>> moved_both(-5.2, 3.4, "in value", "in number")
    'fell 5.2 percent in value but rose 3.4 percent in number'
    """
    one, two = moved(first_pct, digits), moved(second_pct, digits)
    verb, _, size = two.partition(" ")
    if one.split()[0] != verb:
        return f"{one} {first} but {two} {second}"
    return f"{one} {first} and {second}" if verb == "did" else f"{one} {first} and {size} {second}"


def pushed(points: float, what: str, digits: int = 1) -> str:
    """Say a contribution in percentage points as what it did to a total.

    Examples
    --------
    >>> pushed(-7.04, "exports"), pushed(1.04, "exports"), pushed(0.01, "exports")
    ('took 7.0 points off exports', 'added 1.0 points to exports', 'did not move exports')
    """
    size = number(abs(points), digits)
    if not size.strip("0.,"):
        return f"did not move {what}"
    return f"took {size} points off {what}" if points < 0 else f"added {size} points to {what}"


def count(number_of: int, singular: str, plural: str = "") -> str:
    """Count things, with the noun in its right form.

    Parameters
    ----------
    number_of : int
        How many.
    singular : str
        The noun for one of them.
    plural : str, optional
        The noun for several, where it is not the singular with an s (a y after a consonant becomes ies).

    Examples
    --------
    >>> count(1, "month"), count(2, "month"), count(0, "country"), count(1234, "car of 2025", "cars of 2025")
    ('1 month', '2 months', '0 countries', '1,234 cars of 2025')
    """
    if number_of != int(number_of):
        raise InputError(f"words.count: {number_of} {singular} is not a whole number; use words.number.")
    is_y = singular.endswith("y") and singular[-2:-1] not in set("aeiou")
    many = plural or (f"{singular[:-1]}ies" if is_y else f"{singular}s")
    return f"{int(number_of):,} {singular if number_of == 1 else many}"


def part(number_of: int, whole: int, singular: str, plural: str = "") -> str:
    """Say how many of several things, the ends by their words.

    Parameters
    ----------
    number_of, whole : int
        How many, of how many; of a single thing a sentence of its own tells more.
    singular, plural : str
        As for `count`.

    Examples
    --------
    >>> part(16, 26, "year"), part(0, 26, "year"), part(26, 26, "year")
    ('16 of 26 years', 'none of 26 years', 'all 26 years')
    """
    things = count(whole, singular, plural)
    if 0 < whole == number_of:
        return f"all {things}"
    return f"{int(number_of) or 'none'} of {things}"


def opening(text: str) -> str:
    """Begin a sentence or a title with a text: its first letter large, the others as they are.

    Examples
    --------
    >>> opening("none of 10 JAMA editions")
    'None of 10 JAMA editions'
    """
    return f"{text[:1].upper()}{text[1:]}"


def times(number_of: int) -> str:
    """Say how often something happened.

    Examples
    --------
    >>> times(0), times(1), times(2), times(3)
    ('never', 'once', 'twice', '3 times')
    """
    return {0: "never", 1: "once", 2: "twice"}.get(number_of) or count(number_of, "time")


def place(rank: int, superlative: str) -> str:
    """Say which place something takes from an end.

    Examples
    --------
    >>> place(1, "largest"), place(3, "largest"), place(17, "largest"), place(22, "lowest"), place(11, "lowest")
    ('largest', 'third largest', '17th largest', '22nd lowest', '11th lowest')
    """
    first = ("", "second ", "third ", "fourth ", "fifth ", "sixth ", "seventh ", "eighth ", "ninth ", "tenth ")
    if rank <= len(first):
        return f"{first[rank - 1]}{superlative}"
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} {superlative}"


def span(low: float, high: float, digits: int = 1) -> str:
    """Say a range of numbers, or the one number where both ends read the same.

    Examples
    --------
    >>> span(2.5, 27.5), span(15, 15.02)
    ('2.5 to 27.5', '15.0')
    """
    return " to ".join(dict.fromkeys(number(end, digits) for end in (low, high)))


def were(number_of: int) -> str:
    """Give the past of "to be" for so many things.

    Examples
    --------
    >>> were(1), were(0), were(3)
    ('was', 'were', 'were')
    """
    return "was" if number_of == 1 else "were"


def verdict(
    low: float,
    high: float,
    *,
    at: float = 0.0,
    below: str = "below zero",
    above: str = "above zero",
    within: str = "not distinguishable from zero",
) -> str:
    """Say what an interval allows one to say: a title about an estimate takes its words from here.

    Parameters
    ----------
    low, high : float
        Ends of the interval.
    at : float
        The value in question; an interval that ends there contains it.
    below, above, within : str
        Words for an interval wholly below, wholly above, or containing the value.

    Examples
    --------
    >>> verdict(-5.6, 0.7)
    'not distinguishable from zero'
    >>> verdict(-5.6, -0.7, below="a fall", above="a rise", within="no clear change")
    'a fall'
    """
    if not low <= high:
        raise InputError(f"words.verdict: {low} to {high} is not an interval; pass its lower end first.")
    if high < at:
        return below
    return above if low > at else within


def month_name(period: str | pd.Period) -> str:
    """Name a month as a sentence does.

    Examples
    --------
    >>> month_name("2025-05")
    'May 2025'
    """
    return pd.Period(period, "M").strftime("%B %Y")


def day_name(day: str) -> str:
    """Name a day as a sentence does.

    Examples
    --------
    >>> day_name("2025-06-09")
    '9 June 2025'
    """
    return pd.Period(day, "D").strftime("%d %B %Y").lstrip("0")


def listed(items: list[str]) -> str:
    """Join names the way a sentence lists them.

    Examples
    --------
    >>> listed(["Korea"]), listed(["Korea", "Mexico", "Canada"])
    ('Korea', 'Korea, Mexico and Canada')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
