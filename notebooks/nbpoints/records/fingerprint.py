"""What the result of a point depends on, and which of it has changed since."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbpoints import notebook, project
from nbpoints.errors import counted
from nbpoints.files import sha256
from nbpoints.kernels import observe
from nbpoints.kernels.observe import digest
from nbpoints.scenarios.point import Point

LOCK = "requirements.txt"
_HASHED = "sha256:"
_UNSTABLE = "changed while the point ran"


class Hashes:
    """What stands in files, folders and code cells, each looked up once.

    Parameters
    ----------
    root : Path
        Project that relative paths belong to.

    Attributes
    ----------
    file : callable
        SHA-256 of a file's bytes, or None when there is no such file.
    folder : callable
        Names in a folder, sorted, or None when there is no such folder; hidden ones do not count.
    cells : callable
        SHA-256 of each code cell of a notebook, in their order; prose and outputs do not count.
    """

    def __init__(self, root: Path):
        self.root = root
        self.file = functools.cache(lambda path: _hash_file(root / path))
        self.folder = functools.cache(lambda path: _names(root / path))
        self.cells = functools.cache(lambda path: _hash_cells(root / path))


def take(
    point: Point, report: dict, hashes: Hashes, notebook_state: list[int] | None, environment: Mapping[str, str]
) -> dict:
    """Take the fingerprint of a point that has just run.

    A file that is not in the state in which it was first read may have been read before it changed: it gets no hash,
    so that the point counts as changed. Times of the file system are compared with each other only, since its clock may
    differ from that of this machine.

    Parameters
    ----------
    point : Point
    report : dict
        What its kernel read and imported (see `observe.Observer.report`).
    hashes : Hashes
        Fresh ones: the files are hashed now.
    notebook_state : list of int or None
        From `state` of the notebook, before it was read.
    environment : mapping
        The project's environment variables that the point ran with.

    Returns
    -------
    dict
        JSON values only.
    """
    root, first = hashes.root, report["states"]

    def hashed(path: str) -> str | None:
        is_stable = path not in first or state(root / path) == first[path]
        return hashes.file(path) if is_stable else _UNSTABLE

    return {
        "cells": hashes.cells(str(point.notebook)) if state(point.notebook) == notebook_state else [_UNSTABLE],
        "parameters": point.parameters,
        "files": {path: hashed(path) for path in report["files"]},
        "folders": {path: hashes.folder(path) for path in report["folders"]},
        "modules": {path: hashed(path) for path in report["modules"]},
        "variables": _variables(report.get("variables", {}), hashes),
        "programs": report.get("programs", []),
        **surroundings(hashes, environment),
    }


def state(path: Path) -> list[int] | None:
    """Return what changes with a file's content (see `observe.state`), or None when there is no such file."""
    try:
        return observe.state(path)
    except OSError:
        return None


def _variables(seen: Mapping[str, str | None], hashes: Hashes) -> dict[str, str | None]:
    """Keep the variables that come from outside: not those of the project's settings, nor those that the batch sets."""
    settings = project.find(hashes.root).environment
    return {
        name: before for name, before in seen.items() if not name.startswith(settings) and _variable(name) == before
    }


def _variable(name: str) -> str | None:
    value = os.environ.get(name)
    return None if value is None else digest(value)


def surroundings(hashes: Hashes, environment: Mapping[str, str] | None = None) -> dict:
    """Return what every point depends on: the lock, Python's minor version, the project's environment variables."""
    home = project.find(hashes.root)
    environment = project_environment(home) if environment is None else environment
    # what only begins as the project's variables do may be anything, a key for one
    declared = set(home.environment)
    return {
        "lock": hashes.file(LOCK),
        "python": ".".join(map(str, sys.version_info[:2])),
        "environment": {
            name: value if name in declared else f"{_HASHED}{digest(value)}"
            for name, value in sorted(environment.items())
        },
    }


def settings_of(taken: Mapping) -> dict[str, str]:
    """Return the environment variables that a fingerprint states with their values."""
    return {name: value for name, value in taken.get("environment", {}).items() if not value.startswith(_HASHED)}


def project_environment(home: project.Project) -> dict[str, str]:
    """Return the environment variables of this process that points of a project depend on."""
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith(home.environment)}


