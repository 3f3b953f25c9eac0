"""Words on a figure that never overlap: names at the ends of lines, labels of dated events.

How much room words need is known only when the layout is, so `settle` places them when the figure is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from autogap.figures.folding import fold, narrow
from autogap.figures.style import COLOURS, ink, profile

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation
    from matplotlib.transforms import Transform

_MOST_OF_WIDTH = 0.3  # of the figure, for a name at the end of a series

_unsettled: WeakKeyDictionary[Figure, list[Callable[[], None]]] = WeakKeyDictionary()
_named: WeakKeyDictionary[Axes, list[Annotation]] = WeakKeyDictionary()
# the leader line of each name, which it has only where it was moved far from its place
_hairs: WeakKeyDictionary[Annotation, tuple] = WeakKeyDictionary()
_has_names: WeakSet[Axes] = WeakSet()
# height in points of what stands above an axes already, over which labels of events are raised
_headed: WeakKeyDictionary[Axes, float] = WeakKeyDictionary()


def settle(fig: Figure) -> bool:
    """Place what depends on the size of words; the figure has been laid out.

    Returns
    -------
    bool
        Whether there was anything to place, so that the figure has to be laid out again.
    """
    folded = [fold(ax) for ax in fig.axes]
    waiting = _unsettled.get(fig, [])
    for place in waiting:
        place()
    return any(folded) or bool(waiting)


def later(fig: Figure, place: Callable[[], None]) -> None:
    """Have something placed by `settle`."""
    _unsettled.setdefault(fig, []).append(place)


def label_lines(ax: Axes, labels: Mapping[str, str] | None = None) -> list[Annotation]:
    """Write the name of each line beside its last point, in its colour; bands and stacked bars likewise.

    `figures.save` does this by itself for axes with two named series or more and no legend.

    Parameters
    ----------
    ax : Axes
    labels : mapping of str to str, optional
        Other words for some series, by label; an empty text leaves the series unnamed.

    Returns
    -------
    list of Annotation

    Examples
    --------
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> _ = ax.plot([1, 2], [1, 3], label="Japan")
    >>> [word.get_text() for word in label_lines(ax)]
    ['Japan']
    """
    _has_names.add(ax)
    words = []
    for name, at, colour in [*_line_ends(ax), *_band_ends(ax), *_bar_ends(ax)]:
        text = (labels or {}).get(name, "" if name.startswith("_") else name)
        if text:
            words.append(name_at(ax, text, at, colour))
    return words


def name_unnamed(fig: Figure) -> None:
    """Name the series of every axes that has two or more of them and neither names nor a legend."""
    placed = [*fig.legends, *(ax.get_legend() for ax in fig.axes if ax.get_legend() is not None)]
    told = {text.get_text() for legend in placed for text in legend.get_texts()}
    for ax in fig.axes:
        ends = [*_line_ends(ax), *_band_ends(ax), *_bar_ends(ax)]
        unnamed = [name for name, _, _ in ends if not name.startswith("_") and name not in told]
        if ax not in _has_names and len(unnamed) > 1:
            label_lines(ax, dict.fromkeys(told, ""))


def are_named(ax: Axes) -> None:
    """Say that the marks of an axes have their names already."""
    _has_names.add(ax)


def name_at(
    ax: Axes, text: str, at: tuple[float, float], colour: str, transform: Transform | None = None, side: str = "right"
) -> Annotation:
    """Write a name beside a place; names side by side move apart when the figure is saved.

    Parameters
    ----------
    ax : Axes
    text : str
    at : tuple of float
        The place, in data coordinates or those of `transform`.
    colour : str
        ``#rrggbb`` of the series; the letters are darkened until they are readable.
    transform : Transform, optional
    side : {"right", "left"}

    Returns
    -------
    Annotation
    """
    hair = {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2}
    hair["relpos"] = (0, 0.5) if side == "right" else (1, 0.5)
    style = {"va": "center", "color": ink(colour), "arrowprops": hair, "annotation_clip": False}
    style["ha"] = "left" if side == "right" else "right"
    place = {
        "xytext": (5 if side == "right" else -5, 0),
        "textcoords": "offset points",
        "xycoords": transform or ax.transData,
    }
    word = ax.annotate(text, at, **place, **style)
    # a hidden one would be shaped in every layout
    _hairs[word], word.arrowprops, word.arrow_patch = (word.arrowprops, word.arrow_patch), None, None
    if not _named.get(ax):
        _named[ax] = []
        later(ax.figure, lambda: _spread(ax, _named[ax]))
    _named[ax].append(word)
    return word


End = tuple[str, tuple[float, float], str]


def _line_ends(ax: Axes) -> Iterator[End]:
    """Label, last known point and colour of each line."""
    import numpy as np
    from matplotlib.colors import to_hex

    for drawn in ax.lines:
        y = np.ma.filled(np.ma.asarray(drawn.get_ydata(orig=False), dtype=float), np.nan)
        known = np.flatnonzero(np.isfinite(y))
        is_joined = drawn.get_linestyle() not in ("None", "none", " ", "")
        if len(known) and is_joined:
            at = (float(drawn.get_xdata(orig=False)[known[-1]]), float(y[known[-1]]))
            yield str(drawn.get_label()), at, to_hex(drawn.get_color())


def _band_ends(ax: Axes) -> Iterator[End]:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_hex

    for drawn in ax.collections:
        if isinstance(drawn, PolyCollection) and drawn.get_paths():
            last = drawn.get_paths()[-1].vertices
            edge = last[last[:, 0] == last[:, 0].max()]
            yield (
                str(drawn.get_label()),
                (float(edge[0, 0]), float(edge[:, 1].mean())),
                to_hex(drawn.get_facecolor()[0]),
            )


def _bar_ends(ax: Axes) -> Iterator[End]:
    """The last bar of each series of bars that stand on dates; bars on categories are named by their axis."""
    from matplotlib.colors import to_hex

    if not ax.xaxis.have_units() or hasattr(ax.xaxis.units, "_mapping"):
        return
    for container in ax.containers:
        bars = [bar for bar in getattr(container, "patches", []) if bar.get_height()]
        if bars and getattr(container, "orientation", "") == "vertical":
            last = bars[-1]
            at = (last.get_x() + last.get_width(), last.get_y() + last.get_height() / 2)
            yield str(container.get_label()), at, to_hex(last.get_facecolor())


def _spread(ax: Axes, words: list[Annotation]) -> None:
    """Move names that end side by side apart, with a leader line where one had to move far."""
    for word in words:
        narrow(word, ax.figure.bbox.width * _points(ax) * _MOST_OF_WIDTH)
    ends = {word: word.xycoords.transform(word.xy) * _points(ax) for word in words}
    sides = {word: 1 if word.get_horizontalalignment() == "left" else -1 for word in words}
    beyond = {word: _reach(ax, ends[word][0]) if side == 1 else 0.0 for word, side in sides.items()}
    starts = {word: ends[word][0] + beyond[word] for word in words}
    groups: list[list[Annotation]] = []
    for word in sorted(words, key=lambda word: starts[word]):
        is_beside = groups and starts[word] - starts[groups[-1][-1]] < 30
        groups[-1].append(word) if is_beside else groups.append([word])
    for group in groups:
        group.sort(key=lambda word: (ends[word][1], word.get_text()))
        heights = [_size(ax, word)[1] for word in group]
        placed = apart([float(ends[word][1]) for word in group], heights)
        for word, place in zip(group, placed, strict=True):
            moved = place - ends[word][1]
            away = 14 if abs(moved) > 4 else 5
            word.set_position((sides[word] * (away + beyond[word]), moved))
            word.arrowprops, word.arrow_patch = _hairs[word] if abs(moved) > 4 else (None, None)


def _reach(ax: Axes, end: float) -> float:
    """Points by which a bar, another line or the axes go on beyond the end of a series, through its name."""
    import numpy as np
    from matplotlib.patches import Rectangle

    drawn = [one.get_xdata(orig=False) for one in ax.lines if one.get_transform() == ax.transData]
    lasts = [float(np.max(x)) for x in drawn if len(x)]
    beyond = np.append(_across(ax, lasts), ax.get_window_extent().x1 * _points(ax)) - end
    # the last of few periods ends half of one before the axes do, and bars and averages fill that half
    steps = [float(x[-1] - x[-2]) for x in drawn if len(x) > 2]
    near = max(20.0, 2 * profile().text_pt, *np.diff(_across(ax, [0.0, 0.55 * max(steps, default=0.0)])))
    bars = [bar for bar in ax.patches if isinstance(bar, Rectangle) and bar.get_zorder() >= 1]
    lefts = _across(ax, [bar.get_x() for bar in bars]) - end
    rights = _across(ax, [bar.get_x() + bar.get_width() for bar in bars]) - end
    through = np.maximum(lefts, rights)[lefts * rights < 0]
    return float(max([0.0, *through, *beyond[(beyond > 0) & (beyond < near)]]))


def _across(ax: Axes, places: Sequence[float]) -> np.ndarray:
    """Turn places on the x-axis into points from the left of the page."""
    import numpy as np

    return ax.transData.transform(np.column_stack([places, np.zeros(len(places))]))[:, 0] * _points(ax)


def apart(centres: Sequence[float], heights: Sequence[float], gap: float = 1.0) -> list[float]:
    """Move sorted centres apart until things of these heights do not overlap, each as little as possible.

    Examples
    --------
    >>> apart([10, 11, 40], [8, 8, 8], gap=0)
    [6.5, 14.5, 40.0]
    """
    offsets = [0.0]
    for before, after in zip(heights, heights[1:], strict=False):
        offsets.append(offsets[-1] + (before + after) / 2 + gap)
    # Less its offset each centre asks for a start; where starts fall they are pooled into their mean
    # (isotonic regression, Ayer et al. 1955, https://doi.org/10.1214/aoms/1177728423).
    pools: list[tuple[float, int]] = []
    for centre, offset in zip(centres, offsets, strict=True):
        pools.append((centre - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, few), (mean, many) = pools.pop(), pools.pop()
            pools.append(((mean * many + last * few) / (many + few), many + few))
    starts = [mean for mean, count in pools for _ in range(count)]
    return [float(start + offset) for start, offset in zip(starts, offsets, strict=True)]


def mark_events(ax: Axes, events: Mapping[str, str]) -> list[Annotation]:
    """Mark dated events by a thin upright line each, with a small label above the axes.

    Parameters
    ----------
    ax : Axes
        With dates on the x-axis, drawn before the events.
    events : mapping of str to str
        Label by ISO date; what lies outside the limits of the axis is left out.

    Returns
    -------
    list of Annotation
    """
    import matplotlib.dates as mdates
    import numpy as np

    left, right = ax.get_xlim()
    grey = COLOURS["neutral"]
    style = {"va": "bottom", "size": small_pt(), "color": grey, "annotation_clip": False}
    marks = []
    for date, label in sorted(events.items()):
        at = float(mdates.date2num(np.datetime64(date, "D")))
        if left <= at <= right:
            upright = ax.axvline(at, color=grey, linewidth=0.6, linestyle=(0, (4, 2)), zorder=1, clip_on=False)
            top = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "xytext": (0, 2)}
            marks.append((upright, ax.annotate(f" {label}", (at, 1.0), **top, **style)))
    later(ax.figure, lambda: _raise_labels(ax, marks))
    return [word for _, word in marks]


def _raise_labels(ax: Axes, marks: list[tuple[Line2D, Annotation]]) -> None:
    """Give each event's label the lowest free row above the axes, and lead its upright line up to it."""
    if not marks:
        return
    height = max(_size(ax, word)[1] for _, word in marks) + 1
    foot = 2 + _headed.get(ax, 0.0)
    box = ax.get_window_extent()
    places = _across(ax, [word.xy[0] for _, word in marks]).tolist()
    spots = [(place, _size(ax, word)[0] + 2) for place, (_, word) in zip(places, marks, strict=True)]
    placed = rows(spots, box.x1 * _points(ax) + 6)
    for (upright, word), (row, is_left) in zip(marks, placed, strict=True):
        label = word.get_text().strip()
        word.set_text(f"{label} " if is_left else f" {label}")
        word.set_horizontalalignment("right" if is_left else "left")
        word.set_position((0, foot + row * height))
        upright.set_ydata([0, 1 + (foot - 1 + (row + 0.9) * height) / (box.height * _points(ax))])


