"""`autogap data`: how new each file is, what comes next and when, and what is late."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from autogap.data import known, package
from autogap.paths import DATA
from autogap.sources import cli, freshness, tables
from nbpoints.errors import InputError

CATALOGUE = package.read_catalogue()
KEPT = {one.series for one in tables.read(DATA)[1]}
FILE = "observations/mof_us_trade.csv"


def look(today):
    return {one.file: one for one in freshness.look(DATA, today, KEPT)}


def due():
    """The day on which the month after the newest is usually out."""
    own = [row for row in CATALOGUE if row["file"] == FILE]
    newest = max(own, key=lambda row: row["last_period"])
    year, month = map(int, newest["last_period"].split("-"))
    following = f"{year + month // 12}-{month % 12 + 1:02d}"
    return newest["last_period"], following, known.last_day(following) + timedelta(days=int(newest["release_days"]))


def test_a_file_tells_its_newest_period_and_vintage_and_what_comes_next():
    newest, following, day = due()
    one = look("2026-10-01")[FILE]
    assert (one.newest_period, one.next_period, one.next_due) == (newest, following, day.isoformat())
    with open(DATA / FILE, encoding="utf-8") as stream:
        assert one.newest_vintage == max(line.strip().rpartition(",")[2] for line in list(stream)[1:])


@pytest.mark.parametrize(("days", "is_late"), [(freshness.GRACE, False), (freshness.GRACE + 1, True)])
def test_a_file_is_overdue_a_fortnight_after_its_usual_release(days, is_late):
    _, _, day = due()
    one = look((day + timedelta(days=days)).isoformat())[FILE]
    assert (one.is_kept, one.is_overdue) == (True, is_late)


def test_a_file_kept_by_hand_is_never_overdue():
    one = look("2040-01-01")["observations/jama_employment.csv"]
    assert (one.is_kept, one.is_overdue) == (False, False) and date.fromisoformat(one.next_due) < date(2040, 1, 1)


@pytest.mark.parametrize(("words", "shows"), [([], True), (["--overdue"], False)])
def test_the_command_shows_files_and_tells_by_its_status_that_one_is_late(capsys, words, shows):
    parser = argparse.ArgumentParser()
    cli.data_arguments(parser)
    status = cli.data_main(parser.parse_args(words), now=datetime(2030, 1, 1, tzinfo=UTC))
    told = capsys.readouterr().out.splitlines()
    assert status == 1 and told[0].split() == ["file", "newest", "vintage", "next", "due"]
    assert any(line.startswith("mof_us_trade ") and line.endswith("overdue") for line in told)
    assert any(line.startswith("jama_employment ") and line.endswith("kept by hand") for line in told) == shows
    assert cli.data_main(parser.parse_args(["--json"]), now=datetime(2026, 9, 17, tzinfo=UTC)) in (0, 1)
    assert {"file", "next_due", "is_overdue"} <= set(json.loads(capsys.readouterr().out)[0])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (FILE, b"period,series,value,vintage\n", f"data/{FILE}: the file has no row"),
        (FILE, b"", f"data/{FILE}: the file is empty"),
        (
            FILE,
            b"period,series,value,vintage\n2025-05,a.b,1,tomorrow\n",
            f"data/{FILE}, line 2: the vintage 'tomorrow'",
        ),
        ("requests.csv", b"\xff", "data/requests.csv, line 1: the file is not UTF-8"),
        ("selectors.csv", b"", "data/selectors.csv: the columns are []"),
        ("selectors.csv", None, "data/selectors.csv, line 2: the row has 7 cells, the file has 6 columns"),
    ],
)
def test_a_broken_file_is_told_with_its_place(folder, name, content, told):
    path = folder / name
    if content is None:
        head, first, *rest = path.read_bytes().splitlines(keepends=True)
        content = b"".join([head, first.rstrip(b"\n") + b",x\n", *rest])
    path.write_bytes(content)
    parser = argparse.ArgumentParser()
    cli.data_arguments(parser)
    with pytest.raises(InputError) as fault:
        cli.data_main(parser.parse_args([]), data=folder, now=datetime(2026, 9, 17, tzinfo=UTC))
    assert str(fault.value).startswith(told)
