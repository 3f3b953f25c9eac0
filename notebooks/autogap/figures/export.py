"""Draw a figure once it is complete: lay it out, and write it in each form, the same bytes every time."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from nbpoints.errors import InputError, did_you_mean

from autogap import run
from autogap.figures import fonts, style, tagged
from autogap.figures.labels import settle

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

DEFAULT_FORMS = ("svg", "pdf", "png")
FORMS = (*DEFAULT_FORMS, "eps", "tiff")

_INLINE_DPI = 100  # a whole part of the resolution for print
_COMPRESS_LEVEL = 3  # of zlib: half the time of level 6 for a tenth more bytes


def forms() -> tuple[str, ...]:
    """Return the forms that ``AUTOGAP_FORMS`` names, separated by commas.

    When it is not set, a notebook with its default parameters or used by hand writes svg, pdf and png; one of a batch's
    many points writes svg only, since few of its figures will be printed.

    Raises
    ------
    InputError
        When there is no such form.
    """
    names = os.environ.get("AUTOGAP_FORMS", "")
    chosen = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    for name in chosen:
        if name not in FORMS:
            raise InputError(
                f"AUTOGAP_FORMS: {name!r} is not a form of a figure; give some of {', '.join(FORMS)}."
                f"{did_you_mean(name, FORMS)}"
            )
    if chosen:
        return chosen
    is_one_of_many = bool(os.environ.get("NBPOINTS_FIGURES")) and not run.current().is_default
    return ("svg",) if is_one_of_many else DEFAULT_FORMS


def lay_out(fig: Figure, stem: str) -> None:
    """Give every axes its final place, once for all forms.

    Raises
    ------
    InputError
        When there is no room for the axes.
    """
    engine = fig.get_layout_engine()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        engine.execute(fig)
        has_moved = settle(fig)
        told.clear()  # a legend too wide for the page has been given fewer columns
        # what was reserved for words at the ends of bars and lines was measured on wider axes
        engine.execute(fig)
        if has_moved:
            # words that were placed have changed the room for the axes, and that room the places of the words
            settle(fig)
            told.clear()
            engine.execute(fig)
    if any("constrained_layout not applied" in str(one.message) for one in told):
        size = fig.get_size_inches() * 25.4
        raise InputError(
            f"{stem}: the words leave no room for the axes on {size[0]:.0f} by {size[1]:.0f} mm; shorten title, labels "
            "or names, or give the figure more height."
        )
    for one in told:
        warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    fig.set_layout_engine("none")
    # The solver's last digits differ from run to run, and with them the ids in an SVG.
    for ax in fig.axes:
        ax.set_position([round(float(edge), 6) for edge in ax.get_position().bounds])


def render(fig: Figure, chosen: style.Profile, about: Mapping[str, str]) -> tuple[dict[str, bytes], tuple[str, bytes]]:
    """Draw a figure in every form that is asked for.

    What run it belongs to stands in the file beside it, so equal drawings are equal bytes.

    Parameters
    ----------
    fig : Figure
        Laid out.
    chosen : Profile
    about : mapping of str to str
        What the files say of themselves: ``title``, ``alt``, and ``id``, which names the figure and its data.

    Returns
    -------
    dict of str to bytes
        The file of each form.
    tuple of str and bytes
        MIME type and content of the picture for the notebook: a PNG, or the SVG where no PNG is drawn.
    """
    wanted = forms()
    vector = [form for form in wanted if form in ("svg", "pdf", "eps")]
    files = {form: _VECTOR[form](fig, about) for form in vector}
    pictures = [form for form in wanted if form in ("png", "tiff")]
    for form in pictures:
        picture = _picture(fig, chosen.png_dpi if form == "png" else chosen.tiff_dpi)
        files[form] = _PICTURE[form](picture, chosen, about)
        if form == "png":
            inline = _png(picture.reduce(chosen.png_dpi // _INLINE_DPI), _INLINE_DPI, about)
    if "png" in pictures:
        return files, ("image/png", inline)
    return files, ("image/svg+xml", files["svg"] if "svg" in files else _svg(fig, about))


def _drawn(fig: Figure, form: str, dpi: int, **how: object) -> bytes:
    """Draw a figure once; `Figure.savefig` draws it twice, the first time for layouts that are not done yet."""
    from matplotlib.backend_bases import get_registered_canvas_class

    buffer, canvas, before = BytesIO(), fig.canvas, fig.dpi
    fig.dpi = dpi
    how = {"metadata": how} if how else {}
    getattr(get_registered_canvas_class(form)(fig), f"print_{form}")(buffer, **how)
    fig.dpi = before
    fig.set_canvas(canvas)
    return buffer.getvalue()


def _pdf(fig: Figure, about: Mapping[str, str]) -> bytes:
    said = {"Title": about["title"], "Subject": about["alt"], "Keywords": about["id"]}
    with fonts.pdf_by_harfbuzz():
        drawn = _drawn(fig, "pdf", 72, **said, Producer=None, CreationDate=None, Creator="autogap")
    return tagged.tag(drawn, about["alt"])


def _eps(fig: Figure, about: Mapping[str, str]) -> bytes:
    drawn = _drawn(fig, "eps", 72, Title=about["title"], Creator="autogap")
    return re.sub(rb"%%CreationDate:[^\n]*\n", b"", drawn)


def _svg(fig: Figure, about: Mapping[str, str]) -> bytes:
    """Draw an SVG whose words are words, with the letters that they need."""
    said = {"Title": about["title"], "Description": about["alt"], "Identifier": about["id"]}
    drawn = _drawn(fig, "svg", 72, **said, Date=None, Creator="autogap").decode()
    head = re.search(r"<svg [^>]*>", drawn)
    described = ' role="img" aria-label="' + _escaped(about["alt"]) + '">'
    opening = drawn[: head.end() - 1] + described
    return (opening + _faces(drawn) + drawn[head.end() :]).encode()


def _faces(drawn: str) -> str:
    """Return the font faces of the words of an SVG, each with the letters that are used in it."""
    from html import unescape

    used: dict[tuple[str, int], set[str]] = {}
    for looks, words in re.findall(r'<text style="([^"]*)"[^>]*>([^<]*)</text>', drawn):
        weight = int(found.group(1)) if (found := re.search(r"font-weight: ([0-9]+)", looks)) else 400
        for family in re.findall(r"'([^']+)'", unescape(looks)):
            used.setdefault((family, weight), set()).update(unescape(words))
    rules = []
    for (family, weight), letters in sorted(used.items()):
        font = fonts.embeddable(_file(family, weight), frozenset(letters))
        source = f"url(data:font/woff;base64,{base64.b64encode(font).decode()}) format('woff')"
        rules.append(f"@font-face{{font-family:'{family}';font-weight:{weight};src:{source}}}")
    return f"\n <style>{''.join(rules)}</style>" if rules else ""


def _file(family: str, weight: int) -> Path:
    from matplotlib.font_manager import FontProperties, findfont

    return Path(findfont(FontProperties(family=family, weight=weight)))


def _escaped(text: str) -> str:
    from html import escape

    return escape(" ".join(text.split()))


def _picture(fig: Figure, dpi: int) -> Image.Image:
    from PIL import Image

    size = [int(edge) for edge in fig.get_size_inches() * dpi]
    return Image.frombuffer("RGBA", size, _drawn(fig, "rgba", dpi), "raw", "RGBA", 0, 1).convert("RGB")


def _print_png(picture: Image.Image, chosen: style.Profile, about: Mapping[str, str]) -> bytes:
    return _png(picture, chosen.png_dpi, about)


def _tiff(picture: Image.Image, chosen: style.Profile, about: Mapping[str, str]) -> bytes:
    buffer = BytesIO()
    dpi = (chosen.tiff_dpi, chosen.tiff_dpi)
    picture.save(buffer, format="tiff", compression="tiff_lzw", dpi=dpi, description=about["title"])
    return buffer.getvalue()


def _png(picture: Image.Image, dpi: int, about: Mapping[str, str]) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    for name, key in (("Title", "title"), ("Description", "alt"), ("Source", "id")):
        notes.add_text(name, about[key])
    buffer = BytesIO()
    picture.save(buffer, format="png", dpi=(dpi, dpi), pnginfo=notes, compress_level=_COMPRESS_LEVEL)
    return buffer.getvalue()


_VECTOR = {"svg": _svg, "pdf": _pdf, "eps": _eps}
_PICTURE = {"png": _print_png, "tiff": _tiff}


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file's content in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
