"""The terms on which data may be passed on, and what a publisher does with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autogap.publish import sheets

QUOTED = 120
"""Values of a figure that count as single figures, quoted as facts with their source."""

RULE = (
    f"A figure's table is offered whole when the terms of every data file behind it allow that. Where terms are not "
    f"stated, up to {QUOTED} values are quoted as facts, with their source; a larger table is not offered, and the "
    f"page names the data files instead. Pictures show facts and are ours."
)


@dataclass(frozen=True)
class Terms:
    """What a publisher says about a data file.

    Attributes
    ----------
    path, title : str
        Of the file.
    terms : str
        As the publisher states them, or ``not stated``.
    source : str
        What it was taken from, as it is to be cited.
    is_stated : bool
        Whether passing on the whole is allowed by a statement.
    url : str
        Where the publisher has it, where that is known.
    vintage : str
        Release of its newest figure.
    publisher : str
        Who publishes it, where that is known.
    """

    path: str
    title: str
    terms: str
    source: str = ""
    is_stated: bool = True
    url: str = ""
    vintage: str = ""
    publisher: str = ""

    @property
    def answerable(self) -> str:
        """The publisher, or else the source."""
        return self.publisher or self.source


def may_offer(table: list[list[str]], terms: Iterable[Terms]) -> bool:
    """Tell whether a figure's table may be passed on, by `RULE`.

    Examples
    --------
    >>> unstated = [Terms("data/a.csv", "A", "not stated", is_stated=False)]
    >>> may_offer([["month", "value"], ["2025-05", "1"]], unstated)
    True
    >>> may_offer([["month", "value"]] + [["2025-05", "1"]] * 500, unstated)
    False
    """
    values = sum(sheets.as_number(text) is not None for row in table[1:] for text in row)
    return values <= QUOTED or all(each.is_stated for each in terms)
