"""Set what a publisher says now beside what the package holds: new, revised, lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from nbpoints.parameters import periods

from autogap.data import known, observations
from autogap.sources.figure import SourceError
from autogap.sources.match import Found

SCALE_PERIODS = 6  # periods in common before a constant ratio says something


@dataclass
class News:
    """What one reply brings.

    Attributes
    ----------
    rows : list of tuple
        Period, series, value and vintage, ready for the file.
    new, revised : int
        Periods that the package lacked, and those whose figure changed.
    largest : tuple
        Series, period and percent of the largest revision.
    """

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    new: int = 0
    revised: int = 0
    largest: tuple[str, str, float] | None = None

    def add(self, other: News) -> None:
        """Take in the news of another reply."""
        self.rows += other.rows
        self.new += other.new
        self.revised += other.revised
        if other.largest and (self.largest is None or abs(other.largest[2]) > abs(self.largest[2])):
            self.largest = other.largest


class Held:
    """The newest figure of every period, file by file as asked."""

    def __init__(self, data: Path, catalogue: Mapping[str, Mapping[str, str]]):
        self.data, self.catalogue = data, catalogue
        self._files: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}

    def series(self, name: str) -> dict[str, tuple[str, str]]:
        """Period -> value and vintage."""
        relative = self.catalogue[name]["file"]
        if relative not in self._files:
            there: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
            if (self.data / relative).exists():  # not of a series that begins a file
                for period, series, value, vintage in observations.stored(self.data, relative):
                    there[series][period] = (value, vintage)
            self._files[relative] = there
        return self._files[relative][name]


def compare(found: Found, held: Held, day: str, *, since: str = "", whole: bool = True) -> News:
    """Find what is new and what changed.

    Parameters
    ----------
    found : dict
        From `match`.
    held : Held
        The package.
    day : str
        Vintage of figures whose reply does not tell its release.
    since : str
        Ignore periods before this one.
    whole : bool
        Whether the reply claims the whole series, so that a period it lacks was lost.

    Raises
    ------
    SourceError
        When the reply is older than the package or lacks periods in its midst.
    """
    news = News()
    for name, told in found.items():
        have = held.series(name)
        if whole and told and have:
            _covers(name, {period for period, _, _ in told}, set(have))
        _same_scale(name, told, have)
        now = dict(have)
        for period, value, released in told:
            if since and period < since:
                continue
            vintage = released or day
            if period in now:
                old, old_vintage = now[period]
                if Decimal(old) == Decimal(value):
                    continue
                if known.last_day(vintage) < known.last_day(old_vintage):
                    raise SourceError(
                        f"{name}, {period}: the reply is of {vintage}, older than the {old_vintage} held; a stale "
                        "copy is not taken."
                    )
                if vintage == old_vintage:
                    raise SourceError(
                        f"{name}, {period}: {value} differs from the {old} held of the same release {vintage}."
                    )
                news.revised += 1
                change = 100 * (float(value) / float(old) - 1) if float(old) else 0.0
                if news.largest is None or abs(change) > abs(news.largest[2]):
                    news.largest = (name, period, change)
            else:
                news.new += 1
            now[period] = (value, vintage)
            news.rows.append((period, name, value, vintage))
    return news


def _same_scale(name: str, told: list[tuple[str, str, str]], have: dict[str, tuple[str, str]]) -> None:
    """Refuse a reply whose figures are all the same multiple of ours: another unit, or another base year."""
    ratios = sorted(
        float(value) / float(have[period][0]) for period, value, _ in told if period in have and float(have[period][0])
    )
    if len(ratios) >= SCALE_PERIODS:
        low, middle, high = ratios[len(ratios) // 10], ratios[len(ratios) // 2], ratios[-1 - len(ratios) // 10]
        if abs(middle - 1) > 0.02 and abs(high / low - 1) < 0.01:
            raise SourceError(
                f"{name}: the reply is {middle:,.4g} times what the package has, in every period; its unit or base "
                "year has changed."
            )


def _covers(name: str, told: set[str], have: set[str]) -> None:
    if max(told) < max(have):
        raise SourceError(
            f"{name}: the reply ends with {max(told)}, the package with {max(have)}; a stale copy is not taken."
        )
    if periods.ordinal(min(told)) > periods.ordinal(max(have)) + 1:
        raise SourceError(
            f"{name}: the reply begins with {min(told)}, the package ends with {max(have)}; what lies between would be "
            "missing for good. Take the replies between from a folder with --from."
        )
    lost = sorted(period for period in have if min(told) <= period and period not in told)
    if lost:
        raise SourceError(
            f"{name}: the reply lacks {', '.join(lost[:4])}{' ...' if len(lost) > 4 else ''}, which the package has."
        )
