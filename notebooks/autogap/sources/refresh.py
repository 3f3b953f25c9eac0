"""Ask all publishers, judge what they say, and build the package as it would be."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.files import write_whole

from autogap.data import observations, package
from autogap.sources import ask, identities
from autogap.sources.ask import Source
from autogap.sources.figure import NotYet, SourceError
from autogap.sources.match import match
from autogap.sources.merge import Held, News, compare
from autogap.sources.tables import Request, Selector

RETRIEVALS = ["request", "url", "publisher_day", "sha256", "bytes", "rows"]
"""Columns of ``data/retrievals.csv``, the record of what was taken from where."""


@dataclass
class Outcome:
    """What became of one request: `state` is news, none, key or failed; `absent` are series that no reply listed."""

    request: Request
    series: int
    state: str = "none"
    told: str = ""
    news: News = field(default_factory=News)
    warnings: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    retrievals: list[dict[str, str]] = field(default_factory=list)


def run(
    candidate: Path,
    requests: Iterable[Request],
    selectors: Sequence[Selector],
    source: Source,
    *,
    today: str,
    since: str = "",
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Ask every request and put what stands the tests into a copy of the package.

    Parameters
    ----------
    candidate : Path
        A copy of ``data/``; its observations change.
    requests, selectors : iterables
        What to ask, and which series it fills.
    source : Source
        The net or a folder of kept replies.
    today : str
        ISO day; no vintage may be later.
    since : str
        Ignore periods before this one.
    tell : callable
        Called with each outcome as it comes.
    """
    catalogue = {row["name"]: row for row in package.read_catalogue(candidate)}
    before = set(identities.faults(newest(candidate, catalogue)))
    outcomes = []
    for request in requests:
        own = [one for one in selectors if one.request == request.request]
        outcome = Outcome(request, len(own))
        try:
            _one(outcome, own, candidate, catalogue, source, today, since, before)
        except NotYet as nothing:
            outcome.told = str(nothing)
        except InputError as error:
            outcome.state, outcome.told, outcome.news = "failed", str(error).partition("\n")[0], News()
        outcomes.append(outcome)
        tell(outcome)
    return outcomes


def _one(
    outcome: Outcome,
    selectors: list[Selector],
    candidate: Path,
    catalogue: dict[str, dict[str, str]],
    source: Source,
    today: str,
    since: str,
    before: set[str],
) -> None:
    request = outcome.request
    if ask.lacks_key(request):
        outcome.state, outcome.told = "key", f"needs {request.key} (free: {request.key_page})"
        return
    for one in selectors:
        if one.series not in catalogue:
            raise SourceError(
                f"data/selectors.csv: series.csv does not describe {one.series}; `autogap new series {one.series}` "
                "writes the row."
            )
    held = Held(candidate, catalogue)
    last = max((period for one in selectors for period in held.series(one.series)), default="")
    begin = last or ask.first(request, today)
    is_whole = request.ask.split()[0] == "once"
    listed: set[str] = set()
    read, steps = 0, {catalogue[one.series]["frequency"] for one in selectors}
    for reply in ask.replies(request, begin, today, source):
        figures = ask.parsed(request, reply)
        read += len(figures)
        if not selectors:
            continue
        found = match(selectors, [replace(one, period=_period(one.period, steps)) for one in figures])
        news = compare(found, held, reply.day, since=since, whole=is_whole and not request.body)
        listed |= {name for name, rows in found.items() if rows}
        in_season = {catalogue[name]["frequency"] for name in listed}  # a file of months has no year before December
        outcome.absent = {
            one.series
            for one in selectors
            if one.series not in listed and catalogue[one.series]["frequency"] in in_season
        }
        outcome.warnings += [reply.warning] if reply.warning else []
        outcome.retrievals.append(_retrieval(request, reply, len(news.rows)))
        _apply(news, candidate, catalogue, today, before)
        held = Held(candidate, catalogue)
        outcome.news.add(news)
    outcome.state = "news" if outcome.news.rows else "none"
    if outcome.state == "none":
        outcome.told = f"nothing newer than {last}" if last else f"{read:,} figures read; no series takes from it yet"


