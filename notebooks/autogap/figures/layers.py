"""Layers that many charts share: regimes behind the series, reference lines, averages, rates as steps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nbpoints.errors import InputError

from autogap.figures import labels
from autogap.figures.drawing import colour, positions, scaled
from autogap.figures.style import COLOURS, ink, profile

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation

_ABOVE = 2.6  # the layer of averages
# values of averages, and from where to where their lines run
_averages: WeakKeyDictionary[Axes, list[tuple[Annotation, float, float]]] = WeakKeyDictionary()


def regimes(ax: Axes, table: pd.DataFrame) -> list[Annotation]:
    """Shade the times in which one rule held, in turn lighter and darker, each named above the axes.

    Parameters
    ----------
    ax : Axes
        With dates on the x-axis, drawn before the regimes; regimes outside its limits are left out.
    table : DataFrame
        Columns ``start`` and ``end`` (dates of the first and the last day; a missing end means "still in force") and
        ``label``, as from `autogap.methods.tariffs.regimes`.

    Returns
    -------
    list of Annotation

    Raises
    ------
    InputError
        When a column is missing or a regime ends before it begins.

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> _ = figures.line(ax, pd.Series(range(6), pd.period_range("2025-01", periods=6, freq="M"), name="cars"))
    >>> table = pd.DataFrame({"start": ["2025-04-03"], "end": [None], "label": ["27.5 percent"]})
    >>> [word.get_text() for word in figures.regimes(ax, table)]
    ['27.5 percent']
    """
    import matplotlib.dates as mdates
    import pandas as pd

    missing = [name for name in ("start", "end", "label") if name not in table.columns]
    if missing:
        raise InputError(f"figures.regimes: the table has no column {missing[0]!r}; give start, end and label.")
    limits = ax.get_xlim()
    words, spans = [], []
    for number, (start, end, label) in enumerate(table[["start", "end", "label"]].itertuples(index=False)):
        first = float(mdates.date2num(pd.Timestamp(start).to_pydatetime()))
        last = limits[1] if pd.isna(end) else float(mdates.date2num(pd.Timestamp(end).to_pydatetime())) + 1
        if not pd.isna(end) and last <= first:
            raise InputError(f"figures.regimes: {label!r} ends on {end}, before its start, {start}.")
        first, last = max(first, limits[0]), min(last, limits[1])
        if first >= last:
            continue
        ax.axvspan(first, last, color=COLOURS["regime_b" if number % 2 else "regime_a"], linewidth=0, zorder=0.4)
        style = {"va": "bottom", "ha": "left", "size": labels.small_pt(), "color": COLOURS["neutral"]}
        top = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "xytext": (1, 2)}
        words.append(ax.annotate(str(label), (first, 1.0), **top, **style, annotation_clip=False))
        spans.append((first, last))
    ax.set_xlim(limits)
    labels.head(ax, words, spans)
    return words


def reference(ax: Axes, value: float, label: str = "", axis: str = "y", role: str = "neutral") -> Line2D:
    """Draw a dashed line at a value to compare with, named at its end.

    Parameters
    ----------
    ax : Axes
    value : float
    label : str
        Words with the value in them, ``2024: 68.3``.
    axis : {"y", "x"}
        The axis on which the value stands: ``y`` gives a horizontal line, ``x`` an upright one.
    role : str
        Role in `style.COLOURS`.

    Returns
    -------
    Line2D

    Raises
    ------
    InputError
        When the axis is neither ``x`` nor ``y``.

    Examples
    --------
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> figures.reference(ax, 68.3, "2024: 68.3").get_ydata()
    [68.3, 68.3]
    """
    if axis not in ("x", "y"):
        raise InputError(f"figures.reference: axis is 'x' or 'y', not {axis!r}.")
    looks = {"color": colour(role), "linewidth": profile().axis_pt * 1.2, "linestyle": (0, (4, 2)), "zorder": 2.4}
    drawn = ax.axhline(value, **looks) if axis == "y" else ax.axvline(value, **looks)
    if label and axis == "y":
        labels.name_at(ax, label, (1.0, value), colour(role), ax.get_yaxis_transform())
    elif label:
        style = {"va": "bottom", "ha": "center", "size": labels.small_pt(), "color": ink(colour(role))}
        top = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "xytext": (0, 2)}
        ax.annotate(label, (value, 1.0), **top, **style, annotation_clip=False)
    return drawn


def mean(
    ax: Axes,
    series: pd.Series,
    start: str | None = None,
    end: str | None = None,
    label: str = "{:.1f}",
    role: str = "neutral_a",
) -> float:
    """Draw the average of a part of a series over the time of that part, with its value, and return it.

    Parameters
    ----------
    ax : Axes
    series : Series
        On a PeriodIndex.
    start, end : str, optional
        First and last period of the part; the whole series when not given.
    label : str
        Words above the line; ``{}`` takes the value: ``2024: {:.1f}``.
    role : str
        Role in `style.COLOURS`.

    Returns
    -------
    float

    Raises
    ------
    InputError
        When nothing is known between start and end.

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> cars = pd.Series([100.0, 92.0, 77.0], pd.period_range("2025-01", periods=3, freq="M"), name="cars")
    >>> _ = figures.line(ax, cars)
    >>> figures.mean(ax, cars, "2025-02", "2025-03", "mean {:.1f}")
    84.5
    """
    import matplotlib.dates as mdates

    part = series.loc[start:end].dropna()
    if part.empty:
        raise InputError(f"figures.mean: {series.name} has no value from {start or 'its start'} to {end or 'its end'}.")
    value = float(part.mean())
    edges = _edges(part.index)
    ax.plot(edges[[0, -1]], [value, value], color=colour(role), linewidth=profile().line_pt * 0.8, zorder=_ABOVE)
    start, end = (float(mdates.date2num(edge)) for edge in edges[[0, -1]])
    style = {"ha": "center", "va": "bottom", "size": labels.small_pt(), "color": ink(colour(role))}
    place = {"textcoords": "offset points", "xytext": (0, 2.5), "zorder": 2.8}
    word = ax.annotate(label.format(value), ((start + end) / 2, value), **place, **style, annotation_clip=False)
    if ax not in _averages:
        labels.later(ax.get_figure(), lambda: _place(ax))
    _averages.setdefault(ax, []).append((word, start, end))
    return value


def _place(ax: Axes) -> None:
    """Give the values of averages their places, the highest first."""
    ax.get_xlim(), ax.get_ylim()  # bring the scales up to what is drawn
    waiting = sorted(_averages[ax], key=lambda one: -one[0].xy[1])
    for place, (word, start, end) in enumerate(waiting):
        _clear(ax, word, start, end, [one for one, _, _ in waiting[place:]])


def _clear(ax: Axes, word: Annotation, start: float, end: float, unplaced: list[Annotation]) -> None:
    """Put an average's value above or below its line, as near to its middle as no other mark or word is in its way."""
    from matplotlib.text import Text

    renderer = ax.get_figure().canvas.get_renderer()
    words = [Text.get_window_extent(other, renderer) for other in ax.texts if other not in unplaced]
    # the line of another average would take the value for its own
    lines = [
        (9 if line.get_zorder() == _ABOVE else 1, line.get_transform().transform_path(line.get_path()))
        for line in ax.lines
    ]
    marks = [bar.get_window_extent() for bar in ax.patches if bar.get_zorder() >= 1]
    found: list[tuple] = []
    for far in range(48):
        if any(taken == 0 for taken, *_ in found):
            break  # what follows is farther from the middle
        for part in sorted({0.5 - far / 100, 0.5 + far / 100}):
            for side, va in ((2.5, "bottom"), (-2.5, "top")):
                word.xy = (start + part * (end - start), word.xy[1])
                word.set(va=va, position=(0, side))
                word.update_positions(renderer)
                box = Text.get_window_extent(word, renderer).padded(1)
                taken = sum(cost * line.intersects_bbox(box, filled=False) for cost, line in lines)
                taken += sum(mark.overlaps(box) for mark in marks)
                taken += 9 * sum(other.overlaps(box) for other in words)
                found.append((taken, far, -side, word.xy, va))
    taken, _, side, word.xy, va = min(found, key=lambda one: one[:3])
    word.set(va=va, position=(0, -side))
    word.update_positions(renderer)
    if taken:  # where something runs behind it nevertheless, the value stays readable
        word.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})


