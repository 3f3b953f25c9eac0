"""The words of a figure: title, subtitle and source on the page; letters that can be shown, or a refusal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from nbpoints.errors import InputError

from autogap.figures import fonts
from autogap.figures.style import COLOURS, Profile

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text


def add(fig: Figure, chosen: Profile, stem: str, words: Mapping[str, str], credit: str) -> None:
    """Write title, subtitle, source and credit at the left edge and leave the rest to the axes."""
    width, height = fig.get_size_inches() * 72
    pad, size, grey = 4.0, chosen.text_pt, COLOURS["neutral"]

    def write(text: str, points: float, foot: float, va: str, **looks: str) -> float:
        """Write a text with its upper or lower edge at a height; return its own height, in points."""
        lines = wrap(fig, text, width - 2 * pad, points, looks.get("weight", "normal"))
        looks = {"va": va, "size": points, "linespacing": 1.0} | looks
        word = fig.text(pad / width, foot / height, "\n".join(lines), **looks)
        show_letters(word)
        return word.get_window_extent(fig.canvas.get_renderer()).height * 72 / fig.dpi

    top = height - pad
    top -= write(words["title"], size * 1.2, top, "top", weight="semibold") + size * 0.25
    top -= write(words["subtitle"], size * 0.95, top, "top", color=grey) + size * 0.6
    small = max(size * 0.8, chosen.least_pt)
    source = f"Source: {words['source'].removeprefix('Source: ')}"
    both = f"{source.rstrip('.')}. {credit}"
    has_room = len(wrap(fig, both, width - 2 * pad, small, "normal")) == 1
    bottom = pad
    for said in (both,) if has_room else (credit, source):
        bottom += write(said, small, bottom, "bottom", color=grey)
    bottom += size * 0.4
    if top - bottom < size:
        raise InputError(
            f"{stem}: title, subtitle and source leave no room for the axes on "
            f"{fig.get_size_inches()[0] * 25.4:.0f} by {fig.get_size_inches()[1] * 25.4:.0f} mm; "
            "shorten them, or give the figure more height."
        )
    fig.get_layout_engine().set(rect=(0, bottom / height, 1, (top - bottom) / height))


def wrap(fig: Figure, text: str, room: float, points: float, weight: str) -> list[str]:
    """Break a text into as few lines as fit the room, in points, and these as even as they get."""
    looks = (fonts.FAMILY, *fonts.others(_beyond(text))[0]), points, weight, fig.dpi
    words = text.split()
    # each word once: a title is tried at eleven widths
    widths = {word: _width_pt(word, *looks) for word in words}
    space = _width_pt("n n", *looks) - _width_pt("nn", *looks)

    def within(width: float) -> list[str]:
        lines, used = [""], 0.0
        for word in words:
            longer = used + space + widths[word] if lines[-1] else widths[word]
            if lines[-1] and longer > width:
                lines, used = [*lines, word], widths[word]
            else:
                lines[-1], used = f"{lines[-1]} {word}".strip(), longer
        return lines

    lines = within(room)
    # no last line of a single word
    narrower = (within(room * part / 20) for part in range(19, 9, -1)) if len(lines) > 1 else ()
    return [lines, *takewhile(lambda tried: len(tried) == len(lines), narrower)][-1]


@cache
def _width_pt(text: str, families: tuple[str, ...], points: float, weight: str, dpi: float) -> float:
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family=list(families), size=points, weight=weight)
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(text, font, ismath=False)[0] * 72 / dpi


def add_letters(fig: Figure) -> None:
    """Call the panels of a figure a, b, c, in the order of reading, where it has more than one."""
    panels = [ax for ax in fig.axes if ax.axison and ax.has_data() and ax.get_subplotspec() is not None]
    if len(panels) > 1:
        for letter, ax in zip("abcdefghijklmnopqrstuvwxyz", panels, strict=False):
            ax.set_title(f"{letter}  {ax.get_title('left')}".rstrip(), loc="left")


def refuse_unprintable(stem: str, text: str) -> None:
    """Refuse control characters, of which an SVG and a PDF would break, and letters that no font has."""
    for letter in text:
        if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter != "\n":
            raise InputError(
                f"{stem}: the text {text!r} holds the control character U+{ord(letter):04X}; leave it out."
            )
    _, missing = fonts.others(_beyond(text))
    if missing:
        name = unicodedata.name(missing[0], f"U+{ord(missing[0]):04X}")
        raise InputError(f"{stem}: no font of the figures has {missing[0]!r} ({name}) in {text!r}; write it otherwise.")


def _beyond(text: str) -> frozenset[str]:
    """Letters of a text that the house font lacks."""
    return frozenset(text) - fonts.letters() - {"\n"}


def show_all_letters(fig: Figure, stem: str) -> None:
    """Give each text of a figure the fonts for its letters."""
    for text in texts(fig):
        refuse_unprintable(stem, text.get_text())
        show_letters(text)


def show_letters(text: Text) -> None:
    """Give a text the fonts for its letters."""
    more, _ = fonts.others(_beyond(text.get_text()))
    if more:
        text.set_fontfamily([fonts.FAMILY, *more])


def texts(fig: Figure) -> list[Text]:
    """Every text of a figure that says something, tick labels included."""
    for ax in fig.axes:  # the words of ticks are set when they are asked for
        ax.get_xticklabels(), ax.get_yticklabels()
    return [text for text in fig.findobj(text_class()) if text.get_text().strip() and text.get_visible()]


def text_class() -> type[Text]:
    """The class of all texts; matplotlib is imported when the first is drawn."""
    from matplotlib.text import Text

    return Text
