"""Every notebook on its page: each parameter that the site offers is changed, and its run compared."""

from __future__ import annotations

import pytest
from autogap.paths import NOTEBOOKS
from autogap.publish import cli, collection, reading
from autogap.publish import site as building
from autogap.publish.books import gather
from nbpoints.run import runner
from nbpoints.scenarios import scenarios

from tests.publish.conftest import Site
from tests.publish.pages import faults
from tests.publish.test_browser import differing, local, opened

pytestmark = [pytest.mark.long, pytest.mark.browser]


def one_step_away(points) -> list:
    """The default of each notebook, and the first point that differs from it in each parameter alone."""
    found = {}
    for point in points:
        if len(point.passed) <= 1:
            found.setdefault((point.notebook.stem, *point.passed), point)
    return list(found.values())


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Site:
    """A site of all notebooks."""
    folder = tmp_path_factory.mktemp("whole")
    plans = scenarios.load(NOTEBOOKS / scenarios.FILE, NOTEBOOKS)
    points = one_step_away(cli.site_points(plans, None, None))
    assert runner.run(points, jobs=2, out=folder / "runs") == 0
    building.build(points, folder / "runs", folder / "site", collection.theme())
    reads = tuple(reading.read(point, folder / "runs") for point in points)
    return Site(folder / "site", folder / "runs", tuple(points), reads)


def test_every_parameter_of_every_notebook_changes_what_its_run_says(whole, browser):
    books = gather(whole.reads, collection.theme(), "en")
    assert {book.stem for book in books} == {path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb")}
    with opened(browser, local(whole)) as page:
        for book in books:
            assert differing(page, local(whole), whole, book.stem) == [], book.stem
        assert page.faults == []


def test_every_link_of_the_whole_leads_somewhere(whole):
    assert faults(whole.out) == []
