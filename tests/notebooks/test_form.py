"""The common form of the notebooks: question, parameters, answer, limits, figures."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

from autogap import results
from autogap.paths import FIGURES
from collection import BOOKS, book, cells, each
from nbpoints import notebook as reading
from nbpoints.checks import outputs
from nbpoints.parameters import declare as parameters

from tests.compendium import readme

MOST_LINES, MEAN_LINES, LIMITS_LENGTH = 25, 8, 200
FORMS = {".csv", ".json", ".pdf", ".png", ".svg"}


def code(stem):
    return [cell for cell in cells(stem) if cell.kind == "code"]


def test_notebooks_are_numbered_without_a_gap_and_ask_different_questions():
    """One notebook for each number, no fewer than the collection began with."""
    assert [stem[:2] for stem in BOOKS] == [f"{number:02d}" for number in range(1, len(BOOKS) + 1)]
    assert len({reading.question(cells(stem)) for stem in BOOKS}) == len(BOOKS) >= 13


@each
def test_the_title_is_the_question(stem):
    title, about = cells(stem)[:2]
    assert title.kind == about.kind == "markdown", "the first two cells are text: the question, and what is known"
    assert re.fullmatch(r"# [A-Z][^\n]+\?", title.source.strip()), "the first cell is `# ` and one question with a ?"
    assert len(about.source) > 80, "the second cell says what is known and where it comes from"


@each
def test_the_parameters_are_annotated_and_explained(stem):
    """A literal a line as `name: type = value  # what it means`, so that `papermill --help-notebook` shows it."""
    cell = next(cell for cell in code(stem) if "parameters" in cell.tags)
    body = ast.parse(cell.source).body
    form = "write each parameter as `name: type = value  # what it means [range]`"
    assert body and all(isinstance(line, ast.AnnAssign) for line in body), form
    unexplained = [one.name for one in parameters.read(BOOKS[stem]).values() if len(one.help) < 10]
    assert unexplained == [], form


@each
def test_the_run_begins_right_after_the_parameters_with_all_of_them(stem):
    """The imports cell follows, is the only one, and passes each parameter under its own name."""
    given, imports = code(stem)[:2]
    assert "parameters" in given.tags and imports.number == given.number + 1, "the imports follow the parameters"
    trees = {cell.number: ast.parse(cell.source) for cell in code(stem)}
    importing = {
        number
        for number, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert importing == {imports.number}, f"move all imports into cell {imports.number}"
    starts = [
        node
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "run.start"
    ]
    assert [ast.literal_eval(call.args[0]) for call in starts] == [stem], f'call run.start("{stem}", ...) once'
    passed = {keyword.arg: ast.unparse(keyword.value) for keyword in starts[0].keywords}
    assert passed == {name: name for name in parameters.read(BOOKS[stem])}, "pass run.start every parameter, name=name"


@each
def test_alone_it_says_what_it_needs(stem, tmp_path):
    """The imports cell in a Python that has nothing of ours: one sentence with the cure, no traceback."""
    imports = code(stem)[1]
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", imports.source], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    needed = "run this in the autogap project, set up as its README says."
    assert told.returncode == 1 and re.fullmatch(rf"No module named '\w+': {needed}\n", told.stderr), told.stderr


@each
def test_the_answer_comes_first(stem):
    """The first output is one sentence or two that the notebook says, with a number in it."""
    cell = next((cell for cell in book(stem)["cells"] if cell.get("outputs")), None)
    assert cell, "no output is stored"
    first = "the first output is the answer: a sentence with a number in it, told by `say(...)`"
    assert set(cell["outputs"][0].get("data", {})) == {"text/plain", "text/markdown"}, first
    assert "say(" in outputs.text_of(cell["source"]), first
    assert re.search(r"\d", readme.headline(book(stem))), first


@each
def test_it_ends_with_limits(stem):
    """The last heading is Limits, and nothing is computed after it."""
    headings = [
        (cell.number, line)
        for cell in cells(stem)
        if cell.kind == "markdown"
        for line in cell.source.splitlines()
        if re.match(r"##? ", line)
    ]
    number, line = headings[-1]
    assert line == "## Limits", "the last heading is `## Limits`: what the data cannot say"
    assert all(cell.kind == "markdown" for cell in cells(stem)[number - 1 :]), "only text follows `## Limits`"
    length = len("".join(cell.source for cell in cells(stem)[number - 1 :]))
    assert length > LIMITS_LENGTH, f"the limits have {length} characters; write more than {LIMITS_LENGTH}"


@each
def test_code_cells_are_short(stem):
    """Where a cell grows, a function is missing in autogap.methods."""
    lines = {cell.number: len([line for line in cell.source.splitlines() if line.strip()]) for cell in code(stem)}
    lines[code(stem)[1].number] -= 3  # of the imports, those that say what a notebook that stands alone needs
    cure = "move what computes into a function of autogap.methods"
    assert {number: length for number, length in lines.items() if length > MOST_LINES} == {}, cure
    assert sum(lines.values()) / len(lines) <= MEAN_LINES, f"more than {MEAN_LINES} lines a cell on average: {cure}"


@each
def test_figures_are_shown_and_exported(stem):
    """At least one, each with its five files; and recorded results beside them."""
    shown = [one["stem"] for one in outputs.figures(book(stem))]
    assert 1 <= len(shown) <= 5, f"{len(shown)} figures: a notebook shows one to five, each by figures.save"
    written = {one: {path.suffix for path in FIGURES.glob(f"{one}.*")} for one in shown}
    assert written == dict.fromkeys(shown, FORMS), f"run `autogap accept {stem}`"
    assert not results.read(BOOKS[stem]).empty, "record at least one result"


def test_no_two_figures_share_a_stem():
    shown = [one["stem"] for stem in BOOKS for one in outputs.figures(book(stem))]
    assert len(shown) == len(set(shown))
