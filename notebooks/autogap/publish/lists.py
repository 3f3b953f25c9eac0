"""The pages beside those of points: home, figures, numbers, data, claims, methods, citation, build, search."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from autogap.publish import citing, markup, points, rights, sheets
from autogap.publish.books import Book
from autogap.publish.points import Kept
from autogap.publish.reading import Read
from autogap.publish.theme import DataFile, Theme


@dataclass(frozen=True)
class Whole:
    """All that the pages of one language are made of."""

    theme: Theme
    books: list[Book]
    kept: dict[tuple[str, str], Kept]
    crates: list[str]
    drawings: int

    def pages(self) -> Iterator[tuple[str, str, dict]]:
        """Yield path, template and context of every page but those of points."""
        reads = [read for book in self.books for read in book.reads]
        yield (
            "index.html",
            "home.html",
            {
                "points": len(reads),
                "drawings": self.drawings,
                "figures": sum(len(read.figures) for read in reads),
                "thumbs": {book.stem: self._thumb(book) for book in self.books},
            },
        )
        yield ("figures/index.html", "figures.html", {"entries": list(self._gallery())})
        yield (
            "numbers/index.html",
            "numbers.html",
            {
                "groups": [
                    (book, book.reads[0], [points.with_spelling(result) for result in book.reads[0].results])
                    for book in self.books
                    if book.reads[0].results
                ]
            },
        )
        yield from self._data()
        if self.theme.claims:
            recorded = {book.stem: set(book.reads[0].values()) for book in self.books}
            yield "claims/index.html", "claims.html", {"recorded": recorded}
        link = points.linker("../", {book.stem for book in self.books})
        yield (
            "methods/index.html",
            "methods.html",
            {
                "limits": [
                    (book, Markup(markup.prose(text, link, 2)))
                    for book in self.books
                    if (text := book.reads[0].section("limits", "rival explanations", "what the data"))
                ]
            },
        )
        yield ("cite/index.html", "cite.html", {"bibtex": citing.collection(self.theme), "rule": rights.RULE})
        yield "build/index.html", "build.html", self._build(reads)
        yield "search/index.html", "search.html", {}

    def _thumb(self, book: Book) -> str:
        for figure in book.reads[0].figures:
            if figure.picture:
                return self.kept[book.reads[0].name, figure.stem].links[figure.picture]
        return ""

    def _gallery(self) -> Iterator[dict]:
        for book in self.books:
            for figure in book.reads[0].figures:
                links = self.kept[book.reads[0].name, figure.stem].links
                yield {
                    "link": f"../{book.stem}/index.html#{figure.stem}",
                    "title": figure.title,
                    "alt": figure.alt,
                    "picture": links.get(figure.picture, ""),
                }

    def _data(self) -> Iterator[tuple[str, str, dict]]:
        used: dict[str, dict[tuple[str, str], None]] = {}
        hashes: dict[str, dict[str, None]] = {}
        for book in self.books:
            for read in book.reads:
                for figure in read.figures:
                    for path, digest in figure.data.items():
                        hashes.setdefault(path, {})[digest] = None
                        if read is book.reads[0]:
                            link = f"../{book.stem}/index.html#{figure.stem}"
                            used.setdefault(path, {})[link, figure.title] = None
        known = {path: self.theme.data.get(path) or DataFile(self.theme.terms(path)) for path in hashes}
        files = {path: self.theme.data.get(path) or known[path] for path in sorted({*self.theme.data, *known})}
        listed = [(path, file, list(used.get(path, ()))) for path, file in files.items()]
        yield "data/index.html", "data.html", {"files": listed, "rule": rights.RULE}
        for path, file, uses in listed:
            context = {"path": path, "file": file, "used": uses, "hashes": list(hashes.get(path, ()))}
            yield f"data/{page(path)}.html", "datafile.html", context

    def _build(self, reads: list[Read]) -> dict:
        runs = [read.record["run"] for read in reads]
        rows = [
            {
                "stem": book.stem,
                "points": book.count,
                "seconds": sum(read.record["run"]["seconds"] for read in book.reads),
                "ended": max(read.record["run"]["ended"] for read in book.reads)[:16].replace("T", " "),
            }
            for book in self.books
        ]
        return {
            "rows": rows,
            "commits": sorted({(run.get("commit") or "–", bool(run.get("changed"))) for run in runs}),
            "locks": sorted({read.record["fingerprint"]["lock"] or "–" for read in reads}),
            "pythons": sorted({read.record["host"]["python"] for read in reads}),
            "crates": self.crates,
        }

    def index(self) -> str:
        """Write index.json: every notebook and point with its addresses."""
        content = {
            "name": self.theme.name,
            "version": self.theme.version,
            "title": self.theme.title["en"],
            "notebooks": [
                {
                    "notebook": book.stem,
                    "question": book.question[book.language],
                    "page": f"{book.stem}/index.html",
                    "points": [
                        {
                            "point": read.name,
                            "page": f"{book.stem}/{markup.address(read.name)}.html",
                            "json": f"{book.stem}/{markup.address(read.name)}.json",
                            "parameters": read.point.parameters,
                        }
                        for read in book.reads
                    ],
                }
                for book in self.books
            ],
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    def found(self, t: dict[str, str]) -> str:
        """Write what the search looks through: kind, words, address."""
        entries = []
        for book in self.books:
            entries.append([t["notebook"], f"{book.question[book.language]} {book.short}", f"{book.stem}/index.html"])
            for figure in book.reads[0].figures:
                entries.append([t["figure"], figure.title, f"{book.stem}/index.html#{figure.stem}"])
            for result in book.reads[0].results:
                words = f"{result['label']} ({result['name']})"
                entries.append([t["result"], words, f"{book.stem}/index.html#n-{result['name']}"])
        for claim in self.theme.claims:
            entries.append([t["claims"], f"{claim['id']} {claim['statement']}", f"claims/index.html#{claim['id']}"])
        for path, file in self.theme.data.items():
            entries.append([t["data"], f"{file.terms.title} {path}", f"data/{page(path)}.html"])
            for each in file.series:
                words = f"{each['title']} ({each['name']})"
                entries.append([t["series"], words, f"data/{page(path)}.html#{each['name']}"])
        # what a reader looks for first stands first
        kinds = [t[kind] for kind in ("notebook", "figure", "claims", "result", "data", "series")]
        entries.sort(key=lambda entry: kinds.index(entry[0]))
        return f"window.ENTRIES={json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"

    def numbers(self) -> bytes:
        """Write every result of every default point as csv."""
        return as_csv([book.reads[0] for book in self.books])


def as_csv(reads: Iterable[Read]) -> bytes:
    """Write every result of some points as csv."""
    names = ("name", "label", "value", "unit", "digits", "tolerance")
    rows = [[read.name, *(result[name] for name in names)] for read in reads for result in read.results]
    return sheets.as_csv([["point", *names], *rows])


def page(path: str) -> str:
    """Name the page of a data file."""
    return path.removeprefix("data/").removesuffix(".csv").replace("/", "-")