def _period(period: str, frequencies: set[str]) -> str:
    """The quarter or year of which a publisher names the first month, as FRED does."""
    if frequencies == {"Q"} and re.fullmatch(r"[0-9]{4}-(01|04|07|10)", period):
        return f"{period[:4]}Q{(int(period[5:]) + 2) // 3}"
    return period[:4] if frequencies == {"A"} and period.endswith("-01") else period


def _retrieval(request: Request, reply: ask.Reply, rows: int) -> dict[str, str]:
    digest = ask.hashlib.sha256(reply.body).hexdigest()
    return dict(zip(RETRIEVALS, [request.request, reply.url, reply.day, digest, str(len(reply.body)), str(rows)]))


def _apply(news: News, candidate: Path, catalogue: dict[str, dict[str, str]], today: str, before: set[str]) -> None:
    """Add the rows to their files; all of them or, when a test fails, none.

    Raises
    ------
    InputError
        What the gate or an identity says.
    """
    by_file: dict[str, list[Sequence[str]]] = defaultdict(list)
    for row in news.rows:
        by_file[catalogue[row[1]]["file"]].append(row)
    empty = observations.text(list(observations.OBSERVATION_FIELDS), []).encode()
    old = {
        relative: (candidate / relative).read_bytes() if (candidate / relative).exists() else empty
        for relative in by_file
    }
    try:
        for relative, rows in by_file.items():
            path = candidate / relative
            path.write_bytes(old[relative] + observations.text(list(rows[0]), rows[1:]).encode())
            ordered = observations.read(candidate, relative, catalogue, today)
            path.write_text(
                observations.text(list(observations.OBSERVATION_FIELDS), ordered), encoding="utf-8", newline=""
            )
        if by_file:
            broken = [fault for fault in identities.faults(newest(candidate, catalogue)) if fault not in before]
            if broken:
                raise SourceError(f"an identity fails: {broken[0]}")
    except InputError:
        for relative, content in old.items():
            (candidate / relative).write_bytes(content)
        raise


def newest(data: Path, catalogue: dict[str, dict[str, str]]) -> dict[str, dict[str, float]]:
    """Series of Japan Customs -> period -> newest figure: what identities are about."""
    told: dict[str, dict[str, float]] = defaultdict(dict)
    for relative in sorted({row["file"] for name, row in catalogue.items() if name.startswith("mof.")}):
        if (data / relative).exists():
            for period, name, value, _ in observations.stored(data, relative):
                told[name][period] = float(value)
    return told


def finish(candidate: Path, outcomes: Sequence[Outcome], today: str, moved: Sequence[str]) -> None:
    """Write the entry of CHANGES.md and the retrievals, and settle catalogue, descriptor and codebook."""
    path = candidate / "retrievals.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []
    rows += [row for one in outcomes if one.state == "news" for row in one.retrievals]
    write_whole(path, observations.text(RETRIEVALS, (row.values() for row in rows)))
    changes = candidate / "CHANGES.md"
    write_whole(changes, entry(changes.read_text(encoding="utf-8"), outcomes, today, moved))
    package.write(candidate)


def entry(changes: str, outcomes: Sequence[Outcome], today: str, moved: Sequence[str]) -> str:
    """Put the entry of this refresh into the text of CHANGES.md, under the heading of the day."""
    lines = [f"- `{one.request.request}`: {sentence(one)}." for one in outcomes if one.state == "news"]
    lines += [f"- Answers that moved: {'; '.join(moved)}."] if moved else []
    heading = f"## {today}\n"
    block = "\n".join(["", "Refreshed from the publishers:", "", *lines, ""])
    if heading in changes:
        return changes.replace(heading, heading + block, 1)
    place = changes.find("\n## ") + 1
    return changes[:place] + heading + block + "\n" + changes[place:]


def sentence(outcome: Outcome) -> str:
    """Say what came of a request: counts, and the largest revision."""
    if outcome.state != "news":
        return outcome.told
    news = outcome.news
    span = sorted(row[0] for row in news.rows)
    told = f"{news.new} new and {news.revised} revised figures, {span[0]} to {span[-1]}"
    if news.largest:
        name, period, change = news.largest
        told += f" (largest revision: {name} {period}, {change:+.1f} percent)"
    return told