def steps(ax: Axes, series: pd.Series, role: str = "japan", label: str | None = None, **kw: object) -> Line2D:
    """Draw a rate as steps: it holds for a whole period, and no slope makes it change before its date.

    Parameters
    ----------
    ax : Axes
    series : Series
        On a PeriodIndex (each value holds for its period) or on dates (each value holds until the next).
    role : str
        Role in `style.COLOURS`.
    label : str, optional
        Name for the reader; ``series.name`` when not given.
    **kw
        Passed to `Axes.plot`.

    Returns
    -------
    Line2D

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> rate = pd.Series([2.5, 27.5], pd.period_range("2025-04", periods=2, freq="M"), name="rate")
    >>> figures.steps(ax, rate).get_xdata(orig=True).astype(str).tolist()
    ['2025-04-01', '2025-05-01', '2025-06-01']
    """
    import numpy as np
    import pandas as pd

    values = series.to_numpy(dtype=float)
    if isinstance(series.index, pd.PeriodIndex):
        positions(ax, series.index)
        where, values = _edges(series.index), np.append(values, values[-1])
    else:
        where = series.index.to_numpy()
    name = label if label is not None else str(series.name)
    kw = {"drawstyle": "steps-post", "solid_joinstyle": "miter"} | scaled(kw)
    return ax.plot(where, values, color=colour(role), label=name, **kw)[0]


def _edges(index: pd.PeriodIndex) -> object:
    """First days of the periods, and the day after the last."""
    import numpy as np

    starts = index.start_time.values.astype("datetime64[D]")
    return np.append(starts, index[-1:].end_time.values.astype("datetime64[D]") + np.timedelta64(1, "D"))
