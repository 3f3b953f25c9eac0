"""The project that a notebook or a working folder belongs to, as its pyproject.toml describes it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from nbpoints.errors import InputError


@dataclass(frozen=True)
class Project:
    """Folders and settings of one project; every one has a default, so a bare folder of notebooks is a project too.

    Attributes
    ----------
    root : Path
        Absolute, with links resolved: the nearest folder with a pyproject.toml or a repository.
    settings : dict
        The table ``[tool.nbpoints]``: ``notebooks`` (folder), ``environment`` (variables that a point depends on, or
        how they begin), ``programs`` (that notebooks may start and still be current),
        ``preload`` and ``cold`` (packages).
    """

    root: Path
    settings: dict = field(hash=False)

    @property
    def notebooks(self) -> Path:
        """Folder of the notebooks."""
        return self.root / self.settings.get("notebooks", "")

    @property
    def runs(self) -> Path:
        """Folder of the runs."""
        return self.root / "runs"

    @property
    def environment(self) -> tuple[str, ...]:
        """Prefixes of the environment variables that points depend on."""
        return tuple(self.settings.get("environment", ()))


def find(folder: Path) -> Project:
    """Find the project of a folder: the nearest parent with a pyproject.toml or a repository, else itself."""
    start = folder.resolve()
    for root in (start, *start.parents):
        if (root / "pyproject.toml").exists() or (root / ".git").exists():
            return Project(root, pyproject(root).get("tool", {}).get("nbpoints", {}))
    return Project(start, {})


def is_another(package: Path) -> bool:
    """Whether the working folder belongs to a checkout with a copy of its own of a package that is running.

    Parameters
    ----------
    package : Path
        Folder of the package as it was imported; a checkout has it in its folder of notebooks.
    """
    copy = find(Path.cwd()).notebooks / package.name
    return copy.is_dir() and copy.resolve() != package.resolve()


def refuse_another(package: Path) -> None:
    """Refuse to work from another checkout's folder: what is written to the package's own would surprise.

    Raises
    ------
    InputError
        See `is_another`.
    """
    if is_another(package):
        here = find(Path.cwd())
        raise InputError(
            f"You are in {here.root}, but this program would work on {find(package).root}, to which it belongs. "
            f"Use the environment of the folder that you are in, or set PYTHONPATH={here.notebooks}."
        )


def pyproject(root: Path) -> dict:
    """Read a project's pyproject.toml, again only when it has changed; empty when there is none that can be read."""
    path = root / "pyproject.toml"
    try:
        state = path.stat()
        return _parsed(path, state.st_mtime_ns, state.st_size, state.st_ino)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=32)
def _parsed(path: Path, *state: int) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))
