"""Compare exported figures, stem by stem, with those that a new run drew."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

from nbpoints.checks import artists
from nbpoints.checks.compare import REL, Difference, values
from nbpoints.checks.tables import Table
from nbpoints.checks.tables import compare as compare_tables
from nbpoints.files import sha256, write_whole
from nbpoints.run.publishing import said

FORMS = (".pdf", ".svg", ".png", ".eps", ".tiff", ".csv", ".json")
# What a figure's description states beside the artists; versions and hashes of its files may differ between machines.
STATED = ("title", "subtitle", "alt", "source", "notebook", "parameters", "profile")


def folder_of(notebook: Path) -> Path:
    """The folder of a notebook's exported figures: beside an executed point, or beside the notebooks' folder."""
    beside = notebook.parent / "figures"
    return beside if beside.is_dir() else notebook.parent.parent / "figures"


def stems(folder: Path) -> list[str]:
    """Names of the figures of a folder, sorted."""
    return sorted({path.stem for path in folder.glob("*") if path.suffix in FORMS})


def compare(was: Path, now: Path, rel: float = REL) -> list[Difference]:
    """Compare the figures that a run drew with the stored files of the same names.

    Parameters
    ----------
    was, now : Path
        The stored folder and that of the new run. Figures that only the stored one has belong to other notebooks.
    rel : float
        Relative tolerance of numbers.

    Returns
    -------
    list of Difference
        Equal bytes are equal; else the drawn artists and the data decide, since fonts and libraries change bytes.
    """
    found: list[Difference] = []
    for stem in stems(now):
        for form in FORMS:
            old, new = (folder / f"{stem}{form}" for folder in (was, now))
            if new.exists() and not old.exists():
                found.append(Difference("figure", stem, "", f"{old.parent.name}/{old.name} is missing"))
            elif new.exists() and old.read_bytes() != new.read_bytes():
                found += [one.inside(stem) for one in _inside(old, new, rel)]
    return found


def tampered(folder: Path) -> list[str]:
    """Sentences about files that are not those that were written together with their description."""
    found = []
    for stem in stems(folder):
        description = folder / f"{stem}.json"
        if not description.exists():
            found.append(f"{stem}: {description.name} is missing, so nothing says what the figure draws.")
            continue
        for name, digest in json.loads(description.read_text(encoding="utf-8")).get("files", {}).items():
            path = folder / name
            if not path.exists():
                found.append(f"{stem}: {name} is missing; run the notebook that draws it.")
            elif sha256(path) != digest:
                found.append(f"{stem}: {name} is not the file that was written with {description.name}.")
    return found


def store(was: Path, now: Path, redraw: bool = False) -> list[str]:
    """Copy into the stored folder the figures that are new or draw something else; return their names.

    With `redraw`, those too that differ only in bytes, unless only the versions of what made them differ.
    """
    changed = {one.place.split(",")[0] for one in compare(was, now)}
    if redraw:
        files = {stem: [f"{stem}{form}" for form in FORMS] for stem in stems(now)}
        changed |= {stem for stem, names in files.items() if any(said(was / one) != said(now / one) for one in names)}
    broken = {sentence.split(":")[0] for sentence in tampered(was)} if was.is_dir() else set()
    taken = [stem for stem in stems(now) if stem in changed | broken]
    for stem in taken:
        was.mkdir(parents=True, exist_ok=True)
        for form in FORMS:
            if (now / f"{stem}{form}").exists():
                write_whole(was / f"{stem}{form}", (now / f"{stem}{form}").read_bytes())
    return taken


def _inside(old: Path, new: Path, rel: float) -> list[Difference]:
    if old.suffix == ".csv":
        return compare_tables(_csv(old), _csv(new), rel)
    if old.suffix == ".json":
        was, now = (json.loads(path.read_text(encoding="utf-8")) for path in (old, new))
        lines = artists.compare(was.get("artists", {}), now.get("artists", {}), rel)
        lines += [f"was drawn from another {name}." for name in _other(was.get("data", {}), now.get("data", {}))]
        stated = [one for key in STATED for one in values(was.get(key), now.get(key), rel, key)]
        return [Difference("figure", "", "", line) for line in lines] + stated
    # the bytes of a picture follow its artists, the fonts and the drawing library; only the artists are compared
    return []


def _other(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Names of data files that were read only once, or with other bytes."""
    return sorted(name for name in {**was, **now} if was.get(name) != now.get(name))


def _csv(path: Path) -> Table:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    return Table(header[1:], [row[0] for row in body if row], [row[1:] for row in body if row])
