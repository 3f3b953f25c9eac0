"""Which values round to a quoted figure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from nbpoints.errors import InputError

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")

Test = Callable[[object], bool]


def between(low: float, high: float, strict: bool = False) -> Test:
    """Accept a number from `low` to `high`; `strict` leaves out the ends.

    Examples
    --------
    >>> between(81.5, 82.5)(81.6)
    True
    """

    def inside(value: object) -> bool:
        if isinstance(value, (bool, str)):
            raise TypeError("a number")
        return low < value < high if strict else low <= value <= high

    return inside


def acceptance(text: str) -> Test:
    """Turn what a check accepts into a test of a value.

    Parameters
    ----------
    text : str
        A number, ``low..high``, ``>number`` or ``<number``, ``true`` or ``false``, or an ISO date or month (a day lies
        in its month).

    Returns
    -------
    callable
        Value to bool. It raises TypeError, naming what it wanted, for a value of another kind.

    Raises
    ------
    InputError
        If the text is none of these.

    Examples
    --------
    >>> acceptance(">50")(77.8), acceptance("2025-07")("2025-07-20"), acceptance("92.5..93.5")(94.4)
    (True, True, False)
    """
    if text in ("true", "false"):

        def is_so(value: object) -> bool:
            if not isinstance(value, bool):
                raise TypeError("true or false")
            return value is (text == "true")

        return is_so
    if ISO_DATE.fullmatch(text):

        def is_then(value: object) -> bool:
            if not (isinstance(value, str) and ISO_DATE.fullmatch(value)):
                raise TypeError("an ISO date")
            return value == text or value.startswith(f"{text}-")

        return is_then
    try:
        if text[0] in "<>":
            edge = float(Decimal(text[1:]))
            if not math.isfinite(edge):
                raise ValueError
            return between(-math.inf, edge, strict=True) if text[0] == "<" else between(edge, math.inf, strict=True)
        low, dots, high = text.partition("..")
        return between(float(low), float(high if dots else low))
    except (ValueError, IndexError, InvalidOperation):
        wanted = "write a number, 'low..high', '>50', 'true' or an ISO date"
        raise InputError(f"accept: {text!r} cannot be read; {wanted}.") from None


def rounding(quoted: str) -> tuple[float, float]:
    """Return the lowest and the highest value that round to a quoted number, as it is written.

    Examples
    --------
    >>> rounding("451.7"), rounding("-11"), rounding("1,940,598")
    ((451.65, 451.75), (-11.5, -10.5), (1940597.5, 1940598.5))
    """
    number = Decimal(quoted.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    if not number.is_finite():
        raise InvalidOperation
    half = Decimal(5).scaleb(number.as_tuple().exponent - 1)
    return float(number - half), float(number + half)
