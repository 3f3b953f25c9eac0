"""Whatever is wrong with one notebook is that point's outcome, in one sentence; the others go on."""

from __future__ import annotations

import json
import os
import time

import pytest
from nbpoints import cli
from nbpoints.errors import InputError
from toy_project import Project

pytestmark = pytest.mark.slow

RESULT = "application/vnd.nbpoints.result+json"
SHOW = "from IPython.display import display\n"

# code of the cell after the parameters: status and the reason as it is told
CELLS = {
    "list_as_result": (
        f"{SHOW}display({{{RESULT!r}: [1, 2], 'text/plain': 'x'}}, raw=True)",
        "failed",
        "cannot be stored",
    ),
    "text_as_result": (
        f"{SHOW}display({{{RESULT!r}: 'x', 'text/plain': 'x'}}, raw=True)",
        "failed",
        "cannot be stored",
    ),
    "mapping_as_png": (f"{SHOW}display({{'image/png': {{'a': 1}}}}, raw=True)", "failed", "image/png"),
    "version": ("import json\njson.__version__ = '\\ud800'", "failed", "cannot be stored (UnicodeEncodeError"),
    "figure_name": (
        "import os\nopen(os.path.join(os.environb[b'NBPOINTS_FIGURES'], b'\\xff.svg'), 'w').close()",
        "failed",
        "cannot be stored (UnicodeEncodeError",
    ),
    "no_figures": ("import os, shutil\nshutil.rmtree(os.environ['NBPOINTS_FIGURES'])", "ran", ""),
    "no_notebook": ("import os\nos.remove('no_notebook.ipynb')", "ran", ""),
    "group": (
        "raise ExceptionGroup('two', [ValueError('a'), TypeError('b')])",
        "failed",
        "cell 3: ExceptionGroup: two",
    ),
    "magic": ("%nosuchmagic", "failed", "cell 3: UsageError: Line magic function `%nosuchmagic` not found."),
    "silent": ("raise ValueError", "failed", "cell 3: ValueError"),
    "no_words": ("class Own(Exception):\n    def __str__(self): return ''\nraise Own()", "failed", "cell 3: Own"),
    "unknown_module": ("import nosuchmodule", "failed", "cell 3: ModuleNotFoundError: No module named 'nosuchmodule'"),
    "long_words": ("raise ValueError('x ' * 3_000_000)", "failed", "cell 3: ValueError: x x"),
    "exits": ("import sys\nsys.exit(0)", "failed", "cell 3: the notebook stopped early"),
    "quits": ("quit()", "failed", "cell 3: the notebook stopped early"),
    "exits_3": ("import sys\nsys.exit(3)", "failed", "cell 3: SystemExit: 3"),
    "half_a_character": ("print('a\\ud800b')", "ran", ""),
    "half_in_an_error": ("raise ValueError('a\\ud800b')", "failed", "cell 3: ValueError: a\\ud800b"),
    "half_in_an_output": (f"{SHOW}display({{'text/plain': 'a\\ud800b'}}, raw=True)", "ran", ""),
    "good": ("print('fine')", "ran", ""),
}
# the whole file
FILES = {
    "empty": (b"", "the file is empty"),
    "format_5": (b'{"cells": [], "metadata": {}, "nbformat": 5, "nbformat_minor": 0}', "is in notebook format 5"),
    "format_none": (b'{"cells": [], "metadata": {}}', "does not state its format"),
    "no_json": (b"{", "not JSON"),
}
# of a good notebook: what programs leave out, and what runs nevertheless
REPAIRED = {
    "bom": lambda book: book,
    "no_metadata": lambda book: _without(book, "metadata"),
    "no_tags": lambda book: {**book, "cells": [{**cell, "metadata": {"tags": None}} for cell in book["cells"]]},
    "no_outputs": lambda book: {
        **book,
        "cells": [{**cell, "outputs": None} for cell in book["cells"] if "outputs" in cell],
    },
    "same_ids": lambda book: {**book, "cells": [{**cell, "id": "one"} for cell in book["cells"]]},
}


def _without(book: dict, name: str) -> dict:
    return {**book, "cells": [{key: value for key, value in cell.items() if key != name} for cell in book["cells"]]}


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, str]:
    """All of them in one batch, with the line of the table of each."""
    project = Project(tmp_path_factory.mktemp("hostile"))
    for name, (source, _, _) in CELLS.items():
        project.write(name, source, "print('after')")
    for name, (content, _) in FILES.items():
        (project.root / f"notebooks/{name}.ipynb").write_bytes(content)
    for name, change in REPAIRED.items():
        path = project.write(name, "print('fine')")
        content = json.dumps(change(json.loads(path.read_text())))
        path.write_text(content, encoding="utf-8-sig" if name == "bom" else "utf-8")
    path = project.write("language", "x = 2")
    path.write_text(path.read_text().replace('"python"', '"R"').replace("python3", "ir"))
    os.mkfifo(project.root / "notebooks/fifo.ipynb")
    names = [*CELLS, *FILES, *REPAIRED, "language", "fifo", "good_too"]
    project.write("good_too", "print('fine')")
    status, text = project.run(*[project.point(name) for name in names], jobs=3, timeout=60)
    assert status == 1
    assert project.printed(project.point("good_too")) == "fine\n"
    table = text[text.index("point  ") :] if "point  " in text else text
    return {line.split()[0]: line for line in table.splitlines() if line.split()[0] in names}


