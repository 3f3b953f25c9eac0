"""Write the report: the text in Typst, its drawings beside it, and the PDF."""

from __future__ import annotations

import datetime as dt
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.mime import value_as_text

from autogap.publish import citing, markup, rights
from autogap.publish.reading import Figure, Read
from autogap.publish.report.typeset import markdown, string, words
from autogap.publish.theme import HERE, Theme

TEMPLATE = "report.typ"
PROFILE, FORMS = "economics", "svg"
STANDARD = "ua-1"  # accessible PDF: tags, a title, a language, words for every picture
_WHOLE_MM = 130  # a figure that is wider than its column is made as wide as that
_POINTS_PER_MM = 72 / 25.4


def chapter(read: Read, theme: Theme, level: int = 1) -> str:
    """Write one notebook: question, answer, what is known, figures, numbers, limits, data."""
    parts = [
        f"#heading(level: {level})[{words(markup.plain(read.question))}]",
        f"#answer[{words(markup.plain(read.answer))}]",
    ]
    parts += [markdown(text, level + 1) for text in _opening(read)]
    parts += [_figure(read, figure) for figure in read.figures if "svg" in figure.files]
    if read.results:
        rows = [(result["label"], value_as_text(result), result["unit"]) for result in read.results]
        title = words(f"The numbers of point {read.name}")
        parts.append(f"#numbers([{title}], {_rows(rows)})")
    limits = read.section("limits", "rival explanations", "what the data")
    if limits:
        parts += [f"#heading(level: {level + 1})[What the data cannot say]", markdown(limits, level + 2)]
    data = citing.publishers(theme, read.figures)
    if data:
        parts.append(f"#heading(level: {level + 1})[Data]")
        parts.append(
            "#list(" + ", ".join(f"[{words(f'{terms.source}. Terms: {terms.terms}.')}]" for terms in data) + ")"
        )
    parts.append(f"#text(9pt, fill: grey)[{words(citing.line(theme, read))}]")
    return "\n\n".join(parts) + "\n\n"


def _opening(read: Read) -> Iterator[str]:
    """What is said before the first code: what is known and from where."""
    for block in read.blocks:
        if block.kind == "code":
            return
        if block.kind == "prose":
            text = re.sub(r"\A# .*\n?", "", block.text).strip()
            if text:
                yield text


def _figure(read: Read, figure: Figure) -> str:
    note = " ".join(f"{part.rstrip('.')}." for part in (figure.subtitle, f"Source: {figure.source}") if part)
    head = re.search(rb'<svg[^>]*?\swidth="([0-9.]+)pt"', figure.files["svg"][:2000])
    wide = float(head[1]) / _POINTS_PER_MM if head else _WHOLE_MM
    return (
        f"#drawing({string(_path(read, figure))}, {string(figure.alt or figure.title)}, "
        f"[{words(figure.title.rstrip('.'))}], [{words(note)}], {min(wide, _WHOLE_MM):.2f}mm)"
    )


def _path(read: Read, figure: Figure) -> str:
    return f"{read.stem}-{figure.stem}.svg"


def _rows(rows: Iterable[Iterable[str]]) -> str:
    return "(" + "".join("(" + "".join(f"{string(text)}, " for text in row) + "), " for row in rows) + ")"


def single(read: Read, theme: Theme) -> str:
    """Write the paper of one notebook."""
    return _paper(markup.plain(read.question), theme, chapter(read, theme))


