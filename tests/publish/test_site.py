"""The site as files: its links, its bytes, what it refuses, and what it makes of hostile or foreign notebooks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile

import pytest
from autogap.publish import collection
from autogap.publish import site as building
from autogap.publish import theme as themes
from autogap.publish.site import Options
from nbpoints.errors import InputError
from nbpoints.run import runner
from nbpoints.scenarios import scenarios

from tests.publish.pages import faults

pytestmark = pytest.mark.slow

BOOK = "03_export_decline"


def digests(folder) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_link_and_anchor_leads_somewhere_and_nothing_is_loaded_from_outside(site):
    assert faults(site.out) == []


def test_a_second_build_gives_the_same_bytes_and_an_unchanged_one_writes_nothing(site, tmp_path):
    building.build(site.points, site.runs, tmp_path / "again", collection.theme())
    assert digests(tmp_path / "again") == digests(site.out)
    assert building.build(site.points, site.runs, site.out, collection.theme())[1] == 0


def test_a_removed_file_comes_back(site, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(site.out, copy)
    (copy / "index.html").unlink()
    assert building.build(site.points, site.runs, copy, collection.theme())[1] == 1
    assert digests(copy) == digests(site.out)


def test_prose_is_set_and_no_mark_is_left(site):
    for path in site.out.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "&lt;li&gt;" not in page and "\ue000" not in page, path


def test_numbers_under_a_figure_stand_at_the_right_and_words_at_the_left(site):
    seen = set()
    for path in site.out.glob(f"{BOOK}/*.html"):
        for table in re.findall(r'<details data-kind="table">(.*?)</table>', path.read_text(encoding="utf-8"), re.S):
            for looks, text in re.findall(r"<td([^>]*)>([^<]+)", table):
                is_word = re.fullmatch(r"[A-Za-z][A-Za-z ]*|[0-9]{4}-[0-9]{2}", text.strip()) is not None
                assert is_word == ("class" not in looks), (path.name, text)
                seen.add(is_word)
    assert seen == {True, False}


def test_equal_drawings_are_stored_once(site):
    drawn = [figure.files["svg"] for read in site.reads for figure in read.figures]
    kept = list(site.out.glob("f/*/*.svg"))
    assert len(kept) == len(set(drawn)) < len(drawn)


def test_the_address_of_a_point_is_its_name(site):
    index = json.loads((site.out / "index.json").read_bytes())
    listed = {point["point"] for book in index["notebooks"] for point in book["points"]}
    assert listed == {point.name for point in site.points}
    for point in site.points:
        for ending in ("html", "json", "zip", "bib", "csl.json"):
            assert (site.out / point.notebook.stem / f"{point.name}.{ending}").is_file()


def test_the_json_of_a_point_holds_what_its_run_recorded(site):
    for read in site.reads:
        given = json.loads((site.out / read.stem / f"{read.name}.json").read_bytes())
        recorded = {result["name"]: result["value"] for result in read.record["results"]}
        assert {result["name"]: result["value"] for result in given["results"]} == recorded
        assert given["parameters"] == read.point.parameters


def test_the_zip_of_a_point_holds_tables_terms_and_citation(site):
    read = site.of(BOOK)[0]
    with zipfile.ZipFile(site.out / BOOK / f"{read.name}.zip") as archive:
        names = set(archive.namelist())
        for figure in read.figures:
            assert archive.read(f"{figure.stem}.csv") == figure.files["csv"]
        about = archive.read("README.txt").decode()
    assert {"references.bib", "README.txt", f"{read.name}.json"} <= names
    assert "Terms of the data files" in about and "data/observations/mof_us_trade.csv" in about


def test_a_point_that_would_run_again_is_refused(site, tmp_path):
    runs = tmp_path / "runs"
    shutil.copytree(site.runs, runs)
    record = next(runs.glob("months/*/run.json"))
    stale = json.loads(record.read_bytes())
    stale["fingerprint"]["files"]["data/series.csv"] = "0" * 64
    record.write_text(json.dumps(stale), encoding="utf-8")
    with pytest.raises(
        InputError,
        match=r"not current: 1 of 7 points; run.*\n.*data file data/series.csv changed",
    ):
        building.build(site.points, runs, tmp_path / "out", collection.theme())
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_site_is_left_alone(site, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than a site"):
        building.build(site.points, site.runs, tmp_path, collection.theme())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_no_build_wrote_stays_and_what_an_earlier_one_wrote_goes(site, tmp_path):
    out = tmp_path / "site"
    building.build(site.points, site.runs, out, collection.theme())
    mine = ["CNAME", ".nojekyll", ".git/HEAD", f"{BOOK}/notes.txt"]
    for path in mine:
        (out / path).parent.mkdir(exist_ok=True)
        (out / path).write_text("mine", encoding="utf-8")
    only = [point for point in site.points if point.notebook.stem == "11_negotiation_timeline"]
    building.build(only, site.runs, out, collection.theme())
    building.build(only, site.runs, tmp_path / "small", collection.theme())
    kept = digests(out)
    assert all(kept.pop(path) for path in mine)
    assert kept == digests(tmp_path / "small")
    assert not (out / "13_claims_ledger").exists() and [path.name for path in (out / BOOK).iterdir()] == ["notes.txt"]
    frozen = building.freeze(out, "1.0")
    assert digests(frozen) == kept


def test_a_build_that_was_stopped_leaves_nothing_behind(site, tmp_path, monkeypatch):
    def stopped(*_):
        (tmp_path / "site" / "index.html").write_text("new", encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(building.Store, "write", stopped)
        with pytest.raises(KeyboardInterrupt):
            building.build(site.points, site.runs, tmp_path / "site", collection.theme())
    listed = json.loads((tmp_path / "site" / building.STAMP).read_bytes())["files"]
    assert "index.html" in listed and f"{BOOK}/index.html" in listed
    building.build(site.points, site.runs, tmp_path / "site", collection.theme())
    assert digests(tmp_path / "site") == digests(site.out)


def test_what_a_killed_freeze_left_is_no_version_and_stops_no_other(site, tmp_path):
    out = tmp_path / "site"
    shutil.copytree(site.out, out)
    part = out / "v" / ".1.0.part"
    part.mkdir(parents=True)
    (part / "index.html").write_text("half", encoding="utf-8")
    assert building.build(site.points, site.runs, out, collection.theme())[1] == 0
    assert digests(building.freeze(out, "1.0")) == digests(site.out) and not part.exists()


def test_a_frozen_version_outlives_the_next_build_and_never_changes(site, tmp_path):
    out = tmp_path / "site"
    shutil.copytree(site.out, out)
    before = digests(building.freeze(out, "1.0"))
    building.build(site.points, site.runs, out, collection.theme())
    assert digests(out / "v" / "1.0") == before == digests(site.out)
    assert 'href="v/1.0/index.html"' in (out / "index.html").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="frozen already"):
        building.freeze(out, "1.0")
    assert faults(out) == []


def test_the_budget_holds(site):
    import gzip

    page = site.out / BOOK / "index.html"
    first = [page, site.out / "assets" / "site.css", site.out / "assets" / "site.js"]
    figure = site.of(BOOK)[0].figures[0]
    drawing = hashlib.sha256(figure.files["svg"]).hexdigest()[:12]
    first.append(site.out / "f" / drawing / f"{figure.stem}.svg")
    assert sum(len(gzip.compress(path.read_bytes())) for path in first) < 40_000
    script = (site.out / "assets" / "site.js").read_text(encoding="utf-8")
    assert script.count("\n") < 250
    assert not any(word in script for word in ("fetch(", "import(", "XMLHttpRequest", "http://127", "cdn"))


def test_social_cards_need_the_address(site, tmp_path):
    options = Options(base="https://example.org/gap/", languages=("en",))
    building.build(site.points[:1], site.runs, tmp_path / "site", collection.theme(), options)
    page = (tmp_path / "site" / "11_negotiation_timeline" / "index.html").read_text(encoding="utf-8")
    assert 'content="https://example.org/gap/11_negotiation_timeline/card.png"' in page
    assert 'rel="canonical" href="https://example.org/gap/11_negotiation_timeline/negotiation_timeline.html"' in page


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """A stranger's folder: plain matplotlib, a plain table, and a parameter whose value is HTML."""
    folder = tmp_path_factory.mktemp("foreign") / "their notebooks"
    folder.mkdir()
    cells = [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {},
            "source": f"# What of {HOSTILE}?\n\nWe look. {HOSTILE}\n\n"
            "![spy](https://example.org/spy.png) [out](javascript:alert(3)) [b](02_other.ipynb)\n\n## Limits\n\n- Few.",
        },
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"tags": ["parameters"]},
            "execution_count": None,
            "outputs": [],
            "source": 'word: str = "plain"  # what is drawn\nsize: int = 3  # how many',
        },
        {
            "cell_type": "code",
            "id": "c",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": "import pandas as pd\nfrom IPython.display import HTML, SVG, display\n"
            "display(pd.DataFrame({word: range(size)}))\n"
            "display(HTML(f'<table onclick=\"alert(4)\"><tr><td>{size}<script>alert(5)</script></td></tr></table>'))\n"
            'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="30pt">\'\n'
            "            f'<circle r=\"{size}\"/></svg>'))",
        },
    ]
    book = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "p", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "01_theirs.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (folder / "scenarios.yaml").write_text(
        "words:\n  notebooks: 01_theirs\n  cases:\n    - {}\n    - {size: 5}\n"
        f"    - {{word: '{HOSTILE}'}}\n".replace("    - {}\n", ""),
        encoding="utf-8",
    )
    points = scenarios.load(folder / "scenarios.yaml").points(["baseline", "words"])
    assert runner.run(points, jobs=2, out=folder / "runs") == 0
    out = folder / "pages"
    building.build(
        points,
        folder / "runs",
        out,
        themes.of_folder(folder),
        Options(languages=("en",)),
    )
    return out


