"""Fold words that are wider than their room: labels of axes, names of categories, notes."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

_MOST_OF_WIDTH = 0.36  # of the figure, for the names of rows


def even(text: str, count: int) -> list[str]:
    """Fold a text into a number of lines, the longest as short as can be.

    Examples
    --------
    >>> even("27.5 percent on cars", 2)
    ['27.5 percent', 'on cars']
    """
    width = max(max(map(len, text.split())), -(-len(text) // count))
    while len(lines := textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)) > count:
        width += 1
    return lines


def narrow(word: Text, room: float, side: str = "width", most: int = 9) -> bool:
    """Fold a text at its blanks until it fits the room, in points, in so many lines at most.

    Returns
    -------
    bool
        Whether its lines changed.
    """
    before = word.get_text()
    text = " ".join(before.split())
    for count in range(1, min(most, len(text.split())) + 1):
        word.set_text("\n".join(even(text, count)))
        if _extent(word, side) <= room:
            break
    return word.get_text() != before


def fold(ax: Axes) -> bool:
    """Fold what is wider than its room along both axes; tell whether anything was."""
    page, points = ax.figure.bbox, 72 / ax.figure.dpi
    frame = ax.get_window_extent()
    changed = False
    if _has_words(ax.yaxis.label) and _extent(ax.yaxis.label, "height") > frame.height * points:
        changed |= narrow(ax.yaxis.label, frame.height * points, "height")
    middle = (frame.x0 + frame.x1) / 2
    left, right = _neighbours(ax, frame)
    room = 2 * min(middle - (left + frame.x0) / 2, (right + frame.x1) / 2 - middle) * points - 8
    if _has_words(ax.xaxis.label) and _extent(ax.xaxis.label) > room:
        changed |= narrow(ax.xaxis.label, room)
    title = _left_title(ax)
    room = (min(page.x1, right) - frame.x0) * points - 6
    if _has_words(title) and _extent(title) > room:
        changed |= narrow(title, room)
    return _fold_rows(ax, page.width * points * _MOST_OF_WIDTH) or changed


def _neighbours(ax: Axes, frame: Bbox) -> tuple[float, float]:
    """Where the panels to the left and to the right end and begin, or the page's edges, mirrored."""
    page = ax.figure.bbox
    left, right = 2 * page.x0 - frame.x0, 2 * page.x1 - frame.x1
    for other in ax.figure.axes:
        box = other.get_window_extent()
        if other is not ax and other.get_visible() and box.y0 < frame.y1 and frame.y0 < box.y1:
            left = max(left, box.x1) if box.x1 <= frame.x0 else left
            right = min(right, box.x0) if box.x0 >= frame.x1 else right
    return left, right


def _fold_rows(ax: Axes, room: float) -> bool:
    """Fold the names of rows that take more than their part of the width."""
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedLocator

    if not isinstance(ax.yaxis.get_major_locator(), StrCategoryLocator | FixedLocator):
        return False
    words = [word for word in ax.get_yticklabels() if word.get_text().strip()]
    if not words:
        return False
    height = ax.get_window_extent().height * 72 / ax.figure.dpi / len(words)
    lines = max(1, int(height / (1.15 * words[0].get_size())))  # so that rows stay apart
    folded = [word for word in words if _extent(word) > room and narrow(word, room, most=lines)]
    if folded:
        ax.set_yticks([word.get_position()[1] for word in words], [word.get_text() for word in words])
    return bool(folded)


def _left_title(ax: Axes) -> Text:
    """The title at the left, where the house style puts it; matplotlib hands out its text only."""
    from matplotlib.text import Text

    said = ax.get_title("left")
    own = (text for text in ax.get_children() if isinstance(text, Text) and said and text.get_text() == said)
    return next(own, ax.title)


def _has_words(word: Text) -> bool:
    return bool(word.get_text().strip()) and word.get_visible()


def _extent(word: Text, side: str = "width") -> float:
    from matplotlib.text import Text as Plain

    # the words alone, without a leader line
    box = Plain.get_window_extent(word, word.get_figure(root=True).canvas.get_renderer())
    return getattr(box, side) * 72 / word.get_figure(root=True).dpi
