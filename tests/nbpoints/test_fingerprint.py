"""A point runs again when, and only when, something that it depends on has changed."""

from __future__ import annotations

import json
import os
import sys

import pytest
from nbpoints.kernels import observe
from nbpoints.kernels.preload import Preload, packages
from nbpoints.records import fingerprint
from nbpoints.run import runner
from toy_project import Project

pytestmark = pytest.mark.slow

SCALING = "notebooks/tools/scaling.py"
MODULE = "import json\nSCALE = 3\n\ndef scaled(n):\n    return n * SCALE\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Two notebooks that read different files and import different modules, run once."""
    project = Project(tmp_path_factory.mktemp("project"))
    for name in ("a", "b"):
        (project.root / f"data/{name}.csv").write_text("x\n1\n")
    (project.root / "data/parts").mkdir()
    (project.root / "data/parts/one.csv").write_text("x\n1\n")
    package = project.root / "notebooks/tools"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "scaling.py").write_text(MODULE)
    (package / "unused.py").write_text("")
    project.write("first", "from tools import scaling\nprint(scaling.scaled(n), open('../data/a.csv').read())")
    project.write(
        "second",
        "from pathlib import Path\nimport recording\nprint(len(list(Path('../data/parts').iterdir())))",
        "print(open('../data/b.csv').read() if n else '', Path('../data/absent.csv').exists())",
        "try:\n    open('../data/maybe.csv')\nexcept OSError:\n    print('none')",
        "Path('made.txt').write_text('x'); Path('made.txt').read_text()",
    )
    assert project.run(*_points(project))[0] == 0
    return project


def _points(project):
    return [project.point("first"), project.point("first", n=2), project.point("second")]


def _why(project):
    return dict(runner.why(_points(project), project.out))


def test_what_a_notebook_read_and_imported_is_observed(project):
    """Data files, listed folders, files looked for in vain and project modules; not what it wrote, not itself."""
    first, second = (project.record(project.point(name))["fingerprint"] for name in ("first", "second"))
    assert list(first["files"]) == ["data/a.csv"]
    assert list(first["modules"]) == ["notebooks/tools/__init__.py", "notebooks/tools/scaling.py"]
    assert list(second["files"]) == ["data/absent.csv", "data/b.csv", "data/maybe.csv"]
    assert second["files"]["data/maybe.csv"] is None
    assert list(second["folders"]) == ["data/parts"]
    assert list(second["modules"]) == ["notebooks/recording.py"]
    assert _why(project) == {}


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("data/a.csv", "x\n2\n", dict.fromkeys(("first", "first@n=2"), "data file data/a.csv changed")),
        ("data/b.csv", None, {"second": "data file data/b.csv is gone"}),
        ("data/maybe.csv", "x", {"second": "data file data/maybe.csv is new"}),
        ("data/parts/two.csv", "x", {"second": "folder data/parts: two.csv is new"}),
        ("notebooks/tools/scaling.py", "", dict.fromkeys(("first", "first@n=2"), f"module {SCALING} changed")),
        ("notebooks/tools/unused.py", "x = 1", {}),
        ("data/c.csv", "x", {}),
        ("requirements.txt", "numpy==3\n", dict.fromkeys(("first", "first@n=2", "second"), "requirements.txt changed")),
    ],
)
def test_each_change_is_named_and_taken_back(project, path, content, expected):
    """Bytes decide: with the old bytes back, everything is current again."""
    place = project.root / path
    before = place.read_bytes() if place.exists() else None
    try:
        place.unlink() if content is None else place.write_text(content)
        assert _why(project) == expected
    finally:
        place.unlink(missing_ok=True) if before is None else place.write_bytes(before)
    assert _why(project) == {}


