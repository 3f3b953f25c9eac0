"""Read the tables of an output (HTML or Markdown) and compare them cell by cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from nbpoints.checks.compare import REL, Difference, quoted, texts


@dataclass
class Table:
    """A table as read: column names, row labels, and the cells as text."""

    columns: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)


def from_html(source: str) -> tuple[list[Table], str]:
    """Read every table of an HTML output, and the text outside tables.

    Examples
    --------
    >>> tables, rest = from_html("<table><thead><tr><th></th><th>a</th></tr></thead>"
    ...                          "<tbody><tr><th>x</th><td>1.5</td></tr></tbody></table><p>1 row</p>")
    >>> tables[0].columns, tables[0].labels, tables[0].cells, rest
    (['a'], ['x'], [['1.5']], '1 row')
    """
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return [_table(rows) for rows in reader.tables], " ".join("".join(reader.outside).split())


def from_markdown(source: str) -> tuple[list[Table], str]:
    """Read every pipe table of a Markdown output, and the text outside tables.

    Examples
    --------
    >>> tables, rest = from_markdown("Shares:\\n\\n| month | share |\\n|---|---|\\n| May | 1.5 |")
    >>> tables[0].columns, tables[0].labels, tables[0].cells, rest
    (['share'], ['May'], [['1.5']], 'Shares:')
    """
    tables, outside, lines = [], [], source.splitlines()
    i = 0
    while i < len(lines):
        if i + 1 < len(lines) and "|" in lines[i] and re.fullmatch(r"\s*\|?[\s:|-]*-[\s:|-]*", lines[i + 1]):
            header = _pipes(lines[i])
            i += 2
            body = []
            while i < len(lines) and "|" in lines[i]:
                body.append(_pipes(lines[i]))
                i += 1
            tables.append(Table(header[1:], [row[0] for row in body], [row[1:] for row in body]))
        else:
            outside.append(lines[i])
            i += 1
    return tables, "\n".join(outside).strip()


def compare(was: Table, now: Table, rel: float = REL) -> list[Difference]:
    """Compare two tables: names and order of rows and columns exactly, cells within the tolerance.

    Examples
    --------
    >>> old = Table(["share_pct"], ["2025-05"], [["53.1"]])
    >>> new = Table(["share_pct"], ["2025-05"], [["53.2"]])
    >>> [str(found) for found in compare(old, new)]
    ['row 2025-05, column share_pct: was 53.1, is 53.2']
    """
    found = [*_names("columns", was.columns, now.columns), *_names("rows", was.labels, now.labels)]
    if found:
        return found
    for label, old_row, new_row in zip(was.labels, was.cells, now.cells, strict=True):
        for column, old, new in zip(was.columns, old_row, new_row, strict=False):
            for one in texts(old, new, rel):
                found.append(Difference(one.kind, f"row {label}, column {column}", *_quoted(one.kind, old, new)))
                break
    return found


def _quoted(kind: str, was: str, now: str) -> tuple[str, str]:
    return (was, now) if kind == "number" else (quoted(was), quoted(now))


def _names(what: str, was: Sequence[str], now: Sequence[str]) -> list[Difference]:
    if list(was) == list(now):
        return []
    gone = [name for name in was if name not in now]
    new = [name for name in now if name not in was]
    if gone or new:
        changes = [f"{word} {', '.join(names)}" for word, names in (("gone:", gone), ("new:", new)) if names]
        return [Difference("text", what, "", "; ".join(changes))]
    return [Difference("text", f"{what} in order", quoted(", ".join(was), 200), quoted(", ".join(now), 200))]


def _pipes(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


class _Reader(HTMLParser):
    """Collect rows as lists of (text, is header, column span, row span); text outside tables apart."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[tuple[bool, list[list]]]] = []
        self.outside: list[str] = []
        self._depth = self._hidden = 0
        self._head = False
        self._cell: list | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            self.tables.append([])
        elif tag in ("style", "script"):
            self._hidden += 1
        elif tag in ("thead", "tbody"):
            self._head = tag == "thead"
        elif tag == "tr" and self._depth:
            self.tables[-1].append((self._head, []))
        elif tag in ("th", "td") and self._depth and self.tables[-1]:
            given = dict(attrs)
            self._cell = ["", tag == "th", int(given.get("colspan") or 1), int(given.get("rowspan") or 1)]
            self.tables[-1][-1][1].append(self._cell)
        elif tag in ("br", "p", "div", "li"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
        elif tag in ("style", "script"):
            self._hidden -= 1
        elif tag in ("th", "td"):
            self._cell = None
        elif tag == "thead":
            self._head = False

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._cell is not None:
            self._cell[0] += data
        elif not self._depth:
            self.outside.append(data)


def _table(rows: list[tuple[bool, list[list]]]) -> Table:
    """Spread spanning cells over a rectangle, then part it into header, labels and cells."""
    grid: list[dict[int, tuple[str, bool]]] = [{} for _ in rows]
    for i, (_, cells) in enumerate(rows):
        j = 0
        for text, is_header, across, down in cells:
            while j in grid[i]:
                j += 1
            for di in range(min(down, len(rows) - i)):
                for dj in range(across):
                    grid[i + di][j + dj] = (" ".join(text.split()), is_header)
            j += across
    heads = [row for row, (is_head, _) in zip(grid, rows, strict=True) if is_head]
    body = [row for row, (is_head, _) in zip(grid, rows, strict=True) if not is_head]
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    side = max((sum(is_header for _, is_header in row.values()) for row in body), default=0)
    columns = [_joined(row.get(j, ("", True))[0] for row in heads) or str(j) for j in range(side, width)]
    labels = [_joined(row.get(j, ("", True))[0] for j in range(side)) or str(i) for i, row in enumerate(body)]
    return Table(columns, labels, [[row.get(j, ("", False))[0] for j in range(side, width)] for row in body])


def _joined(parts) -> str:
    return " / ".join(dict.fromkeys(part for part in parts if part))
