"""A notebook used by hand never changes what is published, whatever its file and its kernel say meanwhile."""

from __future__ import annotations

import json

import pytest

from tests.checkout import Checkout

pytestmark = pytest.mark.slow

BOOK = "notebooks/03_export_decline.ipynb"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    copied = Checkout(tmp_path_factory.mktemp("by_hand") / "checkout")
    copied.accept("03_export_decline")
    return copied


@pytest.fixture
def checkout(shared):
    """The copy as it was committed, without runs."""
    shared.git("checkout", "-q", ".")
    shared.git("clean", "-qfdx")
    return shared


def edit(path, *replacements, new=None):
    text = path.read_text(encoding="utf-8")
    for was, now in replacements:
        assert was in text
        text = text.replace(was, now, 1)
    (new or path).write_text(text, encoding="utf-8")


def by_hand(checkout, point="export_decline"):
    """Name and described profile, month of the figures that a run by hand wrote."""
    folder = checkout.root / "runs/by_hand" / point
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return {(one["profile"], one["parameters"]["month"]) for one in found}


def test_a_profile_does_not_replace_published_figures(checkout):
    done = checkout.run("papermill", BOOK, "out.ipynb", AUTOGAP_PROFILE="journal")
    assert done.returncode == 0, done.stderr[-2000:]
    assert checkout.changed() == ["?? out.ipynb"]
    assert by_hand(checkout, "export_decline/journal") == {("journal", "2025-05")}


def test_a_saved_edit_does_not_replace_published_figures(checkout):
    edit(checkout.root / BOOK, ('month: str = \\"2025-05\\"', 'month: str = \\"2025-08\\"'))
    done = checkout.run("papermill", BOOK, "out.ipynb")
    assert done.returncode == 0, done.stderr[-2000:]
    assert checkout.changed() == [f" M {BOOK}", "?? out.ipynb"]
    assert by_hand(checkout, "export_decline@month=2025-08") == {("briefing", "2025-08")}
    assert "Saved in runs/by_hand/export_decline@month=2025-08/" in (checkout.root / "out.ipynb").read_text()


def test_a_copy_elsewhere_does_not_replace_published_figures(checkout, tmp_path):
    edit(checkout.root / BOOK, ('\\"cars\\"', '\\"parts\\"'), new=tmp_path / "mine.ipynb")
    done = checkout.run("papermill", "mine.ipynb", "out.ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert checkout.changed() == [] and by_hand(checkout)


def test_a_parameters_cell_that_ran_again_alone_is_refused(checkout):
    book = json.loads((checkout.root / BOOK).read_text(encoding="utf-8"))
    cells = book["cells"]
    given = next(i for i, cell in enumerate(cells) if "parameters" in cell["metadata"].get("tags", []))
    again = {**cells[given], "id": "again", "metadata": {}}
    again["source"] = [line.replace("2025-05", "2025-08", 1) for line in again["source"]]
    cells.insert(given + 2, again)
    (checkout.root / "again.ipynb").write_text(json.dumps(book), encoding="utf-8")
    done = checkout.run("papermill", "again.ipynb", "out.ipynb")
    assert done.returncode != 0
    assert "month is '2025-08' now, but this run began with '2025-05': run the cell with run.start again" in done.stderr
    assert by_hand(checkout) == set()


def test_a_misspelt_parameter_is_refused(checkout):
    """Papermill itself prints a line and runs on, so that a file named by one month answers for another."""
    done = checkout.run("papermill", BOOK, "out 2025-08.ipynb", "-p", "mnth", "2025-08")
    assert done.returncode != 0 and "mnth: no such parameter. Did you mean 'month'?" in done.stderr
    assert by_hand(checkout) == set()


def test_the_paths_that_papermill_injects_are_no_parameters(checkout):
    done = checkout.run("papermill", BOOK, "out.ipynb", "--inject-paths", "-p", "month", "2025-08")
    assert done.returncode == 0, done.stderr[-2000:]
    assert by_hand(checkout, "export_decline@month=2025-08") == {("briefing", "2025-08")}


def test_a_notebook_run_whole_by_hand_still_proves_itself(checkout):
    """Run All and save: the notes below the figures are no difference."""
    done = checkout.run("jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", BOOK)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Saved in runs/by_hand/export_decline/" in (checkout.root / BOOK).read_text(encoding="utf-8")
    proved = checkout.run("pytest", "-q", "--nbval", BOOK, "-p", "no:cacheprovider", "-k", "not rules")
    assert proved.returncode == 0, proved.stdout[-3000:]
