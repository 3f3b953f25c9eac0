"""The pages of points. A page is made of slots, and the script puts another point's slots into the same page."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup
from nbpoints.mime import value_as_text

from autogap.publish import citing, markup, rights, sheets
from autogap.publish.books import Book, spelt
from autogap.publish.reading import Figure, Read, prettified
from autogap.publish.store import Store, zipped
from autogap.publish.theme import Theme
from autogap.publish.wording import mark

_FILES = {"JSON": "json", "ZIP": "zip", "BibTeX": "bib", "CSL": "csl.json"}
_PER_POINT = 1.9  # pixels of a screen for a point of paper: letters of 8 points read like the page's own text


@dataclass(frozen=True)
class Kept:
    """Where the files of one figure went, and what of it may be shown."""

    links: dict[str, str]
    size: tuple[int, int] | None
    is_offered: bool


def keep_figure(store: Store, theme: Theme, figure: Figure, has_png: bool) -> Kept:
    """Put a figure's files into the store: drawings as they are, tables safe for spreadsheets and within the terms."""
    offered = rights.may_offer(figure.table, map(theme.terms, figure.data))
    links: dict[str, str] = {}
    for ending in ("svg", "pdf", "png", "jpg"):
        if ending in figure.files and (ending != "png" or has_png or figure.picture == "png"):
            links[ending] = store.hashed(f"{figure.stem}.{ending}", figure.files[ending])
    if figure.table and offered:
        links["csv"] = store.hashed(f"{figure.stem}.csv", sheets.safe_csv(figure.files["csv"]))
        book = _workbook(figure.files["csv"], tuple(_notes(theme, figure)))
        links["xlsx"] = store.hashed(f"{figure.stem}.xlsx", book)
    return Kept(links, _size(figure), offered)


@cache
def _workbook(content: bytes, notes: tuple[tuple[str, str], ...]) -> bytes:
    """The workbook of a table, which half of the figures share with that of another point."""
    return sheets.workbook(sheets.table(content), list(notes))


def _notes(theme: Theme, figure: Figure) -> list[tuple[str, str]]:
    terms = [(path, theme.terms(path).terms) for path in figure.data]
    return [("title", figure.title), ("subtitle", figure.subtitle), ("source", figure.source), *terms]


def _size(figure: Figure) -> tuple[int, int] | None:
    if figure.picture != "svg":
        return None
    head = re.search(rb"<svg[^>]*>", figure.files["svg"][:3000])
    sizes = dict(re.findall(rb'\s(width|height)="([0-9.]+)', head[0])) if head else {}
    if len(sizes) != 2:
        return None
    return round(float(sizes[b"width"]) * _PER_POINT), round(float(sizes[b"height"]) * _PER_POINT)


def exact(read: Read, theme: Theme, kept: dict[str, Kept]) -> dict:
    """Return a point for programs: the JSON beside its page."""
    return {
        "point": read.name,
        "notebook": read.stem,
        "question": markup.plain(read.question),
        "answer": markup.plain(read.answer),
        "parameters": read.point.parameters,
        "results": list(read.results),
        "figures": [
            {
                "stem": figure.stem,
                "title": figure.title,
                "subtitle": figure.subtitle,
                "alt": figure.alt,
                "source": figure.source,
                "cell": figure.cell,
                "files": kept[figure.stem].links,
                "data": list(figure.data),
            }
            for figure in read.figures
        ],
        "data": {
            path: {"sha256": digest, "terms": theme.terms(path).terms}
            for figure in read.figures
            for path, digest in figure.data.items()
        },
        "commit": read.record["run"].get("commit"),
    }


def slots(book: Book, read: Read, kept: dict[str, Kept], module: Any, stems: set[str]) -> dict[str, str]:
    """Render the parts of a page that change from point to point, with marks for words and places.

    Parameters
    ----------
    book : Book
    read : Read
    kept : dict of str to Kept
        By stem of the figure.
    module : jinja2.environment.TemplateModule
        Macros of ``parts.html``, which were told marks.
    stems : set of str
        Notebooks of the site.

    Returns
    -------
    dict of str to str
        Slot -> HTML.
    """
    theme, root = book.theme, mark("root")
    found = {"answer": markup.sentence(read.answer)}
    for figure in read.figures:
        its = kept[figure.stem]
        terms = [(theme.terms(path), digest) for path, digest in figure.data.items()]
        table = [[markup.cell(text) for text in row] for row in figure.table[1:]] if its.is_offered else []
        found[f"{figure.stem}:words"] = module.words(figure)
        found[f"{figure.stem}:picture"] = module.picture(figure, its.links, its.size)
        found[f"{figure.stem}:under"] = module.under(figure, its.links, latex(figure))
        heads = figure.table[0] if figure.table else []
        sides = [_is_numeric(row[place] for row in figure.table[1:]) for place in range(len(heads))]
        found[f"{figure.stem}:rows"] = module.rows(figure, table, sides, its.is_offered)
        found[f"{figure.stem}:made"] = module.made(figure, terms)
        line, bibtex = citing.line(theme, read, figure), citing.bibtex(theme, read, figure)
        found[f"{figure.stem}:cited"] = module.cited(figure, line, bibtex)
    found["numbers"] = module.numbers([with_spelling(result) for result in read.results])
    base = f"{root}{book.stem}/{markup.address(read.name)}"
    files = [(name, f"{base}.{end}") for name, end in _FILES.items()]
    found["take"] = module.take(read, book.command(read), files)
    link = linker(mark("here"), stems)
    limits = read.section("limits", "rival explanations", "what the data")
    prose = markup.prose(limits, link, 1)
    found["limits"] = f'<h2>{mark("limits")}</h2><div lang="en">{prose}</div>' if limits else ""
    found = {slot: re.sub(r"\n\s*", "\n", content).strip() for slot, content in found.items()}
    # text and code are the same at every point, so that the default's page has them for all
    whole = read is book.reads[0]
    blocks = [block for block in read.blocks if whole or block.kind in ("sentence", "table", "text")]
    shown_blocks = [(block.kind, _block(block, link), block.is_folded) for block in blocks]
    return found | {"text": module.text(shown_blocks, whole)}


