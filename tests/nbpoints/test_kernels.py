"""Forked kernels: as good as ordinary ones, private, and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from nbpoints.errors import InputError
from nbpoints.kernels import messages
from nbpoints.kernels import server as kernels
from toy_project import Project

pytestmark = pytest.mark.slow

ABOUT_ITSELF = """
import os, psutil
me = psutil.Process()
print("tcp", len(me.net_connections("tcp")), "sockets", len(me.net_connections("unix")) > 0)
print("threads of the parent", len(os.listdir(f"/proc/{os.getppid()}/task")))
print("cwd", os.path.basename(os.getcwd()), "blas", os.environ["OMP_NUM_THREADS"])
print("debugpy" in __import__("sys").modules, get_ipython().history_manager.enabled)
"""
FORKS = """
import multiprocessing

def speak():
    print("the child speaks", flush=True)

child = multiprocessing.get_context("fork").Process(target=speak)
child.start()
child.join()
"""
TRANSFORMS = """
print("one")
get_ipython().input_transformers_cleanup.append(lambda lines: [line.replace("one", "two") for line in lines])
"""
DRAWS = """
import matplotlib.pyplot as plt
import pandas as pd
fig, ax = plt.subplots()
ax.plot([1, 2, n], label="$x^2$")
plt.show()
pd.DataFrame({"a": [1.5, n]})
"""


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory):
    """One project run twice: with forked and with ordinary kernels."""
    projects = []
    for warm in (True, False):
        project = Project(tmp_path_factory.mktemp("forked" if warm else "ordinary"))
        project.write(
            "draws", "from recording import record", DRAWS, "print('one', flush=True)\nrecord('n', n)\nprint('two')"
        )
        project.write("itself", ABOUT_ITSELF)
        project.write("forks", FORKS)
        project.write("transforms", TRANSFORMS, TRANSFORMS)
        project.write("dice", "import numpy, random\nprint(numpy.random.rand(), random.random())")
        points = [project.point(name) for name in ("draws", "itself", "forks", "transforms", "dice")]
        points.append(project.point("dice", n=2))
        assert project.run(*points, warm=warm)[0] == 0
        projects.append(project)
    return projects


def test_the_date_of_a_message_is_read_as_jupyter_reads_it():
    from jupyter_client.session import Session

    plain = Session(key=b"")
    parts = plain.serialize(plain.msg("status", {"date": "2025-05-01T00:00:00Z"}), ident=[])[1:]
    quick = Session(key=b"", unpack=messages.reading_dates(plain.unpack))
    assert quick.deserialize(parts) == Session(key=b"").deserialize(parts)


def test_a_forked_kernel_gives_the_bytes_of_an_ordinary_one(both_ways):
    """Images, tables and text of both ways are the same; the image is there at all."""
    forked = both_ways[0]
    point = forked.point("draws")
    assert any("image/png" in output.get("data", {}) for output in forked.outputs(point))
    assert [output["text"] for output in forked.outputs(point) if output["output_type"] == "stream"] == [
        ["one\n", "two\n"]
    ]
    texts = [(project.out / "base/draws/notebook.ipynb").read_bytes() for project in both_ways]
    assert texts[0] == texts[1]
    # by now the server imports all that the first batch was seen to import
    assert forked.run(point, fresh=True)[0] == 0
    assert (forked.out / "base/draws/notebook.ipynb").read_bytes() == texts[0]
    assert [project.record(point)["run"]["kernel"] for project in both_ways] == ["forked", "ordinary"]
    modules = [project.record(point)["fingerprint"]["modules"] for project in both_ways]
    assert list(modules[0]) == list(modules[1]) == ["notebooks/recording.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_kernel_opens_no_tcp_port_and_stems_from_one_thread(both_ways):
    """It talks over Unix sockets, has one BLAS thread, no debugger and no history file."""
    forked, ordinary = both_ways
    told = forked.printed(forked.point("itself"))
    assert "tcp 0 sockets True" in told
    assert "threads of the parent 1\n" in told
    assert "cwd notebooks blas 1" in told
    assert "False False" in told
    assert "tcp 0 sockets True" in ordinary.printed(ordinary.point("itself"))


def test_what_a_notebook_forks_can_print(both_ways):
    """It goes the same way as in ipykernel, though over no TCP port."""
    for project in both_ways:
        assert project.printed(project.point("forks")) == "the child speaks\n"


def test_a_cell_that_changes_how_cells_are_read_changes_its_own_repetition(both_ways):
    for project in both_ways:
        outputs = project.outputs(project.point("transforms"))
        assert [output["text"] for output in outputs] == [["one\n"], ["two\n"]]


def test_kernels_are_forked_whatever_was_imported_beforehand(tmp_path):
    """Numpy imports its random numbers when they are first used, which is after the fork."""
    project = Project(tmp_path)
    project.write("light", "import numpy\nprint(numpy.zeros(1), numpy.random.rand() < 1)")
    for _ in range(2):
        assert project.run(project.point("light"), fresh=True)[0] == 0
        assert project.printed(project.point("light")) == "[0.] True\n"
        assert project.record(project.point("light"))["run"]["kernel"] == "forked"


def test_forked_kernels_do_not_share_random_numbers(both_ways):
    """Two forks of one parent draw different numbers when nobody sets a seed."""
    project = both_ways[0]
    one, two = (project.printed(project.point("dice", **passed)).split() for passed in ({}, {"n": 2}))
    assert one[0] != two[0] and one[1] != two[1]


def test_the_folder_of_sockets_is_private_and_its_path_short(tmp_path, monkeypatch):
    """Only the user enters it; a TMPDIR too long for sockets is passed over."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    folder = kernels.private_folder()
    try:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(os.fsencode(folder)) < 80
        assert not list(deep.iterdir())
    finally:
        folder.rmdir()


