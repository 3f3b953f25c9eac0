"""Build the site: every page of every point, in every language, from executed points only."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.records.layout import CRATE, RUN
from nbpoints.scenarios.point import Point

from autogap.publish import cards, citing, lists, markup, points, reading, wording
from autogap.publish.books import Book, gather
from autogap.publish.lists import Whole
from autogap.publish.points import Kept
from autogap.publish.reading import Read
from autogap.publish.store import KEPT, Store, is_list_of_files, zipped
from autogap.publish.theme import HERE, Theme, words

STAMP = "build.json"
_MENU = ("figures", "numbers", "data", "claims", "methods", "search")


@dataclass(frozen=True)
class Options:
    """How a site is built.

    Attributes
    ----------
    base : str
        Address at which it will stand, ending in a slash; only social cards and canonical links need it.
    has_png : bool
        Whether pictures of points go along for download.
    languages : tuple of str
    """

    base: str = ""
    has_png: bool = False
    languages: tuple[str, ...] = ("en", "ja")


@dataclass
class _Site:
    reads: list[Read]
    theme: Theme
    options: Options
    versions: tuple[str, ...]
    store: Store = field(default_factory=Store)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    slots: dict[str, dict[str, str]] = field(default_factory=dict)

    def build(self) -> Store:
        for read in self.reads:
            for figure in read.figures:
                self.kept[read.name, figure.stem] = points.keep_figure(
                    self.store, self.theme, figure, self.options.has_png
                )
        for path in sorted((HERE / "assets").glob("*.*")):
            self.store.put(f"assets/{path.name}", path.read_bytes())
        crates = list(self._crates())
        for language in self.options.languages:
            self._language(language, crates)
        return self.store

    def _crates(self) -> Iterator[str]:
        for folder in sorted({read.folder.parent for read in self.reads}):
            if (folder / CRATE).is_file():
                crate = zipped({CRATE: (folder / CRATE).read_bytes()})
                yield self.store.put(f"build/{folder.name}-crate.zip", crate)

    def _language(self, language: str, crates: list[str]) -> None:
        books = gather(self.reads, self.theme, language)
        prefix = "" if language == "en" else f"{language}/"
        whole = Whole(self.theme, books, self.kept, crates, self._drawings())
        t = words(language)
        for book in books:
            self._book(book, prefix)
        for path, template, context in whole.pages():
            self._page(f"{prefix}{path}", template, language, books, context)
        self.store.put(f"{prefix}assets/search.js", whole.found(t))
        texts = (text for slots in self.slots.values() for text in slots.values())
        self.store.put(f"assets/words.{language}.js", wording.script(texts, language))
        if language == "en":
            self.store.put("index.json", whole.index())
            self.store.put("numbers.csv", whole.numbers())
            figures = [figure for read in self.reads for figure in read.figures]
            self.store.put("references.bib", citing.references(self.theme, figures))

    def _drawings(self) -> int:
        return len({kept.links.get("svg") or kept.links.get("png") for kept in self.kept.values()})

    def _book(self, book: Book, prefix: str) -> None:
        """Write the pages of a notebook: every point in English; else the default, whose script has all points."""
        if book.language != "en":
            read = book.reads[0]
            slots = self.slots[read.name] | {"text": points.elsewhere(read)}
            self._point(f"{prefix}{book.stem}/index.html", book, read, slots)
            return
        self._shared(book)
        for read in book.reads:
            slots = self.slots[read.name]
            if read is not book.reads[0]:
                # the script fills in the tables, and the csv beside each has them for those who have no script
                slots = {slot: "" if slot.endswith(":rows") else text for slot, text in slots.items()}
            page = self._point(f"{book.stem}/{read.name}.html", book, read, slots)
            if read is book.reads[0]:
                self.store.put(f"{book.stem}/index.html", page)

    def _point(self, path: str, book: Book, read: Read, slots: dict[str, str]) -> str:
        shared = self._context(path, book.language, [book])
        said = wording.said(book.language, shared["root"], shared["here"])
        steps = {}
        pages = "" if book.language == "en" else f"{shared['root']}{book.stem}/"
        for at, axis in enumerate(book.axes):
            ways = {name: book.step(read, at, way) for name, way in (("before", -1), ("after", 1))}
            steps[axis.name] = {
                name: f"{pages}{markup.address(to.name)}.html" if to else "" for name, to in ways.items()
            }
        context = {
            "book": book,
            "read": read,
            "pages": pages,
            "steps": steps,
            "here_spelt": dict(zip((axis.name for axis in book.axes), book.place(read))),
            "slots": defaultdict(str, {slot: Markup(wording.worded(text, said)) for slot, text in slots.items()}),
            "drawn": {figure.stem for figure in read.figures},
            "title": f"{book.question[book.language]} {read.name.partition('@')[2]}".strip(),
            "about": markup.plain(read.answer),
            "card": f"{book.stem}/card.png",
        }
        return self._page(path, "point.html", book.language, [book], context | self._other(path, book, read))

    def _other(self, path: str, book: Book, read: Read | None = None) -> dict[str, str]:
        """Where the same point is in the other language: that of the notebook, with what differs in its query."""
        codes = [code for code in self.options.languages if code != book.language]
        if not codes:
            return {}
        folder = book.stem if codes[0] == "en" else f"{codes[0]}/{book.stem}"
        differs = {
            axis.name: key
            for axis, key, usual in zip(book.axes, book.place(read or book.reads[0]), book.place(book.reads[0]))
            if key != usual
        }
        query = f"?{urlencode(differs)}" if differs else ""
        return {"other": f"{'../' * path.count('/')}{folder}/index.html{query}"}

    def _shared(self, book: Book) -> None:
        """Write what all languages share: the parts of the points, their files, the card."""
        stems = {read.stem for read in self.reads}
        marked = {"t": wording.marks(), "root": wording.mark("root"), "here": wording.mark("here"), "language": "en"}
        macros = _templates().get_template("parts.html").make_module
        for read in book.reads:
            kept = {figure.stem: self.kept[read.name, figure.stem] for figure in read.figures}
            self.slots[read.name] = points.slots(book, read, kept, macros(marked | {"read": read}), stems)
            self._files(book, read, kept)
        rendered = {read.name: self.slots[read.name] for read in book.reads}
        self.store.put(f"{book.stem}/data.js", points.script(book, rendered))
        self.store.put(f"{book.stem}/card.png", cards.card(self.theme, book))
        self.store.put(f"{book.stem}/points.csv", lists.as_csv(book.reads))
        answers = {read.name: markup.plain(read.answer) for read in book.reads}
        context = {"book": book, "reads": book.reads, "answers": answers, "title": book.question["en"]}
        path = f"{book.stem}/points.html"
        self._page(path, "points.html", "en", [book], context | self._other(path, book))

    def _files(self, book: Book, read: Read, kept: dict[str, Kept]) -> None:
        base = f"{book.stem}/{read.name}"
        details = (json.dumps(points.exact(read, self.theme, kept), ensure_ascii=False) + "\n").encode()
        self.store.put(f"{base}.json", details)
        self.store.put(f"{base}.zip", points.archive(read, self.theme, kept, self.store, details))
        self.store.put(
            f"{base}.bib",
            "\n".join(
                [citing.bibtex(self.theme, read), *(citing.bibtex(self.theme, read, figure) for figure in read.figures)]
            ),
        )
        self.store.put(f"{base}.csl.json", citing.csl(self.theme, read))

    def _page(self, path: str, template: str, language: str, books: list[Book], context: dict) -> str:
        shared = self._context(path, language, books)
        t, section = shared["t"], path.removeprefix(f"{language}/").split("/")[0]
        about = context.get("about") or self.theme.about.get(language) or self.theme.about.get("en", "")
        own = {
            "card": "",
            "title": t[section] if section in t else shared["site_title"],
            "section": section,
            "about": about,
            "description": about[:300],
            "versions": self.versions,
            "canonical": "/".join(map(markup.address, path.split("/"))),
        }
        page = _templates().get_template(template).render(shared | own | context)
        self.store.put(path, page)
        return page

    def _context(self, path: str, language: str, books: list[Book]) -> dict:
        """What every template is told: words, and where things are from this page."""
        depth = path.count("/")
        root = "../" * depth
        here = root if language == "en" else "../" * (depth - 1)
        plain = path if language == "en" else path.removeprefix(f"{language}/")
        other = ""
        for code in self.options.languages:
            if code != language:
                there = plain if code == "en" else f"{code}/{plain}"
                other = root + "/".join(map(markup.address, there.split("/")))
        t = words(language)
        menu = [name for name in _MENU if name != "claims" or self.theme.claims]
        return {
            "t": t,
            "language": language,
            "languages": self.options.languages,
            "theme": self.theme,
            "books": books,
            "root": root,
            "here": here,
            "other": other,
            "base": self.options.base,
            "site_title": self.theme.title.get(language) or self.theme.title["en"],
            "menu": [(name, t[name]) for name in menu],
            "stems": {read.stem for read in self.reads},
        }


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["address"] = markup.address
    environment.filters["page"] = lists.page
    environment.filters["words"] = reading.prettified
    return environment


def build(
    wanted: Iterable[Point],
    runs: Path,
    out: Path,
    theme: Theme,
    options: Options = Options(),
    *,
    just_run: bool = False,
) -> tuple[int, int]:
    """Build the site of some executed points.

    Parameters
    ----------
    wanted : iterable of Point
    runs : Path
        Folder of the runs.
    out : Path
        Folder of the site; pages of an earlier build that this one does not have are removed, and nothing else.
    theme : Theme
    options : Options
    just_run : bool
        Whether the points have just been run, so that none needs to be judged again.

    Returns
    -------
    int, int
        Files of the site, and how many of them changed.

    Raises
    ------
    InputError
        When a point would be re-run by `autogap why`, or `out` holds something else than a site.
    """
    wanted = list(wanted) if just_run else reading.current(wanted, runs)
    if not wanted:
        raise InputError("no point in it, so there is nothing to publish.")
    _refuse_foreign(out)
    versions = tuple(sorted(path.parent.name for path in (out / KEPT).glob("[!.]*/index.html")))
    stamp = _stamp(wanted, runs, theme, options, versions)
    known = _known(out)
    if known and known["made of"] == stamp and _is_whole(out, known["files"]):
        return len(known["files"]), 0
    store = _Site([reading.read(point, runs) for point in wanted], theme, options, versions).build()
    sizes = {path: len(content) for path, content in sorted(store.files.items())}
    before = known["files"] if known else {}
    out.mkdir(parents=True, exist_ok=True)
    if not known or known["made of"] != stamp:
        # a build that is stopped leaves a folder that the next one knows for its own, with all that it may hold
        write_whole(out / STAMP, json.dumps({"made of": "", "files": before | sizes}))
    changed = store.write(out, before)
    return len(sizes), changed + write_whole(
        out / STAMP, json.dumps({"made of": stamp, "files": sizes}, indent=0) + "\n"
    )


def refuse_version(out: Path, version: str) -> None:
    """Refuse a version that cannot be frozen.

    Raises
    ------
    InputError
        When it is no name for a folder, or is there already.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", version):
        raise InputError(
            f"--freeze {version!r}: not a valid version (expected letters, digits, '.', '_', '+' and '-', "
            "such as 1.0 or 2026-11)."
        )
    if (out / KEPT / version).exists():
        raise InputError(
            f"{out / KEPT / version}: this version is frozen already, and a frozen version does not change."
        )


