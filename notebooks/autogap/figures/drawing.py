"""Drawing habits that the figures share: lines, bars, stacks and bands of series, with periods on the time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

from nbpoints.errors import InputError, did_you_mean

from autogap.figures.labels import later
from autogap.figures.style import COLOURS, PROFILES, profile
from autogap.figures.values import off_lines, write_values

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.container import BarContainer
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D

_axis_periods: WeakKeyDictionary[Axes, pd.PeriodIndex] = WeakKeyDictionary()
_small_ticks: WeakKeyDictionary[Axes, ref[Line2D]] = WeakKeyDictionary()


def colour(role: str) -> str:
    """Return the colour of a role.

    Raises
    ------
    InputError
        When there is no such role.

    Examples
    --------
    >>> colour("japan")
    '#12355b'
    """
    if role not in COLOURS:
        raise InputError(
            f"{role!r} is not a role of a colour; give one of {', '.join(COLOURS)}.{did_you_mean(str(role), COLOURS)}"
        )
    return COLOURS[role]


def middles(index: pd.PeriodIndex) -> np.ndarray:
    """Return the days in the middle of periods, where a flow over the period is drawn.

    An event of 3 April then stands before the figure of April, which it may have moved.

    Examples
    --------
    >>> import pandas as pd
    >>> middles(pd.period_range("2025-04", "2025-05", freq="M")).astype(str).tolist()
    ['2025-04-16', '2025-05-16']
    """
    import numpy as np

    first = index.start_time.values.astype("datetime64[D]")
    return first + (index.end_time.values.astype("datetime64[D]") - first + np.timedelta64(1, "D")) // 2


def line(ax: Axes, series: pd.Series, role: str = "japan", label: str | None = None, **kw: object) -> Line2D:
    """Draw a series as a line in the colour of its role; a gap in the series stays a gap in the line.

    Parameters
    ----------
    ax : Axes
    series : Series
        On a PeriodIndex, or on numbers.
    role : str
        Role in `style.COLOURS`.
    label : str, optional
        Name for the reader; ``series.name`` when not given.
    **kw
        Passed to `Axes.plot`; sizes are those of the briefing profile, and other profiles scale them.
    """
    label = label if label is not None else str(series.name)
    looks = scaled(kw) | {"color": colour(role), "label": label}
    return ax.plot(positions(ax, series.index), series.to_numpy(), **looks)[0]


def scaled(looks: Mapping[str, object]) -> dict[str, object]:
    """Scale sizes given for the briefing profile, in points, to those of the profile in use.

    Examples
    --------
    >>> scaled({"markersize": 4, "marker": "D"})
    {'markersize': 4.0, 'marker': 'D'}
    """
    factor = profile().line_pt / PROFILES["briefing"].line_pt
    return {name: value * factor if name in _SIZES else value for name, value in looks.items()}


_SIZES = ("linewidth", "markersize", "markeredgewidth")


def bars(
    ax: Axes, series: pd.Series, role: str | Sequence[str] = "japan", label: str = "", **kw: object
) -> BarContainer:
    """Draw a series as upright bars, one a period or one a category.

    Parameters
    ----------
    ax : Axes
    series : Series
        On a PeriodIndex, or on words.
    role : str or sequence of str
        Role in `style.COLOURS`, one for all or one a bar.
    label : str
        Name for the legend.
    **kw
        Passed to `Axes.bar`.

    Returns
    -------
    BarContainer
    """
    import numpy as np

    drawn = colour(role) if isinstance(role, str) else [colour(one) for one in role]
    where = positions(ax, series.index)
    is_dates = np.issubdtype(where.dtype, np.datetime64)
    if is_dates and "width" not in kw:
        kw["width"] = 0.8 * float(np.median(np.diff(where).astype(int))) if len(where) > 1 else 20.0
    ax.grid(visible=False, axis="x")
    return ax.bar(where, series.to_numpy(), color=drawn, label=label or None, **kw)


def barh(
    ax: Axes, series: pd.Series, role: str | Sequence[str] = "japan", label: str = "", values: str = "", **kw: object
) -> BarContainer:
    """Draw a horizontal bar chart of a series on words; the first category is at the top.

    Parameters
    ----------
    ax : Axes
    series : Series
        On words.
    role : str or sequence of str
        Role in `style.COLOURS`, one for all or one a bar.
    label : str
        Name for the legend.
    values : str
        Format of the values at the ends of the bars, ``{:.1f}``; none are written when it is empty.
    **kw
        Passed to `Axes.barh`.

    Returns
    -------
    BarContainer

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> _ = figures.barh(ax, pd.Series([3.0, -1.0], ["cars", "parts"]), ["cars", "parts"], values="{:+.1f}")
    >>> [word.get_text() for word in ax.texts]
    ['+3.0', '\N{MINUS SIGN}1.0']
    """
    drawn = colour(role) if isinstance(role, str) else [colour(one) for one in role]
    clean_rows(ax)
    ax.axvline(0, color=COLOURS["neutral"], linewidth=profile().axis_pt, zorder=2.5)
    bars = ax.barh(series.index.to_numpy(), series.to_numpy(), color=drawn, label=label or None, **kw)
    if values:
        words = write_values(ax, series, values, series)
        ax.margins(x=0.12)
        later(ax.figure, lambda: off_lines(ax, list(zip(words, bars.patches, strict=True))))
    return bars


def clean_rows(ax: Axes) -> None:
    """Prepare axes for rows of categories: the first on top, no ticks, spine or lines across them."""
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if profile().has_grid:
        ax.grid(visible=True, axis="x")
    if not ax.yaxis_inverted():
        ax.invert_yaxis()


def stack(ax: Axes, frame: pd.DataFrame, roles: Mapping[str, str], labels: Mapping[str, str] | None = None) -> None:
    """Draw the columns of a table as stacked bars; what is negative stacks downwards from zero.

    Parameters
    ----------
    ax : Axes
    frame : DataFrame
        One column a part, on a PeriodIndex or on words.
    roles : mapping of str to str
        Role of each column to draw, in the order of stacking.
    labels : mapping of str to str, optional
        Name of each column for the legend.
    """
    import pandas as pd

    above = below = pd.Series(0.0, index=frame.index)
    for name, role in roles.items():
        part = frame[name]
        bottom = above.where(part >= 0, below)
        bars(ax, part, role, (labels or {}).get(name, name), bottom=bottom.to_numpy(), edgecolor="white")
        above = above + part.clip(lower=0).fillna(0.0)
        below = below + part.clip(upper=0).fillna(0.0)
    zero_line(ax)


def band(
    ax: Axes, low: pd.Series, high: pd.Series, role: str = "band", label: str = "", **kw: object
) -> PolyCollection:
    """Fill between two series on the same index, for an interval or a range."""
    where = positions(ax, low.index)
    kw = {"linewidth": 0, "zorder": 0.9} | kw
    return ax.fill_between(where, low.to_numpy(), high.to_numpy(), color=colour(role), label=label or None, **kw)


def zero_line(ax: Axes) -> None:
    """Draw the line at zero, from which bars and balances are read."""
    ax.axhline(0, color=COLOURS["neutral"], linewidth=profile().axis_pt, zorder=2.5)


def legend(ax: Axes, side: str = "right", **kw: object) -> Legend:
    """Place a legend outside the axes: at the ``right``, or ``below`` the words of the x-axis in as many columns as
    fit.

    Names at the ends of the series (`label_lines`, or nothing at all: `figures.save` writes them) are read faster.
    """
    places = {"right": {"bbox_to_anchor": (1.01, 1.0)}, "below": {"bbox_to_anchor": (0.0, 0.0), "ncols": 4}}
    if side not in places:
        raise InputError(f"legend: side is 'right' or 'below', not {side!r}.")
    side = "below" if profile().is_narrow else side
    looks = {"loc": "upper left", "handlelength": 1.6, "borderaxespad": 0.0} | places[side] | kw
    placed = ax.legend(**looks)
    if side == "below":
        later(ax.figure, lambda: _drop(ax, looks))
    return placed


def _drop(ax: Axes, looks: dict[str, object]) -> None:
    """Put the legend below the words of the x-axis, in fewer columns when it is wider than the page."""
    renderer = ax.figure.canvas.get_renderer()
    words = ax.xaxis.get_tightbbox(renderer)
    frame, placed = ax.get_window_extent(), ax.get_legend()
    while placed.get_window_extent(renderer).width > ax.figure.bbox.x1 - frame.x0 and looks["ncols"] > 1:
        looks["ncols"] = min(looks["ncols"], len(placed.get_texts())) - 1
        placed = ax.legend(**looks)
    foot = frame.y0 if words is None else words.y0
    gap = profile().text_pt * 0.6 / 72 * ax.figure.dpi
    placed.set_bbox_to_anchor((0.0, (foot - gap - frame.y0) / frame.height), transform=ax.transAxes)


def days(ax: Axes, start: str, end: str) -> None:
    """Let the x-axis run from one ISO date to another, with ticks at the beginnings of months.

    For what happens on days: dated events, rates in force. Series of months are drawn by `line` and `bars`.
    """
    import numpy as np
    import pandas as pd

    months = pd.period_range(start, end, freq="M")
    step = next(step for step in _STEPS[12] if len(months) / step <= _room_for_ticks(ax))
    first, last = np.array([start, end], dtype="datetime64[D]")
    is_round = (12 * months.year + months.month - 1) % step == 0
    chosen = [month for month in months[is_round] if month.start_time.to_numpy() >= first]
    index = pd.PeriodIndex(chosen, freq="M")
    ax.set_xticks(index.start_time.to_numpy(), _tick_labels(index, step % 12 == 0))
    ax.set_xlim(first, last)


def positions(ax: Axes, index: pd.Index) -> np.ndarray:
    """Return the places of an index on an x-axis, whose ticks and limits are set to hold all its periods."""
    import pandas as pd

    if not isinstance(index, pd.PeriodIndex):
        return index.to_numpy()
    has_ticks = _axis_periods.get(ax)
    for shared in ax.get_shared_x_axes().get_siblings(ax):
        before = _axis_periods.get(shared)
        if before is not None and before.freqstr != index.freqstr:
            raise InputError(
                f"An axis of {before.freqstr} periods cannot take {index.freqstr} periods; convert one of them."
            )
        _axis_periods[shared] = index if before is None else before.union(index)
    if has_ticks is None or len(_axis_periods[ax]) != len(has_ticks):
        _period_axis(ax, _axis_periods[ax])
    return middles(index)


# Not from the locale: the same figure in every country.
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# Steps between ticks, in periods, by the periods of a year.
_STEPS = {12: (1, 2, 3, 6, 12, 24, 60, 120, 240), 4: (1, 2, 4, 8, 20, 40, 80), 1: (1, 2, 5, 10, 20)}


def _period_axis(ax: Axes, index: pd.PeriodIndex) -> None:
    """Put a tick under the middle of round periods and end the axis with the first and the last of them."""
    import pandas as pd

    full = pd.period_range(index.min(), index.max(), freq=index.freq)
    a_year = {"M": 12, "Q": 4, "Y": 1}.get(full.freqstr[0])
    if a_year is None:
        raise InputError(f"The time axis takes months, quarters or years, not periods of {full.freqstr!r}.")
    places = [period.year * a_year + _within(period) for period in full]
    room = _room_for_ticks(ax)
    step = next((step for step in _STEPS[a_year] if sum(place % step == 0 for place in places) <= room), a_year * 50)
    chosen = full[[place % step == 0 for place in places]]
    ax.set_xticks(middles(chosen), _tick_labels(chosen, step % a_year == 0))
    _mark(ax, full.difference(chosen) if len(full) <= 48 else full[:0])
    edges = full[0].start_time.to_numpy(), full[-1].end_time.to_numpy()
    ax.set_xlim(edges[0].astype("datetime64[D]"), edges[1].astype("datetime64[D]") + 1)


def _mark(ax: Axes, index: pd.PeriodIndex) -> None:
    """Put a small tick under the middle of each period, all of them one line: an axis lays out its ticks one by one."""
    import matplotlib as mpl
    import matplotlib.dates as mdates

    looks = {"markersize": mpl.rcParams["xtick.minor.size"], "markeredgewidth": mpl.rcParams["xtick.minor.width"]}
    looks |= {"marker": mpl.lines.TICKDOWN, "color": mpl.rcParams["xtick.color"], "linestyle": "none"}
    places = mdates.date2num(middles(index))
    for one in ax.get_shared_x_axes().get_siblings(ax):
        if one in _small_ticks:
            _small_ticks.pop(one)().remove()
        line = mpl.lines.Line2D(places, 0 * places, transform=one.get_xaxis_transform("tick1"), **looks)
        _small_ticks[one] = ref(ax.get_figure(root=True).add_artist(line))


def _within(period: pd.Period) -> int:
    """Place of a month or quarter within its year, from 0."""
    return {"M": period.month - 1, "Q": period.quarter - 1}.get(period.freqstr[0], 0)


def _room_for_ticks(ax: Axes) -> int:
    """Estimate how many labels of four letters fit under an axes, with half as much room between them."""
    width_pt = ax.get_position().width * ax.figure.get_size_inches()[0] * 72
    if profile().is_narrow:
        width_pt *= 0.8  # names at both sides take more of a narrow page than is known before the layout
    return max(2, int(width_pt / (4 * 0.54 * profile().text_pt * 1.55)))


def _tick_labels(periods: pd.PeriodIndex, is_yearly: bool) -> list[str]:
    if periods.freqstr.startswith("Y-") and not periods.freqstr.endswith("DEC"):
        return [f"FY{period.start_time.year}" for period in periods]
    if is_yearly:
        return [str(period.year) for period in periods]
    is_quarterly = periods.freqstr.startswith("Q")
    names = [f"Q{period.quarter}" if is_quarterly else _MONTHS[period.month - 1] for period in periods]
    # Every label has two lines, or those without a year would stand higher.
    has_year = [number == 0 or _within(period) == 0 for number, period in enumerate(periods)]
    years = [str(period.year) if shown else " " for period, shown in zip(periods, has_year, strict=True)]
    return [f"{name}\n{year}" for name, year in zip(names, years, strict=True)]
