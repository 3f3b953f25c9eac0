"""How new each file of the package is, and what its publishers should have published since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from nbpoints.parameters import periods

from autogap.data import known, observations, package, reading

_STEP = {"M": "month", "Q": "quarter", "A": "year", "FY": "fiscal year"}
GRACE = 14  # days beyond the usual release before a file counts as overdue


@dataclass(frozen=True)
class Freshness:
    """State of one file: its newest period and vintage, the next release, and whether that is overdue."""

    file: str
    newest_period: str
    newest_vintage: str
    next_period: str
    next_due: str
    is_kept: bool  # whether some request renews it
    is_overdue: bool


def look(data: Path, today: str, requested: set[str]) -> Iterator[Freshness]:
    """Tell the state of every file of observations.

    Parameters
    ----------
    data : Path
        The folder of the package.
    today : str
        ISO day.
    requested : set of str
        Series that `refresh` asks for.

    Examples
    --------
    >>> from autogap.paths import DATA
    >>> next(look(DATA, "2026-11-27", set())).file
    'observations/bea_prices.csv'
    """
    by_file: dict[str, list[dict[str, str]]] = {}
    for row in package.read_catalogue(data):
        by_file.setdefault(row["file"], []).append(row)
    for relative, series in sorted(by_file.items()):
        reading.refuse(
            f"data/series.csv, {row['name']}: last_period {row['last_period']!r} is not one of its "
            "periods; `python -m autogap.data.package` writes it."
            for row in series
            if periods.form(row["last_period"]) != _STEP[row["frequency"]]
        )
        vintage = observations.vintages(data, relative)[-1]
        newest = max(series, key=lambda row: known.last_day(row["last_period"]))
        kind = _STEP[newest["frequency"]]
        following = periods.text(kind, periods.ordinal(newest["last_period"]) + 1)
        due = known.last_day(following) + timedelta(days=int(newest["release_days"]))
        kept = any(row["name"] in requested for row in series)
        late = date.fromisoformat(today) > due + timedelta(days=GRACE)
        yield Freshness(relative, newest["last_period"], vintage, following, due.isoformat(), kept, kept and late)
