"""Publish figures: copy those of the points that have all parameters at their defaults."""

from __future__ import annotations

import json
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.records.layout import FIGURES
from nbpoints.run.progress import DONE, Row
from nbpoints.scenarios.point import Point


def publish(points: list[Point], rows: dict[int, Row], out: Path, target: Path) -> None:
    """Copy the figures of the points that are done and have all parameters at their defaults, where they say more.

    Parameters
    ----------
    points : list of Point
    rows : dict of int to Row
        What became of them, by their place.
    out : Path
        Folder of the runs.
    target : Path
        Folder of the published figures.

    Raises
    ------
    InputError
        When two notebooks have saved a figure under one name, or the files cannot be written.
    """
    sources: dict[str, Path] = {}
    owners: dict[str, str] = {}
    for number, row in sorted(rows.items()):
        if row.status in DONE and not points[number].passed:
            own = points[number].notebook.name
            for source in sorted((out / points[number].scenario / points[number].name / FIGURES).glob("*")):
                owner = owners.setdefault(source.name, own)
                if owner != own:
                    raise InputError(
                        f"{source.name}: saved by {owner} and by {own}, so nothing was published; give the figure "
                        "another name in one of them."
                    )
                sources[source.name] = source
    try:
        for name, source in sources.items():
            if said(source) != said(target / name):
                target.mkdir(parents=True, exist_ok=True)
                write_whole(target / name, source.read_bytes())
    except OSError as error:
        raise InputError(f"{error.filename or target}: {error.strerror}, so no figure can be published.") from None


def said(file: Path) -> object:
    """Return what a file of a figure says: its bytes, of a description all but the versions of what made it.

    Another commit or Python alone changes those. None when there is no such file.
    """
    if not file.is_file():
        return None
    content = file.read_bytes()
    if file.suffix != ".json":
        return content
    try:
        return {key: value for key, value in json.loads(content).items() if key != "versions"}
    except (ValueError, AttributeError):
        return content
