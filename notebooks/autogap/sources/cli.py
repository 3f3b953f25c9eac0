"""The commands `autogap refresh` and `autogap data`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters import periods

from autogap.paths import DATA, ROOT, RUNS
from autogap.sources import ask, freshness, http, law, moved, refresh, swap, tables
from autogap.sources.figure import SourceError
from autogap.sources.refresh import Outcome

MOST_NAMES = 40
"""Series that a line of the report names, of those that a release does not list."""


def refresh_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `autogap refresh`."""
    parser.add_argument("--only", nargs="+", action="extend", metavar="PUBLISHER", help="only these publishers")
    parser.add_argument("--since", default="", metavar="PERIOD", help="ignore periods before this one, such as 2026-06")
    parser.add_argument(
        "--write", action="store_true", help="add the figures to data/, all or nothing; without it, only report"
    )
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        metavar="DIR",
        help="read kept replies from this folder instead of the network",
    )
    parser.add_argument("--record", type=Path, metavar="DIR", help="keep every reply in this folder")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--no-answers", action="store_true", help="do not run the notebooks on the new data")


def refresh_main(
    arguments: argparse.Namespace, *, data: Path = DATA, now: datetime | None = None, pause: float = 1.0
) -> int:
    """Bring the package up to date, or tell what would change; status 1 when a publisher failed.

    Parameters
    ----------
    arguments : argparse.Namespace
        As `refresh_arguments` declares.
    data : Path
        The folder of the package.
    now : datetime.datetime, optional
        The time, with its zone; that of this machine when left out.
    pause : float
        Seconds before the first retry of a request.
    """
    now = now or datetime.now(UTC)
    ask.read_env(ROOT / ".env")
    swap.recover(data)
    requests, selectors = tables.read(data)
    chosen = _chosen(requests, arguments.only)
    _check_since(arguments.since)
    with swap.alone(data):
        candidate = swap.copy(data)
        try:
            return _refresh(arguments, chosen, selectors, data, candidate, now, pause)
        finally:
            shutil.rmtree(candidate, ignore_errors=True)


def _chosen(requests: dict[str, tables.Request], only: Sequence[str] | None) -> list[tables.Request]:
    publishers = {one.publisher for one in requests.values()} | {"law"}
    for name in only or []:
        if name not in publishers:
            raise InputError(
                f"--only: {name!r} is not a publisher ({', '.join(sorted(publishers))})."
                f"{did_you_mean(name, publishers)}"
            )
    return [one for one in requests.values() if not only or one.publisher in only]


def _check_since(since: str) -> None:
    if since and periods.form(since) not in ("month", "quarter", "year"):
        raise InputError(f"--since: {since!r} is not a valid period (expected one like 2026-06).")


def _refresh(
    arguments: argparse.Namespace,
    chosen: list[tables.Request],
    selectors: list[tables.Selector],
    data: Path,
    candidate: Path,
    now: datetime,
    pause: float,
) -> int:
    today, before = now.date().isoformat(), swap.state(candidate)
    tell = (lambda outcome: None) if arguments.json else _print

    def run(source: ask.Source) -> list[Outcome]:
        return refresh.run(candidate, chosen, selectors, source, today=today, since=arguments.since, tell=tell)

    watched: list[str] = []
    if arguments.folder:
        outcomes = run(ask.Folder(arguments.folder))
    else:
        with http.client() as client:
            net = ask.Net(client, RUNS / "raw", now, arguments.record, pause)
            outcomes = run(net)
            if not arguments.only or "law" in arguments.only:
                watched = _law(net)
    changed = {row[1] for one in outcomes for row in one.news.rows}
    answers = _answers(candidate, data, changed, arguments.no_answers) if changed else []
    if changed and arguments.write:
        refresh.finish(candidate, outcomes, today, answers)
        swap.refuse_changed(data, before)
        swap.exchange(candidate, data)
    _close(arguments, outcomes, answers, watched, bool(changed))
    return int(any(one.state == "failed" for one in outcomes))


