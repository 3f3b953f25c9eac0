"""Executed points as a publisher sees them: question, answer, figures, results, prose; read from files, never run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nbpoints import notebook as cells_of
from nbpoints.errors import InputError, counted
from nbpoints.mime import FIGURE, RESULT
from nbpoints.records.layout import FIGURES, NOTEBOOK, read_run
from nbpoints.scenarios.point import Point

from autogap.publish import sheets

PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_METADATA = re.compile(rb"\s*<metadata>.*?</metadata>", re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """One figure of one point, with every file that goes with it.

    Attributes
    ----------
    stem : str
        Name of its files.
    title, subtitle, alt, source : str
        Empty where the notebook does not say.
    cell : int
        Number of the cell that drew it, from 1.
    data : dict of str to str
        Path of a data file, relative to the project -> SHA-256 when it was read.
    files : dict of str to bytes
        By ending: ``svg``, ``pdf``, ``png``, ``csv`` and so on, without the sidecar.
    facts : dict
        The sidecar.
    """

    stem: str
    title: str
    subtitle: str = ""
    alt: str = ""
    source: str = ""
    cell: int = 0
    data: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    facts: dict = field(default_factory=dict, repr=False)

    @cached_property
    def table(self) -> list[list[str]]:
        """The rows of its csv, heads first; empty without one."""
        return sheets.table(self.files["csv"]) if "csv" in self.files else []

    @property
    def says_itself(self) -> bool:
        """Whether title, subtitle and source are drawn into the picture."""
        drawn = self.facts.get("artists", {}).get("texts", [])
        return bool(drawn) and self.title.split(" ")[0] in " ".join(drawn)

    @property
    def picture(self) -> str:
        """Ending of the file that a browser shows: a drawing before a picture of points."""
        return next((ending for ending in ("svg", "png", "jpg") if ending in self.files), "")


@dataclass(frozen=True)
class Block:
    """A piece of a notebook in its order: ``prose``, ``code``, ``sentence``, ``table``, ``text`` or ``figure``."""

    kind: str
    text: str
    is_folded: bool = False


@dataclass(frozen=True)
class Read:
    """One executed point.

    Attributes
    ----------
    point : Point
    question, answer : str
        Markdown.
    figures : tuple of Figure
    results : tuple of dict
        As recorded, with ``label`` and ``cell`` filled in.
    blocks : tuple of Block
    record : dict
        Its ``run.json``.
    folder : Path
    """

    point: Point
    question: str
    answer: str
    figures: tuple[Figure, ...]
    results: tuple[dict, ...]
    blocks: tuple[Block, ...]
    record: dict = field(repr=False)
    folder: Path

    @property
    def name(self) -> str:
        """The point's name, which is its address everywhere."""
        return self.point.name

    @property
    def stem(self) -> str:
        """Name of its notebook."""
        return self.point.notebook.stem

    def values(self) -> dict[str, object]:
        """Return the recorded values by name."""
        return {result["name"]: result["value"] for result in self.results}

    def section(self, *titles: str) -> str:
        """Return the markdown under the first heading that begins with one of these words, without the heading."""
        for block in self.blocks:
            if block.kind == "prose":
                head, _, rest = block.text.partition("\n")
                if head.startswith("## ") and head[3:].strip().lower().startswith(titles):
                    return rest.strip()
        return ""


def current(points: Iterable[Point], out: Path) -> list[Point]:
    """Return the points when each has been run and nothing that it depends on has changed since.

    Raises
    ------
    InputError
        With the first points that `autogap why` would re-run, and why.
    """
    from nbpoints.run import runner

    points = list(points)
    due = runner.why(points, out)
    if due:
        lines = [f"{name}: {reason}" for name, reason in due[:5]]
        more = [f"... and {counted(len(due) - 5, 'more point')}"] if len(due) > 5 else []
        scenarios = " ".join(dict.fromkeys(point.scenario for point in points))
        head = (
            f"{out}: not current: {len(due)} of {counted(len(points), 'point')}; run `autogap run {scenarios}` first."
        )
        raise InputError("\n".join([head, *lines, *more]))
    return points


