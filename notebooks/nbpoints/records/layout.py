"""Where the outputs of a batch stand: ``<out>/<scenario>/<point>/``."""

from __future__ import annotations

import json
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.records import shape

NOTEBOOK = "notebook.ipynb"
RUN = "run.json"
FIGURES = "figures"
CRATE = "ro-crate-metadata.json"
LOCK = ".lock"
IMPORTS = ".imports.json"  # what each notebook was seen to import, for the next batch to have at hand
PARTIAL = ".partial"  # holds points that are not complete yet
FAILED = ".failed"  # ends the name of a point that failed


def read_run(folder: Path) -> dict | None:
    """Read the record of a finished point, or None when there is none that can be used.

    Parameters
    ----------
    folder : Path
        Of the point.

    Returns
    -------
    dict or None
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

    Returns
    -------
    list of dict
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
    failed = {name.removesuffix(FAILED) for name in names if name.endswith(FAILED)}
    records = (read_run(folder / name) for name in names if name not in failed and not name.endswith(FAILED))
    return [record for record in records if record is not None]


def is_whole(folder: Path, record: dict) -> bool:
    """Tell whether every output that a record names is there, in its size."""
    try:
        return all((folder / name).stat().st_size == output["bytes"] for name, output in record["outputs"].items())
    except OSError:
        return False
