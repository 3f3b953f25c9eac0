"""Where results come from: run.json and the crate agree with the files and with the published profile."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import subprocess
from datetime import datetime

import pytest
from nbpoints.errors import InputError
from nbpoints.records import crate, fingerprint, layout
from nbpoints.run import runner
from toy_project import Project

pytestmark = pytest.mark.slow

FIGURE = """
import os, pathlib
place = pathlib.Path(os.environ['NBPOINTS_FIGURES'], 'fig-n.svg')
place.write_text(f"<svg id='{os.environ['NBPOINTS_COMMIT']}'/>")
"""
PROFILE = "https://w3id.org/ro/wfrun/process/0.6"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project under version control, run once, with one point that fails."""
    project = Project(tmp_path_factory.mktemp("project"))
    (project.root / "data/a.txt").write_text("data")
    reads = "import numpy\nfrom recording import record\nopen('../data/a.txt').read()"
    project.write("reads", reads, FIGURE, "record('n', n)")
    project.write("fails", "1 / 0")
    git = ["git", "-C", str(project.root), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "notebooks", "data"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True)
    assert project.run(project.point("reads"), project.point("reads", n=2), project.point("fails"))[0] == 1
    return project


def test_the_record_of_a_point_matches_its_files(project):
    """Hashes of what was read and written, versions, commit, host, times."""
    record = project.record(project.point("reads", n=2))
    folder = project.out / "base/reads@n=2"
    assert record["parameters"] == {"n": 2}
    assert record["results"] == [{"name": "n", "value": 2, "unit": "1"}]
    assert record["figures"] == ["fig-n"]
    assert record["outputs"].keys() == {"figures/fig-n.svg", "notebook.ipynb"}
    for name, output in record["outputs"].items():
        content = (folder / name).read_bytes()
        assert (output["sha256"], output["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert record["fingerprint"]["files"] == {"data/a.txt": hashlib.sha256(b"data").hexdigest()}
    head = subprocess.run(["git", "-C", project.root, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert record["run"]["commit"] == head.stdout.strip()
    assert record["run"]["changed"] is False
    assert (folder / "figures/fig-n.svg").read_text() == f"<svg id='{record['run']['commit']}'/>", (
        "the notebook is told"
    )
    assert "NBPOINTS_COMMIT" not in record["fingerprint"]["variables"], "another commit alone makes no point stale"
    assert record["run"]["status"] == "ran"
    assert datetime.fromisoformat(record["run"]["started"]) < datetime.fromisoformat(record["run"]["ended"])
    assert 0 < record["run"]["cell_cpu_s"] < record["run"]["cpu_s"]
    assert record["run"]["memory_mb"] > 20
    assert record["host"]["cores"] >= 1 and record["host"]["memory_gb"] > 0
    import numpy

    assert record["versions"]["numpy"] == numpy.__version__
    assert str(project.root) not in json.dumps(record)


def test_the_record_of_a_failed_point_says_why(project):
    """It has an error and no fingerprint, so that nothing takes it for finished."""
    record = json.loads((project.out / "base/.failed/fails/run.json").read_text())
    assert (record["run"]["status"], record["run"]["cell"], record["fingerprint"]) == ("failed", 3, None)
    assert record["run"]["error"] == "ZeroDivisionError: division by zero"


def test_the_crate_is_a_process_run_crate(project):
    """Each finished point is an action: a notebook made these files from those, with these values."""
    from rocrate.rocrate import ROCrate

    described = ROCrate(project.out / "base")
    contexts = json.loads((project.out / "base/ro-crate-metadata.json").read_text())["@context"]
    assert contexts == ["https://w3id.org/ro/crate/1.3/context", "https://w3id.org/ro/terms/workflow-run/context"]
    assert described.root_dataset["conformsTo"].id == PROFILE
    actions = {action["name"]: action for action in described.root_dataset["mentions"]}
    assert actions.keys() == {"reads", "reads@n=2"}
    action = actions["reads@n=2"]
    assert action.type == "CreateAction"
    assert action["instrument"].type == "SoftwareSourceCode"
    assert action["instrument"]["name"] == "notebooks/reads.ipynb"
    assert {used["name"]: used.get("value") for used in action["object"]} == {
        "data/a.txt": None,
        "notebooks/recording.py": None,
        "n": 2,
    }
    assert {made.id for made in action["result"]} == {
        "reads%40n%3D2/figures/fig-n.svg",
        "reads%40n%3D2/notebook.ipynb",
    }
    for made in action["result"]:
        record = project.record(project.point("reads", n=2))["outputs"]
        assert made["sha256"] == record[made.id.partition("/")[2]]["sha256"]
    assert not (project.out / "base/.partial").exists()


def test_a_crate_that_cannot_be_stored_is_one_sentence(tmp_path):
    """Here a folder is in its way; a scenario that left nothing has no crate."""
    assert not crate.write(tmp_path / "nothing") and not (tmp_path / "nothing").exists()
    (tmp_path / "ro-crate-metadata.json").mkdir()
    with pytest.raises(InputError, match=r"ro-crate-metadata\.json: Is a directory, so no crate can be stored\.$"):
        crate.write(tmp_path)


def test_a_crate_follows_what_is_finished(project, tmp_path):
    """A point that is gone leaves the crate, one that is back returns; nothing is written when nothing changed."""
    folder = tmp_path / "base"
    shutil.copytree(project.out / "base", folder)
    assert not crate.write(folder)
    shutil.move(folder / "reads@n=2", tmp_path / "aside")
    assert crate.write(folder) and "1 executed notebook," in (folder / "ro-crate-metadata.json").read_text()
    shutil.move(tmp_path / "aside", folder / "reads@n=2")
    assert crate.write(folder) and not crate.write(folder)
    assert (folder / "ro-crate-metadata.json").read_bytes() == (
        project.out / "base/ro-crate-metadata.json"
    ).read_bytes()


def test_the_crate_of_many_points_takes_time_in_proportion(project, tmp_path):
    """Counted in entities described, not in seconds: each once, whatever their number."""
    record = json.loads((project.out / "base/reads/run.json").read_text())
    for number in range(300):
        folder = tmp_path / f"reads@n={number}"
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps(record | {"point": folder.name}))
    assert crate.write(tmp_path)
    graph = json.loads((tmp_path / "ro-crate-metadata.json").read_text())["@graph"]
    assert len({one["@id"] for one in graph}) == len(graph)
    assert sum(one["@type"] == "CreateAction" for one in graph) == 300


def leaves(value, path=()):
    """Yield the way to every value inside a JSON value."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from leaves(item, (*path, key))


def test_a_strange_record_is_a_sentence_everywhere(project, tmp_path, capsys):
    """Each value is taken away or replaced: what reads the record says so, or does not need it; no traceback."""
    whole = json.loads((project.out / "base/reads/run.json").read_text())
    folder = tmp_path / "runs/base/reads"
    shutil.copytree(project.out / "base/reads", folder)
    refused = 0
    for way in leaves(whole):
        for put in ("nothing", True, [], {"a": 1}, "x", 3):
            record = copy.deepcopy(whole)
            inner = record
            for key in way[:-1]:
                inner = inner[key]
            if put == "nothing" and isinstance(inner, dict):
                del inner[way[-1]]
            else:
                inner[way[-1]] = put
            (folder / "run.json").write_text(json.dumps(record))
            try:
                layout.load_run(folder)
            except InputError as error:
                refused += 1
                assert str(error).startswith("reads/run.json: ") and str(error).endswith("; run the point again.")
                assert layout.finished(folder.parent) == []
                continue
            crate.write(folder.parent)
            fingerprint.changes(project.point("reads"), record["fingerprint"], fingerprint.Hashes(project.root))
            layout.is_whole(folder, record)
    assert refused > 100
    point = project.point("reads")
    assert dict(runner.why([point], tmp_path / "runs"))["reads"].startswith("reads/run.json: ")
    for content in (b"", b"[]", b"\xff", b"[" * 10**5, b'{"schema": 2}'):
        (folder / "run.json").write_bytes(content)
        with pytest.raises(InputError, match=r"^reads/run\.json: .*run the point again\.$"):
            layout.load_run(folder)
