"""Read what a figure draws as data, and say in sentences where two figures differ.

Pixels change with fonts and versions; the drawn numbers, labels and colours do not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autogap.figures.style import COLOURS, ink

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

# words in a role's colour are darkened until they are readable
_ROLES = {shade: role for role, colour in COLOURS.items() for shade in (ink(colour), colour)}


def describe(fig: Figure) -> dict:
    """Describe the artists that a figure draws.

    Parameters
    ----------
    fig : Figure
        The figure; it is not drawn and not changed.

    Returns
    -------
    dict
        ``texts``: the words of the figure; ``axes``: for each axes its title, labels, scales, limits, tick labels of
        categories, lines, bars, areas, points, segments, images, texts and legend. JSON-able. Runs of numbers are texts
        of ten significant digits separated by blanks, so that a line of a figure is a line of a file.
    """
    words = [_one_line(text.get_text()) for text in fig.texts]
    figure = {"texts": [text for text in words if text], "axes": [_axes(ax) for ax in fig.axes]}
    return figure | ({"legend": _legend(fig.legends[0])} if fig.legends else {})


def _axes(ax: Axes) -> dict:
    from matplotlib import collections

    containers = [container for container in ax.containers if hasattr(container, "patches")]
    in_bars = {id(patch) for container in containers for patch in container.patches}
    scatters = [c for c in ax.collections if isinstance(c, collections.PathCollection)]
    segments = [c for c in ax.collections if isinstance(c, collections.LineCollection)]
    meshes = [c for c in ax.collections if isinstance(c, collections.QuadMesh)]
    areas = [c for c in ax.collections if c not in [*scatters, *segments, *meshes]]
    parts = {
        "title": _one_line(ax.get_title("left") or ax.get_title("center") or ax.get_title("right")),
        "xlabel": _one_line(ax.get_xlabel()),
        "ylabel": _one_line(ax.get_ylabel()),
        "xscale": ax.get_xscale(),
        "yscale": ax.get_yscale(),
        "xlim": numbers(ax.get_xlim()),
        "ylim": numbers(ax.get_ylim()),
        "xticks": ticks(ax.xaxis),
        "yticks": ticks(ax.yaxis),
        "lines": [_line(line) for line in ax.lines],
        "bars": [_bars(container) for container in containers],
        "patches": [_patch(patch) for patch in ax.patches if id(patch) not in in_bars],
        "areas": [_area(collection) for collection in areas],
        "points": [_points(collection) for collection in scatters],
        "segments": [_area(collection) for collection in segments],
        "images": [_image(image) for image in [*ax.images, *meshes]],
        "texts": [_text(text) for text in ax.texts],
        "legend": _legend(ax.get_legend()) if ax.get_legend() else [],
    }
    return {name: part for name, part in parts.items() if part not in ("", [])}


def _line(line: Artist) -> dict:
    return {
        "label": _label(line),
        "colour": colour(line.get_color()),
        "style": line.get_linestyle(),
        "marker": str(line.get_marker()),
        "x": numbers(line.get_xdata(orig=False)),
        "y": numbers(line.get_ydata(orig=False)),
    }


def _bars(container: object) -> dict:
    patches = container.patches
    return {
        "label": _label(container),
        "colour": _colours([patch.get_facecolor() for patch in patches]),
        "x": numbers([patch.get_x() for patch in patches]),
        "y": numbers([patch.get_y() for patch in patches]),
        "width": numbers([patch.get_width() for patch in patches]),
        "height": numbers([patch.get_height() for patch in patches]),
    }


def _patch(patch: Artist) -> dict:
    from matplotlib.patches import FancyArrowPatch

    described = {"label": _label(patch), "kind": type(patch).__name__, "colour": colour(patch.get_facecolor())}
    # The path of an arrow is measured in pixels.
    if not isinstance(patch, FancyArrowPatch):
        described |= _vertices([patch.get_patch_transform().transform_path(patch.get_path())])
    return described


def _area(collection: Artist) -> dict:
    is_filled = len(collection.get_facecolor()) > 0
    drawn = collection.get_facecolor() if is_filled else collection.get_edgecolor()
    return {"label": _label(collection), "colour": _colours(drawn), **_vertices(collection.get_paths())}


def _points(collection: Artist) -> dict:
    offsets = collection.get_offsets()
    described = {"label": _label(collection), "x": numbers(offsets[:, 0]), "y": numbers(offsets[:, 1])}
    sizes = collection.get_sizes()
    if len(set(sizes)) > 1:
        described["size"] = numbers(sizes)
    if collection.get_array() is not None:
        return described | {"value": numbers(collection.get_array()), "colours": collection.get_cmap().name}
    return described | {"colour": _colours(collection.get_facecolor())}


def _image(image: Artist) -> dict:
    array = image.get_array()
    return {
        "label": _label(image),
        "shape": numbers(array.shape),
        "value": numbers(array.ravel()),
        "range": numbers(image.get_clim()),
        "colours": image.get_cmap().name,
    }


def _text(text: Artist) -> dict:
    # An annotation stays where its point is; the distance to the words depends on the font.
    at = getattr(text, "xy", None) or text.get_position()
    if text.axes is not None:
        at = [text.axes.xaxis.convert_units(at[0]), text.axes.yaxis.convert_units(at[1])]
    return {"text": _one_line(text.get_text()), "colour": colour(text.get_color()), "at": numbers(at)}


def _legend(legend: Artist) -> list[dict]:
    entries = zip(legend.legend_handles, legend.get_texts(), strict=True)
    return [{"label": _one_line(text.get_text()), "colour": _handle_colour(handle)} for handle, text in entries]


def _handle_colour(handle: Artist) -> str:
    drawn = handle.get_color() if hasattr(handle, "get_color") else handle.get_facecolor()
    return _colours(drawn) if getattr(drawn, "ndim", 1) == 2 else colour(drawn)


def ticks(axis: Axis) -> list[str]:
    """Return the tick labels that a figure fixes: categories and periods, not the round numbers that suit its size."""
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedLocator

    locator = axis.get_major_locator()
    if not isinstance(locator, StrCategoryLocator | FixedLocator):
        return []
    return [_one_line(text) for text in axis.get_major_formatter().format_ticks(locator())]


def _vertices(paths: list) -> dict[str, str]:
    points = [point for path in paths for point in path.vertices]
    return {"x": numbers([x for x, _ in points]), "y": numbers([y for _, y in points])}


def _label(artist: object) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label


def _one_line(text: str) -> str:
    return " ".join(str(text).split())


def _colours(drawn: object) -> str:
    names = [colour(one) for one in drawn]
    return names[0] if len(set(names)) == 1 else " ".join(names)


def colour(drawn: object) -> str:
    """Name a drawn colour by its role in the house style, or by ``#rrggbb`` when it has none.

    Examples
    --------
    >>> colour("#12355b"), colour("#ffffff")
    ('japan', '#ffffff')
    """
    from matplotlib.colors import to_hex

    code = to_hex(drawn)
    return _ROLES.get(code, code)


def numbers(values: object) -> str:
    """Write numbers with ten significant digits, separated by blanks.

    Examples
    --------
    >>> numbers([1, 2.5, 1 / 3, float("nan")])
    '1 2.5 0.3333333333 nan'
    """
    import numpy as np

    filled = np.ma.filled(np.ma.asarray(values, dtype=float), math.nan)
    return " ".join(f"{value + 0.0:.10g}" for value in np.atleast_1d(filled).ravel())
