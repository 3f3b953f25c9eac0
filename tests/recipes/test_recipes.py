"""The recipes of CONTRIBUTING.md in a copy: its commands, the edits that it describes, nothing else; they end green."""

from __future__ import annotations

import csv
import io
import re
from types import SimpleNamespace

import pytest
from autogap import data
from autogap.paths import DATA
from autogap.sources import ask as ask_module

from tests.recipes.conftest import DAY, MONTH, PAGE, RELEASED, commands
from tests.sources import replies

PAGES = "tests/compendium/test_compendium.py tests/compendium/test_readme.py"
RULES = f"{PAGES} tests/notebooks/test_ranges.py tests/notebooks/test_form.py"
MONTH_FILES = re.findall(r"`(mof_\w+)`", PAGE.partition("A month of Japan's customs fills")[2].partition(".\n")[0])
ENDING = commands("")
GREW = ("_yoy_pct", "_contribution_pp")


def finish(project, *tests, title=""):
    """The commands with which a recipe ends; `make test` is run in the parts that concern it."""
    for command in ENDING if not title else ENDING[1:]:
        if command != "make test":
            project.do(command)
    project.passes(*tests)


def next_month(project):
    """Figures of a month later than all: those of the same month a year before, so that nothing grew."""
    found = {}
    for name in MONTH_FILES:
        with (project.root / f"data/observations/{name}.csv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        last = max(row["period"] for row in rows)
        before = f"{int(last[:4]) - (last[5:] != '12')}-{int(last[5:]) % 12 + 1:02d}"
        month = f"{int(before[:4]) + 1}{before[4:]}"
        newest = {row["series"]: row["value"] for row in rows if row["period"] == before}
        found[name] = [
            [month, series, "0" if series.endswith(GREW) else value, RELEASED] for series, value in newest.items()
        ]
    return found


@pytest.mark.long
def test_add_a_month_by_hand(project):
    """Every notebook that can reach the new month does, and no test counts months by hand."""
    for name, rows in next_month(project).items():
        project.add(f"observations/{name}.csv", rows)
    project.say_so("Japan's customs, one month more.")
    refresh, *steps = commands("Add a month, or a revised figure")
    assert "refresh --write" in refresh and steps == ["make package", "make ranges"]
    told = [project.do(step) for step in steps]
    assert "03_export_decline: month [" in told[1] and "14_why_the_gap_shrank: last_month [" in told[1]
    finish(project, RULES, "tests/data", "tests/test_claims_article.py", "tests/notebooks/test_sentences.py")


@pytest.mark.long
def test_add_a_month_through_refresh(project, monkeypatch):
    """The release of the next month as customs would publish it: fetched, checked, written; then on as by hand."""

    def with_the_next(name):
        values = data.series(name)
        if values.index[-1] == MONTH - 1:
            values[MONTH] = 0.0 if name.endswith(GREW) else values[MONTH - 12]
        return values

    monkeypatch.setattr(replies, "data", SimpleNamespace(series=with_the_next))
    release = replies.press(str(MONTH), RELEASED, DATA)
    label = f"customs_press/{MONTH}/5"
    reply = ask_module.Reply(release.encode(), DAY, "https://www.customs.go.jp/a_release.xml")
    (project.root / "replies").mkdir()
    (project.root / "replies/release.http").write_bytes(ask_module.pack(label, reply))
    refresh, _, ranges = commands("Add a month, or a revised figure")
    told = project.do_on(DAY, f"{refresh} --from replies")
    assert f"0 revised figures, {MONTH} to {MONTH}" in told and "Answers that move: 0" in told
    assert f"## {DAY}" in (project.root / "data/CHANGES.md").read_text(encoding="utf-8")
    assert f"03_export_decline: month [2025-05..{MONTH - 1}] is now [2025-05..{MONTH}]." in project.do(ranges)
    finish(project, RULES)


@pytest.mark.long
def test_add_a_tariff(project):
    """The rate that ends is closed, the new one and its event are told; the law is known a day longer."""
    name = "data/tables/tariff_schedule_japan.csv"

    def close(text):
        rows = list(csv.reader(text.splitlines()))
        place = next(number for number, row in enumerate(rows) if row[:3:2] == ["passenger_vehicles", ""])
        new = list(rows[place])
        rows[place][2], new[1] = "2026-10-31", "2026-11-01"
        rows.insert(place + 1, [cell.replace("EO 14345", "EO 19999") for cell in new])
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue()

    project.edit(name, close)
    event = ["2026-11-01", "", "A new order on Japanese cars takes effect", "us_tariff", "", "", "15", "12.5", "all_in"]
    project.add(
        "tables/timeline.csv", [[*event, "Federal Register", "https://www.federalregister.gov", "primary", "confirmed"]]
    )
    project.say_so("A new order.")
    steps = commands("Add a tariff")
    assert steps == ["make package", "make ranges"]
    for step in steps:
        project.do(step)
    finish(project, RULES, "tests/data", "tests/methods/test_tariffs.py")


@pytest.mark.long
def test_add_a_series(project):
    new, package = commands("Add a series")
    told = project.do(new)
    refused = project.do(package, status=2)
    written = {"title": "My goods to the US", "source": "Trade Statistics of Japan", "collected_from": "customs.go.jp"}
    for column, words in re.findall(r"series\.csv, line \d+: (\w+) still says 'WRITE'; write (.*)", refused):
        word = written.get(column) or re.match(r"one of '([^']+)'", words)[1]
        project.edit("data/series.csv", lambda text, word=word: text.replace("WRITE", word, 1))
    file = re.search(r"data/(observations/\w+\.csv)", told)[1]
    project.edit(f"data/{file}", lambda text: text.replace("WRITE,WRITE", "12345,2026-09-16"))
    project.say_so("A series of my goods.")
    project.do(package)
    for command in ENDING[:3]:
        project.do(command)
    project.passes("tests/compendium/test_compendium.py tests/data/test_package.py")
    assert project.do(".venv/bin/python -m tests.compendium.signed").startswith("\nSigned: 0")


@pytest.mark.long
def test_add_a_notebook(project):
    """With one figure, from the skeleton; its two entries for the tests are taken from what the command says."""
    new, accept = commands("Add a notebook")
    told = project.do(new)
    name = new.split()[-1]
    others = re.search(rf'^ +"{name}": \[\n(?:.*\n)+?.*\],$', told, re.MULTILINE)[0]
    limits = re.search(rf'^ +\("{name}", "month"\):.*$', told, re.MULTILINE)[0]
    project.edit("tests/notebooks/test_sweep.py", lambda text: text.replace("\nOTHERS = {", f"\nOTHERS = {{\n{others}"))
    project.edit("tests/notebooks/limits.py", lambda text: text.replace("\nLIMITS = {", f"\nLIMITS = {{\n{limits}"))
    assert "still at fault: cell 2 still says 'WRITE here what is known" in project.do(accept, status=1)
    project.edit(f"notebooks/{name}.ipynb", lambda text: re.sub(r"WRITE( here)? what", "This is what", text))
    project.do(accept)
    finish(project, RULES, f"tests/notebooks/test_sweep.py -k {name[:2]}", title=new)


@pytest.mark.long
def test_add_an_article_of_claims(project):
    new, *steps, claim = commands("Add an article of claims")
    project.do(new)
    project.say_so("The claims of an article.")
    told = [project.do(step) for step in steps]
    assert "1 point: 1 ran" in told[-1] or "1 ran" in told[-1], told
    finish(project, PAGES, "tests/data/test_tables.py tests/test_claims_article.py", title=new)
    assert "judged by nothing yet" in project.do(claim)
    assert "notebook still says 'WRITE'" in project.do("make package", status=2)


PARSE = """\
\"\"\"My office: a table of months, made for this test.\"\"\"

from autogap.sources.figure import Figure, number
from autogap.sources.tables import Request


def parse(content: bytes, request: Request) -> list[Figure]:
    rows = [line.split(",") for line in content.decode().splitlines()[1:]]
    return [Figure(period, number(value, f"{request.request}, {period}"), {"item": "prices"}) for period, value in rows]
"""


@pytest.mark.long
def test_add_a_publisher(project):
    """A parser, two rows, a kept reply: the refresh tells the month that the package lacks."""
    package, ask = commands("Add a publisher")
    (project.root / "notebooks/autogap/sources/publisher.py").write_text(PARSE, encoding="utf-8")
    project.edit(
        "notebooks/autogap/sources/tables.py", lambda text: text.replace('    "boj",', '    "boj",\n    "publisher",')
    )
    terms = "public domain (work of the US federal government)"
    request = ["my_prices", "PUBLISHER", "publisher", "https://www.bea.gov/my.csv", "once", "", "csv", "utf-8", "month"]
    project.add("requests.csv", [[*request, "", "", "", "made for a test", terms]])
    series = "bea.pce_price_new_motor_vehicles"
    project.edit("data/selectors.csv", lambda text: text.replace("\n", f"\n{series},my_prices,item=prices,1,,yes\n", 1))
    project.say_so("A publisher more.")
    project.do(package)
    with (project.root / "data/observations/bea_prices.csv").open(newline="", encoding="utf-8") as stream:
        held = [(row["period"], row["value"]) for row in csv.DictReader(stream) if row["series"] == series]
    body = "month,value\n" + "".join(f"{period},{value}\n" for period, value in [*held, ("2026-02", "122.3")])
    reply = ask_module.Reply(body.encode(), "2026-11-27", request[3])
    (project.root / "replies").mkdir()
    (project.root / "replies/my_prices.http").write_bytes(ask_module.pack("my_prices", reply))
    assert "1 new and 0 revised figures, 2026-02 to 2026-02" in project.do(f"{ask} --no-answers")
