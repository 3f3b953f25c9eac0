"""Every Python that is promised can be set up from the lock, by wheels alone."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from autogap.paths import ROOT

from tests import pythons

VERSIONS = pythons.supported((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# what pip says when there is no index, rather than no wheel
UNREACHABLE = re.compile(r"NewConnectionError|ConnectTimeout|NameResolutionError|ProxyError|from versions: none")


def locked(version: str) -> list[str]:
    """The entries of the lock for a version, each with its hashes and without its condition."""
    from packaging.requirements import Requirement

    text = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", "")
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, *hashes = re.split(r"\s+(?=--hash)", line)
        entry = Requirement(name)
        where = {"python_version": version, "python_full_version": f"{version}.0"}
        if entry.marker is None or entry.marker.evaluate(where):
            found.append(" ".join([f"{entry.name}{entry.specifier}", *hashes]))
    return found


def test_the_range_has_an_end():
    """A Python that nobody has tried is not promised."""
    assert VERSIONS[0] == "3.11" and len(VERSIONS) >= 3


def test_the_environment_at_hand_is_one_that_is_promised():
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_the_lock_pins_the_same_numbers_for_every_python(version):
    """Packages that compute and draw have one version on all, so that results and pictures are the same."""
    computing = ("numpy", "scipy", "pandas", "matplotlib", "statsmodels", "pyfixest", "contourpy", "pillow")
    pinned = [line.split()[0] for line in locked(version) if re.split(r"==", line)[0] in computing]
    assert len(pinned) == len(computing)
    assert pinned == [line.split()[0] for line in locked(VERSIONS[0]) if re.split(r"==", line)[0] in computing]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("version", VERSIONS)
def test_every_entry_of_the_lock_has_a_wheel(version, tmp_path):
    (tmp_path / "lock.txt").write_text("\n".join(locked(version)) + "\n")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    command += [
        "--only-binary=:all:",
        "--require-hashes",
        f"--python-version={version}",
        f"--target={tmp_path / 'none'}",
    ]
    done = subprocess.run([*command, "-r", str(tmp_path / "lock.txt")], capture_output=True, text=True)
    if "No module named pip" in done.stderr:
        pytest.skip("NOT PROVED: this environment has no pip, so no wheel was looked for")
    if done.returncode != 0 and UNREACHABLE.search(done.stderr):
        pytest.skip(f"NOT PROVED: no package index can be reached, so no wheel was looked for: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr[-2000:]
