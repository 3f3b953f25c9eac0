"""The house font: the letters of DejaVu Sans that figures use, in files small enough to embed quickly.

A PDF carries the letters of its words (Type 42), taken out of the font's file. DejaVu Sans holds 6,253 glyphs and rules
for two dozen scripts, which cost more to read than all else in a figure costs to draw. A copy with the Latin and Greek
letters and the signs of figures gives the same pictures; it is made once per machine, in matplotlib's cache.

DejaVu may be changed and passed on under another name, https://dejavu-fonts.github.io/License.html
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib import metadata
from pathlib import Path

FAMILY = "autogap Sans"

_FACES = ("DejaVuSans", "DejaVuSans-Bold")
# Unicode blocks: Latin to Extended-A, Greek, punctuation, currency, letterlike signs, arrows, mathematics, shapes
_LETTERS = (
    (0x0020, 0x017F), (0x0370, 0x03FF), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x25A0, 0x25FF),
)
# kerning stands in the table `kern` too; the rest is for scripts that are left out and for screens of 1990
_LEFT_OUT = ("FFTM", "GDEF", "GPOS", "GSUB", "MATH", "gasp")
_NAMES = (0, 1, 2, 4, 6, 13, 14)  # copyright, family, style, full name, PostScript name, licence and its address


@cache
def families() -> list[str]:
    """Make the house font known to matplotlib and return the families to draw with, the first choice first.

    Returns
    -------
    list of str
        DejaVu Sans itself comes last, for letters that the copy does not have.

    Examples
    --------
    >>> families()
    ['autogap Sans', 'DejaVu Sans']
    """
    import matplotlib
    from matplotlib.font_manager import fontManager

    folder = Path(matplotlib.get_cachedir())
    recipe = repr((_FACES, _LETTERS, _LEFT_OUT, _NAMES, matplotlib.__version__, metadata.version("fonttools")))
    version = hashlib.sha256(recipe.encode()).hexdigest()[:8]
    for face in _FACES:
        path = folder / f"autogap-{version}-{face}.ttf"
        if not path.exists():
            _write_copy(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{face}.ttf"), path)
        fontManager.addfont(path)
    return [FAMILY, "DejaVu Sans"]


def _write_copy(source: Path, path: Path) -> None:
    """Write the chosen letters of a font under the house's name, whole or not at all; another process may do the same."""
    from fontTools import subset

    options = subset.Options(
        drop_tables=[*subset.Options().drop_tables, *_LEFT_OUT], hinting=False, legacy_kern=True, name_IDs=_NAMES,
        glyph_names=True, notdef_outline=True, recalc_timestamp=False,
    )
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with subset.load_font(source, options) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=[letter for first, last in _LETTERS for letter in range(first, last + 1)])
        chosen.subset(font)
        for record in font["name"].names:
            if record.nameID in (1, 4, 6):
                blank = "" if record.nameID == 6 else " "
                record.string = str(record).replace(f"DejaVu{blank}Sans", FAMILY.replace(" ", blank))
        try:
            font.save(part)
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
