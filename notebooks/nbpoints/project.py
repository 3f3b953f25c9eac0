"""The project that a notebook or a working folder belongs to, as its pyproject.toml describes it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean
from nbpoints.files import read_text

_SETTINGS = {"notebooks": str, "environment": list, "programs": list, "preload": list, "cold": list}
# with it, a file that cannot be read is the user's own; another's, somewhere above a folder of notebooks, is let be
_OURS = re.compile(rb"\btool\.nbpoints\b")


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
    """Find the project of a folder: the nearest parent with a pyproject.toml or a repository, else itself.

    Raises
    ------
    InputError
        When its pyproject.toml has settings for this program and cannot be read, or one of them is wrong.
    """
    start = folder.resolve()
    for root in (start, *start.parents):
        if (root / "pyproject.toml").exists() or (root / ".git").exists():
            return Project(root, table(root, "tool", "nbpoints"))
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


def table(root: Path, *names: str) -> dict:
    """Return a table of a project's pyproject.toml, which is read again only when it has changed; empty without one.

    Raises
    ------
    InputError
        See `find`.
    """
    path = root / "pyproject.toml"
    try:
        state = path.stat()
        found = _parsed(path, state.st_mtime_ns, state.st_size, state.st_ino)
    except OSError:
        return {}
    for name in names:
        found = found.get(name, {})
        if not isinstance(found, dict):
            return {}
    return found


@lru_cache(maxsize=32)
def _parsed(path: Path, *state: int) -> dict:
    is_ours = _OURS.search(path.read_bytes())
    try:
        content = tomllib.loads(read_text(path))
    except ValueError as error:
        if not is_ours:
            return {}
        raise error if isinstance(error, InputError) else InputError(f"{path}: not valid TOML: {error}.") from None
    tool = content.get("tool")
    if isinstance(tool, dict) and "nbpoints" in tool:
        _judge(tool["nbpoints"], path)
    return content


def _judge(settings: object, path: Path) -> None:
    """Refuse what is not a setting, or not of its type."""
    place = f"{path}, [tool.nbpoints]"
    if not isinstance(settings, dict):
        raise InputError(f"{place}: {settings!r} is not a table of settings.")
    for name, value in settings.items():
        if name not in _SETTINGS:
            near = did_you_mean(name, _SETTINGS) or f" Known: {', '.join(_SETTINGS)}."
            raise InputError(f"{place}: no setting is called {name!r}.{near}")
        is_list = _SETTINGS[name] is list
        if not isinstance(value, _SETTINGS[name]) or not all(isinstance(one, str) for one in value):
            raise InputError(f"{place}: {name} must be {'a list of texts' if is_list else 'text'}, not {value!r}.")
