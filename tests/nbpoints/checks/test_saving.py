"""What JupyterLab saves keeps the stored form; notebooks in a form of their own are left alone."""

import copy
import json
from types import SimpleNamespace

import pytest
from nbpoints.checks.saving import stored_form
from nbpoints.mime import NOTE
from nbpoints.notebook import canonical

from tests.books import book, code, display, result, write


@pytest.fixture
def saved(tmp_path):
    """Return a function that saves a notebook over a stored one as a server does, and returns the file's text."""
    path = write(tmp_path, book(code("record()", result("gap_pct", -11.0))), "01_small.ipynb")
    path.write_text(canonical.dumps(json.loads(path.read_text())), encoding="utf-8")

    def save(content):
        model = {"type": "notebook", "content": copy.deepcopy(content)}
        stored_form(model, "notebooks/01_small.ipynb", SimpleNamespace(root_dir=str(tmp_path)))
        path.write_text(canonical.dumps(model["content"]), encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return path, save


def from_browser(path):
    """The notebook as JavaScript holds it, with what JupyterLab adds."""
    content = json.loads(
        path.read_text(), parse_float=lambda text: int(text[:-2]) if text.endswith(".0") else float(text)
    )
    content["metadata"]["language_info"] |= {"version": "3.11.7", "pygments_lexer": "ipython3"}
    content["cells"][1]["metadata"] = {"scrolled": True, "execution": {"iopub.status.busy": "2026-01-01"}}
    content["cells"][1]["outputs"].append(display(plain="Saved in runs/by_hand/x/"))
    content["cells"][1]["outputs"][-1]["data"][NOTE] = {"place": "runs/by_hand/x"}
    return content


def test_saving_an_untouched_notebook_changes_no_byte(saved):
    path, save = saved
    was = path.read_text(encoding="utf-8")
    assert '"value": -11.0' in was and '"value": -11.0' not in json.dumps(from_browser(path))
    assert save(from_browser(path)) == was


def test_an_edit_that_is_taken_back_is_no_change(saved):
    path, save = saved
    was, edited = path.read_text(encoding="utf-8"), from_browser(path)
    edited["cells"][1]["source"] = "record(1)"
    assert "record(1)" in save(edited)
    edited["cells"][1]["source"] = "record()"
    assert save(edited) == was


def test_counts_stay_so_that_a_wrong_order_shows(saved):
    path, save = saved
    content = from_browser(path)
    content["cells"][1]["execution_count"] = 7
    assert json.loads(save(content))["cells"][1]["execution_count"] == 7


def test_a_notebook_in_another_form_is_left_alone(saved):
    path, save = saved
    content = from_browser(path)
    for text in (json.dumps(content), "", "[]"):
        path.write_text(text)
        assert json.loads(save(content)) == content


def test_a_cell_that_lab_unfolded_is_folded_again_by_its_tag(saved):
    path, save = saved
    stored = json.loads(path.read_text())
    stored["cells"][1]["metadata"] = {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]}
    path.write_text(canonical.dumps(canonical.clean(stored)), encoding="utf-8")
    was, content = path.read_text(encoding="utf-8"), from_browser(path)
    content["cells"][1]["metadata"] = {"tags": ["hide-output"]}
    assert "outputs_hidden" in was and save(content) == was