def _answers(candidate: Path, data: Path, changed: set[str], is_off: bool) -> list[str]:
    if is_off:
        return []
    catalogue = {row["name"]: row["file"] for row in refresh.package.read_catalogue(candidate)}
    files = {catalogue[name] for name in changed}
    return moved.moved(candidate, data, moved.readers(files), moved.later(candidate, data, files))


def _law(net: ask.Net) -> list[str]:
    """List new documents on the tariff headings and revisions of the schedule; never a fault of the refresh."""
    since = (net.now - timedelta(days=90)).date().isoformat()
    told = []
    for what, url, read in (
        ("documents", law.SEARCH.format(start=since), lambda content: law.documents(content, since)),
        ("releases", law.RELEASES, law.releases),
    ):
        try:
            keep = net.recorder(f"law/{what}")
            told += read(http.fetch(net.client, url, kind="json", now=net.now, pause=net.pause, keep=keep).body)
        except SourceError as error:
            told.append(f"{what} not looked up: {error}")
    return told


def _print(outcome: Outcome) -> None:
    mark = {"failed": "FAILED  ", "key": "no key  ", "news": "news    ", "none": "        "}[outcome.state]
    left = f"; {outcome.series} series left as they are" if outcome.state in ("failed", "key") else ""
    told = refresh.sentence(outcome).rstrip(".")
    print(f"{mark}{outcome.request.request:24} {told}{left}", flush=True)
    names = sorted(outcome.absent)
    more = f" ... ({len(names)} in all)" if len(names) > MOST_NAMES else ""
    absent = [f"not in this release: {', '.join(names[:MOST_NAMES])}{more}"] if names else []
    for warning in [*outcome.warnings, *absent]:
        print(f"        {'':24} {warning}", flush=True)


def _close(
    arguments: argparse.Namespace, outcomes: list[Outcome], answers: list[str], watched: list[str], is_new: bool
) -> None:
    if arguments.json:
        told = [
            {
                "request": one.request.request,
                "publisher": one.request.publisher,
                "state": one.state,
                "new": one.news.new,
                "revised": one.news.revised,
                "absent": sorted(one.absent),
                "told": refresh.sentence(one),
            }
            for one in outcomes
        ]
        print(
            json.dumps(
                {"requests": told, "answers": answers, "law": watched, "written": bool(is_new and arguments.write)},
                indent=1,
                ensure_ascii=False,
            )
        )
        return
    for line in watched:
        print(f"law     {line}")
    if is_new and not arguments.no_answers:
        print("Answers that move: " + ("; ".join(answers) if answers else "none") + ".")
    written = (
        "Written to data/; read data/CHANGES.md, then run `autogap accept`."
        if is_new and arguments.write
        else "Nothing written: add --write."
        if is_new
        else "Nothing to write."
    )
    print(written)


def data_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `autogap data`."""
    parser.add_argument("--overdue", action="store_true", help="only files whose next release is overdue")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def data_main(arguments: argparse.Namespace, *, data: Path = DATA, now: datetime | None = None) -> int:
    """Show how new each file is; status 1 when one that `refresh` keeps is overdue."""
    today = (now or datetime.now(UTC)).date().isoformat()
    _, selectors = tables.read(data)
    found = list(freshness.look(data, today, {one.series for one in selectors}))
    shown = [one for one in found if one.is_overdue or not arguments.overdue]
    if arguments.json:
        print(json.dumps([one.__dict__ for one in shown], indent=1))
    else:
        print(f"{'file':40} {'newest':10} {'vintage':11} {'next':9} {'due':11}")
        for one in shown:
            state = "overdue" if one.is_overdue else "" if one.is_kept else "kept by hand"
            cells = f"{one.newest_period:10} {one.newest_vintage:11} {one.next_period:9} {one.next_due:11} {state}"
            print(f"{Path(one.file).stem:40} {cells}".rstrip())
    return int(any(one.is_overdue for one in found))


if __name__ == "__main__":
    sys.exit("Run `autogap refresh` or `autogap data`.")
