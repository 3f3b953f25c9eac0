"""Turn a drawn figure into greys for a page without colour: what comes out alike gets dashes or hatches."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from nbpoints.errors import InputError

from autogap.figures import sight

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

_APART = 12.0  # steps of CIE L*, more than `sight.LEAST_GREY`: no legend's order helps here
_DASHES = ("-", (0, (6, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
_HATCHES = ("", "////", "....", "xxxx", "----")


def is_wanted() -> bool:
    """Whether the environment variable ``AUTOGAP_GREY`` asks for greys.

    Raises
    ------
    InputError
        When it is neither 0 nor 1.
    """
    said = os.environ.get("AUTOGAP_GREY") or "0"
    if said not in ("0", "1"):
        raise InputError(f"AUTOGAP_GREY: {said!r} is neither 0 nor 1; give 1 for figures in greys.")
    return said == "1"


def of(colour: str) -> str:
    """The grey as light as a colour.

    Examples
    --------
    >>> of("#a3142b"), of("#ffffff")
    ('#525252', '#ffffff')
    """
    light = float(sight.lab(colour)[0])
    linear = ((light + 16) / 116) ** 3 if light > 8 else light / 903.3
    part = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return f"#{round(part * 255):02x}" + f"{round(part * 255):02x}" * 2


def turn(fig: Figure) -> None:
    """Turn everything that a figure draws grey; series that would look alike differ by dashes and hatches."""
    from matplotlib.collections import Collection, QuadMesh
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    drawn = fig.findobj()
    joined = [one for one in drawn if isinstance(one, Line2D) and one.get_linestyle() == "-" and _has_label(one)]
    areas = [one for one in drawn if isinstance(one, Patch) and _has_area(one)]
    dashes = _told_apart([_code(one.get_color()) for one in joined], _DASHES)
    hatches = _told_apart([_code(one.get_facecolor()) for one in areas], _HATCHES)
    for one in joined:
        one.set_linestyle(dashes[_code(one.get_color())])
    for one in areas:
        hatch = hatches[_code(one.get_facecolor())]
        if hatch:
            one.set_hatch(hatch)
            one.set_edgecolor("white")
    for one in drawn:
        if isinstance(one, QuadMesh):
            _lighten(one)
        elif isinstance(one, Line2D):
            for part in ("color", "markerfacecolor", "markeredgecolor"):
                _recolour(one, part)
        elif isinstance(one, Patch):
            _recolour(one, "facecolor")
            _recolour(one, "edgecolor")
        elif isinstance(one, Collection):
            one.set_facecolor([_grey(colour) for colour in one.get_facecolor()])
            one.set_edgecolor([_grey(colour) for colour in one.get_edgecolor()])
        elif isinstance(one, Text):
            _recolour(one, "color")
            if getattr(one, "arrow_patch", None) is not None:  # the hair from a name to its line
                _recolour(one.arrow_patch, "edgecolor")
                _recolour(one.arrow_patch, "facecolor")


def _told_apart(colours: Iterable[str], looks: tuple) -> dict[str, object]:
    """Give each colour, in the order of drawing, the first look that no colour as light as it has."""
    given: dict[str, object] = {}
    for colour in dict.fromkeys(colours):
        alike = {look for other, look in given.items() if abs(sight.lab(colour)[0] - sight.lab(other)[0]) < _APART}
        given[colour] = next((look for look in looks if look not in alike), looks[-1])
    return given


def _lighten(mesh: Artist) -> None:
    """Show values in light greys, dark for low ones and none white as the page, with black numbers in the cells."""
    from matplotlib.colors import LinearSegmentedColormap

    mesh.set_cmap(LinearSegmentedColormap.from_list("light greys", ["#9a9a9a", "#ececec"]))
    for word in mesh.axes.texts:
        word.set_color("black")


def _recolour(one: Artist, part: str) -> None:
    colour = getattr(one, f"get_{part}")()
    if not (isinstance(colour, str) and colour.lower() in ("none", "auto")):
        getattr(one, f"set_{part}")(_grey(colour))


def _grey(colour: object) -> tuple[float, ...]:
    from matplotlib.colors import to_rgba

    red, green, blue, alpha = to_rgba(colour)
    return (*to_rgba(of(_code((red, green, blue))))[:3], alpha)


def _code(colour: object) -> str:
    from matplotlib.colors import to_hex

    return to_hex(colour)


def _has_label(line: Artist) -> bool:
    """Whether a line is a series, and not one of the thin lines of the frame or a reference."""
    return len(line.get_xdata(orig=False)) > 2 or not str(line.get_label()).startswith("_")


def _has_area(patch: Artist) -> bool:
    from matplotlib.patches import Rectangle

    is_bar = isinstance(patch, Rectangle) and patch.axes is not None and patch is not patch.axes.patch
    return is_bar and patch.get_zorder() >= 1 and patch.get_facecolor()[3] > 0
