"""What the machine around a batch may do: readers that leave, limits, start-up files, servers that die."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from nbpoints.kernels import server as kernels
from toy_project import Project

pytestmark = pytest.mark.slow

BATCH = [sys.executable, "-m", "nbpoints", "run"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    project = Project(tmp_path / "project")
    project.write("light", "print(n)", parameters="n: int = 1  # [1..9]")
    (project.root / "notebooks/scenarios.yaml").write_text(
        "several:\n  notebooks: [light]\n  matrix: {n: [2, 3, 4, 5]}\n"
    )
    return project


def _finished(project: Project) -> int:
    return len(list(project.out.glob("several/*/run.json")))


@pytest.mark.parametrize("end", ["2>&1 | head -n 1", "2>&-", "2>&- >&-"])
def test_a_reader_that_leaves_neither_stops_nor_blesses_a_batch(project, end):
    """All points are done, and a failure is one though nobody reads of it."""
    batch = f"{' '.join(BATCH)} several --dir notebooks --out runs"
    shell = f"set -o pipefail; cd {project.root}; {batch} {end}"
    assert subprocess.run(["bash", "-c", shell], capture_output=True, timeout=120).returncode == 0
    assert _finished(project) == 4
    project.write("light", "1 / (n - n)", parameters="n: int = 1  # [1..9]")
    done = subprocess.run(["bash", "-c", shell], capture_output=True, timeout=120)
    assert done.returncode == 1, done


def test_a_server_that_died_is_replaced_once(project, monkeypatch):
    """The first point kills it; the next ones are forked again."""
    project.write("kills", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(30)")
    points = [project.point("kills"), *(project.point("light", n=n) for n in (2, 3))]
    status, told = project.run(*points, jobs=1)
    assert status == 1
    assert "died" in told
    assert [project.record(point)["run"]["kernel"] for point in points[1:]] == ["forked", "forked"]
    assert "slower way" not in told


def test_a_startup_file_of_interactive_python_changes_nothing(project, monkeypatch, tmp_path):
    """IPython runs it in every shell."""
    (tmp_path / "startup.py").write_text("n = 'mine'\nprint('hello')\nSEEN = True\n")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "startup.py"))
    project.write("light", "print('SEEN' in globals(), n)")
    for warm in (True, False):
        assert project.run(project.point("light"), warm=warm, fresh=True)[0] == 0
        assert project.printed(project.point("light")) == "False 1\n"


def test_a_home_that_cannot_be_written_shows_in_no_output(project, monkeypatch):
    """As in many containers: matplotlib would tell of a folder by chance in the cell that imports it first."""
    for name in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/dev/null")
    # so imported, it is not at hand in the first batch
    project.write("light", "import importlib\nimportlib.import_module('matplotlib.pyplot')\nprint(n)")
    batch = [*BATCH, "--dir", "notebooks", "--out", "runs", "--fresh"]
    for _ in range(2):
        done = subprocess.run(batch, capture_output=True, text=True, cwd=project.root, timeout=120)
        assert done.returncode == 0 and "Warning" not in done.stderr, done.stderr
        assert project.printed(project.point("light", scenario="baseline")) == "1\n"


@pytest.mark.parametrize(
    ("limit", "cause"),
    [("-n 24", "Too many open files"), ("-v 260000", ""), ("-f 1", "File too large")],
)
def test_a_limit_of_the_system_is_told(project, limit, cause):
    """One sentence or rows with the cause; never a traceback, and nothing is left in the folder for temporary files."""
    place = project.root / "tmp"
    place.mkdir()
    command = f"ulimit {limit}; cd {project.root}; {' '.join(BATCH)} several --dir notebooks --out runs --timeout 10"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=180, env=os.environ | {"TMPDIR": str(place)}
    )
    assert done.returncode in (1, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stderr and done.stderr.strip()
    assert cause in done.stderr
    assert list(place.iterdir()) == []
    assert [path.name for path in project.root.glob("runs/*/.*")] in ([], [".failed"]), "what is half done goes"


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory is told apart on Linux only")
def test_shared_pages_count_once(project):
    """Four forked children of 60 MB that they share with their parent are 60 MB."""
    source = """
