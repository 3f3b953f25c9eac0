"""`autogap refresh` from end to end: dry, written, one after another, killed, and by two rows of a stranger."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import books as books_of
import pytest
from autogap import data
from autogap.data import package
from autogap.paths import DATA, RUNS
from autogap.sources import cli, http, law, moved, swap
from nbpoints.errors import InputError

from tests.sources import replies
from tests.sources.conftest import forget

pytestmark = pytest.mark.slow

PRESS = "https://www.customs.go.jp/toukei/shinbun/trade-st_e/2026/{}{}e.xml"
D41MA = "https://www.customs.go.jp/toukei/suii/html/data/d41ma.csv"
FRED = "https://fred.stlouisfed.org/graph/fredgraph.csv"
US = ("mof_us_trade", "mof_us_imports", "mof_partners", "mof_regional_autos")


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def releases():
    """The releases of three months, as month, stage and XML."""
    days = (("2026-06", 5, "2026-07-30"), ("2026-07", 5, "2026-08-28"), ("2026-08", 4, "2026-09-16"))
    return [(period, stage, replies.press(period, day, DATA)) for period, stage, day in days]


@pytest.fixture
def a_month_behind(folder, server, releases):
    """The package as before the releases of July and August 2026, and a server that has them."""
    forget(folder, "2026-06", *US)
    for period, stage, text in releases:
        server.put(PRESS.format(period.replace("-", ""), stage), text)
    return folder


def test_a_dry_run_tells_what_is_new_and_writes_nothing(a_month_behind, refresh):
    before = content(a_month_behind)
    status, told = refresh("--only", "customs", "--json")
    first = json.loads(told)["requests"][0]
    assert (first["request"], first["state"], first["revised"]) == ("customs_press", "news", 0)
    assert first["new"] > 400
    assert status == 1, "the other requests of this publisher have no answer here"
    assert content(a_month_behind) == before and not (a_month_behind.parent / ".data.new").exists()


def test_written_months_are_those_of_the_package_and_all_is_described(a_month_behind, refresh):
    _, told = refresh("--only", "customs", "--write")
    assert "2026-07 to 2026-08" in told and "Written to data/" in told
    assert package.drift(a_month_behind) == []
    rows = (a_month_behind / "observations" / "mof_us_trade.csv").read_text()
    assert "2026-08,mof.us.balance,70378,2026-09-16\n" in rows and "2026-07,mof.us.balance," in rows
    assert "## 2026-11-27" in (a_month_behind / "CHANGES.md").read_text()
    assert "customs_press,https://www.customs.go.jp" in (a_month_behind / "retrievals.csv").read_text()


def test_a_second_refresh_finds_nothing(a_month_behind, refresh):
    refresh("--only", "customs", "--write")
    before = content(a_month_behind)
    _, told = refresh("--only", "customs", "--write")
    assert "nothing newer than 2026-08" in told and content(a_month_behind) == before


def test_a_revised_figure_is_a_row_beside_the_old_one(folder, server, refresh):
    """Stage 5 comes after stage 4: exports of the month a thousandth higher."""
    change = {"mof.us.exports.motor_vehicles": 1.001}
    server.put(PRESS.format("202608", 5), replies.press("2026-08", "2026-09-29", folder, change))
    _, told = refresh("--only", "customs", "--write")
    assert "0 new and 1 revised" in told and "mof.us.exports.motor_vehicles 2026-08, +0.1 percent" in told
    rows = [
        line
        for line in (folder / "observations" / "mof_us_trade.csv").read_text().splitlines()
        if line.startswith("2026-08,mof.us.exports.motor_vehicles,")
    ]
    assert [line.rpartition(",")[2] for line in rows] == ["2026-09-16", "2026-09-29"]


def test_an_item_that_a_release_does_not_list_is_told(folder, server, refresh):
    text = replies.press("2026-08", "2026-09-29", folder)
    assert " SOY BEANS" in text
    server.put(PRESS.format("202608", 5), text.replace(" SOY BEANS", " SOYA BEANS"))
    _, told = refresh("--only", "customs")
    line = next(line for line in told.splitlines() if "not in this release" in line)
    assert "mof.us.imports.soybeans, mof.us.imports.soybeans_contribution_pp" in line
    of = {one["request"]: one for one in json.loads(refresh("--only", "customs", "--json")[1])["requests"]}
    assert "mof.us.imports.soybeans_t" in of["customs_press"]["absent"]
    assert "mof.us.imports.motor_vehicles" not in of["customs_press"]["absent"]


def test_replies_are_kept_and_read_again_without_a_server(a_month_behind, refresh, tmp_path, server):
    refresh("--only", "customs", "--record", str(tmp_path / "kept"))
    server.answers.clear()
    asked = len(server.asked)
    for where in (tmp_path / "kept", tmp_path / "runs" / "raw"):
        _, told = refresh("--only", "customs", "--from", str(where))
        assert "2026-07 to 2026-08" in told and len(server.asked) == asked


def test_one_publisher_s_failure_leaves_the_others(folder, server, refresh):
    forget(folder, "2026-05", "frb_exchange_rates")
    server.put(f"{FRED}?id=EXJPUS", replies.fred("frb.jpy_per_usd", "EXJPUS"))
    server.put(f"{FRED}?id=TOTALSA", b"<html><title>Request Rejected</title></html>")
    status, told = refresh("--only", "fred", "--write")
    assert status == 1
    assert "FAILED  fred_TOTALSA" in told and "a web page ('Request Rejected') came instead of csv" in told
    assert (
        "news    fred_EXJPUS" in told
        and "2026-06,frb.jpy_per_usd" in (folder / "observations/frb_exchange_rates.csv").read_text()
    )


def test_a_missing_key_is_named_with_where_to_get_one_and_is_no_failure(server, refresh):
    status, told = refresh("--only", "census", "--json")
    of = {one["request"]: one for one in json.loads(told)["requests"]}
    assert of["census_naics336"]["state"] == "key"
    assert of["census_naics336"]["told"] == "needs CENSUS_API_KEY (free: api.census.gov/data/key_signup.html)"
    assert not any("intltrade" in path for path in server.asked)


def test_a_key_is_never_shown_or_kept(server, refresh, tmp_path, monkeypatch, folder):
    monkeypatch.setenv("CENSUS_API_KEY", "s3cret-k3y")
    url = "https://api.census.gov/data/timeseries/intltrade/imports/naics"
    server.put(url, b"", status=302, headers={"Location": "https://api.census.gov/data/missing_key.html"})
    status, told = refresh("--only", "census", "--record", str(tmp_path / "kept"))
    assert status == 1 and "the key in CENSUS_API_KEY is missing or not accepted" in told
    assert any("s3cret-k3y" in path for path in server.asked), "it was sent"
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "s3cret-k3y" not in told and b"s3cret-k3y" not in kept


def test_a_key_may_stand_in_a_file_that_git_ignores(server, refresh, tmp_path, monkeypatch):
    monkeypatch.setenv("CENSUS_API_KEY", "")
    monkeypatch.delenv("CENSUS_API_KEY")
    (tmp_path / ".env").write_text("CENSUS_API_KEY='from-file'\nPATH=/nowhere\n")
    refresh("--only", "census")
    assert any("key=from-file" in path for path in server.asked)
    monkeypatch.delenv("CENSUS_API_KEY")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "custom"], "'custom' is not a publisher .* Did you mean 'customs'"),
        (["--since", "June"], "'June' is not a valid period"),
        (["--from", "nowhere"], "nowhere is not a folder"),
    ],
)
def test_usage_errors_are_one_sentence(refresh, words, told):
    with pytest.raises(InputError, match=told):
        refresh(*words)


def test_periods_before_since_are_left_alone(a_month_behind, refresh):
    _, told = refresh("--only", "customs", "--since", "2026-08")
    assert "2026-08 to 2026-08" in told


def test_two_refreshes_at_once_are_refused(folder, refresh):
    with swap.alone(folder), pytest.raises(InputError, match="another refresh is running"):
        refresh("--only", "fred")


def test_a_broken_identity_keeps_the_old_figures(a_month_behind, refresh, server):
    change = {"mof.us.balance": 1.5}
    server.put(PRESS.format("202608", 4), replies.press("2026-08", "2026-09-16", a_month_behind, change))
    status, told = refresh("--only", "customs", "--write")
    assert (
        status == 1 and "an identity fails: mof.us.balance: 2026-08 is 105,567, exports less imports are 70,378" in told
    )
    assert "2026-08,mof.us" not in (a_month_behind / "observations" / "mof_us_trade.csv").read_text()


def test_a_full_disk_leaves_the_package_as_it_was(a_month_behind, refresh, monkeypatch):
    before = content(a_month_behind)

    def full(folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package, "write", full)
    with pytest.raises(OSError, match="No space left"):
        refresh("--only", "customs", "--write")
    assert content(a_month_behind) == before and not (a_month_behind.parent / ".data.new").exists()


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("CHANGES.md", lambda path: path.write_text(path.read_text(encoding="utf-8") + "- my own note\n", "utf-8")),
        ("observations/my_own.csv", lambda path: path.write_text("period,series,value,vintage\n")),
        ("tables/timeline.csv", lambda path: path.unlink()),
    ],
)
def test_what_is_edited_meanwhile_is_kept_and_nothing_is_written(a_month_behind, refresh, monkeypatch, name, edit):
    """While the notebooks run for the answers, which takes minutes."""
    path, before = a_month_behind / name, content(a_month_behind)

    def meanwhile(*given):
        edit(path)
        before.pop(path.relative_to(a_month_behind), None)
        return []

    monkeypatch.setattr(cli, "_answers", meanwhile)
    with pytest.raises(InputError, match=rf"^data/{name} changed while the refresh ran; nothing was written; run "):
        refresh("--only", "customs", "--write")
    edited = content(a_month_behind)
    edited.pop(path.relative_to(a_month_behind), None)
    assert edited == before and not (a_month_behind.parent / ".data.new").exists()


def test_the_law_is_listed_and_never_written(folder, server, refresh):
    before = content(folder)
    one = {"publication_date": "2026-11-20", "document_number": "2026-20001", "title": "A title"}
    server.put(law.SEARCH.partition("?")[0], json.dumps({"count": 1, "results": [one]}))
    server.put(law.RELEASES, json.dumps([{"name": "2026HTSRev9"}, {"name": "2026HTSRev21"}]))
    status, told = refresh("--only", "law", "--write")
    assert status == 0 and "2026-11-20 2026-20001: A title" in told
    assert "newest revisions of the tariff schedule: 2026HTSRev21, 2026HTSRev9" in told
    assert content(folder) == before


def test_a_base_on_another_machine_is_refused(refresh, monkeypatch):
    monkeypatch.setenv(http.BASE, "http://example.org")
    status, told = refresh("--only", "fred")
    assert status == 1 and "is not on this machine" in told


KILLED = """
import os, signal, sys, time
from pathlib import Path
from autogap.sources import swap
folder = Path(sys.argv[1])
new = swap.copy(folder)
for path in new.glob("*.txt"):
    path.write_text("new")