def changes(point: Point, taken: Mapping, hashes: Hashes, settings: bool = True) -> list[str]:
    """Say what has changed since a fingerprint was taken.

    Parameters
    ----------
    point : Point
    taken : mapping
        From `take`.
    hashes : Hashes
    settings : bool
        Whether the project's environment variables count.

    Returns
    -------
    list of str
        Such as ``"data file data/rain.csv changed"``; empty when the point is current.
    """
    found = list(_changes(point, taken, hashes))
    return found + (list(_settings_changes(taken, hashes)) if settings else [])


def _changes(point: Point, taken: Mapping, hashes: Hashes) -> Iterator[str]:
    yield from _cell_changes(taken["cells"], hashes.cells(str(point.notebook)))
    for name in sorted(point.parameters.keys() | taken["parameters"].keys()):
        now, before = point.parameters.get(name), taken["parameters"].get(name)
        if json.dumps(now) != json.dumps(before):
            yield f"parameter {name} is {json.dumps(now)}, was {json.dumps(before)}"
    for path, before in taken["files"].items():
        if (now := hashes.file(path)) != before:
            yield f"data file {path} {_what(now, before)}"
    for path, before in taken["folders"].items():
        if (now := hashes.folder(path)) != before:
            yield f"folder {path or '.'}: {_listing_changes(now, before)}"
    for path, before in taken["modules"].items():
        if (now := hashes.file(path)) != before:
            yield f"module {path} {_what(now, before)}"
    yield from _unopened_changes(taken, hashes)
    now = surroundings(hashes)
    if now["lock"] != taken["lock"]:
        yield f"{LOCK} {_what(now['lock'], taken['lock'])}"
    if now["python"] != taken["python"]:
        yield f"Python is {now['python']}, was {taken['python']}"


def _unopened_changes(taken: Mapping, hashes: Hashes) -> Iterator[str]:
    """Say what has changed of variables, and which programs a notebook started that nobody watches."""
    for name, before in taken["variables"].items():
        if _variable(name) != before:
            yield f"environment variable {name} changed"
    harmless = project.find(hashes.root).settings.get("programs", ())
    for what in taken["programs"]:
        if not any(f" {name} " in what for name in harmless):
            yield f"not watched: {what}"


def _settings_changes(taken: Mapping, hashes: Hashes) -> Iterator[str]:
    now = surroundings(hashes)
    for name in sorted(now["environment"].keys() | taken["environment"].keys()):
        if now["environment"].get(name) != taken["environment"].get(name):
            yield f"environment variable {name} changed"


def _cell_changes(before: list[str], now: list[str]) -> Iterator[str]:
    if before == [_UNSTABLE]:
        yield "the notebook changed while the point ran"
    elif len(before) != len(now):
        yield f"the notebook has {counted(len(now), 'code cell')}, had {len(before)}"
    else:
        for number, (old, new) in enumerate(zip(before, now), 1):
            if old != new:
                yield f"code cell {number} changed"


def _what(now: str | None, before: str | None) -> str:
    if before == _UNSTABLE:
        return _UNSTABLE
    return "is gone" if now is None else "is new" if before is None else "changed"


def _hash_file(path: Path) -> str | None:
    try:
        return sha256(path)
    except OSError:
        return None


def _names(path: Path) -> list[str] | None:
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return None
    # what editors, Jupyter and Python leave in a folder is not an input of a notebook
    return [name for name in names if not name.startswith(".") and name != "__pycache__"]


def _listing_changes(now: list[str] | None, before: list[str] | None) -> str:
    if now is None or not isinstance(before, list):
        return "is gone" if now is None else "is new"
    gone, new = sorted(set(before) - set(now)), sorted(set(now) - set(before))
    return "; ".join([f"{name} is gone" for name in gone[:3]] + [f"{name} is new" for name in new[:3]])


def _hash_cells(path: Path) -> list[str]:
    return [
        # the tag decides where papermill injects what is passed
        hashlib.sha256(f"{'parameters' in cell.tags}\n{cell.source}".encode()).hexdigest()
        for cell in notebook.cells(path)
        if cell.kind == "code"
    ]