def test_code_cells_count_and_prose_does_not(project):
    """Markdown, outputs and metadata may change; code and the place of the parameters tag may not."""
    path = project.root / "notebooks/first.ipynb"
    before = path.read_text()
    book = json.loads(before)

    def why_with(change):
        book = json.loads(before)
        change(book["cells"])
        path.write_text(json.dumps(book, indent=3))
        return _why(project)

    try:
        assert why_with(lambda cells: cells[0].update(source="# Other words")) == {}
        assert why_with(lambda cells: cells[2].update(outputs=[], execution_count=7)) == {}
        assert why_with(lambda cells: cells[2].update(source="print(n)"))["first"] == "code cell 2 changed"
        more = why_with(lambda cells: cells.append(book["cells"][2]))
        assert more["first@n=2"] == "the notebook has 3 code cells, had 2"
        assert why_with(lambda cells: cells[1]["metadata"].clear())["first"] == "code cell 1 changed"
    finally:
        path.write_text(before)


def test_surroundings_count(project, monkeypatch):
    """The variables that the project names, and Python's minor version."""
    monkeypatch.setenv("TOY_PROFILE", "journal")
    assert _why(project)["second"] == "environment variable TOY_PROFILE changed"
    monkeypatch.delenv("TOY_PROFILE")
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert _why(project)["second"].startswith("Python is 3.99, was 3.1")


def test_outputs_are_missed(project):
    """A run whose notebook is cut short is not a finished run."""
    path = project.out / "base/second/notebook.ipynb"
    before = path.read_bytes()
    path.write_bytes(before[:-1])
    assert _why(project) == {"second": "outputs are missing or cut short"}
    path.write_bytes(before)


def test_one_changed_file_runs_exactly_the_notebooks_that_read_it(project):
    """And the new results are stored."""
    (project.root / "data/a.csv").write_text("x\n5\n")
    assert project.ran(*_points(project)) == ["first", "first@n=2"]
    assert "5" in project.printed(project.point("first"))
    assert _why(project) == {}


def test_a_file_that_changes_during_the_run_leaves_the_point_due(project):
    """What was read may be the old content, so nothing is claimed."""
    files = ["data/a.csv", "data/b.csv"]
    states = {path: fingerprint.state(project.root / path) for path in files}
    report = {"files": files, "folders": [], "modules": [], "states": states}
    hashes, point = fingerprint.Hashes(project.root), project.point("first")
    before = fingerprint.state(point.notebook)
    # another file in its place, of the same length and time
    place, aside = project.root / "data/b.csv", project.root / "data/aside"
    aside.write_text(place.read_text()[::-1])
    os.utime(aside, ns=(states["data/b.csv"][0],) * 2)
    aside.replace(place)
    taken = fingerprint.take(point, report, hashes, before, {})
    assert fingerprint.changes(point, taken, hashes) == ["data file data/b.csv changed while the point ran"]
    point.notebook.write_text(point.notebook.read_text() + "\n")
    taken = fingerprint.take(point, report, hashes, before, {})
    assert fingerprint.changes(point, taken, hashes)[0] == "the notebook changed while the point ran"


def test_what_changes_while_a_notebook_runs_is_seen(tmp_path):
    """Data and a module that change between their first reading and the end; the clock of this machine is not asked."""
    project = Project(tmp_path)
    for name in ("a", "b"):
        (project.root / f"data/{name}.csv").write_text("x")
    project.write("reads", "open('../data/a.csv').read()\nimport recording\nopen('../data/b.csv').read()", CHANGES)
    assert project.run(project.point("reads"))[0] == 0
    assert dict(runner.why([project.point("reads")], project.out))["reads"] == (
        "data file data/a.csv changed while the point ran; module notebooks/recording.py changed while the point ran"
    )


CHANGES = """
import pathlib
for path in ("../data/a.csv", "recording.py"):
    pathlib.Path(path).touch()
"""


def test_another_link_or_other_rights_change_nothing(tmp_path):
    """A backup that links every file while points run (`cp -al`, `rsync --link-dest`) makes none of them due."""
    project = Project(tmp_path)
    (project.root / "data/a.csv").write_text("x")
    project.write("reads", "open('../data/a.csv').read()\nimport recording", LINKS)
    assert project.run(project.point("reads"))[0] == 0
    assert runner.why([project.point("reads")], project.out) == []


LINKS = """
import os
for path in ("../data/a.csv", "recording.py", "reads.ipynb"):
    os.link(path, path + ".backup~")
    os.chmod(path, 0o600)
"""


