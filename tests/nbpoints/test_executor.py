"""Where points run besides this machine: a Dask cluster that may lose workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest
from nbpoints.errors import InputError
from nbpoints.run import executor
from toy_project import Project

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        (None, "--executor dask needs --scheduler ADDRESS"),
        ("tcp://127.0.0.1:1", "no Dask scheduler answered within 0.3 s"),
    ],
)
def test_a_cluster_that_is_not_there_is_named(tmp_path, scheduler, message, monkeypatch):
    """One sentence, and no point counts as failed."""
    pytest.importorskip("distributed")
    monkeypatch.setenv(executor.WAIT, "0.3")
    project = Project(tmp_path)
    project.write("light", "print(n)")
    with pytest.raises(InputError, match=message):
        project.run(project.point("light"), executor="dask", scheduler=scheduler)


def test_a_killed_dask_worker_loses_nothing(tmp_path, monkeypatch):
    """A scheduler and two workers on loopback; one is killed while it runs a point; every point is done in the end.

    The points have the project's variables of the batch, not those of the workers.
    """
    pytest.importorskip("distributed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    project = Project(tmp_path)
    project.write("steps", STEPS)
    points = [project.point("steps", n=n) for n in range(1, 5)]
    log = open(tmp_path / "log", "w")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TOY_OTHER": "of the worker"}
    (project.root / "pyproject.toml").write_text("[tool.nbpoints]\nenvironment = ['TOY_']\n")
    monkeypatch.setenv("TOY_PROFILE", "of the batch")

    def start(name: str, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments, "--no-dashboard"]
        return subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env=environment)

    started = [start("scheduler", "--host", address)]
    started += [start("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
    victim = subprocess.Popen([sys.executable, "-c", KILLER.format(pid=started[1].pid, folder=str(tmp_path))])
    try:
        status, told = project.run(*points, executor="dask", scheduler=address)
        assert status == 0, told
        assert victim.wait(timeout=20) == 0
        assert started[1].wait(timeout=20) == -signal.SIGKILL
        assert [project.printed(point) for point in points] == [f"{n} of the batch None\n" for n in range(1, 5)]
        assert project.record(points[0])["run"]["kernel"] == "forked"
        assert len(list(tmp_path.glob("started-*"))) == 5  # one point began twice
    finally:
        for process in [victim, *started]:
            process.kill()
            process.wait()
        log.close()


STEPS = """
import os, time
open(f"../started-{n}-{os.getpid()}", "w").close()
time.sleep(0.3)
print(n, os.environ.get("TOY_PROFILE"), os.environ.get("TOY_OTHER"))
"""
KILLER = """
import os, pathlib, signal, time, psutil
worker = psutil.Process({pid})
while True:
    kernels = {{child.pid for child in worker.children(recursive=True)}}
    running = {{int(path.name.rpartition("-")[2]) for path in pathlib.Path({folder!r}).glob("started-*")}}
    if kernels & running:
        os.kill({pid}, signal.SIGKILL)
        break
    time.sleep(0.02)
"""
