"""Where the results of a point come from: `run.json` beside its notebook."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.files import sha256
from nbpoints.mime import RESULT
from nbpoints.notebook import by_mime
from nbpoints.parameters.types import shown
from nbpoints.records import shape
from nbpoints.records.layout import FIGURES
from nbpoints.scenarios.point import Point


def facts(root: Path) -> dict:
    """Return what holds for a whole batch: the commit of the project, and whether files differ from it.

    Parameters
    ----------
    root : Path
        Of the project.

    Returns
    -------
    dict
        ``commit`` and ``changed``; both None outside a repository.
    """
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no") if commit else None
    return {"commit": commit or None, "changed": None if changed is None else bool(changed)}


def run_record(
    point: Point, folder: Path, root: Path, book: dict | None, fingerprint: dict | None, report: dict, run: dict
) -> dict:
    """Write down one run, as JSON values.

    Parameters
    ----------
    point : Point
    folder : Path
        Of its outputs.
    root : Path
        Of the project.
    book : dict or None
        The executed notebook.
    fingerprint : dict or None
        None for a point that failed.
    report : dict
        What its kernel saw.
    run : dict
        Times, host and outcome.
    """
    return {
        "schema": shape.VERSION,
        "scenario": point.scenario,
        "point": point.name,
        "notebook": _relative(point.notebook, root),
        "parameters": point.parameters,
        "fingerprint": fingerprint,
        "results": recorded(book) if book else [],
        "figures": sorted({path.stem for path in (folder / FIGURES).glob("*") if path.is_file()}),
        "outputs": {
            path.relative_to(folder).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size}
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
        "run": run | {name: report[name] for name in ("cell_cpu_s", "cpu_s", "memory_mb") if name in report},
        "host": _host(),
        "versions": report.get("versions", {}),
    }


def recorded(book: dict) -> list[dict]:
    """List the results that a notebook recorded, in their order.

    Parameters
    ----------
    book : dict
        A notebook as JSON.

    Returns
    -------
    list of dict
        Each with at least ``name`` and ``value``.

    Raises
    ------
    InputError
        When an output claims to be a result and is not one.
    """
    found = []
    for number, result in by_mime(book, RESULT):
        if not isinstance(result, dict) or not {"name", "value"} <= result.keys():
            raise InputError(
                f"cell {number} shows {shown(result)} as a result; a result is a mapping with name and value."
            )
        found.append(dict(result))
    return found


def moment(ns: int) -> str:
    """Write a time in nanoseconds since 1970 as ISO 8601 in UTC.

    Examples
    --------
    >>> moment(1_756_684_800_000_000_000)
    '2025-09-01T00:00:00+00:00'
    """
    return datetime.fromtimestamp(ns // 10**6 / 1000, UTC).isoformat(timespec="milliseconds").replace(".000", "")


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@functools.cache
def _host() -> dict:
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages * page / 2**30, 1),
    }


def _relative(path: Path, root: Path) -> str:
    path = path.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
