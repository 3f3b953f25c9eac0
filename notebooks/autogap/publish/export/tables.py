"""Tables of results: booktabs, Excel and Word, with labels, units, notes and source."""

from __future__ import annotations

import io
import zipfile

from nbpoints.mime import value_as_text

from autogap.publish import citing, markup, sheets
from autogap.publish.reading import Figure, Read
from autogap.publish.store import zipped
from autogap.publish.theme import Theme

HEADS = ("Result", "Value", "Unit")


def rows(read: Read) -> list[tuple[str, str, str]]:
    """Return label, value and unit of every result, as a reader sees them."""
    return [(result["label"], value_as_text(result), result["unit"]) for result in read.results]


def note(read: Read, theme: Theme) -> str:
    """Say where a table comes from."""
    source = citing.data_line(theme, read.figures)
    return f"{citing.line(theme, read)}" + (f" Data: {source}." if source else "")


def fragment(read: Read) -> str:
    """Write the bare tabular, for an author's own table environment."""
    lines = ["\\begin{tabular}{lrl}", "\\toprule", " & ".join(HEADS) + " \\\\", "\\midrule"]
    lines += [" & ".join(map(citing.tex, row)) + " \\\\" for row in rows(read)]
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}"]) + "\n"


def floating(read: Read, theme: Theme, path: str) -> str:
    """Write the whole table: caption, label, the tabular, notes."""
    title = citing.tex(markup.plain(read.question))
    return (
        f"\\begin{{table}}\n  \\centering\n  \\caption{{{title}}}\n  \\label{{tab:{read.name}}}\n  \\small\n"
        f"  \\input{{{path}}}\n\n  \\medskip\n  \\parbox{{\\linewidth}}{{\\footnotesize Notes: "
        f"{citing.tex(note(read, theme))}}}\n\\end{{table}}\n"
    )


def as_workbook(read: Read, theme: Theme) -> bytes:
    """Write the table as a workbook with all digits, and where it comes from on a second sheet."""
    heads = ["name", "label", "value", "unit", "digits", "tolerance"]
    table = [heads, *([str(result[name]) for name in heads] for result in read.results)]
    return sheets.workbook(
        table, [("question", markup.plain(read.question)), ("point", read.name), ("note", note(read, theme))]
    )


def as_word(reads: list[Read], theme: Theme, pictures: dict[tuple[str, str], bytes]) -> bytes:
    """Write one Word file: each point's answer, its table, its figures with captions and alternative text.

    Parameters
    ----------
    reads : list of Read
    theme : Theme
    pictures : dict of tuple to bytes
        Point and stem -> PNG.
    """
    import docx
    from docx.shared import Mm

    document = docx.Document()
    document.core_properties.author = theme.author
    document.core_properties.title = theme.title["en"]
    document.core_properties.created = document.core_properties.modified = sheets.CREATED
    for number, read in enumerate(reads, 1):
        document.add_heading(markup.plain(read.question), 1)
        document.add_paragraph(markup.plain(read.answer))
        if read.results:
            document.add_paragraph(f"Table {number}. {markup.plain(read.question)}", "Caption")
            _word_table(document, read)
            document.add_paragraph(f"Notes: {note(read, theme)}")
        for figure in read.figures:
            if (read.name, figure.stem) in pictures:
                document.add_picture(io.BytesIO(pictures[read.name, figure.stem]), width=Mm(150))
                drawn = document.inline_shapes[-1]._inline.docPr
                drawn.set("descr", figure.alt)
                drawn.set("name", figure.stem)
            document.add_paragraph(caption(figure), "Caption")
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        # python-docx writes the hour of the day into the archive
        return zipped({name: archive.read(name) for name in archive.namelist()})


def _word_table(document, read: Read) -> None:
    table = document.add_table(1, len(HEADS))
    table.style = "Light List"
    for cell, text in zip(table.rows[0].cells, HEADS, strict=True):
        cell.text = text
    for row in rows(read):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def caption(figure: Figure) -> str:
    """Write title, subtitle and source of a figure as one caption."""
    parts = [figure.title, figure.subtitle, f"Source: {figure.source}" if figure.source else ""]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)