print("ready", flush=True)
swap.exchange(new, folder)
"""


def test_a_kill_at_any_moment_leaves_the_old_folder_or_the_new_one(tmp_path):
    """Killed after waits of 0 to 30 ms; every file is of the same state, and the next run cleans up."""
    folder = tmp_path / "data"
    folder.mkdir()
    seen = set()
    for wait in range(0, 31, 3):
        for number in range(60):
            (folder / f"{number}.txt").write_text("old")
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        child.stdout.readline()
        time.sleep(wait / 1000)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        state = {path.read_text() for path in folder.glob("*.txt")}
        assert len(state) == 1 and len(list(folder.glob("*.txt"))) == 60
        seen |= state
    assert seen <= {"old", "new"}
    left_alone = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert left_alone.stdout and {path.read_text() for path in folder.glob("*.txt")} == {"new"}


def test_a_folder_moved_aside_comes_back(tmp_path):
    (tmp_path / ".data.old").mkdir()
    (tmp_path / ".data.old" / "a").write_text("x")
    swap.recover(tmp_path / "data")
    assert (tmp_path / "data" / "a").read_text() == "x"


def test_without_an_atomic_exchange_the_folder_is_moved_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(swap, "_swap", lambda *one: False)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a").write_text("old")
    new = swap.copy(folder)
    (new / "a").write_text("new")
    swap.exchange(new, folder)
    assert (folder / "a").read_text() == "new" and [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_answers_that_move_are_named(a_month_behind, refresh, monkeypatch, inside):
    """Two months enter: the notebooks that read them are run, one that ends with the newest month goes on with it."""
    for name in (wanted := ["02_autos_in_the_gap", "03_export_decline", "12_after_the_deal"]):
        text = (moved.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
        ends = [line for line in text.splitlines() if "last_month: str" in line]
        assert len(ends) == (name[:2] == "12")
        for line in ends:  # the range as it was with June
            text = text.replace(line, line.replace(newest(), "2026-06"))
        (inside / f"{name}.ipynb").write_text(text, encoding="utf-8")
    readers = moved.readers
    monkeypatch.setattr(moved, "NOTEBOOKS", inside)
    monkeypatch.setattr(cli.moved, "readers", lambda changed: sorted({*readers(changed)} & {*wanted}))
    _, told = refresh("--only", "customs", answers=True)
    line = next(line for line in told.splitlines() if line.startswith("Answers that move: "))
    for number in ("02", "03", "12"):
        assert re.search(rf"\b{number} [a-z0-9_]+: [^;]* -> ", line), line
    assert "(new)" not in line and "fails" not in line


@pytest.fixture
def inside():
    """A folder of the project: notebooks elsewhere have no other package for their data."""
    RUNS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=RUNS) as made:
        yield Path(made)


def newest():
    return str(data.series("mof.us.exports.motor_vehicles").index[-1])


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (
            'last: str = "2026-06"  # last month [2025-12..2026-06]',
            'last: str = "2026-08"  # last month [2025-12..2026-08]',
        ),
        ('last: str = "2026-05"  # last month [2025-12..2026-06]', None),
        ('last: str = "2026-03"  # last month [2025-12..2026-03]', None),
    ],
)
def test_only_a_default_at_the_newest_period_goes_forward(tmp_path, cell, wanted):
    path = tmp_path / "01_a.ipynb"
    cells = [books_of.code(cell, tags=["parameters"])]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (tmp_path / "copies").mkdir()
    came = moved.forward(path, {"2026-06": "2026-08"}, tmp_path / "copies")
    assert (came != path) == bool(wanted)
    if wanted:
        assert "".join(json.loads(came.read_text())["cells"][0]["source"]) == wanted
