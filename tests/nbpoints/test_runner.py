"""Batches: same results in any order, what failed is told and what is done stays."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree

import psutil
import pytest
from nbpoints.errors import InputError
from nbpoints.records import layout
from nbpoints.run import runner
from nbpoints.scenarios.point import Point
from toy_project import Project

pytestmark = pytest.mark.slow

READS = "text = open('../data/a.txt').read()"
FIGURE = """
import os, pathlib
folder = pathlib.Path(os.environ["NBPOINTS_FIGURES"])
(folder / "fig-n.svg").write_text(f"<svg>{n} {text}</svg>")
"""


@pytest.fixture
def project(tmp_path):
    project = Project(tmp_path)
    (project.root / "data/a.txt").write_text("data")
    project.write("reads", READS, FIGURE, "from recording import record\nrecord('double', 2 * n, 'percent')")
    return project


def _files(folder):
    """Name all files of a run that must not differ between runs, with their bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("run.json", "ro-crate-metadata.json", ".lock", ".imports.json")
    }


def test_parallel_is_serial_and_what_is_passed_arrives(project):
    """Three at a time give the bytes of one at a time; the values arrive as what they were."""
    values = {"text": 'it\'s "x" \\ {n}\n é', "rate": 0.1 + 0.2, "flags": [True, None], "table": {"a b": {"c": 1e300}}}
    cell = "text: str = ''\nrate: float = 0.0\nflags: list = []\ntable: dict = {}\nn: int = 1"
    project.write("echoes", "print(repr((text, rate, flags, table)))", parameters=cell)
    echo = Point("base", project.root / "notebooks/echoes.ipynb", values | {"n": 1}, values, "echoes@all")
    points = [project.point("reads", n=n) for n in (3, 2, 1)] + [project.point("reads"), echo]
    assert project.run(*points, jobs=3)[0] == 0
    parallel = _files(project.out)
    assert project.run(*reversed(points), jobs=1, fresh=True)[0] == 0
    assert _files(project.out) == parallel
    assert project.printed(echo) == repr(tuple(values.values())) + "\n"
    source = json.loads((project.root / "notebooks/reads.ipynb").read_text())
    book = json.loads((project.out / "base/reads@n=3/notebook.ipynb").read_text())
    assert book["metadata"] == source["metadata"]
    tags = [cell["metadata"].get("tags") for cell in book["cells"][:4]]
    assert tags == [None, ["parameters"], ["injected-parameters"], None]
    assert str(project.root) not in json.dumps(book)


def test_of_points_that_never_ran_the_largest_notebook_begins_first(project):
    project.write("a_small", "print(n)")
    project.write("b_large", "print(n)" + "  # and on" * 500)
    points = [project.point("a_small"), project.point("b_large")]
    assert project.run(*points, jobs=1)[0] == 0
    small, large = (project.record(point)["run"] for point in points)
    assert large["ended"] <= small["started"]


def test_a_failure_is_told_and_the_others_go_on(project):
    """Cell, error and place of the partial notebook; exit status 1; JUnit; and a repair makes it current."""
    project.write("fails", "from nbpoints.errors import InputError", "if n > 1: raise InputError('month: too late.')")
    project.write("dies", "import os", "os._exit(3)")
    project.write("sleeps", "import time\ntime.sleep(60)")
    project.write("grows", "import time\nblock = b'x' * 300_000_000\ntime.sleep(60)")
    points = [project.point(name) for name in ("reads", "dies", "sleeps", "grows")] + [project.point("fails", n=2)]
    report = project.root / "report/junit.xml"
    status, told = project.run(*points, timeout=3, retries=1, memory_mb=250, junit=report)
    assert status == 1
    lines = {line.split()[0]: line for line in told.splitlines()[-8:]}
    assert "failed" in lines["fails@n=2"] and "cell 4: month: too late. -> " in lines["fails@n=2"]
    assert "timeout" in lines["sleeps"] and "cell 3: no end after 3 s" in lines["sleeps"]
    assert "memory" in lines["grows"] and "above the limit of 250 MB" in lines["grows"]
    assert "died" in lines["dies"] and "cell 4: the kernel died" in lines["dies"]
    assert lines["reads"].split()[1] == "ran"
    assert told.count("trying again") == 2
    partial = json.loads((project.out / "base/.failed/fails@n=2/notebook.ipynb").read_text())
    assert any(output["output_type"] == "error" for cell in partial["cells"] for output in cell.get("outputs", ()))
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("5", "4")
    assert "month: too late" in suite.find("testcase[@name='fails@n=2']/failure").get("message")
    assert dict(runner.why(points, project.out))["fails@n=2"] == "failed the last time"
    project.write("fails", "print(n)")
    assert project.ran(points[-1]) == ["fails@n=2"]
    assert not (project.out / "base/.failed/fails@n=2").exists()


