"""The site as its readers meet it: in a real browser, from a disk and under a deep path of a server."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from autogap.publish import collection, markup, rights
from autogap.publish.books import spelt
from nbpoints.mime import value_as_text

pytestmark = [pytest.mark.slow, pytest.mark.browser]

BOOK = "03_export_decline"
PAGES = [
    "index.html",
    f"{BOOK}/index.html",
    f"{BOOK}/points.html",
    "11_negotiation_timeline/index.html",
    "13_claims_ledger/index.html",
    "figures/index.html",
    "numbers/index.html",
    "data/index.html",
    "data/observations-mof_us_trade.html",
    "claims/index.html",
    "methods/index.html",
    "cite/index.html",
    "build/index.html",
    "search/index.html",
    "ja/index.html",
    f"ja/{BOOK}/index.html",
]
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@contextlib.contextmanager
def opened(browser, base, **how):
    """A page that collects what it asks for and complains about."""
    context = browser.new_context(viewport=LAPTOP, accept_downloads=True) if not how else browser.new_context(**how)
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((base, "data:")) else page.faults.append(f"outside: {request.url}")
        ),
    )
    # a drawing that was still on its way when the reader chose again is given up by the browser, and no fault
    page.on(
        "requestfailed",
        lambda request: None if request.failure == "net::ERR_ABORTED" else page.faults.append(f"failed: {request.url}"),
    )
    try:
        yield page
    finally:
        context.close()


def local(site) -> str:
    return site.out.as_uri() + "/"


def follow(page, link):
    """Click a link and wait until its page has loaded: a click returns before that."""
    with page.expect_navigation():
        page.click(link)


def at_point(page) -> dict:
    """What the page says of its point."""
    return page.evaluate("""() => ({
        point: document.querySelector("article").dataset.point,
        answer: document.querySelector(".answer").textContent.trim(),
        numbers: Object.fromEntries([...document.querySelectorAll("#numbers tbody tr")].map(row =>
            [row.id.slice(2), row.querySelector("td").textContent.trim()])),
        pictures: [...document.querySelectorAll("figure:not([hidden]) img")].map(img => img.src.split("/f/")[1]),
        rows: [...document.querySelectorAll("figure:not([hidden])")].map(figure =>
            figure.querySelectorAll("[data-kind=table] tbody tr").length),
    })""")


def expected(site, read) -> dict:
    """What run.json and the files of a point say, in the same shape."""
    record = json.loads((read.folder / "run.json").read_bytes())
    numbers = {r["name"]: value_as_text(r) for r in record["results"]}
    drawn = [f"{hashlib.sha256(figure.files['svg']).hexdigest()[:12]}/{figure.stem}.svg" for figure in read.figures]
    # a table that the terms keep back is not on the page
    terms = collection.theme().terms
    offered = [rights.may_offer(figure.table, map(terms, figure.data)) for figure in read.figures]
    rows = [(len(figure.table) - 1) * shown for figure, shown in zip(read.figures, offered, strict=True)]
    return {
        "point": record["point"],
        "answer": markup.plain(read.answer),
        "numbers": numbers,
        "pictures": drawn,
        "rows": rows,
    }


def choose(page, read):
    for name, value in read.point.parameters.items():
        if page.locator(f"#p-{name}").count():
            position = page.evaluate(
                "([name, value]) => window.POINTS.axes.find(a => a.name === name).keys.indexOf(value)",
                [name, spelt(value)],
            )
            page.select_option(f"#p-{name}", index=position)


@pytest.mark.parametrize("place", ["disk", "server"])
def test_every_page_loads_without_a_complaint_or_a_request_to_outside(site, served, browser, place):
    base = local(site) if place == "disk" else served
    with opened(browser, base) as page:
        for name in PAGES:
            page.goto(base + name)
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            broken = page.evaluate("[...document.images].filter(i => i.loading !== 'lazy' && !i.naturalWidth).length")
            assert broken == 0, name
        assert page.faults == []


@pytest.mark.parametrize("place", ["disk", "server"])
def test_a_choice_changes_sentence_numbers_rows_and_drawings_to_those_of_its_run(site, served, browser, place):
    base = local(site) if place == "disk" else served
    with opened(browser, base) as page:
        assert differing(page, base, site, BOOK) == []
        assert page.faults == []


def differing(page, base, site, stem) -> list[str]:
    """Choose every point of a notebook, the default last, and name those that are not as their run left them."""
    page.goto(f"{base}{stem}/index.html")
    found = []
    for read in [*site.of(stem)[1:], site.of(stem)[0]]:
        choose(page, read)
        if at_point(page) != expected(site, read):
            found.append(read.name)
    return found


def test_two_points_swapped_in_the_data_of_the_page_are_caught(site, browser, tmp_path):
    copy = tmp_path / "site"
    shutil.copytree(site.out, copy, ignore=shutil.ignore_patterns("ja", "*.zip"))
    script = copy / BOOK / "data.js"
    content = json.loads(script.read_text(encoding="utf-8").removeprefix("window.POINTS=").removesuffix(";\n"))
    first, second = content["points"][1:3]
    first["s"], second["s"] = second["s"], first["s"]
    script.write_text(f"window.POINTS={json.dumps(content)};\n", encoding="utf-8")
    with opened(browser, copy.as_uri() + "/") as page:
        assert set(differing(page, copy.as_uri() + "/", site, BOOK)) == {first["n"], second["n"]}


def test_a_page_of_a_point_fills_in_its_tables_and_leads_to_the_same_point_in_japanese(site, browser):
    base, read = local(site), site.of(BOOK)[2]
    with opened(browser, base) as page:
        page.goto(f"{base}{BOOK}/{markup.address(read.name)}.html")
        assert at_point(page) == expected(site, read)
        follow(page, "[data-keep-query]")
        assert "/ja/" in page.url and at_point(page) == expected(site, read)
        assert page.locator(".take .downloads span").inner_text() == "ダウンロード"
        assert page.locator("figure:visible .downloads span").first.inner_text() == "ダウンロード"
        choose(page, site.of(BOOK)[1])
        assert at_point(page) == expected(site, site.of(BOOK)[1])
        follow(page, "[data-home] a")
        assert at_point(page) == expected(site, site.of(BOOK)[0])
        follow(page, "[data-keep-query]")
        assert "/ja/" not in page.url and at_point(page)["point"] == site.of(BOOK)[0].name
        assert "\ue000" not in page.content()
        assert page.faults == []


def test_a_change_asks_for_no_words_and_is_fast(site, served, browser):
    with opened(browser, served) as page:
        page.goto(f"{served}{BOOK}/index.html")
        page.wait_for_load_state("networkidle")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        took = page.evaluate("""() => {
            const select = document.querySelector("#p-month"), times = [];
            for (const index of [1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]) {
                const start = performance.now();
                select.selectedIndex = index;
                select.dispatchEvent(new Event("change"));
                times.push(performance.now() - start);
            }
            return Math.min(...times);  // what else the machine does is no part of the page
        }""")
        assert took < 50
        page.wait_for_timeout(200)
        assert [url for url in asked if not url.endswith(".svg")] == []


def test_a_link_to_a_state_opens_it_and_back_and_forward_return(site, browser):
    base = local(site)
    with opened(browser, base) as page:
        page.goto(f"{base}{BOOK}/index.html?month=2025-06&commodity=mv_parts")
        assert at_point(page)["point"] == "export_decline@commodity=mv_parts,month=2025-06"
        page.goto(f"{base}{BOOK}/index.html?month=1812-06&unknown=1")
        assert at_point(page)["point"] == "export_decline"
        page.select_option("#p-month", index=1)
        page.select_option("#p-month", index=2)
        assert page.url.endswith("?month=2025-07")
        page.go_back()
        assert at_point(page)["point"] == "export_decline@month=2025-06"
        page.go_forward()
        assert at_point(page)["point"] == "export_decline@month=2025-07"
        page.reload()
        assert at_point(page)["point"] == "export_decline@month=2025-07"
        assert page.faults == []


def test_a_combination_that_was_not_run_leads_to_the_defaults_beside_it(site, browser):
    base = local(site)
    with opened(browser, base) as page:
        page.goto(f"{base}{BOOK}/index.html?month=2025-07")
        page.select_option("#p-commodity", index=1)
        assert at_point(page)["point"] == "export_decline@commodity=mv_parts"


def test_without_javascript_every_point_is_a_page_that_says_the_same(site, browser):
    base = local(site)
    with opened(browser, base, java_script_enabled=False, viewport=LAPTOP) as page:
        for read in site.reads:
            page.goto(f"{base}{read.stem}/{markup.address(read.name)}.html")
            assert page.locator(".answer").inner_text().strip() == markup.plain(read.answer)
            assert page.locator("#numbers tbody tr").count() == len(read.results)
            assert page.locator("figure:visible").count() == len(read.figures)
        page.goto(f"{base}{BOOK}/index.html")
        follow(page, "[data-axis='0'] [data-step='1']")
        assert "month=2025-06" in page.url
        page.goto(f"{base}{BOOK}/points.html")
        assert page.locator(".points a").count() == len(site.of(BOOK))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_accessibility_and_width(site, browser, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    base = local(site)
    with opened(browser, base, color_scheme=scheme, viewport=size) as page:
        for name in PAGES:
            page.goto(base + name)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            found = Axe().run(page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than its page"


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_answer_stands_in_the_first_screen(site, browser, size):
    base = local(site)
    with opened(browser, base, viewport=size) as page:
        for read in site.reads:
            page.goto(f"{base}{read.stem}/{markup.address(read.name)}.html")
            box = page.locator(".answer").bounding_box()
            assert box["y"] + box["height"] <= size["height"], read.name


def test_the_keyboard_alone_reaches_and_changes_everything(site, browser):
    base = local(site)
    with opened(browser, base) as page:
        page.goto(f"{base}{BOOK}/index.html")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "p-month":
                break
        page.keyboard.press("ArrowDown")
        assert at_point(page)["point"] == "export_decline@month=2025-06"
        assert page.evaluate("document.activeElement.id") == "p-month", "the focus stays where the reader is"
        dots = page.locator(".plot a")
        dots.nth(2).focus()
        page.keyboard.press("Enter")
        assert at_point(page)["point"] == "export_decline@month=2025-07"


def test_two_points_compare(site, browser):
    base = local(site)
    with opened(browser, base) as page:
        page.goto(f"{base}{BOOK}/index.html")
        page.select_option("[data-with]", label="export_decline@month=2025-06")
        by_name = {read.name: read.values() for read in site.of(BOOK)}
        here, there = by_name["export_decline"], by_name["export_decline@month=2025-06"]
        row = page.locator("#compare tr[data-name=exports_yoy_pct] td")
        wanted = [here["exports_yoy_pct"], there["exports_yoy_pct"]]
        assert row.all_inner_texts()[:2] == [value_as_text({"value": value, "digits": 1}) for value in wanted]
        assert page.faults == []


def test_paper_has_every_picture_though_nobody_scrolled(site, browser, tmp_path):
    base, read = local(site), site.of(BOOK)[0]
    with opened(browser, base) as page:
        page.emulate_media(media="print")
        waiting = "[...document.images].filter(i => i.checkVisibility() && !(i.complete && i.naturalWidth)).length"
        for name in ("index.html", "figures/index.html", f"{BOOK}/index.html"):
            page.goto(base + name)
            assert page.evaluate(waiting) == 0, name
        paper = tmp_path / "page.pdf"
        page.pdf(path=paper)
        assert page.faults == []
    if shutil.which("pdftotext") is None:
        pytest.skip("NO POPPLER: the printed page was not read. Install poppler-utils, as .ci/run does.")
    printed = subprocess.run(["pdftotext", paper, "-"], check=True, capture_output=True, text=True).stdout.split()
    for figure in read.figures:
        drawn = re.findall(rb"<text[^>]*>([^<]+)</text>", figure.files["svg"])
        words = [word for text in drawn for word in unescape(text.decode()).split()]
        assert words and not set(words) - set(printed), f"{figure.stem} is not on paper"


def test_a_download_has_its_name_and_its_bytes(site, served, browser):
    # from a disk a browser shows drawings instead of keeping them under their names
    base, read = served, site.of(BOOK)[0]
    with opened(browser, base) as page:
        for figure in read.figures:
            # a page that is clicked by a script may keep about ten files; then the browser would ask its reader
            page.goto(f"{base}{BOOK}/index.html")
            for ending, link in (
                (a.inner_text().lower(), a) for a in page.locator(f"#{figure.stem} .downloads a").all()
            ):
                with page.expect_download() as waiting:
                    link.evaluate("a => a.click()")
                got = waiting.value
                assert got.suggested_filename == f"{figure.stem}.{ending}"
                digest = hashlib.sha256(Path(got.path()).read_bytes()).hexdigest()
                if ending in figure.files:
                    assert digest == hashlib.sha256(figure.files[ending]).hexdigest()
                if ending == "csv":
                    assert digest == figure.facts["csv_sha256"]


def test_the_search_finds_words_names_and_japanese(site, browser):
    base = local(site)
    with opened(browser, base) as page:
        page.goto(f"{base}search/index.html?q=exports yoy")
        assert page.locator(".hits a").count() > 0
        page.fill("#q", "zzzz")
        assert page.locator(".hits a").count() == 0
        page.goto(f"{base}ja/search/index.html")
        page.fill("#q", "関税")
        follow(page, ".hits a >> nth=0")
        assert "/ja/" in page.url
        assert page.faults == []