def freeze(out: Path, version: str) -> Path:
    """Keep a copy of a built site under ``v/<version>/``, which later builds leave alone.

    Raises
    ------
    InputError
        When there is no site, or the version cannot be frozen.
    """
    known = _known(out)
    if known is None:
        raise InputError(f"{out}: no site here; build it first.")
    refuse_version(out, version)
    part = out / KEPT / f".{version}.part"
    shutil.rmtree(part, ignore_errors=True)  # of a freeze that was killed
    try:
        for path in (*known["files"], STAMP):
            (part / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(part / path, (out / path).read_bytes(), flush=False)
        return part.rename(out / KEPT / version)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _refuse_foreign(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir()) and _known(out) is None):
        raise InputError(
            f"{out}: holds something else than a site; choose an empty folder, since a build replaces files."
        )


def _known(out: Path) -> dict | None:
    """Read the stamp of an earlier build; None where there is none, or a file of that name that no build wrote."""
    try:
        stamp = json.loads((out / STAMP).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    is_ours = isinstance(stamp, dict) and isinstance(stamp.get("made of"), str) and is_list_of_files(stamp.get("files"))
    return stamp if is_ours else None


def _is_whole(out: Path, sizes: dict[str, int]) -> bool:
    try:
        return all((out / path).stat().st_size == size for path, size in sizes.items())
    except OSError:
        return False


def _stamp(wanted: list[Point], runs: Path, theme: Theme, options: Options, versions: tuple[str, ...]) -> str:
    """Hash what a site is made of: the records of its points, the theme, the options, and this package."""
    digest = hashlib.sha256(repr((theme, options, versions)).encode())
    for point in wanted:
        digest.update((runs / point.scenario / point.name / RUN).read_bytes())
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()