PROGRAM = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from toy_project import Project
project = Project.__new__(Project)
project.root, project.out = Path({root!r}), Path({root!r}) / "runs"
points = [project.point("steps", n=n) for n in range(1, 9)]
from nbpoints.run import runner
try:
    sys.exit(runner.run(points, out=project.out, jobs=2, **{options}))
except runner.InputError as error:
    print(error)
    sys.exit(2)
"""


def _program(project, **options):
    source = PROGRAM.format(path=sys.path, root=str(project.root), options=options)
    return subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# the last points wait, so that a slow second program still finds the first one at work
GATE = """
import os, time
while n > 5 and not os.path.exists(os.environ["GATE"]):
    time.sleep(0.05)
"""


def test_a_killed_batch_goes_on_where_it_was(project, tmp_path, monkeypatch):
    """After kill -9 what is finished stays, nothing half done shows, and the end equals an undisturbed run."""
    project.write("steps", READS, FIGURE, GATE)
    monkeypatch.setenv("GATE", str(tmp_path / "open"))
    points = [project.point("steps", n=n) for n in range(1, 9)]
    program = _program(project)
    with program:
        while not (project.out / "base/steps@n=2/run.json").exists():
            time.sleep(0.01)
            assert program.poll() is None, program.stderr.read()
        second = _program(project)
        assert second.communicate(timeout=60)[0].startswith(f"{project.out}: another batch (process {program.pid}) is")
        assert second.returncode == 2
        family = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(signal.SIGKILL)
    # a worker may just be giving a finished point its name
    assert not psutil.wait_procs(family, timeout=20)[1]
    (project.out / "base/.partial/steps@n=99/figures").mkdir(parents=True)
    finished = {path.parent.name for path in project.out.glob("base/*/run.json")}
    assert 2 <= len(finished) <= 5
    (tmp_path / "open").touch()
    before = {name: (project.out / "base" / name / "run.json").stat().st_mtime_ns for name in finished}
    assert set(project.ran(*points)) == {point.name for point in points} - finished
    assert {name: (project.out / "base" / name / "run.json").stat().st_mtime_ns for name in finished} == before
    assert not (project.out / "base/.partial").exists()
    undisturbed = Project(tmp_path / "undisturbed")
    (undisturbed.root / "data/a.txt").write_text("data")
    undisturbed.write("steps", READS, FIGURE, GATE)
    undisturbed.run(*[undisturbed.point("steps", n=n) for n in range(1, 9)])
    assert _files(project.out) == _files(undisturbed.out)


def test_a_failure_hides_an_older_success_until_it_is_mended(project):
    """Results of before the failure are no results of the notebook as it is; with the old code back they are."""
    point = project.point("reads")
    project.run(point)
    path = project.root / "notebooks/reads.ipynb"
    before = path.read_bytes()
    project.write("reads", "1 / 0 if n else 0")
    assert project.run(point)[0] == 1
    assert layout.finished(project.out / "base") == []
    assert dict(runner.why([point], project.out)) == {"reads": "the notebook has 2 code cells, had 4"}
    path.write_bytes(before)
    status, told = project.run(point)
    assert (status, told.splitlines()[0]) == (0, "1 point: 1 current.")
    assert len(layout.finished(project.out / "base")) == 1
    assert not (project.out / "base/.failed").exists()


def test_figures_of_default_points_are_published_when_they_differ(project):
    """Only those; the same bytes are not written again; a current point restores one that was deleted."""
    target = project.root / "figures"
    points = [project.point("reads"), project.point("reads", n=2)]
    project.run(*points, publish=target)
    figure = target / "fig-n.svg"
    assert figure.read_text() == "<svg>1 data</svg>"
    before = figure.stat().st_mtime_ns
    project.run(*points, publish=target, fresh=True)
    assert figure.stat().st_mtime_ns == before
    figure.write_text("other")
    assert project.ran(*points, publish=target) == []
    assert figure.read_text() == "<svg>1 data</svg>"
    assert [path.name for path in target.iterdir()] == ["fig-n.svg"]


def test_bad_output_folders_end_in_one_sentence(project):
    """A file in the way; a disk that takes no more, here a limit on the size of files."""
    (project.root / "file").write_text("")
    with pytest.raises(InputError, match="file/runs: Not a directory, so nothing can be stored there."):
        runner.run([project.point("reads")], out=project.root / "file/runs")
    with pytest.raises(InputError, match="--executor cloud: there are 'local' and 'dask'."):
        runner.run([], out=project.out, executor="cloud")
    project.write("steps", "print('x' * 20_000)")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
    source = limit + PROGRAM.format(path=sys.path, root=str(project.root), options={})
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert done.stdout.splitlines()[-1].endswith("File too large, so no point can be stored.")
    assert not list(project.out.glob("base/*/run.json"))


def test_a_bad_target_is_refused_before_anything_runs(project):
    """Else the batch is done before anybody hears that its report has no place."""
    project.write("fails", "1 / 0")
    (project.root / "file").write_text("")
    for target in ("junit", "publish"):
        with pytest.raises(InputError, match="file: a file stands where a folder is needed"):
            project.run(project.point("fails"), **{target: project.root / "file/x"})
        assert not project.out.exists()


def test_the_table_stands_before_what_may_fail(project):
    """Two notebooks publish a figure of one name; the outcomes are told and reported all the same."""
    project.write("twice", READS, FIGURE)
    report, stream = project.root / "report.xml", io.StringIO()
    points = [project.point("reads"), project.point("twice")]
    with pytest.raises(InputError, match="so nothing was published"):
        runner.run(points, out=project.out, jobs=1, stream=stream, publish=project.root / "figures", junit=report)
    assert "2 points: 2 ran." in stream.getvalue() and "Results are in" in stream.getvalue()
    assert len(ElementTree.parse(report).getroot().findall("testsuite/testcase")) == 2


def modules_of_a_batch(project) -> subprocess.CompletedProcess:
    """Run the one point `reads` in a program of its own, which prints the modules that it has imported by the end."""
    source = PROGRAM.format(path=sys.path, root=str(project.root), options={})
    source = source.replace('"steps", n=n', '"reads"').replace("range(1, 9)", "[1]")
    source = source.replace("sys.exit(runner", "runner").replace("jobs=2, **{}))", "jobs=2)") + "\nprint(*sys.modules)"
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=True)


def test_nothing_to_do_imports_nothing_heavy(project):
    """With every point current, neither papermill nor pandas is imported and no process is started."""
    points = [project.point("reads")]
    project.run(*points)
    done = modules_of_a_batch(project)
    assert "1 point: 1 current." in done.stderr
    assert not {"papermill", "pandas", "nbformat", "zmq", "rocrate", "subprocess"} & set(done.stdout.split())


def test_a_terminal_gets_one_line_that_changes(project):
    """Done of total, current points, time left; a log gets a quiet line a point."""

    class Screen(io.StringIO):
        def isatty(self):
            return True

    screen = Screen()
    runner.run([project.point("reads", n=n) for n in (1, 2, 3)], out=project.out, jobs=1, stream=screen)
    lines = screen.getvalue().split("\r\x1b[K")
    assert any(line.startswith("1/3, ") and "s left" in line and "reads@n=" in line for line in lines)
    assert "ran in" not in screen.getvalue()
    assert lines[-1].splitlines()[-2:] == ["3 points: 3 ran.", f"Results are in {project.out / 'base'}/."]


@pytest.mark.parametrize("name", ["../reads", "a/b", ".reads", ""])
def test_names_cannot_lead_out_of_the_folder(project, name):
    """Nor can two points share one."""
    stray = Point("base", project.root / "notebooks/reads.ipynb", {"n": 1}, {}, name)
    with pytest.raises(InputError, match="cannot name a folder of results"):
        project.run(stray)
    with pytest.raises(InputError, match="scenario base: two points are called reads."):
        project.run(project.point("reads"), project.point("reads"))
    assert not project.out.exists()
