"""A PDF says in what language it is and what is read aloud in place of the picture; another library reads it."""

from __future__ import annotations

import io

import pytest
from autogap.figures import tagged
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from sample import WORDS


def opened(pdf):
    return PDFDocument(PDFParser(io.BytesIO(pdf)))


def test_a_figure_is_tagged_with_its_text(saved):
    document = opened(saved[0]["fig-exports.pdf"])
    catalogue = document.catalog
    assert catalogue["Lang"] == b"en" and catalogue["MarkInfo"] == {"Marked": True}
    assert resolve1(catalogue["ViewerPreferences"]) == {"DisplayDocTitle": True}
    tree = resolve1(catalogue["StructTreeRoot"])
    (figure,) = map(resolve1, resolve1(tree["K"])["K"])
    assert figure["S"].name == "Figure" and figure["Alt"].decode("utf-16") == WORDS["alt"]
    (page,) = PDFPage.create_pages(document)
    assert resolve1(figure["Pg"]) == page.attrs
    first, *_, last = [resolve1(part).get_data() for part in page.attrs["Contents"]]
    assert first == b"/Figure << /MCID 0 >> BDC\n" and last == b"EMC\n"
    assert resolve1(resolve1(tree["ParentTree"])["Nums"][1])[0].objid == resolve1(tree["K"])["K"][0].objid
    assert document.info[0]["Title"].decode("utf-16") == WORDS["title"]


def test_the_drawing_stays_as_it_was(saved):
    pdf = saved[0]["fig-exports.pdf"]
    drawing = pdf[: pdf.index(b"%%EOF") + 6]
    assert opened(drawing).catalog["Pages"].objid == opened(pdf).catalog["Pages"].objid
    assert tagged.tag(drawing, WORDS["alt"]) == pdf


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"])
def test_another_form_is_told_and_not_guessed(pdf):
    with pytest.raises(ValueError, match="of another form than matplotlib wrote"):
        tagged.tag(pdf, "A line.")
