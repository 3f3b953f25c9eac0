"""What a point depends on beyond the files of its project: seen, or said not to be watched."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from nbpoints.records import fingerprint
from nbpoints.run import runner
from toy_project import Project

pytestmark = pytest.mark.slow

CELLS = {
    "outside": "print(open('../../beside/a.csv').read())",
    "exists": "from pathlib import Path\nprint(Path('../data/override.csv').exists())",
    "size": "import os\nprint(os.path.getsize('../data/b.csv'))",
    "database": "import sqlite3\nc = sqlite3.connect('file:../data/a.db?mode=ro', uri=True)\n"
    "print(*c.execute('select * from t'))",
    "variable": "import os\nprint(os.environ['MY_RATE'], os.getenv('MY_ABSENT'))",
    "through_module": "import settings\nprint(settings.rate())",
    "module": "import sys\nsys.path.append('../../beside')\nimport helper\nprint(helper.x)",
    "copies": "import os, platform\nprint(len({**os.environ}) > 3, len(os.environ.copy()) > 3)\nplatform.processor()",
    "program": "import subprocess\nprint(subprocess.run(['cat', '../data/b.csv'], capture_output=True).stdout)",
    "shell": "!cat ../data/b.csv",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a folder of files beside it, its notebooks run once with MY_RATE set."""
    base = tmp_path_factory.mktemp("base")
    (base / "beside").mkdir()
    (base / "beside/a.csv").write_text("1")
    (base / "beside/helper.py").write_text("x = 1")
    project = Project(base / "project")
    (project.root / "data/b.csv").write_text("12")
    (project.root / "notebooks/settings.py").write_text(
        "import os\ndef rate():\n    return os.environ.get('MY_RATE')\n"
    )
    with closing(sqlite3.connect(project.root / "data/a.db")) as connection, connection:
        connection.execute("create table t (x)")
    for name, source in CELLS.items():
        project.write(name, source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MY_RATE", "secret-of-mine")
        assert project.run(*map(project.point, CELLS))[0] == 0
    return project


@pytest.fixture
def why(project, monkeypatch):
    monkeypatch.setenv("MY_RATE", "secret-of-mine")
    return lambda: dict(runner.why([project.point(name) for name in CELLS], project.out))


UNWATCHED = {
    "program": "not watched: the program cat that it started",
    "shell": "not watched: a process that it forked",
}


def test_what_nobody_can_watch_is_never_called_current(project, why):
    found = why()
    assert found.pop("shell").startswith("not watched: ")
    assert found == {"program": "not watched: the program cat that it started"}


@pytest.mark.parametrize(
    ("path", "content", "name", "says"),
    [
        ("../beside/a.csv", "2", "outside", "data file ../beside/a.csv changed"),
        ("data/override.csv", "", "exists", "data file data/override.csv is new"),
        ("data/b.csv", "123", "size", "data file data/b.csv changed"),
        ("data/a.db", "x", "database", "data file data/a.db changed"),
        ("../beside/helper.py", "x = 2", "module", "module ../beside/helper.py changed"),
    ],
)
def test_each_change_is_seen(project, why, path, content, name, says):
    place = project.root / path
    before = place.read_bytes() if place.exists() else None
    try:
        place.write_text(content)
        found = why()
        assert found.pop(name) == says
        assert found.keys() <= {"program", "shell"}
    finally:
        place.unlink() if before is None else place.write_bytes(before)


def test_a_variable_that_was_read_counts_and_its_value_is_not_kept(project, why, monkeypatch):
    monkeypatch.setenv("MY_RATE", "other")
    monkeypatch.setenv("MY_OTHER", "x")
    changed = {name: reason for name, reason in why().items() if name not in ("program", "shell")}
    assert changed == dict.fromkeys(("variable", "through_module"), "environment variable MY_RATE changed")
    monkeypatch.setenv("MY_RATE", "secret-of-mine")
    monkeypatch.setenv("MY_ABSENT", "now")
    assert why()["variable"] == "environment variable MY_ABSENT changed"
    assert all("secret-of-mine" not in path.read_text() for path in project.out.rglob("run.json"))


def test_settings_that_are_not_named_are_kept_as_hashes(project, monkeypatch):
    """A key may begin as the project's variables do; a change of it is noticed all the same."""
    settings = project.root / "pyproject.toml"
    before = settings.read_text()
    try:
        settings.write_text(before.replace("['TOY_']", "['TOY_PROFILE', 'TOY_']"))
        monkeypatch.setenv("TOY_PROFILE", "numbers")
        monkeypatch.setenv("TOY_TOKEN", "sk-0123456789")
        point = project.point("size", scenario="keys")
        assert project.run(point)[0] == 0
        taken = project.record(point)["fingerprint"]
        assert taken["environment"]["TOY_PROFILE"] == "numbers"
        assert taken["environment"]["TOY_TOKEN"].startswith("sha256:")
        assert "sk-0123456789" not in (project.out / "keys/size/run.json").read_text()
        assert fingerprint.settings_of(taken) == {"TOY_PROFILE": "numbers"}
        monkeypatch.setenv("TOY_TOKEN", "sk-other")
        assert dict(runner.why([point], project.out)) == {"size": "environment variable TOY_TOKEN changed"}
    finally:
        settings.write_text(before)


def test_programs_that_the_project_names_do_not_matter(project, why):
    settings = project.root / "pyproject.toml"
    before = settings.read_text()
    try:
        settings.write_text(before + "programs = ['cat']\n")
        assert "program" not in why()
    finally:
        settings.write_text(before)