def test_without_a_server_kernels_start_the_ordinary_way(tmp_path, monkeypatch):
    """When the server cannot fork, one line says so, and the points run."""
    project = Project(tmp_path)
    project.write("light", "print(n)")
    monkeypatch.setattr(
        kernels.Server, "preload", lambda server, names: (server._process.kill(), server._process.wait())
    )
    points = [project.point("light", n=n) for n in (1, 2)]
    status, told = project.run(*points)
    assert status == 0
    assert told.count("Kernels start the ordinary, slower way: no process forked") == 1
    assert project.record(points[0])["run"]["kernel"] == "ordinary"


LATE = """
import os, time
lead = os.setsid
def late():
    time.sleep(1)
    lead()
os.setsid = late
"""


@pytest.mark.parametrize("end", [kernels.Server.close, lambda server: server._process.kill()], ids=["closed", "killed"])
def test_no_process_outlives_a_server_that_goes_at_once(tmp_path, end, monkeypatch):
    """One that does not lead a group of its own yet, and has not asked to die with the server, goes all the same."""
    (tmp_path / "late.py").write_text(LATE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    server = kernels.Server()
    server.preload(["late"])
    forked = kernels.Forked(server.address, {})
    try:
        end(server)
        assert _wait(lambda: not psutil.pid_exists(forked.pid))
    finally:
        forked.close()
        server.close()


SLOW = """
import subprocess, sys, time
child = subprocess.Popen(["sleep", "1000"])
time.sleep(1000)
"""
# in sessions of their own: a child, and a grandchild whose parent ends
RUNS_AWAY = """
subprocess.Popen(["sleep", "1000"], start_new_session=True)
subprocess.run(["sh", "-c", "setsid sleep 1000 &"])
"""
PROGRAM = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
from toy_project import Project
from nbpoints.run import runner
project = Project.__new__(Project)
project.root, project.out = Path({root!r}), Path({root!r}) / "runs"
try:
    runner.run([project.point("slow"), project.point("slow", n=2)], out=project.out, jobs=2, warm={warm})
except KeyboardInterrupt:
    sys.exit(130)
"""


def _family(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _name(process: psutil.Process) -> str:
    """Name of a process, empty when it is gone by now."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def _wait(condition, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(("number", "warm"), [(signal.SIGKILL, True), (signal.SIGKILL, False), (signal.SIGTERM, True)])
def test_nothing_is_left_behind_however_a_batch_ends(tmp_path, number, warm):
    """Servers, workers, kernels and what the notebooks started are gone soon after the runner; so are their sockets."""
    project = Project(tmp_path)
    # ordinary kernels have no server that would find what ran away
    away = RUNS_AWAY if warm and sys.platform == "linux" else ""
    project.write("slow", SLOW.replace("time.sleep", f"{away}time.sleep"))
    source = PROGRAM.format(path=sys.path, root=str(tmp_path), warm=warm)
    program = subprocess.Popen([sys.executable, "-c", textwrap.dedent(source)], stderr=subprocess.PIPE, text=True)
    family: list[psutil.Process] = []

    def sleepers() -> list[psutil.Process]:
        return [process for process in _family(program.pid) if _name(process) == "sleep"]

    try:
        assert _wait(lambda: len(sleepers()) == (6 if away else 2))
        family = _family(program.pid)
        program.send_signal(number)
        program.wait(timeout=20)
        assert program.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 130)
        gone, alive = psutil.wait_procs(family, timeout=20)
        assert not alive
    finally:
        program.kill()
        program.communicate()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_a_kernel_that_dies_before_its_first_cell_is_tried_once_more(tmp_path, monkeypatch):
    """Nothing has been done yet that could be done twice; a second death is the outcome."""
    site = tmp_path / "site"
    site.mkdir()
    counter = "import os\nif 'NBPOINTS_KERNEL' in os.environ:\n    open({0!r}, 'a').write('.')\n    {1}os._exit(9)\n"
    monkeypatch.setenv("PYTHONPATH", str(site))
    for name, when, status in (("once", "len(open({0!r}).read()) > 1 or ", 0), ("always", "", 1)):
        project, starts = Project(tmp_path / name), str(tmp_path / f"{name}.txt")
        project.write("light", "print(n)")
        (site / "sitecustomize.py").write_text(counter.format(starts, when.format(starts)))
        ended, told = project.run(project.point("light"), warm=False)
        assert ended == status, told
        assert len(Path(starts).read_text()) == 2
        assert told.count("trying again") == 1


@pytest.mark.parametrize("seconds", ["soon", "0", "-1"])
def test_the_wait_for_a_kernel_is_a_number_of_seconds(seconds, monkeypatch):
    monkeypatch.setenv("NBPOINTS_START_S", seconds)
    with pytest.raises(InputError, match=f"NBPOINTS_START_S={seconds}: expected a number of seconds above 0"):
        kernels.start_s()