def rows(spots: Sequence[tuple[float, float]], end: float) -> list[tuple[int, bool]]:
    """Give labels rows so that neither another label nor another label's upright line crosses one.

    Parameters
    ----------
    spots : sequence of (float, float)
        Place and width of each label, sorted by place.
    end : float
        Where room ends on the right: a label that would pass it stands to the left of its place.

    Returns
    -------
    list of (int, bool)
        For each label its row, from 0, and whether it stands to the left of its place.

    Examples
    --------
    >>> rows([(0, 30), (20, 30), (90, 30)], end=100)
    [(1, False), (0, False), (0, True)]
    """
    turned: list[int] = []
    for i in reversed(range(len(spots))):
        place, width = spots[i]
        if place + width > end or any(place + width > spots[other][0] for other in turned):
            turned.append(i)
    spans = [(x - width, x) if i in turned else (x, x + width) for i, (x, width) in enumerate(spots)]
    chosen: dict[int, int] = {}
    # Labels to the right from the right, then labels to the left from the left: so no line meets a lower label.
    for i in [*(i for i in reversed(range(len(spots))) if i not in turned), *reversed(turned)]:
        row = 0
        while any(
            spans[i][0] < spans[other][1] and spans[other][0] < spans[i][1]
            if chosen[other] == row
            else chosen[other] > row and spans[i][0] < spots[other][0] < spans[i][1]
            for other in chosen
        ):
            row += 1
        chosen[i] = row
    return [(chosen[i], i in turned) for i in range(len(spots))]