def whole(reads: list[Read], theme: Theme) -> str:
    """Write the paper of all: cover, abstract made of the answers, contents, exhibits, chapters, claims, data."""
    released = theme.released
    parts = [
        f"#cover({string(theme.title['en'])}, {string(theme.about.get('en', ''))}, {string(theme.author)}, "
        f"{string(f'{theme.name} {theme.version}')}, {string(released)}, {string(theme.address)})",
        "#heading(level: 1, outlined: false)[Abstract]",
        *(f"#par[#strong[{words(markup.plain(read.question))}] {words(markup.plain(read.answer))}]" for read in reads),
        "#heading(level: 1, outlined: false)[Contents]",
        "#outline(title: none, depth: 1)",
        "#heading(level: 2, outlined: false)[Exhibits]",
        "#outline(title: none, target: figure.where(kind: image))",
        *(chapter(read, theme) for read in reads),
    ]
    if theme.claims:
        rows = [
            (
                claim["id"],
                claim["statement"],
                f"{claim['quoted']} {claim['unit']}".strip(),
                claim["computed"],
                claim["verdict"],
            )
            for claim in theme.claims
        ]
        parts += [
            "#heading(level: 1)[Claims]",
            "#listed([Claims in our own words, and what the data say], "
            '("No.", "Claim", "Quoted", "Computed", "Verdict"), (auto, 1fr, auto, auto, 27mm), '
            f"{_rows(rows)})",
        ]
    used = citing.publishers(theme, [figure for read in reads for figure in read.figures])
    if used:
        rows = [(terms.path.rpartition("/")[2], terms.answerable, terms.terms) for terms in used]
        parts += [
            "#heading(level: 1)[Data and their terms]",
            f"#par[{words(rights.RULE)}]",
            f'#listed([Data files behind the figures], ("File", "Publisher", "Terms"), (auto, 1fr, 40mm), '
            f"{_rows(rows)})",
        ]
    return _paper(theme.title["en"], theme, "\n\n".join(parts))


def _paper(title: str, theme: Theme, body: str) -> str:
    # a word that is longer than its column, such as the name of a series, may be broken
    return (
        f'#import "{TEMPLATE}": *\n#show: paper.with(title: {string(title)}, author: {string(theme.author)})\n\n{body}'
    )


def set_in_type(source: str, reads: list[Read], theme: Theme) -> bytes:
    """Turn Typst into a PDF in the same bytes every time.

    Raises
    ------
    InputError
        When Typst refuses, such as a picture without words.
    """
    import typst

    released = dt.datetime.fromisoformat(theme.released or "2000-01-01").replace(tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / TEMPLATE).write_bytes((HERE / "templates" / TEMPLATE).read_bytes())
        (folder / "paper.typ").write_text(source, encoding="utf-8")
        for read in reads:
            for figure in read.figures:
                if "svg" in figure.files:
                    (folder / _path(read, figure)).write_bytes(figure.files["svg"])
        _copy_fonts(folder / "fonts")
        compiler = typst.Compiler(
            folder / "paper.typ", root=folder, font_paths=[folder / "fonts"], ignore_system_fonts=True
        )
        try:
            return compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=released)
        except typst.TypstError as error:
            raise InputError(f"report: {error.message} {' '.join(error.hints)}".strip()) from None


def _copy_fonts(folder: Path) -> None:
    """Copy the letters of the figures, and no others that lie beside them from earlier versions."""
    from autogap.figures import fonts

    folder.mkdir()
    for style in fonts.WEIGHTS:
        (folder / fonts.path(style).name).write_bytes(fonts.path(style).read_bytes())


def run(points: list, out: Path, jobs: int | None) -> list:
    """Run what is not current as drawings for a page of text.

    Raises
    ------
    InputError
        When a point fails.
    """
    from nbpoints.run import runner

    os.environ["AUTOGAP_PROFILE"], os.environ["AUTOGAP_FORMS"] = PROFILE, FORMS
    if runner.run(points, jobs=jobs, out=out):
        raise InputError(f"{out}: a point failed, so there is no report; its folder tells why.")
    return points


def write(reads: list[Read], theme: Theme, out: Path) -> list[Path]:
    """Write one PDF a notebook, and one of all where there are several."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for read in reads:
        written.append(out / f"{read.stem}.pdf")
        write_whole(written[-1], set_in_type(single(read, theme), [read], theme))
    if len(reads) > 1:
        written.append(out / f"{theme.name}.pdf")
        write_whole(written[-1], set_in_type(whole(reads, theme), reads, theme))
    return written
