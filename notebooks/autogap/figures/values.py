"""Values written beside the ends of rows, and out of the way of upright lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autogap.figures.labels import small_pt
from autogap.figures.style import luminance, profile

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle
    from matplotlib.text import Annotation


def write_values(ax: Axes, series: pd.Series, values: str, outwards: pd.Series) -> list[Annotation]:
    """Write values beside the ends of rows, on the side to which they point; a minus is a real minus."""
    words = []
    for row, value in series.items():
        is_left = outwards[row] < 0
        style = {"ha": "right" if is_left else "left", "va": "center_baseline", "size": small_pt()}
        gap = profile().line_pt * 1.75 + 2.5
        place = {"xytext": (-gap if is_left else gap, 0), "textcoords": "offset points", "annotation_clip": False}
        words.append(ax.annotate(written(values, value), (value, row), **place, **style))
    return words


def written(form: str, value: float) -> str:
    """Write a number for a mark: a real minus, and no sign before zero.

    Examples
    --------
    >>> written("{:+.1f}", -3.14), written("{:+.1f}", -0.02)
    ('\N{MINUS SIGN}3.1', '0.0')
    """
    text = form.format(value)
    if not any(digit in text for digit in "123456789"):
        text = text.replace("+", "").replace("-", "")
    return text.replace("-", "\N{MINUS SIGN}")


def off_lines(ax: Axes, pairs: list[tuple[Annotation, Rectangle]]) -> None:
    """Put a value that an upright line would cross inside its bar, at the end."""
    from matplotlib.colors import to_rgb
    from matplotlib.text import Text

    renderer = ax.figure.canvas.get_renderer()
    uprights = [line for line in ax.lines if len({float(x) for x in line.get_xdata()}) == 1]
    places = [line.get_transform().transform((line.get_xdata()[0], 0))[0] for line in uprights]
    near = small_pt() / 3 / 72 * ax.figure.dpi
    for word, bar in pairs:
        word.update_positions(renderer)
        box, room = Text.get_window_extent(word, renderer), bar.get_window_extent(renderer).width
        is_crossed = any(box.x0 - near < place < box.x1 + near for place in places)
        if is_crossed and room > 1.5 * box.width:
            is_dark = luminance([255 * part for part in to_rgb(bar.get_facecolor())]) < 0.3
            side = "right" if word.get_horizontalalignment() == "left" else "left"
            word.set(ha=side, position=(-word.get_position()[0], 0), color="white" if is_dark else "black")
