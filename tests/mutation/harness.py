"""Plant each fault into a copy of the project, run the project's checks there, and plain nbval beside them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.compendium import rules as compendium
from tests.compendium import signed
from tests.mutation import by_rule
from tests.mutation.faults import Fault
from tests.mutation.in_words import CATCHERS
from tests.mutation.tree import Tree

LEFT_OUT = shutil.ignore_patterns(*compendium.LEFT_OUT, ".venv*", "*.egg-info")
TIMEOUT_S = 1200  # generous: a loaded machine is not a fault
RULES, DATA = ["tests/compendium/test_compendium.py"], ["tests/data", "tests/test_claims.py"]
QUICK = ("-m", "not browser and not long")
UNIT = [*QUICK, "tests/figures", "tests/methods", "tests/test_claims.py", "tests/test_results.py", "tests/test_run.py"]
UNIT += ["tests/test_words.py", "tests/test_examples.py"]
# nbformat's jsonschema tries for a check of IRIs, which no notebook has, and it takes two seconds to import
PYTEST = "import sys; sys.modules['rfc3987_syntax'] = None; import pytest; sys.exit(pytest.main())"
# by hand a line below each figure says where it went, which plain nbval would call a difference
AS_A_BATCH = {"NBPOINTS_FIGURES": "runs/plain"}
PLAIN = ("--nbval", "--noconftest", "-o", "addopts=", "-o", "filterwarnings=")


@dataclass(frozen=True)
class Verdict:
    """What became of one planted fault: which check caught it, and whether plain nbval did."""

    fault: Fault
    caught_by: list[str]
    told: str
    plain_nbval: bool | None  # None: a fault that no computation shows, so it was not run
    seconds: float


def judge(root: Path, fault: Fault) -> Verdict:
    """Plant a fault into a copy and run every check that `make test` has for that part of the project.

    The cheap checks come first and all of them run, so that the report names each that catches it.
    """
    began = time.monotonic()
    if fault.kind in CATCHERS:
        with tempfile.TemporaryDirectory(prefix="autogap-mutation-", dir=root.parent) as folder:
            said = by_rule.seen(root, fault, Path(folder))
        caught = ["rules of the collection"] if said else []
        return Verdict(fault, caught, (said or [""])[0], None, time.monotonic() - began)
    with copy_of(root) as copy:
        tree = Tree(copy)
        fault.plant(tree)
        tree.write_to(copy)
        if fault.renews:
            python(copy, "-m", "autogap.data.package")
        told, caught = "", []
        for name, arguments in checks(fault, tree).items():
            done = pytest(copy, *arguments)
            if done.returncode:
                caught.append(name)
                told = told or first_sentence(done.stdout)
        plain = pytest(copy, *PLAIN, book_of(fault), **AS_A_BATCH)
        return Verdict(fault, caught, told, plain.returncode == 1, time.monotonic() - began)


def checks(fault: Fault, tree: Tree) -> dict[str, list[str]]:
    """The parts of `make test` that can see a fault, by the rooms in which it was planted."""
    chosen = {"rules of the collection": RULES}
    if any(name.startswith("data/") for name in tree.changes):
        chosen["tests of the data"] = DATA
    if any(name.startswith("notebooks/autogap/") for name in tree.changes):
        chosen["unit tests"] = UNIT
    return chosen | {"re-run of the notebook": ["--nbval", book_of(fault)]}


def not_green(root: Path, faults: list[Fault]) -> list[str]:
    """Checks that fail on an untouched copy: with one of these red, a fault would be called caught for nothing."""
    books = sorted({book_of(fault) for fault in faults})
    runs = {
        "rules of the collection": RULES,
        "tests of the data": DATA,
        "unit tests": UNIT,
        "re-run of the notebooks": ["--nbval", *books],
        "plain nbval": [*PLAIN, *books],
    }

    def run(name: str) -> subprocess.CompletedProcess:
        return pytest(copy, *runs[name], timeout=5400, **(AS_A_BATCH if name == "plain nbval" else {}))

    with copy_of(root) as copy, ThreadPoolExecutor(2) as pool:
        done = dict(zip(runs, pool.map(run, runs), strict=True))
    return [
        f"{name}: {first_sentence(one.stdout) or one.stdout[-300:]}" for name, one in done.items() if one.returncode
    ]


def clean_rerun(root: Path, number: int) -> list[str]:
    """Re-run every notebook of an untouched copy in an environment that means nothing; return what failed."""
    other = {
        "PYTHONHASHSEED": str(number),
        "TZ": ("UTC", "Asia/Tokyo", "America/New_York")[number % 3],
        "LC_ALL": ("C.UTF-8", "C")[number % 2],
        "COLUMNS": str(60 + 10 * (number % 8)),
    }
    with copy_of(root) as copy:
        done = pytest(copy, "--nbval", "notebooks", "-n", "2", "--dist", "loadfile", timeout=5400, **other)
        return re.findall(r"^(?:FAILED|ERROR) (.*)$", done.stdout, re.MULTILINE) or (
            [] if not done.returncode else [done.stdout]
        )


@contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """A copy of the project that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="autogap-mutation-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(root, copy, ignore=LEFT_OUT)
        if not (copy / signed.LOCK).exists():
            python(copy, "-m", "tests.compendium.signed")
        yield copy


def book_of(fault: Fault) -> str:
    """The notebook to run, as an argument of pytest."""
    return f"notebooks/{fault.book}.ipynb"


def pytest(copy: Path, *arguments: str, timeout: float = TIMEOUT_S, **environment: str) -> subprocess.CompletedProcess:
    """Run pytest in a copy, which sees only its own code."""
    return python(
        copy, "-c", PYTEST, "-q", "--color=no", "-p", "no:cacheprovider", *arguments, timeout=timeout, **environment
    )


def python(copy: Path, *arguments: str, timeout: float = TIMEOUT_S, **environment: str) -> subprocess.CompletedProcess:
    """Run Python in a copy, with the copy's package before any that is installed."""
    env = {**os.environ, "PYTHONPATH": str(copy / "notebooks"), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=env, capture_output=True, text=True, timeout=timeout, check=False
    )


def first_sentence(report: str) -> str:
    """The line of a report that says what is wrong, for the table."""
    lines = [line.strip() for line in report.splitlines()]
    telling = [
        *(
            line
            for line in lines
            if re.search(r": was .+, is |is missing|is new|run `|which ", line) and "assert" not in line
        ),
        *(line.removeprefix("E ").strip() for line in lines if line.startswith("E ")),
    ]
    return (telling or [""])[0][:160]
