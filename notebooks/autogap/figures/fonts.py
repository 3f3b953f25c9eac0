"""The house font: the letters of Source Sans 3 that figures use, in files small enough to embed quickly.

A PDF carries the letters of its words (Type 42), taken out of the font's file. Source Sans 3 is one variable file of
1,615 letters; a copy with the Latin, Greek and Cyrillic letters and the signs of figures, one file a weight, costs a
tenth to read. It is made once per machine, in matplotlib's cache. Letters that it lacks (Japanese ones, rare signs)
come from Noto Sans JP or DejaVu Sans, in a copy with just the letters of that figure.

Source Sans 3 and Noto Sans JP stand under the SIL Open Font License 1.1, https://openfontlicense.org: a changed copy
must not bear the reserved name "Source". DejaVu asks likewise, https://dejavu-fonts.github.io/License.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from nbpoints.files import write_whole

if TYPE_CHECKING:
    import uharfbuzz as harfbuzz
    from fontTools.ttLib import TTFont

FAMILY = "autogap Sans"

# Weights on the axis of the variable font, by the style that their copies are called.
WEIGHTS = {"Regular": 400, "Semibold": 600}
# Unicode blocks: Latin to Extended-A, Greek, Cyrillic, punctuation, currency, letterlike signs, arrows, mathematics,
# shapes
_LETTERS = ((0x0020, 0x017F), (0x0370, 0x04FF), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x25A0, 0x25FF))
# Kerning (GPOS) stays; ligatures (GSUB) go, for words shall be found in a PDF letter by letter.
_LEFT_OUT = ("FFTM", "GSUB", "MATH", "gasp", "DSIG", "BASE", "STAT", "VORG", "vhea", "vmtx")
_NAMES = (0, 1, 2, 4, 6, 13, 14)  # copyright, family, style, full name, PostScript name, licence and its address


@cache
def families() -> list[str]:
    """Make the house font known to matplotlib and return the families to draw with.

    Returns
    -------
    list of str

    Examples
    --------
    >>> families()
    ['autogap Sans']
    """
    from matplotlib.font_manager import fontManager

    for style in WEIGHTS:
        fontManager.addfont(path(style))
    return [FAMILY]


@cache
def path(style: str) -> Path:
    """Return the file of the house font in a style, ``Regular`` or ``Semibold``; it is made when it is missing."""
    import fontpkg_source_sans_3 as package

    recipe = repr((WEIGHTS[style], _LETTERS, _LEFT_OUT, _NAMES, "line 1.12", metadata.version("fontpkg-source-sans-3")))
    made = _cached(recipe, style)
    if not made.exists():
        source = package.ROOT / "files" / "SourceSans3[wght].ttf"
        letters = [letter for first, last in _LETTERS for letter in range(first, last + 1)]
        write_whole(made, _copy(source, letters, FAMILY, style, WEIGHTS[style]), flush=False)
    return made


@cache
def letters() -> frozenset[str]:
    """Return the letters of the house font."""
    from matplotlib.font_manager import get_font

    return frozenset(map(chr, get_font(path("Regular")).get_charmap()))


@cache
def others(wanted: frozenset[str]) -> tuple[list[str], list[str]]:
    """Find fonts for letters that the house font lacks, and make their copies known to matplotlib.

    Returns
    -------
    list of str
        Families to draw with after the house font.
    list of str
        Letters that no font has.

    Examples
    --------
    >>> others(frozenset("\N{THAI CHARACTER KO KAI}"))
    ([], ['ก'])
    """
    if not wanted:
        return [], []
    import matplotlib
    import pylopdf_fonts_jp as japanese
    from fontTools.ttLib import TTFont
    from matplotlib.font_manager import fontManager

    found, missing = [], wanted
    dejavu = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    for name, source in (("autogap JP", japanese.sans_path()), ("autogap Signs", dejavu)):
        with TTFont(source, lazy=True) as font:
            here = sorted(missing & set(map(chr, font.getBestCmap())))
        if here:
            digest = hashlib.sha256("".join(here).encode()).hexdigest()[:8]
            family = f"{name} {digest}"
            for style in WEIGHTS:  # one weight exists; without a file for the other matplotlib complains
                made = _cached(
                    repr((here, "line 1.12", style, _LEFT_OUT, _NAMES, source.stat().st_size)), name.replace(" ", "")
                )
                if not made.exists():
                    write_whole(made, _copy(source, map(ord, here), family, style), flush=False)
                fontManager.addfont(made)
            found.append(family)
            missing = missing - set(here)
    return found, sorted(missing)


@cache
def embeddable(source: Path, wanted: frozenset[str]) -> bytes:
    """Return a font file for the web (WOFF) that has these letters and no others, the same bytes each time.

    A file with all letters of most figures would be made once, but a page then has 3 kB more for each weight.
    """
    chosen = _chosen(_LEFT_OUT)
    chosen.unicode_set.update(map(ord, wanted))
    buffer = BytesIO()
    with _subset(source, chosen)[0] as font:
        font.flavor = "woff"
        font.save(buffer, reorderTables=False)
    return buffer.getvalue()


@contextmanager
def pdf_by_harfbuzz() -> Iterator[None]:
    """Let matplotlib take the fonts of a PDF from HarfBuzz, without kerning: each letter has its place there."""
    from matplotlib.backends import _backend_pdf_ps as backend

    def subset(source: str, glyphs: Iterable[int]) -> AbstractContextManager[backend.SubsetResults]:
        chosen = _chosen((*_LEFT_OUT, "GPOS", "GDEF"))
        chosen.glyph_set.update(glyphs)
        return nullcontext(backend.SubsetResults(*_subset(source, chosen)))

    usual, backend.get_glyphs_subset = backend.get_glyphs_subset, subset
    try:
        yield
    finally:
        backend.get_glyphs_subset = usual


def _chosen(left_out: Iterable[str]) -> harfbuzz.SubsetInput:
    """What a part of a font is to have besides its letters."""
    import uharfbuzz as harfbuzz

    chosen = harfbuzz.SubsetInput()
    chosen.flags = harfbuzz.SubsetFlags.NO_HINTING | harfbuzz.SubsetFlags.NOTDEF_OUTLINE
    chosen.name_id_set.clear()
    chosen.name_id_set.update(_NAMES)
    chosen.drop_table_tag_set.update(int.from_bytes(tag.encode()) for tag in left_out)
    return chosen


def _subset(source: Path | str, chosen: harfbuzz.SubsetInput) -> tuple[TTFont, dict[int, int]]:
    """Return the part of a font, its tables as they are, and the new numbers of its glyphs."""
    import uharfbuzz as harfbuzz
    from fontTools.ttLib import TTFont

    plan = harfbuzz.SubsetPlan(harfbuzz.Face(harfbuzz.Blob.from_file_path(str(source))), chosen)
    font = TTFont(BytesIO(plan.execute().blob.data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
    return font, plan.old_to_new_glyph_mapping


def _cached(recipe: str, name: str) -> Path:
    import fontTools
    import matplotlib
    import uharfbuzz as harfbuzz  # packs the tables for fontTools where it is installed

    versions = f"{recipe}{fontTools.version}{harfbuzz.__version__}"
    version = hashlib.sha256(versions.encode()).hexdigest()[:8]
    return Path(matplotlib.get_cachedir(), f"autogap-{version}-{name}.ttf")


def _copy(source: Path, wanted: Iterable[int], family: str, style: str, weight: int | None = None) -> bytes:
    """Make a copy of a font with the wanted letters, one weight and TrueType outlines, under a name of the house."""
    from fontTools import subset
    from fontTools.varLib import instancer

    options = subset.Options(
        drop_tables=[*subset.Options().drop_tables, *_LEFT_OUT],
        hinting=False,
        name_IDs=_NAMES,
        glyph_names=True,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    with subset.load_font(source, options) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=list(wanted))
        chosen.subset(font)
        if weight is not None:
            instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
        if "CFF " in font:
            _to_truetype(font)
        # a line as high as its letters; the fonts' own 1.4 em leave room for scripts that figures do not have
        em, table = font["head"].unitsPerEm, font["OS/2"]
        table.sTypoAscender, table.sTypoDescender, table.sTypoLineGap = int(em * 0.78), -int(em * 0.24), int(em * 0.1)
        font["OS/2"].usWeightClass = WEIGHTS[style]
        called = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}
        font["name"].names = [record for record in font["name"].names if record.nameID not in (1, 2, 4, 6, 16, 17, 25)]
        for number, text in called.items():
            font["name"].setName(text, number, 3, 1, 0x409)
        buffer = BytesIO()
        font.save(buffer, reorderTables=False)
    return buffer.getvalue()


def _to_truetype(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones: a PDF takes only those as Type 42."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    glyphs, drawn = {}, font.getGlyphSet()
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(drawn)
        # a thousandth of the letter's height, less than a printer shows
        drawn[name].draw(Cu2QuPen(pen, font["head"].unitsPerEm / 1000, reverse_direction=True))
        glyphs[name] = pen.glyph()
    del font["CFF "]
    font["glyf"] = newTable("glyf")  # by which the builder knows the kind of font
    builder = FontBuilder(font=font)
    builder.setupGlyf(glyphs)
    builder.setupMaxp()
    font["maxp"].maxZones = 1
    font["post"].formatType, font["post"].extraNames, font["post"].mapping = 2.0, [], {}
    font.sfntVersion = "\000\001\000\000"
