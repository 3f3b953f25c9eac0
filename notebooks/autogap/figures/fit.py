"""Refuse a figure whose words do not fit: off the page, over each other, too small, or leaving no room for the axes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbpoints.errors import InputError

from autogap.figures import wording
from autogap.figures.style import Profile

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    Box = tuple[float, float, float, float]

LEAST_WIDTH = 0.4  # of the figure, for the axes beside each other
LEAST_HEIGHT = 0.15
_SLACK_PT = 0.6  # a hair that no reader sees


def refuse(fig: Figure, stem: str, chosen: Profile) -> None:
    """Raise one sentence when the words of a figure, laid out, do not fit.

    Raises
    ------
    InputError
    """
    found = next(faults(fig, chosen), None)
    if found:
        raise InputError(f"{stem}: {found}")


def faults(fig: Figure, chosen: Profile) -> Iterator[str]:
    """Sentences about what does not fit, each with what helps."""
    if fig.legends or any(ax.get_legend() for ax in fig.axes):
        fig.draw_without_rendering()  # a legend places its words when it is drawn
    pixels = fig.dpi / 72  # in a point
    placed = [(text, _box(text), 0.2 * text.get_size() * pixels) for text in seen(fig)]
    page, size = fig.bbox, fig.get_size_inches() * 25.4
    slack = _SLACK_PT * pixels
    where = f"the page of the profile {chosen.name!r}, {size[0]:.0f} by {size[1]:.0f} mm"
    for text, box, _ in placed:
        if text.get_size() < chosen.least_pt - 0.01:
            yield f"{_said(text)} is set in {text.get_size():.1f} pt; give at least {chosen.least_pt:g} pt."
        left, foot, right, top = box
        if left < -slack or foot < -slack or right > page.x1 + slack or top > page.y1 + slack:
            yield f"{_said(text)} does not fit on {where}; shorten it, or give the figure more height or width."
    for number, (text, box, blank) in enumerate(placed):
        for other, its, its_blank in placed[number + 1 :]:
            if _meet(box, its, slack, min(blank, its_blank)):
                yield f"{_said(text)} lies over {_said(other)} on {where}; shorten one, or give the figure more room."
    axes = [ax.get_position() for ax in fig.axes if ax.get_visible()]
    for name, least, spans in (
        ("wide", LEAST_WIDTH, [(box.x0, box.x1) for box in axes]),
        ("high", LEAST_HEIGHT, [(box.y0, box.y1) for box in axes]),
    ):
        share = _covered(spans)
        if axes and share < least:
            yield f"the axes are only {share:.0%} as {name} as {where}; shorten labels or names, or give more height."


def seen(fig: Figure) -> list[Text]:
    """The texts that a reader sees: of ticks only those inside the limits."""
    hidden = set()
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            reach = (high - low) * 1e-9
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                is_seen = low - reach <= tick.get_loc() <= high + reach and ax.axison and axis.get_visible()
                if not is_seen or not ax.get_visible():
                    hidden |= {tick.label1, tick.label2}
            if not (ax.axison and axis.get_visible()):
                hidden |= {axis.label, axis.offsetText}
        if not ax.get_visible():
            hidden |= set(ax.findobj(wording.text_class()))
    return [text for text in wording.texts(fig) if text not in hidden and text.get_alpha() != 0]


def _box(text: Text) -> Box:
    """The extent of the words alone, without a leader line, less the blank above and below the letters."""
    from matplotlib.text import Text as Plain

    figure = text.get_figure(root=True)
    box = Plain.get_window_extent(text, figure.canvas.get_renderer())
    blank = 0.13 * text.get_size() * figure.dpi / 72
    left, foot, right, top = box.extents.tolist()
    if text.get_rotation() % 180 == 90:
        return left + blank, foot, right - blank, top
    return left, foot + blank, right, top - blank


def _meet(one: Box, other: Box, slack: float, apart: float) -> bool:
    """Whether words lie over each other, or stand in one line nearer than `apart`, where they read as one."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    lower = min(one[3] - one[1], other[3] - other[1])
    return (width > slack and height > slack) or (width > -apart and height > 0.5 * lower)


def _covered(spans: list[tuple[float, float]]) -> float:
    """Length that intervals cover together."""
    total, reach = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reach))
        reach = max(reach, end)
    return total


def _said(text: Text) -> str:
    words = " ".join(text.get_text().split())
    return repr(words if len(words) <= 50 else f"{words[:47]}...")


def refuse_many_colours(fig: Figure, stem: str) -> None:
    """Refuse a legend whose one patch stands for bars of several colours."""
    from matplotlib.colors import to_hex

    for ax in fig.axes:
        told = {text.get_text() for text in ax.get_legend().get_texts()} if ax.get_legend() else set()
        for bars in ax.containers:
            colours = {to_hex(bar.get_facecolor()) for bar in getattr(bars, "patches", [])}
            if str(bars.get_label()) in told and len(colours) > 1:
                raise InputError(
                    f"{stem}: the legend shows {bars.get_label()!r} in one colour, its bars have {len(colours)}; "
                    "draw one series of bars a colour, or name the bars."
                )