import os, time
block = b"x" * 60_000_000
for _ in range(4):
    if os.fork() == 0:
        time.sleep(2)
        os._exit(0)
time.sleep(1.5)
"""
    project.write("shares", source)
    status, told = project.run(project.point("shares"), memory_mb=200)
    assert status == 0, told
    project.write(
        "shares", source.replace("time.sleep(2)", "own = bytearray(os.urandom(1)) * 60_000_000; time.sleep(2)")
    )
    status, told = project.run(project.point("shares"), memory_mb=200)
    assert "above the limit of 200 MB" in told


def test_a_link_in_place_of_the_lock_is_refused(project, tmp_path):
    """Its target is not written over."""
    target = tmp_path / "precious"
    target.write_text("mine")
    project.out.mkdir()
    (project.out / ".lock").symlink_to(target)
    done = subprocess.run(
        [*BATCH, "several", "--dir", "notebooks", "--out", "runs"],
        capture_output=True,
        text=True,
        cwd=project.root,
        timeout=60,
    )
    assert done.returncode == 2
    assert ".lock" in done.stderr
    assert target.read_text() == "mine"


def test_an_interrupted_replacement_is_put_back(project):
    """A batch was killed between taking the old folder away and naming the new one."""
    points = [project.point("light", n=n) for n in (2, 3)]
    project.run(*points)
    folder = project.out / "base/light@n=2"
    (project.out / "base/.old").mkdir()
    shutil.move(folder, project.out / "base/.old/light@n=2")
    assert project.ran(*points) == []
    assert folder.is_dir()
    assert not (project.out / "base/.old").exists()


def test_what_a_batch_keeps_for_the_next_names_no_folder_of_this_machine(project):
    """What was imported is kept by the notebook's place as seen from the runs."""
    project.run(project.point("light"))
    assert list(json.loads((project.out / ".imports.json").read_text())) == ["../notebooks/light.ipynb"]


def test_no_server_is_left_when_the_system_gives_no_process(monkeypatch, tmp_path):
    """The private folder goes, and the sentence says where to look."""
    from nbpoints.errors import InputError

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(kernels.subprocess, "Popen", _refuse)
    with pytest.raises(InputError, match="No kernel can be started: Resource temporarily unavailable"):
        kernels.Server()
    assert list(tmp_path.iterdir()) == []


def _refuse(*arguments: object, **keywords: object) -> None:
    raise BlockingIOError(11, "Resource temporarily unavailable")


@pytest.mark.skipif(
    not (shutil.which("setpriv") and shutil.which("prlimit") and hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="NOT PROVED: only root can become a user with a limit of processes (setpriv, prlimit)",
)
@pytest.mark.parametrize("most", [2, 16])
def test_too_few_processes_are_told_in_a_sentence(tmp_path, most):
    """A real limit: libraries would interrupt the batch, or end it without a word."""
    project = Project(tmp_path)
    project.write("light", "print(n)")
    rights = "+dac_read_search,+dac_override"
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    nobody += [f"--inh-caps={rights}", f"--ambient-caps={rights}", "prlimit", f"--nproc={most}"]
    command = [sys.executable, "-m", "nbpoints", "run", "--dir", str(tmp_path / "notebooks"), "-j", "1"]
    place = tmp_path / "tmp"
    place.mkdir()
    place.chmod(0o777)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path), "TMPDIR": str(place)}
    done = subprocess.run([*nobody, *command], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "No more threads can be started (see `ulimit -u`)" in done.stderr and "Traceback" not in done.stderr
    assert not list(place.iterdir()), "no folder of a server is left"