def _is_numeric(column: Iterable[str]) -> bool:
    """Whether a column holds numbers and blanks alone, so that it stands at the right."""
    return all(sheets.as_number(text) is not None for text in column if text)


def elsewhere(read: Read) -> str:
    """Lead from a page in another language to the text of the notebook, which is in English."""
    there = f"{mark('root')}{read.stem}/{markup.address(read.name)}.html#text"
    return f'<p><a href="{there}" hreflang="en">{mark("text_elsewhere")}</a></p>'


def _block(block, link: Callable[[str], str | None]) -> object:
    if block.kind == "prose":
        return Markup(markup.prose(block.text, link, 1))
    if block.kind == "sentence":
        return Markup(markup.sentence(block.text, link))
    return Markup(markup.table(block.text)) if block.kind == "table" else block.text


def linker(back: str, stems: set[str]) -> Callable[[str], str | None]:
    """Make the function that turns the links of a notebook into links of the site."""

    def link(target: str) -> str | None:
        if target.startswith(("https://", "http://")):
            return target
        name = PurePosixPath(target.partition("#")[0])
        if name.suffix == ".ipynb" and name.stem in stems:
            return f"{back}{name.stem}/index.html"
        return None

    return link


def with_spelling(result: dict) -> dict:
    """Add to a recorded result how its value and tolerance read."""
    close = f"{result['tolerance']:g}" if isinstance(result["value"], float) else ""
    return result | {"shown": value_as_text(result), "close": close}


def latex(figure: Figure) -> str:
    """Write the lines that put a figure into a paper."""
    caption = citing.tex(figure.title.rstrip(".")) + "."
    note = citing.tex(". ".join(part.rstrip(".") for part in (figure.subtitle, f"Source: {figure.source}") if part))
    return (
        "\\begin{figure}\n  \\centering\n"
        f"  \\includegraphics[width=\\linewidth]{{{figure.stem}.pdf}}\n"
        f"  \\caption{{{caption} {note}.}}\n  \\label{{{figure.stem}}}\n\\end{{figure}}\n"
    )


def archive(read: Read, theme: Theme, kept: dict[str, Kept], store: Store, details: bytes) -> bytes:
    """Pack a point: tables, numbers, citation, terms; the JSON in it names its drawings, which stand once for all."""
    files = {f"{read.name}.json": details, "references.bib": citing.references(theme, read.figures).encode()}
    for figure in read.figures:
        if "csv" in kept[figure.stem].links:
            files[f"{figure.stem}.csv"] = store.files[kept[figure.stem].links["csv"]]
    terms = {path: theme.terms(path) for figure in read.figures for path in figure.data}
    lines = [
        markup.plain(read.question),
        "",
        markup.plain(read.answer),
        "",
        citing.line(theme, read),
        "",
        "Terms of the data files:",
        *(f"- {path}: {each.terms} ({each.source})" for path, each in terms.items()),
        "",
        rights.RULE,
        "",
    ]
    files["README.txt"] = "\n".join(lines).encode()
    return zipped(files)


def _common(book: Book) -> dict[str, str]:
    """Name results for all points together: a label that names the month of one point would be wrong at the others."""
    said: dict[str, list[str]] = {}
    for read in book.reads:
        for result in read.results:
            said.setdefault(result["name"], []).append(result["label"])
    shared = {name: os.path.commonprefix(labels).rstrip(" ,(") for name, labels in said.items()}
    whole = {name: len(set(labels)) == 1 for name, labels in said.items()}
    return {
        name: label if whole[name] or len(label) > 3 and list(shared.values()).count(label) == 1 else prettified(name)
        for name, label in shared.items()
    }


def script(book: Book, rendered: dict[str, dict[str, str]]) -> str:
    """Write what the script needs to turn one point's page into another's; equal slots are written once."""
    names = list(dict.fromkeys(slot for each in rendered.values() for slot in each if slot != "text"))
    texts: dict[str, int] = {"": 0}
    points = []
    for read in book.reads:
        own = rendered[read.name]
        numbers = {name: value for name, value in read.values().items() if type(value) in (int, float)}
        places = [
            [choice.spelt for choice in axis.choices].index(text) for axis, text in zip(book.axes, book.place(read))
        ]
        at = [texts.setdefault(own.get(slot, ""), len(texts)) for slot in names]
        points.append({"n": read.name, "p": places, "s": at, "v": numbers})
    about = {result["name"]: result for read in book.reads for result in read.results}
    labels = {name: [label, about[name]["unit"], about[name]["digits"]] for name, label in _common(book).items()}
    axes = [
        {
            "name": axis.name,
            "keys": [choice.spelt for choice in axis.choices],
            "default": spelt(book.reads[0].point.parameters[axis.name]),
        }
        for axis in book.axes
    ]
    content = {"axes": axes, "slots": names, "texts": list(texts), "points": points, "labels": labels}
    # `</` would end a script that somebody pastes into a page
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"window.POINTS={text};\n"