def test_who_looks_for_installed_packages_reads_no_folder(tmp_path):
    """They list every folder of sys.path, the notebooks' own too; the backport that dask imports does so as well."""
    pytest.importorskip("importlib_metadata")
    project = Project(tmp_path)
    (project.root / "data/a.csv").write_text("x")
    looks = "import importlib.metadata as one, importlib_metadata as other"
    project.write("looks", looks, "print(*(len(list(each.distributions())) > 9 for each in (one, other)))")
    project.write("lists", "import os\nprint(os.listdir('../data'), len(os.listdir()))")
    assert project.run(project.point("looks"), project.point("lists"))[0] == 0
    assert project.printed(project.point("looks")) == "True True\n"
    assert project.record(project.point("looks"))["fingerprint"]["folders"] == {}
    assert list(project.record(project.point("lists"))["fingerprint"]["folders"]) == ["data", "notebooks"]


def test_only_packages_from_outside_are_imported_beforehand(project):
    """Through project modules too, in order, without the standard library and without what functions put off."""
    deep = "import numpy.linalg\nfrom . import nothing\ndef f():\n    import scipy\n"
    tried = "try:\n    import colorsys, yaml\nexcept ModuleNotFoundError:\n    import scipy"
    (project.root / "notebooks/deep.py").write_text(deep)
    path = project.write(
        "imports", "import json, pandas as pd\nfrom tools import scaling\nimport deep\n%matplotlib agg", tried
    )
    assert packages([path]) == ["pandas", "numpy", "numpy.linalg", "yaml"]


def test_what_was_seen_is_imported_beforehand_the_next_time(project):
    """What a first batch had to import in its kernels, the second imports beforehand; settings add and forbid."""
    lazy = "import pyparsing\ndef f():\n    import colorsys, fractions, numpy.polynomial\nf()"
    path = project.write("lazy", lazy)
    assert packages([path]) == ["pyparsing"]
    (project.root / "pyproject.toml").write_text("[tool.nbpoints]\npreload = ['seaborn']\ncold = ['fractions']\n")
    preload = Preload(project.out)
    assert list(preload.first([path])) == [["seaborn"], ["pyparsing"]]
    (project.root / "pyproject.toml").write_text("[tool.nbpoints]\ncold = ['fractions']\n")
    assert project.ran(project.point("lazy")) == ["lazy"]
    _, again = Preload(project.out).first([path])
    # the kernel found pyparsing there; without it the second batch would be slower than the first
    assert {"pyparsing", "colorsys", "numpy", "numpy.polynomial"} <= set(again)
    assert not {"fractions", "tools", "recording", "lazy"} & set(again)
    assert list(Preload().first([path])) == [[], ["pyparsing"]]
    preload = Preload(project.out)
    list(preload.first([path]))
    assert preload.learn(path, ["colorsys", "wave"]) == ["wave"]
    assert preload.learn(path, ["wave"]) == []


def test_an_observer_tells_reading_from_writing(tmp_path, monkeypatch):
    """Append and r+ read and write; w only writes; os.open has flags in place of a mode."""
    monkeypatch.chdir(tmp_path)
    watcher = observe.Observer(str(tmp_path), [str(tmp_path / "own")])

    def hook(path, mode, flags=0):
        watcher._note_event("open", (path, mode, flags))

    hook("r.txt", "r")
    hook(b"bytes.bin", "rb")
    hook(tmp_path / "plus.txt", "r+")
    hook("new.txt", "w+")
    hook("new.txt", "r")
    hook("flags.txt", None, os.O_RDONLY)
    hook("flags-out.txt", None, os.O_WRONLY | os.O_CREAT)
    hook(7, "r")
    hook("/etc/hostname", "r")
    hook("own/x.txt", "r")
    hook("__pycache__/x.pyc", "rb")
    watcher._note_event("sqlite3.connect", ("base.db",))
    watcher._note_event("os.listdir", (None,))
    assert watcher.files == {"r.txt", "bytes.bin", "plus.txt", "flags.txt", "base.db"}
    assert watcher.folders == {""}
