"""The report on paper: accessible, whole, the same bytes twice, and deaf to what a notebook would have it run."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from autogap.publish import collection, markup
from autogap.publish.report import book, typeset
from nbpoints.errors import InputError
from nbpoints.mime import value_as_text

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(site, tmp_path_factory):
    """The PDFs of two notebooks and of both together."""
    reads = [site.of("03_export_decline")[0], site.of("11_negotiation_timeline")[0]]
    return book.write(reads, collection.theme(), tmp_path_factory.mktemp("report")), reads


def words(path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("NO POPPLER: the words of the report were not read. Install poppler-utils, as .ci/run does.")
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.replace("-\n", "").split())


def squeezed(text: str) -> str:
    """Without what hyphenation at the end of a line adds or takes."""
    return "".join(letter for letter in text if letter.isalnum())


def test_one_pdf_a_notebook_and_one_of_all(report):
    assert [path.name for path in report[0]] == ["03_export_decline.pdf", "11_negotiation_timeline.pdf", "autogap.pdf"]


def test_the_report_says_question_answer_numbers_and_limits_of_every_notebook(report):
    said = squeezed(words(report[0][-1]))
    for read in report[1]:
        assert squeezed(markup.plain(read.question)) in said
        assert squeezed(markup.plain(read.answer)) in said
        for figure in read.figures:
            assert squeezed(figure.title) in said
        for result in read.results:
            assert squeezed(value_as_text(result)) in said


def test_the_pdf_is_accessible_and_has_words_for_every_picture(report):
    made = report[0][0].read_bytes()
    assert b"/MarkInfo" in made and b"/StructTreeRoot" in made and b"/Lang" in made
    told = subprocess.run(["pdfinfo", report[0][0]], capture_output=True, text=True, check=True).stdout
    assert "Tagged:          yes" in told and markup.plain(report[1][0].question)[:40] in told


def test_a_picture_without_words_is_refused(report):
    read = report[1][0]
    source = book.single(read, collection.theme())
    bare = replace(read, figures=tuple(replace(figure, alt="", title="") for figure in read.figures))
    assert f"{typeset.string(read.figures[0].alt)}, [" in source
    with pytest.raises(InputError, match="report: .*alt"):
        book.set_in_type(
            source.replace(f", {typeset.string(read.figures[0].alt)}, [", ", none, ["), [read], collection.theme()
        )
    assert bare.figures[0].alt == ""


def test_a_second_run_gives_the_same_bytes(report, tmp_path):
    again = book.write(report[1], collection.theme(), tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in report[0]]


@pytest.mark.parametrize("text", ['#import "x.typ"', "$x$ *b* _e_ @ref <a>", '"quoted" \\ back', "#{panic()}", "//no"])
def test_words_of_a_notebook_are_never_run(report, text):
    read = replace(report[1][1], question=text, answer=text)
    made = book.set_in_type(book.single(read, collection.theme()), [read], collection.theme())
    assert made.startswith(b"%PDF")


def test_prose_becomes_paragraphs_lists_and_links():
    made = typeset.markdown("Up **5**.\n\n- a `b`\n- [c](https://e.org) [d](d.ipynb)")
    assert made == (
        '#"Up ";#strong[#"5";]#".";\n\n#list([#"a ";#raw("b");], [#link("https://e.org")[#"c";]#" ";#[#"d";]], )'
    )