@pytest.mark.parametrize("name", CELLS)
def test_what_a_cell_does_is_its_points_outcome(told, name):
    """Status and reason; the reason is never empty and never long."""
    _, status, reason = CELLS[name]
    line = told[name]
    assert line.split()[1] == status
    assert reason in line
    if status != "ran":
        assert len(line.split("figures")[-1].split(" -> ")[0].split(maxsplit=5)[-1]) > 3
    assert len(line) < 800


@pytest.mark.parametrize("name", [*FILES, "language", "fifo"])
def test_a_file_that_cannot_run_is_told(told, name):
    """Also when nobody has validated it before."""
    reason = (
        FILES[name][1] if name in FILES else {"language": "its kernel ir runs r", "fifo": "not an ordinary file"}[name]
    )
    assert told[name].split()[1] == "failed"
    assert reason in told[name]


@pytest.mark.parametrize("name", REPAIRED)
def test_what_other_programs_leave_out_does_no_harm(told, name):
    """It runs."""
    assert told[name].split()[1] == "ran", told[name]


def test_half_a_character_is_shown_as_its_escape(tmp_path):
    """ipykernel loses it, in one of several ways, and prints its own fault into whatever cell comes next."""
    project = Project(tmp_path)
    names = [f"half_{number}" for number in range(8)]
    for name in names:
        project.write(name, "print('a\\ud800b')", "print('after')")
    status, told = project.run(*map(project.point, names), jobs=4)
    assert status == 0, told
    assert {project.printed(project.point(name)) for name in names} == {"a\\ud800b\nafter\n"}


def test_a_long_line_costs_no_more_than_its_bytes(tmp_path):
    """The output of a cell is within the clock of its point, which goes on after the last cell too."""
    project = Project(tmp_path)
    project.write("long", "print('1,' * 2_000_000)\nfor i in range(1000): print(i, end='\\r')\nprint('end')")
    status, told = project.run(project.point("long"), timeout=60)
    assert status == 0, told
    assert project.printed(project.point("long")) == "1," * 2_000_000 + "\nend\n"


def test_a_progress_line_that_overwrites_itself_holds_when_it_runs_again(tmp_path, capsys):
    """What a terminal would show stays, with carriage returns from one print or from many, at whatever speed."""
    project = Project(tmp_path)
    counting = (
        "import sys, time\nfor i in range(20):\n    print(f'\\r{i}', end=''); sys.stdout.flush(); time.sleep(n / 100)"
    )
    project.write("bar", counting, "print('10%\\r100%')")
    assert project.run(project.point("bar"))[0] == 0
    assert project.printed(project.point("bar")) == "19100%\n"
    assert cli.main(["check", "base", "--out", str(project.out), "--dir", str(tmp_path / "notebooks")]) == 0
    assert "bar: holds" in capsys.readouterr().out


def test_the_clock_of_a_point_holds_before_its_first_cell(tmp_path, monkeypatch):
    """A kernel that takes too long to start is out of time too."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import os, time\nif 'NBPOINTS_KERNEL' in os.environ: time.sleep(30)\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    project = Project(tmp_path / "project")
    project.write("late", "print(n)")
    began = time.monotonic()
    status, told = project.run(project.point("late"), timeout=1, warm=False)
    assert status == 1
    assert "timeout" in told and "no end after 1 s" in told
    assert time.monotonic() - began < 25


def test_names_of_the_batchs_own_folders_are_free(tmp_path):
    """A point may be called as another one's failure or older outputs once were."""
    project = Project(tmp_path)
    project.write("free", "print(n)\nassert n != 'bad'", parameters="n: str = 'x'")
    points = [project.point("free", n=value) for value in ("x", "x.failed", "x.old", "bad")]
    assert project.run(*points)[0] == 1
    assert project.run(*points, fresh=True, jobs=1)[0] == 1
    names = sorted(path.name for path in (project.out / "base").iterdir() if path.is_dir())
    assert names == [".failed", "free@n=x", "free@n=x.failed", "free@n=x.old"]
    assert [path.name for path in (project.out / "base/.failed").iterdir()] == ["free@n=bad"]


def test_two_points_that_write_one_file_are_named(tmp_path):
    """What stands in the file then is chance."""
    project = Project(tmp_path)
    project.write("writes", "open('shared.txt', 'w').write(str(n))\nopen(f'own-{n}.txt', 'w').write('')")
    told = project.run(*[project.point("writes", n=n) for n in (1, 2, 3)], jobs=1)[1]
    assert told.count("notebooks/shared.txt: written by writes@n=") == 1
    assert "own-" not in told


def test_two_notebooks_that_save_one_figure_are_not_published(tmp_path):
    """A copy of a notebook would publish over the original; nothing is published then."""
    project = Project(tmp_path)
    for name in ("a", "b"):
        project.write(name, f"import os\nopen(os.environ['NBPOINTS_FIGURES'] + '/fig-x.svg', 'w').write('{name}')")
    with pytest.raises(InputError, match=r"fig-x.svg: saved by a.ipynb and by b.ipynb, so nothing was published"):
        project.run(project.point("a"), project.point("b"), publish=project.root / "figures")
    assert not (project.root / "figures").exists()