def test_a_strangers_folder_gives_a_whole_site(foreign):
    assert faults(foreign) == []
    page = (foreign / "01_theirs" / "theirs@size=5.html").read_text(encoding="utf-8")
    assert "<svg" not in page and ".svg" in page and "We look." in page


def test_titles_values_and_tables_that_are_html_stay_words(foreign):
    for path in foreign.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "<script>alert" not in page and "<img src=x" not in page
        assert 'href="javascript' not in page and "example.org/spy" not in page
    assert "&lt;script&gt;alert(1)" in (foreign / "index.html").read_text(encoding="utf-8")


def test_nothing_of_a_strangers_site_runs_in_a_browser(foreign, browser):
    page = browser.new_page()
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    for path in foreign.glob("01_theirs/*.html"):
        page.goto(path.as_uri())
        if page.locator("select#p-word").count():
            page.select_option("select#p-word", index=0)
            page.select_option("select#p-word", index=1)
    page.close()
    assert said == []


PLANTED = {
    "an alt dropped": (r' alt="', ' title="', "a picture without words"),
    "an outside picture": (
        "<main",
        '<img alt="x" src="https://cdn.example.org/a.png"><main',
        "from outside",
    ),
    "a page gone": ('href="points.html"', 'href="Points.html"', "is not there"),
    "a script in the page": ("<main", "<script>1</script><main", "a script inside"),
    "a handler": ("<main", "<main onclick='x()'", "onclick in a tag"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_faults_of_pages_are_found(site, tmp_path, fault):
    was, now, said = PLANTED[fault]
    copy = tmp_path / "site"
    shutil.copytree(site.out, copy, ignore=shutil.ignore_patterns("ja"))
    page = copy / BOOK / "index.html"
    text = page.read_text(encoding="utf-8")
    assert was in text
    page.write_text(text.replace(was, now, 1), encoding="utf-8")
    assert any(said in line and line.startswith(f"{BOOK}/index.html") for line in faults(copy))


def test_the_csv_of_all_points_is_read_back(site):
    rows = list(csv.DictReader(io.StringIO((site.out / BOOK / "points.csv").read_text(encoding="utf-8"))))
    assert len(rows) == sum(len(read.results) for read in site.of(BOOK))
    by_key = {(row["point"], row["name"]): row["value"] for row in rows}
    for read in site.of(BOOK):
        for name, value in read.values().items():
            if isinstance(value, float):
                assert float(by_key[read.name, name]) == value
