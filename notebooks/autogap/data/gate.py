"""The one gate through which a row of observations passes: its number, period, name, vintage, and size.

Machine data are ASCII: ``\\d`` would let full-width and Arabic digits through, so every pattern says ``[0-9]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from nbpoints.errors import counted, did_you_mean
from nbpoints.parameters import periods

from autogap.data import known
from autogap.data.vocabulary import OBSERVATION_FIELDS

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")  # what a float holds to the last digit, and no more
FIRST_YEAR = "1868"  # Japan's statistics of trade begin
_PERIOD_OF = {"M": "month", "Q": "quarter", "A": "year", "FY": "fiscal year"}
# out before the period that the row names is over: sums of the year so far; the survey of December
_EARLY = re.compile(r"_(ytd|fy_h1|h1)$|^boj\.tankan\.")
_NEVER_NEGATIVE = re.compile(r"^index|JPY per USD|vehicles|cars|sets|persons|^kg$|^k?[tl]$|thousand (t|kl)$")
NEIGHBOURS = 12
# a slip is a factor of 1,000, met from what a month may truly be off: one stored month of duty is 1/540 of those around
RISES, FALLS = 300, 1 / 700


def fault(row: Sequence[str], relative: str, catalogue: Mapping[str, Mapping[str, str]], today: str) -> str:
    """Say what is wrong with a row, or nothing.

    Parameters
    ----------
    row : sequence of str
        Period, series, value and vintage.
    relative : str
        File under ``data/`` in which the row stands.
    catalogue : mapping
        Name -> row of ``series.csv``.
    today : str
        Newest day that a vintage may name: that of the newest entry of ``CHANGES.md``.

    Examples
    --------
    >>> series = {"a.b": {"file": "observations/a.csv", "frequency": "M", "unit": "kg"}}
    >>> fault(["2025-05", "a.b", "\\uff11", "2025-06"], "observations/a.csv", series, "2026-11-23")
    "the value '\\uff11' of a.b is not a valid number (expected one like 1234.5)."
    """
    if len(row) != len(OBSERVATION_FIELDS) or not all(row):
        return f"{','.join(row)!r} does not have all of {', '.join(OBSERVATION_FIELDS)}."
    period, name, value, vintage = row
    if name not in catalogue:
        return f"series.csv does not describe {name!r}.{did_you_mean(name, catalogue)}"
    series = catalogue[name]
    if series["file"] != relative:
        return f"series.csv places {name} in data/{series['file']}."
    kind = _PERIOD_OF[series["frequency"]]
    if periods.form(period) != kind or period.removeprefix("FY") < FIRST_YEAR:
        return f"{period!r} is not a valid {kind} of {name} (expected one like {periods.EXAMPLES[kind]})."
    if not NUMBER.fullmatch(value):
        return f"the value {_short(value)} of {name} is not a valid number (expected one like 1234.5)."
    if value.startswith("-") and _NEVER_NEGATIVE.search(series["unit"]):
        return f"the value {value} of {name} is negative; a figure in {series['unit']!r} cannot be."
    return _vintage_fault(period, name, vintage, today)


def _vintage_fault(period: str, name: str, vintage: str, today: str) -> str:
    if periods.form(vintage) in (None, "fiscal year"):
        return (
            f"the vintage {vintage!r} of {name} is not a valid day of release (expected one like 2025-06-18, or "
            "2025-06 where the day is not on record)."
        )
    if _first_day(vintage) > today:
        return f"the vintage {vintage} of {name} is after {today}, the newest entry of data/CHANGES.md."
    if not _EARLY.search(name) and known.last_day(vintage) < known.last_day(period):
        return f"the vintage {vintage} of {name} is before the end of its period {period}."
    return ""


def _first_day(vintage: str) -> str:
    kind = periods.form(vintage)
    month = f"{3 * int(vintage[5:]) - 2:02d}" if kind == "quarter" else vintage[5:7]
    return {"year": f"{vintage[:4]}-01-01", "quarter": f"{vintage[:4]}-{month}-01"}.get(kind, f"{vintage}-01"[:10])


def _short(value: str) -> str:
    return repr(value) if len(value) <= 30 else f"{value[:20]!r}... ({counted(len(value), 'character')})"


def steps(rows: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """Find figures that look like a slip of the unit: near 1,000 or 1,000,000 times what stands around them.

    Parameters
    ----------
    rows : sequence
        The rows of one series, by period.

    Returns
    -------
    list of (int, str)
        Place of the row in `rows`, and the sentence. Not judged are balances and rates, which pass through zero, and
        stretches that move by a factor of 30 anyway: there such a step may be true.

    Examples
    --------
    >>> months = [[f"2025-{month:02d}", "a.b", "150", "2026-01"] for month in range(1, 10)]
    >>> steps([*months, ["2025-10", "a.b", "151000", "2026-01"]])[0][0]
    9
    """
    sizes = [float(row[2]) for row in rows]
    if min(sizes, default=0) < 0:
        return []
    found = []
    for place, size in enumerate(sizes):
        around = [other for other in sizes[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1] if other]
        if size:
            around.remove(size)
        if size == 0 or len(around) < 6:
            continue
        ratio = size / median(around)
        if max(around) <= 30 * min(around) and not FALLS < ratio < RISES:
            found.append(
                (
                    place,
                    f"the value {rows[place][2]} of {rows[place][1]} is {ratio:,.4g} times the figures "
                    "around it; check its unit.",
                )
            )
    return found
