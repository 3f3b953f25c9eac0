"""A copy of the project in which a recipe of CONTRIBUTING.md is done step by step, with the page's own commands."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pytest
from autogap import data
from autogap.data.package import version
from autogap.paths import ROOT
from checkout import Checkout

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MONTH = data.series("mof.us.exports.total").index[-1] + 1
RELEASED = f"{MONTH + 1}-28"
DAY = max(RELEASED, str((pd.Timestamp(version(data.DATA)) + pd.Timedelta(days=1)).date()))
"""The month after the last, the day of its release, and that of the entry in CHANGES.md, later than all there."""

ON_A_DAY = """\
import datetime, sys
from autogap.__main__ import main
from autogap.sources import cli

class Clock(datetime.datetime):
    now = classmethod(lambda cls, zone: cls.fromisoformat("{day}T12:00:00+00:00"))

cli.datetime = Clock
sys.exit(main({words}))
"""


def commands(title: str) -> list[str]:
    """The commands under a heading, in order; with "" those of the top of the page, with which recipes end."""
    part = PAGE.partition(f"\n## {title}\n")[2] if title else PAGE
    text = part.partition("\n## ")[0]
    assert text, f"CONTRIBUTING.md has no heading {title!r}"
    return [
        line.partition("  #")[0].strip() for line in re.findall(r"^ {4,}((?:make|\.venv/bin/).+)$", text, re.MULTILINE)
    ]


class Recipe(Checkout):
    """A copy with an environment of its own, `make` and `.venv/bin` included."""

    def __init__(self, root: Path):
        super().__init__(root)
        environment = root / ".venv"
        environment.mkdir()
        for path in Path(sys.prefix).iterdir():
            if path.name != "ready":
                (environment / path.name).symlink_to(path)
        for name in ("requirements.txt", "pyproject.toml"):  # older than the environment, so that `make` sets up none
            shutil.copystat(ROOT / "LICENSE", root / name)
        (environment / "ready").touch()

    def do(self, command: str, status: int = 0) -> str:
        """Run a line of the page in the copy; it must end with this status."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, f"$ {command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    def do_on(self, day: str, command: str) -> str:
        """Run a line of the page that begins with `autogap` as on a day to come."""
        program, *words = shlex.split(command)
        assert program == ".venv/bin/autogap"
        return self.do(shlex.join([".venv/bin/python", "-c", ON_A_DAY.format(day=day, words=words)]))

    def add(self, name: str, rows: Iterable[Iterable[str]]) -> None:
        """Append rows to a file of data/."""
        with (self.root / "data" / name).open("a", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        """Rewrite a file of the copy; it must differ."""
        path = self.root / name
        old = path.read_text(encoding="utf-8")
        new = change(old)
        assert new != old, name
        path.write_text(new, encoding="utf-8")

    def say_so(self, line: str) -> None:
        """Put a line into CHANGES.md under the heading of the day."""
        entry = f"## {DAY}\n\n- {line}\n\n"
        self.edit("data/CHANGES.md", lambda text: text.replace("\n## ", f"\n{entry}## ", 1))

    def passes(self, *tests: str) -> None:
        """Run the parts of `make test` that can tell whether the recipe was enough."""
        assert "make test" in commands("")
        self.do(f".venv/bin/pytest -p no:nbval -q -n 2 -m 'not browser and not long' {' '.join(tests)}")


@pytest.fixture
def project(tmp_path: Path) -> Recipe:
    return Recipe(tmp_path / "copy")
