"""The proof on other Pythons: `python -m tests.pythons` runs `make test` on the oldest and the newest supported.

The Python of this environment is left out, for `make test` has proved that one. Interpreters are those of uv,
of pyenv, or that stand on the path.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from autogap.paths import ROOT


def supported(pyproject: str) -> list[str]:
    """List the minor versions that a project's ``requires-python`` allows.

    Examples
    --------
    >>> supported('[project]\\nrequires-python = ">=3.11,<3.14"')
    ['3.11', '3.12', '3.13']
    """
    stated = tomllib.loads(pyproject)["project"]["requires-python"]
    first, end = re.fullmatch(r">=3\.(\d+),\s*<3\.(\d+)", stated).groups()
    return [f"3.{minor}" for minor in range(int(first), int(end))]


def find(version: str) -> str | None:
    """Find an interpreter of a version, or None."""
    for candidate in _candidates(version):
        told = "import sys; print('%d.%d' % sys.version_info[:2])"
        try:
            shown = subprocess.run([candidate, "-c", told], capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if shown.returncode == 0 and shown.stdout.strip() == version:
            return candidate
    return None


def _candidates(version: str) -> Iterator[str]:
    for uv in filter(None, [shutil.which("uv"), shutil.which("uv", path=str(Path(sys.executable).parent))]):
        found = subprocess.run([uv, "python", "find", "--no-python-downloads", version], capture_output=True, text=True)
        if found.returncode == 0:
            yield found.stdout.strip()
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path


def main() -> int:
    """Run `make test` on each end of the range; status 1 when one fails."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    versions = supported((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    status = 0
    for version in dict.fromkeys((versions[0], versions[-1])):
        if version == own:
            continue
        interpreter = find(version)
        if interpreter is None:
            print(
                f"NOT PROVED on Python {version}: no such interpreter here (uv python install {version}).", flush=True
            )
            continue
        print(f"Python {version}: {interpreter}", flush=True)
        command = ["make", "test", f"VENV=.venv-{version}", f"PYTHON={interpreter}"]
        status = subprocess.run(command, cwd=ROOT).returncode and 1 or status
    return status


if __name__ == "__main__":
    sys.exit(main())
