"""A project seen through planted changes: files are read from the original, writes stay aside until `write_to`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from nbpoints.notebook import canonical


class Tree:
    """An overlay on a project's folder.

    Parameters
    ----------
    root : Path
        The project; nothing in it is ever changed.
    """

    def __init__(self, root: Path):
        self.root = root
        self.changes: dict[str, bytes | None] = {}

    def read(self, name: str) -> str:
        """The text of a file, with what was planted in it so far."""
        return self.bytes(name).decode()

    def bytes(self, name: str) -> bytes:
        """The bytes of a file, with what was planted in it so far."""
        return self.changes[name] if name in self.changes else (self.root / name).read_bytes()

    def write(self, name: str, content: str | bytes | None) -> None:
        """Plant new content; None removes the file. What changes nothing is a mistake of the fault's author."""
        new = content.encode() if isinstance(content, str) else content
        old = self.bytes(name) if (self.root / name).exists() or name in self.changes else None
        if new == old:
            raise ValueError(f"{name}: the planted content is what was there")
        self.changes[name] = new

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text in a file that must have it."""
        text = self.read(name)
        if old not in text:
            raise ValueError(f"{name}: does not have {old!r}")
        self.write(name, text.replace(old, new, 1))

    def notebook(self, stem: str, change: Callable[[dict], None]) -> None:
        """Change a notebook as JSON."""
        name = f"notebooks/{stem}.ipynb"
        book = json.loads(self.read(name))
        change(book)
        self.write(name, canonical.dumps(book))

    def source(self, stem: str, old: str, new: str) -> None:
        """Replace a text in the first code cell of a notebook that has it; its stored outputs stay as they are."""

        def change(book: dict) -> None:
            for cell in code(book):
                text = "".join(cell["source"])
                if old in text:
                    cell["source"] = canonical.lines(text.replace(old, new, 1))
                    return
            raise ValueError(f"{stem}: no code cell has {old!r}")

        self.notebook(stem, change)

    def rows(self, name: str, change: Callable[[list[dict]], None]) -> None:
        """Change a CSV file as a list of rows."""
        reader = csv.DictReader(io.StringIO(self.read(name)))
        rows = list(reader)
        change(rows)
        out = io.StringIO()
        writer = csv.DictWriter(out, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self.write(name, out.getvalue())

    def write_to(self, copy: Path) -> None:
        """Put the changes into a copy of the project."""
        for name, content in self.changes.items():
            path = copy / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def code(book: dict) -> list[dict]:
    """The code cells of a notebook."""
    return [cell for cell in book["cells"] if cell["cell_type"] == "code"]


def displays(book: dict, mime: str) -> Iterator[dict]:
    """The outputs of a notebook that have a form of this MIME type."""
    for cell in code(book):
        yield from (output for output in cell["outputs"] if mime in output.get("data", {}))
