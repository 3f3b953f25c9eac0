"""Where the outputs of a batch stand: ``<out>/<scenario>/<point>/``.

What the batch keeps for itself begins with a dot, as the name of a scenario or a point never does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.records import shape

NOTEBOOK = "notebook.ipynb"
RUN = "run.json"
FIGURES = "figures"
CRATE = "ro-crate-metadata.json"
LOCK = ".lock"
IMPORTS = ".imports.json"  # what each notebook was seen to import, for the next batch to import beforehand
# in the folder of a scenario, folders of points by their names
PARTIAL = ".partial"  # not complete yet
FAILED = ".failed"  # failed the last time
OLD = ".old"  # about to be replaced


def read_run(folder: Path) -> dict | None:
    """Read the record of a finished point, or None when there is none that can be used.

    Parameters
    ----------
    folder : Path
        Of the point.
    """
    try:
        return load_run(folder)
    except InputError:
        return None


def load_run(folder: Path) -> dict:
    """Read the record of a finished point.

    Raises
    ------
    InputError
        When there is none, or it cannot be used: cut short, of another version or shape.
    """
    path = folder / RUN
    place = f"{folder.name}/{RUN}"
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file, so nothing ran here.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise InputError(f"{place}: not valid JSON, perhaps cut short; run the point again.") from None
    return shape.check(record, place)


def finished(folder: Path) -> list[dict]:
    """Read the records of all finished points of a scenario, by name; those that failed since are left out.

    Parameters
    ----------
    folder : Path
        Of the scenario.
    """
    try:
        names = {entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith(".")}
    except OSError:
        return []
    with contextlib.suppress(OSError):
        names -= set(os.listdir(folder / FAILED))
    return [record for record in map(read_run, (folder / name for name in sorted(names))) if record is not None]


def failed_folder(scenario: Path, point: str) -> Path:
    """Return where a point leaves what it made before it failed."""
    return scenario / FAILED / point


def forget_failure(scenario: Path, point: str) -> None:
    """Remove what a failure of a point has left."""
    folder = failed_folder(scenario, point)
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        remove_empty(folder.parent)


def replace_folder(folder: Path, final: Path) -> None:
    """Give a complete folder its final name, in place of an older one."""
    if not final.exists():
        os.rename(folder, final)
        return
    old = folder.parent.parent / OLD / folder.name
    shutil.rmtree(old, ignore_errors=True)
    old.parent.mkdir(exist_ok=True)
    os.rename(final, old)
    os.rename(folder, final)
    shutil.rmtree(old, ignore_errors=True)


def sweep(scenario: Path) -> None:
    """Remove what an interrupted batch left half done, and put back what it had taken away to replace it."""
    shutil.rmtree(scenario / PARTIAL, ignore_errors=True)
    with contextlib.suppress(OSError):
        for old in (scenario / OLD).iterdir():
            if not (scenario / old.name).exists():
                os.rename(old, scenario / old.name)
    shutil.rmtree(scenario / OLD, ignore_errors=True)


def remove_empty(folder: Path) -> None:
    """Remove a folder if nothing is in it."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def is_whole(folder: Path, record: dict) -> bool:
    """Tell whether every output that a record names is there, in its size."""
    try:
        return all((folder / name).stat().st_size == output["bytes"] for name, output in record["outputs"].items())
    except OSError:
        return False
