"""One reader and writer of notebook files: a sentence for each that cannot be run, one form for the same content."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import books
import pytest
from nbpoints import notebook
from nbpoints.checks import hygiene, outputs
from nbpoints.errors import InputError
from nbpoints.mime import as_text
from nbpoints.notebook import Cell


def stored(tmp_path, content: bytes | dict):
    path = tmp_path / "broken.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def book(*cells: dict, **fields: object) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | fields


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"not json", "not JSON at line 1"),
        (b'{\n"cells": [\n<<<<<<< HEAD\n', "a merge conflict begins at line 3"),
        (b"\xff\xfe\xfa", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "not a notebook"),
        (b'{"worksheets": [], "nbformat": 3}', "is in notebook format 3"),
        (book(nbformat=5), "is in notebook format 5"),
        ({"cells": []}, "does not state its format"),
        (b'{"nbformat": 4}', "no list of cells"),
        (book(3), "cell 1 has no cell_type"),
        (book({"source": "x"}), "cell 1 has no cell_type"),
        (book({"cell_type": "code", "source": 3}), "the source is not text"),
        (book({"cell_type": "code", "source": "", "outputs": {"a": 1}}), "its outputs are not a list"),
        (book({"cell_type": "code", "source": "", "outputs": [{"output_type": "pyout"}]}), "an output of unknown type"),
        (book({"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data", "data": [1]}]}), "data"),
        (
            rb'{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "\ud800"}]}',
            "cell 1 holds half a character",
        ),
    ],
)
def test_a_broken_notebook_gets_one_sentence(tmp_path, content, says):
    with pytest.raises(InputError) as caught:
        notebook.load(stored(tmp_path, content))
    sentence = str(caught.value)
    assert sentence.startswith("broken.ipynb: ") and says in sentence and "\n" not in sentence


def test_a_missing_notebook_a_folder_and_a_pipe_get_one_sentence(tmp_path):
    """A named pipe would hang whoever opens it."""
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name, says in (("gone.ipynb", "no such notebook"), ("", "a folder"), ("pipe.ipynb", "not an ordinary file")):
        with pytest.raises(InputError, match=says):
            notebook.load(tmp_path / name)


@pytest.mark.parametrize("lacking", ["metadata", "outputs", "source", "execution_count", "tags"])
@pytest.mark.parametrize("null", [False, True], ids=["missing", "null"])
def test_what_does_no_harm_is_filled_in(tmp_path, lacking, null):
    """Other programs leave these out; nbformat would refuse each."""
    cell = {"cell_type": "code", "metadata": {"tags": []}, "source": "1", "outputs": [], "execution_count": None}
    place = cell["metadata"] if lacking == "tags" else cell
    place.update({lacking: None}) if null else place.pop(lacking)
    read = notebook.load(stored(tmp_path, book(cell)))["cells"][0]
    assert read["metadata"].get("tags", []) == [] and read["outputs"] == [] and read["execution_count"] is None
    assert notebook.clean({"cells": [read], "metadata": {}})


def test_a_byte_order_mark_and_joined_source_are_read(tmp_path):
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "x = 1"}
    path = stored(tmp_path, b"\xef\xbb\xbf" + json.dumps(book(cell)).encode())
    assert notebook.cells(path) == [Cell(1, "code", "x = 1", ("parameters",))]


def test_the_canonical_form_is_stable_and_written_once(tmp_path):
    path = stored(
        tmp_path, book({"cell_type": "code", "source": "a\nb", "outputs": [], "metadata": {"scrolled": True}})
    )
    form = notebook.clean(notebook.load(path))
    assert notebook.save(form, path) and not notebook.save(notebook.clean(notebook.load(path)), path)


def test_folding_tags_and_a_paired_text_file_are_kept(tmp_path):
    folded = {"jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    cells = [{"cell_type": "code", "source": "1", "outputs": [], "metadata": folded}]
    paired = {"jupytext": {"formats": "ipynb,py:percent"}, "papermill": {}}
    form = notebook.clean(notebook.load(stored(tmp_path, book(*cells, metadata=paired))))
    assert form["cells"][0]["metadata"] == folded
    assert form["metadata"]["jupytext"] == paired["jupytext"] and "papermill" not in form["metadata"]
    assert [fault for fault in hygiene.faults(form) if "metadata" in fault] == []


def test_code_is_read_in_several_threads():
    """Python 3.11 raises a SystemError now and then when two threads parse at a time."""
    source = "\n".join(f"x{number} = [{number}, (f(a, b=[c]), {{'d': e}})]" for number in range(300))
    with ThreadPoolExecutor(8) as pool:
        assert all(len(tree.body) == 300 for tree in pool.map(notebook.syntax, [source] * 60))


def test_ids_of_one_run_are_taken_out_of_outputs():
    """The process in a warning, the random id of a styled table, the address of an object."""

    def shown(process: int, table: str, address: str) -> dict:
        page = (
            f'<style>#T_{table}_row0_col0 {{color: red}}</style><table id="T_{table}"><td id="T_{table}_row0_col0">T_a'
        )
        return books.book(
            books.code(
                "1",
                {
                    "output_type": "stream",
                    "name": "stderr",
                    "text": [f"/tmp/ipykernel_{process}/12.py:1: UserWarning: w\n"],
                },
                books.display(html=page, plain=f"<A at {address}>"),
            )
        )

    one, other = shown(6744, "ab1c2", "0x7f3c5e8b"), shown(11, "9fe00", "0x55aa1200")
    assert notebook.dumps(notebook.clean(one)) == notebook.dumps(notebook.clean(other))
    assert outputs.compare_notebooks(one, other) == []
    assert "T_00001_row0_col0" in notebook.dumps(notebook.clean(one)) and "T_a" in notebook.dumps(notebook.clean(one))


def test_every_cell_has_an_id_of_its_own(tmp_path):
    cells = [{"cell_type": "markdown", "source": "", "id": "a"}] * 3 + [{"cell_type": "markdown", "source": ""}]
    read = notebook.load(stored(tmp_path, book(*cells, nbformat_minor=4)))
    assert [cell["id"] for cell in read["cells"]] == ["a", "ax", "axx", "c04"] and read["nbformat_minor"] == 5


def through_a_browser(value):
    """What JavaScript's JSON makes of whole floats."""
    if isinstance(value, dict):
        return {key: through_a_browser(item) for key, item in value.items()}
    if isinstance(value, list):
        return [through_a_browser(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_saving_in_jupyterlab_changes_nothing_that_is_checked():
    """JupyterLab writes -11.0 as -11 and its own kernel metadata."""
    before = books.book(
        books.code("record('yoy_pct', yoy)", books.result("yoy_pct", -11.0)),
        books.code("show()", books.display(plain="3.0") | {"data": {"application/json": {"x": [1.0, 2.5]}}}),
    )
    after = through_a_browser(before)
    after["metadata"] |= {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.13.0", "codemirror_mode": {"name": "ipython", "version": 3}},
    }
    assert (
        json.dumps(after) != json.dumps(before)
        and type(after["cells"][1]["outputs"][0]["data"][outputs.RESULT]["value"]) is int
    )
    assert hygiene.faults(after) == hygiene.faults(before) == []
    assert outputs.compare_notebooks(before, after) == [] == outputs.compare_notebooks(after, before)
    assert as_text({"name": "a", "value": -11, "unit": "percent", "digits": 1, "label": "A"}) == "A: −11.0 percent"
