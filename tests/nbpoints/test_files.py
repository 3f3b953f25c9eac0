"""A file is written whole or not at all, and nothing else writes."""

from __future__ import annotations

import ast
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import nbpoints
import pytest
from nbpoints.errors import InputError
from nbpoints.files import refuse_file, refuse_folder, sweep, write_whole


def test_a_file_is_written_once(tmp_path):
    path = tmp_path / "a.csv"
    assert write_whole(path, "é\r\n") and path.read_bytes() == "é\r\n".encode()
    before = path.stat()
    assert not write_whole(path, "é\r\n") and path.stat() == before
    assert write_whole(path, b"new") and path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.csv"]


def test_mode_and_link_are_kept(tmp_path):
    path, link = tmp_path / "a", tmp_path / "b"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    assert write_whole(link, "new")
    assert link.is_symlink() and path.read_text() == "new" and path.stat().st_mode & 0o777 == 0o640


def test_no_room_leaves_the_old_file_and_nothing_else(tmp_path):
    """Under a quota of 4 kB, as on a full disk."""
    path = tmp_path / "data.csv"
    path.write_text("rows of the user\n")
    program = textwrap.dedent(f"""
        import resource, signal
        from nbpoints.files import write_whole
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        write_whole({str(path)!r}, "x" * 100_000)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "OSError" in done.stderr and "File too large" in done.stderr
    assert path.read_text() == "rows of the user\n" and os.listdir(tmp_path) == ["data.csv"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


@pytest.mark.parametrize("moment", ["os.fsync", "os.replace"])
def test_a_kill_while_writing_leaves_the_old_file_and_the_next_write_cleans_up(tmp_path, moment):
    path = tmp_path / "data.csv"
    path.write_text("old")
    program = textwrap.dedent(f"""
        import os, signal
        from nbpoints.files import write_whole
        {moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        write_whole({str(path)!r}, "new" * 1000)
    """)
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    assert path.read_text() == "old" and len(os.listdir(tmp_path)) == 2
    write_whole(tmp_path / "other.csv", "x")
    assert sorted(os.listdir(tmp_path)) == ["data.csv", "other.csv"] and path.read_text() == "old"


def test_what_a_living_process_writes_is_left_alone(tmp_path):
    aside = tmp_path / f".a.csv.{os.getpid()}-1.part"
    aside.write_text("half")
    sweep(tmp_path)
    assert aside.exists()


def test_a_device_stays_and_is_written_to(monkeypatch):
    """Also one that could be read for ever: nothing old is asked for. What it refuses is told with its name."""
    for owner, name in ((os, "replace"), (Path, "read_bytes")):  # a fault must not harm this machine's own devices
        monkeypatch.setattr(owner, name, lambda *_: pytest.fail("taken for an ordinary file"))
    assert write_whole("/dev/null", "x") and not os.path.isfile("/dev/null")
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_whole("/dev/full", "x")


def test_a_pipe_stays_and_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert write_whole(pipe, "a,b\n") and os.read(reader, 9) == b"a,b\n" and pipe.is_fifo()
    os.close(reader)
    assert os.listdir(tmp_path) == ["pipe"]


def test_standard_output_may_be_a_pipe():
    program = "from nbpoints.files import write_whole; write_whole('/dev/stdout', 'a,b')"
    assert subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True).stdout == b"a,b"


def test_what_cannot_be_written_is_named_as_the_user_did(tmp_path, monkeypatch):
    """Not by the hidden name beside it, nor by none at all."""
    monkeypatch.chdir(tmp_path)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device: 'x.csv'"):
        write_whole("x.csv", "x")
    with pytest.raises(IsADirectoryError, match="'.'"):
        write_whole(".", "x")
    assert os.listdir(tmp_path) == []


def test_targets_are_judged_before_the_work(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    refuse_folder(tmp_path / "new/one")
    refuse_file(tmp_path / "new/one.xml")
    refuse_file(Path("/dev/null"))
    for refuse, path, says in (
        (refuse_folder, file, f"{file}: a file stands where a folder is needed"),
        (refuse_file, file / "deep/x.xml", f"{file}: a file stands where a folder is needed"),
        (refuse_file, tmp_path, f"{tmp_path}: a folder; name a file."),
    ):
        with pytest.raises(InputError, match=says):
            refuse(path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match=f"{tmp_path}: this folder cannot be written to"):
        refuse_file(tmp_path / "new/one.xml")
    assert os.listdir(tmp_path) == ["file"]


def test_a_long_name_is_written(tmp_path):
    path = tmp_path / ("ü" * 120)
    assert write_whole(path, "x") and path.read_text() == "x"


# Writers that go another way for a reason: into a folder that gets its name when it is whole, into a pipe or a log.
OTHER_WAYS = {
    "nbpoints/files.py": "the function itself",
    "nbpoints/run/execute.py": "a point's folder has a hidden name until it is whole",
    "nbpoints/run/runner.py": "the lock is written in place",
    "nbpoints/kernels/server.py": "the log of a process, in a temporary folder",
    "nbpoints/kernels/forkserver.py": "likewise",
    "autogap/publish/report/book.py": "a temporary folder for a program that reads it",
    "autogap/sources/refresh.py": "a copy of data/ that takes its place when it is whole",
    "autogap/sources/swap.py": "puts such a copy in place",
}
_CALLS = {"write_text", "write_bytes", "copyfile", "copy", "copy2", "savefig", "to_excel"}


def writers(source: str) -> list[int]:
    """Lines of a module that write a file by other means than `write_whole`."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _writes(node)]


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if name == "open":
        mode = [*(one.value for one in call.keywords if one.arg == "mode"), *call.args[0 if owner else 1 :]][:1]
        return any(isinstance(one, ast.Constant) and set("wax+") & set(str(one.value)) for one in mode)
    if name in ("copy", "copy2"):
        return owner == "shutil"
    if name in ("to_csv", "to_json", "to_parquet"):
        return bool(call.args)
    return name in _CALLS or (owner, name) == ("os", "replace")


@pytest.mark.parametrize(
    "source",
    [
        "path.write_text(x)",
        "open(p, 'w')",
        "p.open('ab')",
        "open(p, mode='x')",
        "shutil.copy(a, b)",
        "t.to_csv(path)",
        "t.to_parquet(path)",
    ],
)
def test_a_writer_would_be_found(source):
    assert writers(source) == [1]


@pytest.mark.parametrize("source", ["open(p)", "p.open()", "open(p, 'rb')", "d.copy()", "t.to_parquet(index=False)"])
def test_a_reader_is_not_a_writer(source):
    assert writers(source) == []


def test_nothing_else_writes():
    """Every file of both packages is written by `write_whole`."""
    packages = Path(nbpoints.__file__).parents[1]
    found = {
        path.relative_to(packages).as_posix(): lines
        for path in sorted(packages.rglob("*.py"))
        if (lines := writers(path.read_text(encoding="utf-8")))
    }
    assert {place: lines for place, lines in found.items() if place not in OTHER_WAYS} == {}
