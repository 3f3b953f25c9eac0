"""A copy of the checkout for one test: the same files under a repository of its own, to be used as its users do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from autogap.paths import ROOT

from tests.compendium import rules


class Checkout:
    """A copy of all files that git knows or would take, committed once.

    Parameters
    ----------
    root : Path
        A folder that does not exist yet.
    """

    def __init__(self, root: Path):
        self.root = root
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
        )
        names = listed.stdout.decode().split("\0")[:-1]
        if listed.returncode != 0:  # unpacked from a deposit
            names = [str(path.relative_to(ROOT)) for path in rules.files(ROOT)]
        for name in names:
            if (ROOT / name).is_file():
                target = root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, target)
        self.git("init", "-q")
        self.commit()

    def git(self, *arguments: str) -> str:
        """Run git in the copy and return what it printed."""
        return subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, text=True, check=True).stdout

    def commit(self) -> None:
        """Take all files as they are into the repository."""
        self.git("add", "-A")
        self.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "As is")

    def accept(self, notebook: str) -> None:
        """Store what a notebook shows now, so that a test of its use does not judge whether it is up to date."""
        done = self.run("autogap", "accept", "--redraw", notebook)
        assert done.returncode == 0, done.stdout + done.stderr
        self.commit()

    def changed(self) -> list[str]:
        """The files that git would show, each as in `git status --short`."""
        return self.git("status", "--short", "--untracked-files=all").splitlines()

    @property
    def environment(self) -> dict[str, str]:
        """Variables under which Python takes the packages of the copy; nothing of our own run gets in."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AUTOGAP_", "NBPOINTS_"))}
        return own | {"PYTHONPATH": str(self.root / "notebooks"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *command: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess:
        """Run a Python module in the copy, `papermill ...`, with some variables more."""
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=cwd or self.root,
            env=self.environment | variables,
            capture_output=True,
            text=True,
        )
