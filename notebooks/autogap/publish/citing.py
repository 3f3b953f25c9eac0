"""How to cite a point or a figure: a line of text, BibTeX and CSL-JSON; the publishers of the data come first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from autogap.publish.reading import Figure, Read
from autogap.publish.rights import Terms
from autogap.publish.theme import Theme

_TEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\N{MINUS SIGN}": r"\ensuremath{-}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "\N{EN DASH}": "--",
    "\N{EM DASH}": "---",
    "\N{MULTIPLICATION SIGN}": r"\ensuremath{\times}",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{ALMOST EQUAL TO}": r"\ensuremath{\approx}",
    '"': "''",
    "\N{PLUS-MINUS SIGN}": r"\ensuremath{\pm}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{THIN SPACE}": r"\,",
}


def tex(text: str) -> str:
    """Escape a text for LaTeX.

    Examples
    --------
    >>> tex("5% of R&D_x")
    '5\\\\% of R\\\\&D\\\\_x'
    """
    return "".join(_TEX.get(letter, letter) for letter in text)


def key(*parts: str) -> str:
    """Make a citation key of names."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(parts)).strip("-")


def publishers(theme: Theme, figures: Iterable[Figure]) -> list[Terms]:
    """List the terms of the data files behind some figures, each once, without the collection's own."""
    paths = dict.fromkeys(path for figure in figures for path in figure.data)
    return [terms for terms in map(theme.terms, paths) if terms.source and terms.source != "this project"]


def line(theme: Theme, read: Read, figure: Figure | None = None) -> str:
    """Write the citation of a point, or of one figure of it, as one line of text."""
    what = f"“{figure.title}”, figure of " if figure else ""
    by = f"{theme.author} ({theme.released[:4]}). " if theme.author else ""
    end = f" {theme.address}" if theme.address else ""
    return f"{by}{what}{theme.name} {theme.version}, point {read.name}.{end}"


def data_line(theme: Theme, figures: Iterable[Figure]) -> str:
    """Name the publishers of the data behind some figures."""
    return "; ".join(dict.fromkeys(terms.answerable for terms in publishers(theme, figures)))


def bibtex(theme: Theme, read: Read, figure: Figure | None = None) -> str:
    """Write the BibTeX entry of a point or of one figure."""
    title = figure.title if figure else read.question
    kind = "Figure" if figure else "Executed notebook"
    fields = {
        "author": f"{{{tex(theme.author)}}}" if theme.author else "",
        "title": f"{{{tex(title)}}}",
        "year": theme.released[:4],
        "howpublished": f"{kind} of {tex(theme.name)} {tex(theme.version)}, point {tex(read.name)}",
        "url": theme.address,
    }
    return _entry("misc", key(theme.name, read.name, figure.stem if figure else ""), fields)


def collection(theme: Theme) -> str:
    """Write the BibTeX entry of the whole collection."""
    fields = {
        "author": f"{{{tex(theme.author)}}}" if theme.author else "",
        "title": f"{{{tex(theme.title['en'])}}}",
        "year": theme.released[:4],
        # plain BibTeX styles know neither @software nor a field for the version
        "howpublished": f"Software, version {tex(theme.version)}",
        "url": theme.address,
    }
    return _entry("misc", key(theme.name), fields)


def data_file(theme: Theme, terms: Terms) -> str:
    """Write the BibTeX entry of a data file, by its publisher."""
    fields = {
        "author": f"{{{tex(terms.answerable)}}}",
        "title": f"{{{tex(terms.title)}}}",
        "year": (terms.vintage or theme.released)[:4],
        "howpublished": tex(terms.source),
        "version": tex(f"releases up to {terms.vintage}") if terms.vintage else "",
        "url": terms.url,
        "note": tex(f"As kept in {terms.path} of {theme.name} {theme.version}. Terms: {terms.terms}"),
    }
    return _entry("misc", key("data", terms.path.rpartition("/")[2].removesuffix(".csv")), fields)


def references(theme: Theme, figures: Iterable[Figure]) -> str:
    """Write a whole references.bib: publishers first, then the collection."""
    entries = [data_file(theme, terms) for terms in publishers(theme, figures)]
    return "\n".join([*entries, collection(theme)])


def csl(theme: Theme, read: Read) -> str:
    """Write the point and its figures as CSL-JSON, which Zotero and pandoc read."""

    def item(identity: str, kind: str, title: str) -> dict:
        found: dict[str, object] = {
            "id": identity,
            "type": kind,
            "title": title,
            "version": theme.version,
            "container-title": theme.title["en"],
            "note": f"point {read.name}",
        }
        if theme.author:
            found["author"] = [{"literal": theme.author}]
        if theme.released:
            found["issued"] = {"date-parts": [[int(part) for part in theme.released.split("-")]]}
        if theme.address:
            found["URL"] = theme.address
        return found

    items = [item(key(theme.name, read.name), "software", read.question)]
    items += [item(key(theme.name, read.name, figure.stem), "figure", figure.title) for figure in read.figures]
    return json.dumps(items, indent=1, ensure_ascii=False) + "\n"


def _entry(kind: str, name: str, fields: dict[str, str]) -> str:
    body = ",\n".join(f"  {field} = {{{value}}}" for field, value in fields.items() if value)
    return f"@{kind}{{{name},\n{body}\n}}\n"
