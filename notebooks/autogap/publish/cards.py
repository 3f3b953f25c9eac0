"""Social cards: question and answer as a picture of 1200 by 630, the size that Open Graph readers show."""

from __future__ import annotations

import io
from functools import cache

from autogap.publish.books import Book
from autogap.publish.theme import Theme

SIZE = (1200, 630)  # https://developers.facebook.com/docs/sharing/webmasters/images/
_MARGIN = 70
_INK, _GREY, _PAPER = "#14212b", "#51606b", "#ffffff"


def card(theme: Theme, book: Book) -> bytes:
    """Draw the card of a notebook."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, SIZE[0], 14), fill="#12355b")
    y = _write(draw, book.question[book.language], _MARGIN, 46, _INK, 3) + 24
    _write(draw, book.answer, y, 30, _GREY, (SIZE[1] - 90 - y) // 40)
    draw.text((_MARGIN, SIZE[1] - 60), f"{theme.name} {theme.version}", font=_font(24), fill=_GREY)
    buffer = io.BytesIO()
    picture.quantize(32).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def _write(draw, text: str, y: int, size: int, fill: str, most: int) -> int:
    font, lines = _font(size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=font) <= SIZE[0] - 2 * _MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"] if most > 0 else []
    for line in lines:
        draw.text((_MARGIN, y), line, font=font, fill=fill)
        y += round(size * 1.3)
    return y


@cache
def _font(size: int):
    import matplotlib
    from PIL import ImageFont

    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)
