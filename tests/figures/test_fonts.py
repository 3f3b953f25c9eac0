"""The house font is Source Sans 3 with fewer letters: every figure's words are in it, kerned as in the original."""

import contextlib
import json
from io import BytesIO

import fontpkg_source_sans_3 as package
import pytest
from autogap.figures import export, fonts
from autogap.paths import FIGURES
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.textpath import TextPath
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1
from sample import draw


@pytest.fixture
def house(weight):
    with TTFont(findfont(FontProperties(family=fonts.families(), weight=weight))) as font:
        yield font


def words(value):
    """Every text in a description of drawn artists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from words(each)


@pytest.mark.parametrize("weight", ["normal", "semibold"])
def test_every_letter_of_the_exported_figures_is_in_it(house):
    drawn = {
        letter
        for path in FIGURES.glob("*.json")
        for text in words(json.loads(path.read_text())["artists"])
        for letter in text
    }
    assert len(drawn) > 60
    assert drawn - {chr(code) for code in house.getBestCmap()} == set()


@pytest.mark.parametrize(("weight", "style"), [("normal", "Regular"), ("semibold", "Semibold")])
def test_words_are_as_wide_as_in_the_font_that_it_comes_from(weight, style):
    """Kerning included, letter by letter as the original's own rules have it."""
    text = "AVATAR To Yen: exports −11.0 percent, ¥1,514.2 bn → 2025"
    fonts.families()
    drawn = TextPath((0, 0), text, prop=FontProperties(family=fonts.FAMILY, weight=weight, size=10)).get_extents().width
    source = package.ROOT / "files" / "SourceSans3[wght].ttf"
    with TTFont(source) as font:
        whole = instancer.instantiateVariableFont(font, {"wght": fonts.WEIGHTS[style]})
        letters, widths = whole.getBestCmap(), whole["hmtx"]
        unkerned = sum(widths[letters[ord(letter)]][0] for letter in text) / 100
    assert unkerned * 0.94 < drawn < unkerned * 0.995


def test_weights_differ():
    wide = [
        TextPath((0, 0), "Exports", prop=FontProperties(family=fonts.families(), weight=weight, size=10)).get_extents()
        for weight in ("normal", "semibold")
    ]
    assert wide[1].width > wide[0].width * 1.02


@pytest.mark.parametrize("weight", ["normal"])
def test_it_has_a_name_of_its_own_and_keeps_the_licence(house):
    """The licence reserves the name "Source" for the unchanged font."""
    names = house["name"]
    assert names.getDebugName(1) == fonts.FAMILY and names.getDebugName(6) == "autogapSans-Regular"
    assert all("Source" not in str(record) for record in names.names if record.nameID in (1, 2, 4, 6))
    assert "Adobe" in names.getDebugName(0) and "Open Font License" in names.getDebugName(13)


def test_the_copy_is_the_same_whoever_makes_it():
    source = package.ROOT / "files" / "SourceSans3[wght].ttf"
    copies = {fonts._copy(source, range(0x20, 0x7F), fonts.FAMILY, "Regular", 400) for _ in range(2)}
    assert len(copies) == 1 and len(copies.pop()) < 60_000
    assert fonts.path("Regular").stat().st_size < 150_000


def test_japanese_letters_are_true_type():
    """A PDF takes no other outlines as Type 42."""
    (family,), missing = fonts.others(frozenset("輸出額"))
    assert missing == []
    with TTFont(findfont(FontProperties(family=family))) as font:
        assert {ord(letter) for letter in "輸出額"} == set(font.getBestCmap())
        assert "glyf" in font and "CFF " not in font
        assert font["glyf"][font.getBestCmap()[ord("輸")]].numberOfContours > 4


def test_signs_come_from_another_font_and_nothing_is_made_up():
    assert fonts.others(frozenset("☃ก"))[1] == ["ก"]
    assert fonts.others(frozenset()) == ([], [])


def test_a_web_font_has_the_letters_of_its_drawing():
    source = fonts.path("Regular")
    made = fonts.embeddable(source, frozenset("Exports"))
    assert fonts.embeddable(fonts.path("Semibold"), frozenset("Exports")) != made
    with TTFont(BytesIO(made)) as font:
        assert set(map(chr, font.getBestCmap())) == set("Exports")
        assert "GPOS" in font and "Open Font License" in font["name"].getDebugName(13)
    assert len(made) < 4_000


def test_the_fonts_of_a_pdf_have_no_kerning_and_its_letters_stand_where_they_stood(monkeypatch):
    def drawn():
        """Page and tables of the fonts, whatever numbers they have in the file."""
        pdf = PDFDocument(PDFParser(BytesIO(export._pdf(fig, {"title": "t", "alt": "a", "id": "i"}))))
        streams = [resolve1(pdf.getobj(number)) for xref in pdf.xrefs for number in xref.get_objids()]
        streams = [one for one in streams if isinstance(one, PDFStream)]
        embedded = [TTFont(BytesIO(one.get_data())) for one in streams if "Length1" in one.attrs]
        page = next(PDFPage.create_pages(pdf)).contents[0].resolve().get_data()
        return page, [set(font.keys()) for font in embedded]

    fig = draw()
    export.lay_out(fig, "fig-x")
    page, tables = drawn()
    monkeypatch.setattr(fonts, "pdf_by_harfbuzz", contextlib.nullcontext)
    same_page, usual_tables = drawn()
    assert page == same_page
    assert [one - {"GPOS", "GDEF"} for one in usual_tables] == tables and "GPOS" in usual_tables[0]
