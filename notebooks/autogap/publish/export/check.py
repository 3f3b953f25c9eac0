"""What has happened to an export since: numbers that moved, that the manuscript does not use, that do not exist."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from nbpoints.mime import value_as_text

from autogap.publish.export import numbers
from autogap.publish.reading import Read

_COMMENT = re.compile(r"(?<!\\)%.*")


@dataclass
class Findings:
    """Lines for the author, by kind; only the unused leave an export in order."""

    moved: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)

    @property
    def is_in_order(self) -> bool:
        """Whether nothing has to be done."""
        return not (self.moved or self.missing or self.edited)


def used(sources: list[Path], macro: str) -> dict[str, str]:
    """Find the numbers that LaTeX files use: key -> the file that uses it first. Comments do not count."""
    call = re.compile(rf"\\{macro}(?:unit)?\{{([^}}#]+)\}}")
    found: dict[str, str] = {}
    for source in sources:
        text = _COMMENT.sub("", source.read_text(encoding="utf-8", errors="replace"))
        for key in call.findall(text):
            found.setdefault(key.strip(), source.name)
    return found


def compare(folder: Path, lock: dict, reads: list[Read], sources: list[Path], macro: str) -> Findings:
    """Set an export beside the points as they are now, and beside the manuscript."""
    now = {key: result for key, _, result in numbers.entries(reads)}
    found = Findings()
    for key, old in lock["numbers"].items():
        if key not in now:
            found.moved.append(f"{key}: was {old['shown']}, is not recorded any more")
        elif not _equal(old["value"], now[key]["value"], old["tolerance"]):
            shown = value_as_text(now[key])
            found.moved.append(f"{key}: was {old['shown']}, is {shown}")
    calls = used(sources, macro)
    found.missing = [f"{where}: no number {key!r}" for key, where in calls.items() if key not in lock["numbers"]]
    found.unused = [key for key in lock["numbers"] if key not in calls]
    for path, digest in lock["files"].items():
        there = folder / path
        if not there.is_file():
            found.edited.append(f"{path}: is gone")
        elif hashlib.sha256(there.read_bytes()).hexdigest() != digest:
            found.edited.append(f"{path}: was edited by hand")
    return found


def sources_of(folder: Path, lock: dict) -> list[Path]:
    """List the LaTeX files of the manuscript: in the export's folder and the one above it, without the export's own."""
    own = {(folder / path).resolve() for path in lock["files"]}
    near = [*folder.glob("*.tex"), *folder.resolve().parent.glob("*.tex")]
    return sorted({path.resolve() for path in near} - own)


def _equal(old: object, new: object, tolerance: float) -> bool:
    if isinstance(old, float) and isinstance(new, (int, float)) and not isinstance(new, bool):
        return math.isclose(old, new, rel_tol=tolerance)
    return old == new