def _size(ax: Axes, word: Annotation) -> tuple[float, float]:
    from matplotlib.text import Text

    # The extent of the words alone, without the hair to the line.
    box = Text.get_window_extent(word, ax.figure.canvas.get_renderer())
    return box.width * _points(ax), box.height * _points(ax)


def _points(ax: Axes) -> float:
    """Points in a pixel."""
    return 72 / ax.figure.dpi


def small_pt() -> float:
    """Size of the small words of a chart: labels of events and regimes, notes."""
    return max(profile().text_pt * 0.85, profile().least_pt)


def head(ax: Axes, words: list[Annotation], spans: list[tuple[float, float]]) -> None:
    """Keep names above the axes within their spans: fold those that are wider, raise those that still meet."""
    if words:
        later(ax.figure, lambda: _fit_head(ax, words, spans))


def _fit_head(ax: Axes, words: list[Annotation], spans: list[tuple[float, float]]) -> None:
    for word, span in zip(words, spans, strict=True):
        left, right = _across(ax, span).tolist()
        narrow(word, right - left - 3)
    box = ax.get_window_extent()
    end = box.x1 * _points(ax) + 6
    taken: list[int] = []
    reach: list[float] = []
    for word, (start, _) in zip(words, spans, strict=True):
        (left,), width = _across(ax, [start]).tolist(), _size(ax, word)[0] + 3
        moved = min(0.0, end - width - left)
        row = next((row for row, taken_to in enumerate(reach) if taken_to <= left + moved), len(reach))
        reach[row : row + 1] = [left + moved + width]
        taken.append(row)
        word.set_position((1 + moved, 2))
    feet = _feet(taken, [_size(ax, word)[1] for word in words])
    for word, row in zip(words, taken, strict=True):
        word.set_position((word.get_position()[0], 2 + feet[row]))
    _headed[ax] = feet[-1] + 1
    if ax.get_title("left"):  # the title of a panel stands above them
        ax.set_title(ax.get_title("left"), loc="left", pad=feet[-1] + 4)


def _feet(taken: list[int], heights: list[float]) -> list[float]:
    """Foot of each row above the axes, and the top of the last."""
    feet = [0.0]
    for row in range(max(taken) + 1):
        feet.append(feet[-1] + max(height for which, height in zip(taken, heights, strict=True) if which == row) + 1)
    return feet
