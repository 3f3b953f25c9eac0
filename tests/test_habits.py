"""What the user's machine and habits do around a notebook changes none of its bytes; what cannot work is a sentence."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys

import pytest
from nbpoints.notebook import canonical, reading

from tests.checkout import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.long]

STEM = "11_negotiation_timeline"
BOOK = f"notebooks/{STEM}.ipynb"
BATCH = ("autogap", "run", "--notebook", STEM, "-j", "1", "--fresh")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """In a folder whose name needs care everywhere."""
    copied = Checkout(tmp_path_factory.mktemp("habits") / "a b 日本 100% [x]")
    copied.accept(STEM)
    return copied


def stored(checkout, out: str) -> dict[str, bytes]:
    """The notebook and the figures of the point, by their names."""
    folder = checkout.root / out / "baseline/negotiation_timeline"
    return {
        path.name: path.read_bytes() for path in [folder / "notebook.ipynb", *sorted((folder / "figures").iterdir())]
    }


@pytest.fixture(scope="module")
def plain(checkout):
    assert checkout.run(*BATCH, "--out", "runs/plain").returncode == 0
    return stored(checkout, "runs/plain")


MACHINES = {
    "no home": {"HOME": "/nonexistent"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "far away": {"TZ": "Asia/Tokyo", "LANG": "ja_JP.UTF-8"},
    "narrow": {"TERM": "dumb", "COLUMNS": "20", "LINES": "3"},
    "python": {"PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "always"},
    "threads": {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"},
    "backend": {"MPLBACKEND": "TkAgg"},
    "matplotlibrc": {"MPLCONFIGDIR": "{tmp}"},
    "startup": {"PYTHONSTARTUP": "{tmp}/startup.py"},
}


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_changes_no_byte(checkout, plain, name, tmp_path):
    (tmp_path / "matplotlibrc").write_text("axes.ymargin: 0.3\nxtick.direction: in\ntext.color: red\nfont.size: 20\n")
    (tmp_path / "startup.py").write_text("import pandas\npandas.set_option('display.precision', 1)\nprint('hello')\n")
    machine = {key: value.replace("{tmp}", str(tmp_path)) for key, value in MACHINES[name].items()}
    done = checkout.run(*BATCH, "--out", "runs/other", **machine)
    assert done.returncode == 0, done.stderr
    assert stored(checkout, "runs/other") == plain


def test_a_link_to_the_checkout_changes_no_byte(checkout, plain, tmp_path):
    (tmp_path / "link").symlink_to(checkout.root)
    done = checkout.run(*BATCH, "--out", "runs/other", cwd=tmp_path / "link")
    assert done.returncode == 0, done.stderr
    assert stored(checkout, "runs/other") == plain


DAY = "2025-07-23"
# options of papermill, and the day for which the answer is
PAPERMILL = {
    "file": (["-f", "{tmp}/day.yaml"], DAY),
    "empty file": (["-f", "{tmp}/empty.yaml"], ""),
    "yaml": (["-y", f"as_of: '{DAY}'"], DAY),
    "base64": (["-b", base64.b64encode(f"as_of: '{DAY}'".encode()).decode()], DAY),
    "paths": (["--inject-paths", "-p", "as_of", DAY], DAY),
    "report": (["--report-mode", "--log-output", "-p", "as_of", DAY], DAY),
    "folder": (["--cwd", "/", "-p", "as_of", DAY], DAY),
}


@pytest.mark.parametrize("name", PAPERMILL)
def test_options_of_papermill_work(checkout, name, tmp_path):
    options, day = PAPERMILL[name]
    (tmp_path / "day.yaml").write_text(f"as_of: '{DAY}'\n")
    (tmp_path / "empty.yaml").write_text("")
    out = tmp_path / "日本 {as_of}.ipynb" if day and name != "base64" else tmp_path / "out.ipynb"
    done = checkout.run("papermill", BOOK, str(out), *[one.replace("{tmp}", str(tmp_path)) for one in options])
    assert done.returncode == 0, done.stderr[-2000:]
    (written,) = tmp_path.glob("*.ipynb")
    point = f"negotiation_timeline@as_of={day}" if day else "negotiation_timeline"
    assert f"Saved in runs/by_hand/{point}/" in written.read_text(encoding="utf-8")
    assert checkout.changed() == []


def test_papermill_reads_and_writes_streams(checkout):
    with (checkout.root / BOOK).open() as book:
        done = subprocess.run(
            [sys.executable, "-m", "papermill", "-", "-", "-p", "as_of", DAY],
            stdin=book,
            cwd=checkout.root / "notebooks",
            env=checkout.environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0 and DAY in done.stdout, done.stderr[-2000:]


@pytest.mark.parametrize("day", ["2025-13-45", "2025", "null"])
def test_papermill_with_a_day_that_is_none_is_a_sentence(checkout, day, tmp_path):
    done = checkout.run("papermill", BOOK, str(tmp_path / "out.ipynb"), "-y", f"as_of: {day}")
    assert done.returncode != 0 and "InputError: as_of: " in done.stderr


READ_ONLY = {
    ("pytest", "-q", "--nbval", BOOK): (0, "passed"),
    ("autogap.data.package",): (0, "nothing to rewrite"),
    ("autogap", "accept", STEM): (0, "unchanged"),
    ("autogap", "run", "--notebook", STEM): (2, "so nothing can be stored there."),
    ("papermill", BOOK, "-"): (1, "so the figures cannot be stored"),
}


@pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0 and not shutil.which("setpriv"),
    reason="NOT PROVED: root may write anywhere, and there is no setpriv to become somebody else",
)
def test_a_checkout_that_cannot_be_written(checkout, tmp_path):
    """What only reads works; what would write says so in a sentence."""
    copied = Checkout.__new__(Checkout)
    copied.root = tmp_path / "copy"
    shutil.copytree(checkout.root, copied.root, ignore=shutil.ignore_patterns("runs"))
    subprocess.run(["chmod", "-R", "a-w", str(copied.root)], check=True)
    somebody = []
    if os.geteuid() == 0:
        right = "+dac_read_search"
        somebody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        somebody += [f"--inh-caps={right}", f"--ambient-caps={right}"]
    home = tmp_path / "home"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    environment = copied.environment | {"HOME": str(home), "TMPDIR": str(home)}
    for command, (status, said) in READ_ONLY.items():
        done = subprocess.run(
            [*somebody, sys.executable, "-m", *command],
            cwd=copied.root,
            env=environment,
            capture_output=True,
            text=True,
        )
        told = done.stdout + done.stderr
        assert done.returncode == status and said in told, f"{command}: {done.returncode}: {told[-2000:]}"


def test_every_notebook_by_hand_gives_the_bytes_of_the_batch(checkout):
    """In an ordinary kernel, as JupyterLab and papermill start it, which nobody told how many threads to use."""
    done = checkout.run("autogap", "run", "baseline", "-j", "2", "--out", "runs/batch")
    assert done.returncode == 0, done.stderr
    differing = {}
    for path in sorted((checkout.root / "notebooks").glob("[0-9]*.ipynb")):
        out = checkout.root / "runs/by hand.ipynb"
        done = checkout.run("papermill", str(path), str(out))
        assert done.returncode == 0, done.stderr[-2000:]
        batch = next((checkout.root / "runs/batch/baseline").glob(f"{path.stem[3:]}/notebook.ipynb"))
        pair = [canonical.clean(reading.load(one))["cells"] for one in (out, batch)]
        cells = [number for number, (one, other) in enumerate(zip(*pair, strict=True), 1) if one != other]
        if cells:
            differing[path.stem] = cells
    assert differing == {}, json.dumps(differing)
