"""What a planted fault is, and the list of them; `in_notebooks` and `in_project` fill it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.mutation.tree import Tree

Plant = Callable[[Tree], None]


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Parameters
    ----------
    kind, name : str
        What sort of fault, and which one.
    plant : callable
        Plants it into a `Tree`.
    book : str
        The notebook that can show it; the harness runs this one.
    renews : bool
        Whether its author also ran `make package`, so that the hashes of data/ agree again.
    """

    kind: str
    name: str
    plant: Plant
    book: str
    renews: bool = False


FAULTS: list[Fault] = []


def fault(
    kind: str, name: str, book: str, renews: bool = False, /, **arguments: object
) -> Callable[[Callable], Callable]:
    """Take a planting function into the list, with some of its arguments set."""

    def take(plant: Callable) -> Callable:
        FAULTS.append(Fault(kind, name, functools.partial(plant, **arguments), book, renews))
        return plant

    return take


def each(kind: str, name: str, books: list[str]) -> Callable[[Callable], Callable]:
    """The same fault in several notebooks."""

    def take(plant: Callable) -> Callable:
        for book in books:
            FAULTS.append(Fault(kind, f"{name} ({book})", functools.partial(plant, book=book), book))
        return plant

    return take


GAP, AUTOS, DECLINE = "01_trade_gap", "02_autos_in_the_gap", "03_export_decline"
SECTOR, TARIFFS = "04_auto_sector", "05_tariff_schedule"


def bump(text: str) -> str:
    """Raise the last digit of the first number with a decimal point."""

    def up(match: re.Match) -> str:
        return f"{match[1]}{(int(match[2]) + 1) % 10}"

    return re.sub(r"(\d\.\d*?)(\d)(?!\d)", up, text, count=1)