def read(point: Point, out: Path) -> Read:
    """Read one executed point.

    Parameters
    ----------
    point : Point
    out : Path
        Folder of the runs.

    Raises
    ------
    InputError
        When it has not been run, or its record, notebook or a sidecar cannot be read.
    """
    folder = out / point.scenario / point.name
    record = read_run(folder)
    if record is None:
        raise InputError(f"{folder}: no finished point here; run `autogap run {point.scenario}` first.")
    try:
        book = json.loads((folder / NOTEBOOK).read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        raise InputError(f"{folder / NOTEBOOK}: no executed notebook that can be read; run the point again.") from None
    question = cells_of.question(cells_of.cells(folder / NOTEBOOK)) or prettified(point.notebook.stem)
    figures = tuple(_figures(book, folder))
    return Read(point, question, _answer(book), figures, tuple(_results(book)), tuple(_blocks(book)), record, folder)


def prettified(name: str) -> str:
    """Make words of a name for programs, for want of a label.

    Examples
    --------
    >>> prettified("exports_yoy_pct"), prettified("03_export_decline")
    ('Exports yoy, percent', 'Export decline')
    """
    words = re.sub(r"^[0-9]+_", "", name).removeprefix("fig-").replace("_", " ")
    words = re.sub(r"(?<=[a-z])-", " ", words)
    words = re.sub(r" pct\b", ", percent", words)
    return words[:1].upper() + words[1:]


def bare(svg: bytes) -> bytes:
    """Take a drawing's notes on who drew it out of its bytes, so that equal drawings are equal.

    Examples
    --------
    >>> bare(b"<svg> <metadata><id>a</id></metadata><path/></svg>")
    b'<svg><path/></svg>'
    """
    return _METADATA.sub(b"", svg, count=1)


def _outputs(book: list[dict]) -> Iterator[tuple[int, Mapping, dict]]:
    """Yield number, cell and output."""
    for number, cell in cells_of.numbered(book):
        for output in cell.get("outputs", ()):
            if "data" in output:
                yield number, cell, output


def _answer(book: list[dict]) -> str:
    """The first sentence that the notebook computed or, where there is none, its first paragraph."""
    for _, _, output in _outputs(book):
        if "text/markdown" in output["data"]:
            return cells_of.text_of(output["data"]["text/markdown"])
    for cell in book:
        if cell["cell_type"] == "markdown":
            for paragraph in re.split(r"\n\s*\n", cells_of.text_of(cell["source"])):
                if paragraph.strip() and not paragraph.startswith("#"):
                    return paragraph.strip()
    return ""


def _results(book: list[dict]) -> Iterator[dict]:
    for number, _, output in _outputs(book):
        if RESULT in output["data"]:
            result = output["data"][RESULT]
            label = result.get("label") or prettified(result["name"])
            usual = {"unit": "", "digits": 0 if isinstance(result["value"], int) else 1, "tolerance": 0.0}
            yield usual | result | {"label": label, "cell": number}


def _figures(book: list[dict], folder: Path) -> Iterator[Figure]:
    for number, _, output in _outputs(book):
        data, about = output["data"], output.get("metadata") or {}
        if FIGURE in data:
            yield _saved(data[FIGURE]["stem"], number, folder / FIGURES)
        else:
            for kind, ending in PICTURES.items():
                if kind in data:
                    yield _inline(
                        cells_of.text_of(data[kind]),
                        kind,
                        ending,
                        number,
                        about,
                        cells_of.text_of(data.get("text/plain", "")),
                    )
                    break


def _saved(stem: str, cell: int, folder: Path) -> Figure:
    sidecar = folder / f"{stem}.json"
    try:
        facts = json.loads(sidecar.read_bytes())
        files = {
            path.suffix[1:]: bare(path.read_bytes()) if path.suffix == ".svg" else path.read_bytes()
            for path in sorted(folder.glob(f"{stem}.*"))
            if path != sidecar
        }
        words = {name: facts[name] for name in ("title", "subtitle", "alt", "source")}
    except (OSError, ValueError, KeyError):
        raise InputError(f"{sidecar}: no sidecar of a figure that can be read; run the point again.") from None
    return Figure(stem, **words, cell=cell, data=facts.get("data", {}), files=files, facts=facts)


def _inline(content: str, kind: str, ending: str, cell: int, about: Mapping, plain: str) -> Figure:
    """A picture that a notebook shows without saving it: what any library draws."""
    drawn = content.encode() if ending == "svg" else base64.b64decode(content)
    stem = f"fig-cell-{cell}-{hashlib.sha256(drawn).hexdigest()[:6]}"
    title = plain if plain and not plain.startswith("<") else f"Figure of cell {cell}"
    alt = str((about.get(kind) or {}).get("alt") or title)
    return Figure(stem, title, alt=alt, cell=cell, files={ending: bare(drawn) if ending == "svg" else drawn})


def _blocks(book: list[dict]) -> Iterator[Block]:
    for cell in book:
        source = cells_of.text_of(cell["source"]).strip()
        tags = (cell.get("metadata") or {}).get("tags", [])
        if cell["cell_type"] == "markdown" and source:
            # one block a section, so that a section can be found by its heading
            for part in re.split(r"(?m)^(?=#{1,2} )", source):
                if part.strip():
                    yield Block("prose", part.strip())
        elif cell["cell_type"] == "code" and source:
            yield Block("code", source, "hide-input" in tags)
            if "hide-output" not in tags:
                for output in cell.get("outputs", ()):
                    yield from _shown(output)


def _shown(output: dict) -> Iterator[Block]:
    data = output.get("data") or {}
    if FIGURE in data:
        yield Block("figure", data[FIGURE]["stem"])
    elif RESULT in data or any(kind in data for kind in PICTURES):
        return
    elif "text/markdown" in data:
        yield Block("sentence", cells_of.text_of(data["text/markdown"]))
    elif "text/html" in data:
        yield Block("table", cells_of.text_of(data["text/html"]))
    elif "text/plain" in data:
        yield Block("text", cells_of.text_of(data["text/plain"]))
    elif output.get("output_type") == "stream":
        yield Block("text", cells_of.text_of(output.get("text", "")))
