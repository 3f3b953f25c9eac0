"""Tell whether a reader can tell marks apart: colours, in grey and by the colour-blind; sure and unsure dots."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import TYPE_CHECKING

from nbpoints.errors import InputError

from autogap.figures import artists

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Machado, Oliveira and Fernandes 2009, severity 1.0, https://doi.org/10.1109/TVCG.2009.113
SEEN = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
# sRGB to CIE XYZ and its white, IEC 61966-2-1
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)

LEAST_GREY = 9.0  # steps of CIE L*
LEAST_COLOUR = 15.0  # steps of CIE 1976 L*a*b*


def lab(colour: str, sight: str = "all colours") -> np.ndarray:
    """CIE 1976 L*a*b* of ``#rrggbb`` as a kind of sight has it.

    Examples
    --------
    >>> [round(float(part)) for part in lab("#ffffff")]
    [100, 0, 0]
    """
    import numpy as np

    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    ratio = np.array(_TO_XYZ) @ np.clip(np.array(SEEN[sight]) @ linear, 0, 1) / np.array(_WHITE)
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def confused(one: str, other: str) -> str:
    """Say to whom two colours look alike; an empty text when to nobody.

    Examples
    --------
    >>> confused("#12355b", "#d9701a"), confused("#a3142b", "#00575c")
    ('', 'in grey')
    """
    import numpy as np

    if abs(lab(one)[0] - lab(other)[0]) < LEAST_GREY:
        return "in grey"
    for sight in SEEN:
        if np.linalg.norm(lab(one, sight) - lab(other, sight)) < LEAST_COLOUR:
            return f"with {sight}" if sight != "all colours" else "to anybody"
    return ""


def refuse(fig: Figure, stem: str) -> None:
    """Refuse colours that only a legend tells apart and that look alike, and dots that look more certain than they are.

    Raises
    ------
    InputError
    """
    found = next(chain(faults(fig), certain_dots(fig)), None)
    if found:
        raise InputError(f"{stem}: {found}")


def faults(fig: Figure) -> Iterator[str]:
    """Sentences about the pairs of a legend that look alike: same kind of mark, same line, colours too near."""
    for legend in [*fig.legends, *(ax.get_legend() for ax in fig.axes if ax.get_legend() is not None)]:
        marks = [
            (text.get_text(), *_look(handle))
            for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True)
        ]
        for (name, colour, look), (other, its, looks) in combinations(marks, 2):
            said = confused(colour, its) if look == looks else ""
            if said:
                roles = f"{artists.colour(colour)} and {artists.colour(its)}"
                yield (
                    f"{name!r} and {other!r} ({roles}) look alike {said}; leave out the legend, so that each is named "
                    "at its end, or give one another role, line style or marker."
                )


def _look(handle: object) -> tuple[str, tuple[str, ...]]:
    """Colour of a mark in a legend, and what else tells it from others."""
    from matplotlib.colors import to_hex
    from matplotlib.lines import Line2D

    if isinstance(handle, Line2D):
        marker = str(handle.get_marker())
        is_open = marker not in ("None", "", " ") and to_hex(handle.get_markerfacecolor()) == "#ffffff"
        return to_hex(handle.get_color()), ("line", str(handle.get_linestyle()), marker, str(is_open))
    drawn = handle.get_facecolor() if len(handle.get_facecolor()) else handle.get_edgecolor()
    colour = to_hex(drawn[0] if getattr(drawn, "ndim", 1) == 2 else drawn)
    return colour, (type(handle).__name__, str(getattr(handle, "get_hatch", str)() or ""))


def certain_dots(fig: Figure) -> Iterator[str]:
    """Sentences about the filled dots within intervals that include zero; the house draws them hollow."""
    from matplotlib.collections import LineCollection

    for ax in fig.axes:
        spans = [
            span
            for lines in ax.collections
            if isinstance(lines, LineCollection)
            for span in lines.get_segments()
            if len(span) == 2
        ]
        for dot in _filled_dots(ax):
            for span in spans:
                along = 0 if span[0][1] == span[1][1] else 1  # lying or upright
                (low, high), across = sorted(span[:, along]), span[0][1 - along]
                if across == dot[1 - along] and low < dot[along] < high and low <= 0 <= high:
                    yield (
                        f"the dot at {dot[along]:.3g} is filled, its interval {low:.3g} to {high:.3g} includes zero; "
                        "draw it hollow, as figures.intervals does."
                    )


def _filled_dots(ax: Axes) -> Iterator[tuple[float, float]]:
    """Places of the dots whose inside is not white."""
    from matplotlib.collections import PathCollection
    from matplotlib.colors import to_hex

    for dots in ax.collections:
        if isinstance(dots, PathCollection):
            places, inside = dots.get_offsets(), dots.get_facecolor()
            colours = inside if len(inside) == len(places) else [*inside] * len(places)
            yield from (tuple(at) for at, colour in zip(places, colours, strict=False) if to_hex(colour) != "#ffffff")
    for line in ax.lines:
        if line.get_marker() not in ("None", "", " ") and to_hex(line.get_markerfacecolor()) != "#ffffff":
            yield from zip(line.get_xdata(orig=False), line.get_ydata(orig=False), strict=True)
