"""Charts with a form of their own: intervals, pairs of dots, slopes, waterfalls, small multiples.

Each names its marks itself, so none needs a legend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nbpoints.errors import InputError, counted

from autogap.figures import labels
from autogap.figures.drawing import (
    clean_rows,
    colour,
    positions,
    zero_line,
)
from autogap.figures.folding import narrow
from autogap.figures.style import COLOURS, PROFILES, ink, profile
from autogap.figures.values import write_values, written

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation


def intervals(
    ax: Axes,
    frame: pd.DataFrame,
    role: str | Sequence[str] = "neutral_a",
    level: str = "95 percent interval",
) -> None:
    """Draw estimates as dots with their intervals; a dot is hollow when its interval includes zero.

    Parameters
    ----------
    ax : Axes
    frame : DataFrame
        Columns ``value``, ``low``, ``high``. On words the estimates stand in rows, the first on top; on a PeriodIndex
        or on numbers they stand upright.
    role : str or sequence of str
        Role in `style.COLOURS`, one for all or one a row.
    level : str
        What the interval is; it is written above the axes with the meaning of hollow dots. An empty one writes nothing,
        for panels whose subtitle says it.

    Raises
    ------
    InputError
        When a column is missing or an interval does not contain its estimate's order (low above high).

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> frame = pd.DataFrame({"value": [-15.8, 4.9], "low": [-24, -3], "high": [-6, 12]}, ["customs", "census"])
    >>> figures.intervals(ax, frame, level="90 percent interval")
    >>> ax.texts[0].get_text()
    'dot: estimate; line: 90 percent interval; hollow: includes zero'
    """
    import pandas as pd

    _need("intervals", frame, ("value", "low", "high"))
    wrong = frame.index[frame["low"] > frame["high"]]
    if len(wrong):
        raise InputError(f"figures.intervals: low is above high in row {wrong[0]!r}; swap the two columns.")
    is_upright = isinstance(frame.index, pd.PeriodIndex) or pd.api.types.is_numeric_dtype(frame.index)
    where = positions(ax, frame.index) if is_upright else frame.index.to_numpy()
    span = ax.vlines if is_upright else ax.hlines
    drawn = [colour(one) for one in ([role] * len(frame) if isinstance(role, str) else role)]
    hollow = ((frame["low"] <= 0) & (frame["high"] >= 0)).to_numpy()
    span(where, frame["low"], frame["high"], color=drawn, linewidth=profile().line_pt, label=level, zorder=2.6)
    filled = ["white" if is_open else one for one, is_open in zip(drawn, hollow, strict=True)]
    dots = (where, frame["value"]) if is_upright else (frame["value"], where)
    size = max(profile().line_pt * 3, 4.0) ** 2  # a smaller one hides whether it is hollow
    ax.scatter(
        *dots, s=size, color=filled, edgecolor=drawn, linewidth=profile().line_pt * 0.6, zorder=3, label="estimate"
    )
    if not is_upright:
        clean_rows(ax)
        ax.margins(y=0.5 / len(frame))
    elif len(frame) <= 13 and not isinstance(frame.index, pd.PeriodIndex):
        ax.set_xticks(where)
        ax.margins(x=0.05)
    if is_upright:
        zero_line(ax)
    else:
        ax.axvline(0, color=COLOURS["neutral"], linewidth=profile().axis_pt, zorder=2.5)
    if level:
        note(ax, f"dot: estimate; line: {level}" + ("; hollow: includes zero" if hollow.any() else ""))


def note(ax: Axes, text: str) -> Annotation:
    """Write a small note above the upper left corner of the axes: how to read the marks."""
    style = {"va": "bottom", "ha": "left", "size": labels.small_pt(), "color": COLOURS["neutral"]}
    top = {"xycoords": "axes fraction", "textcoords": "offset points", "xytext": (0, 3)}
    word = ax.annotate(text, (0.0, 1.0), **top, **style, annotation_clip=False)
    labels.later(ax.figure, lambda: narrow(word, ax.get_window_extent().width * 72 / ax.figure.dpi))
    return word


def dumbbell(
    ax: Axes,
    frame: pd.DataFrame,
    roles: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    values: str = "",
) -> None:
    """Draw two values a row as dots joined by a bar; the dots are named above the first row.

    Parameters
    ----------
    ax : Axes
    frame : DataFrame
        One row a category, the first on top.
    roles : mapping of str to str
        The two columns to draw, and the role of each in `style.COLOURS`; the dot of the first is hollow.
    names : mapping of str to str, optional
        Name of each column for the reader; its own name when not given.
    values : str
        Format of the values beside the dots, ``{:.1f}``; none are written when it is empty.

    Raises
    ------
    InputError
        When there are not two columns, or the table lacks one.

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> frame = pd.DataFrame({"law": [27.5, 25.0], "charged": [13.1, 8.2]}, ["Japan", "Korea"])
    >>> figures.dumbbell(ax, frame, {"law": "neutral_b", "charged": "neutral_a"}, values="{:.1f}")
    >>> [word.get_text() for word in ax.texts]
    ['law', 'charged', '27.5', '25.0', '13.1', '8.2']
    """
    if len(roles) != 2:
        raise InputError(f"figures.dumbbell: roles names {counted(len(roles), 'column')}; a dumbbell has two.")
    _need("dumbbell", frame, roles)
    labels.are_named(ax)
    first, second = roles
    rows = frame.index.to_numpy()
    ax.hlines(
        rows, frame[first], frame[second], color=COLOURS["neutral_d"], linewidth=profile().line_pt * 1.4, zorder=2
    )
    clean_rows(ax)
    for number, (name, role) in enumerate(roles.items()):
        looks = {"markerfacecolor": colour(role) if number else "white", "color": colour(role), "linestyle": "none"}
        label = (names or {}).get(name, name)
        ax.plot(frame[name], rows, marker="o", markersize=profile().line_pt * 3.5, label=label, zorder=3, **looks)
        here, there = frame[name].iloc[0], frame[second if name == first else first].iloc[0]
        at_left = here < there or here == there and number == 1
        style = {"ha": "right" if at_left else "left", "va": "bottom", "color": ink(colour(role))}
        head = {"xytext": (-2 if at_left else 2, profile().text_pt * 0.8), "textcoords": "offset points"}
        ax.annotate(label, (frame[name].iloc[0], rows[0]), **head, **style, annotation_clip=False)
    if values:
        for name, other in ((first, second), (second, first)):
            write_values(ax, frame[name], values, outwards=frame[name] - frame[other])
    ax.margins(x=0.14 if values else 0.06, y=0.6 / max(len(rows), 1) + 0.05)


def slopes(
    ax: Axes,
    frame: pd.DataFrame,
    roles: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    values: str = "{:.1f}",
) -> None:
    """Join the values of each row from one time to the next, with name and value at both ends.

    Parameters
    ----------
    ax : Axes
    frame : DataFrame
        One row a line, one column a time, from left to right.
    roles : mapping of str to str
        Role of each row to draw in `style.COLOURS`.
    names : mapping of str to str, optional
        Name of each row for the reader; its own name when not given.
    values : str
        Format of the values at both ends.

    Raises
    ------
    InputError
        When the table has one column only, or lacks a row.

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> frame = pd.DataFrame({"2024": [30.0, 20.0], "2025": [25.0, 28.0]}, ["jp", "mx"])
    >>> figures.slopes(ax, frame, {"jp": "japan", "mx": "mexico"}, {"jp": "Japan", "mx": "Mexico"})
    >>> [word.get_text() for word in ax.texts]
    ['30.0', 'Japan 25.0', '20.0', 'Mexico 28.0']
    """
    if frame.shape[1] < 2:
        raise InputError("figures.slopes: the table has one column; give at least two times.")
    _need("slopes", frame.T, roles)
    labels.are_named(ax)
    times = [str(name) for name in frame.columns]
    last = len(times) - 1
    for row, role in roles.items():
        line = frame.loc[row].astype(float)
        name = (names or {}).get(row, str(row))
        ax.plot(times, line.to_numpy(), marker="o", color=colour(role), label=name)
        begin, end = (values.format(line.iloc[place]).replace("-", "\N{MINUS SIGN}") for place in (0, -1))
        labels.name_at(ax, begin, (0, float(line.iloc[0])), colour(role), side="left")
        labels.name_at(ax, f"{name} {end}", (last, float(line.iloc[-1])), colour(role))
    ax.set_xlim(-0.05, last + 0.05)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", left=False, labelleft=False)


def waterfall(
    ax: Axes,
    parts: pd.Series,
    role: str | Mapping[str, str] = "neutral_b",
    total: str = "total",
    start: tuple[str, float] | None = None,
    values: str = "{:+.1f}",
) -> pd.Series:
    """Draw parts as bars of which each begins where the one before it ended, and their sum as the last bar.

    Parameters
    ----------
    ax : Axes
    parts : Series
        One part a category, the first on top.
    role : str or mapping of str to str
        Role in `style.COLOURS`: one for all, or by category (others are ``neutral_b``); the ends are ``neutral_a``.
    total : str
        Name of the sum.
    start : tuple of str and float, optional
        Name and size of a bar to start from, ``("2024", 68.3)``; the sum then includes it.
    values : str
        Format of the parts' values; the ends are written without a sign.

    Returns
    -------
    Series
        What is drawn, the ends included: pass it to `figures.save` as data.

    Examples
    --------
    >>> import pandas as pd
    >>> from autogap import figures
    >>> fig, ax = figures.new()
    >>> figures.waterfall(ax, pd.Series({"cars": -8.0, "other": 2.0}), start=("2024", 68.0), total="2025").to_dict()
    {'2024': 68.0, 'cars': -8.0, 'other': 2.0, '2025': 62.0}
    """
    import pandas as pd

    roles = {name: role if isinstance(role, str) else role.get(name, "neutral_b") for name in parts.index}
    base = pd.Series({start[0]: float(start[1])}) if start else pd.Series(dtype=float)
    ends = pd.concat([base, parts.astype(float)]).cumsum()
    drawn = pd.concat([base, parts.astype(float), pd.Series({total: float(ends.iloc[-1])})])
    lefts = ends.shift(fill_value=0.0).reindex(drawn.index).fillna(0.0)
    if drawn.index.has_duplicates:
        raise InputError(f"figures.waterfall: two bars are called {drawn.index[drawn.index.duplicated()][0]!r}.")
    colours = [colour(roles.get(name, "neutral_a")) for name in drawn.index]
    clean_rows(ax)
    ax.barh(drawn.index.to_numpy(), drawn.to_numpy(), left=lefts.to_numpy(), color=colours, height=0.72)
    ax.axvline(0, color=COLOURS["neutral"], linewidth=profile().axis_pt, zorder=2.5)
    for name in drawn.index:
        form = values if name in parts.index else values.replace("+", "")
        point = pd.Series({name: lefts[name] + drawn[name]})
        word = write_values(ax, point, "{}", drawn)[0]
        word.set_text(written(form, drawn[name]))
    for row, end in enumerate(ends):
        ax.plot([end, end], [row - 0.36, row + 1.36], color=COLOURS["neutral"], linewidth=0.5, zorder=2)
    ax.margins(x=0.12)
    return drawn


_AROUND_MM = 30  # of a figure of panels: its words and those of the time axis


def multiples(
    names: Sequence[str] | Mapping[str, str],
    width: str = "double",
    cols: int = 3,
    height_mm: float | None = None,
    **kw: object,
) -> tuple[object, dict[str, Axes]]:
    """Begin a figure with one small panel a name, on shared axes.

    Parameters
    ----------
    names : sequence of str or mapping of str to str
        Key of each panel, and its title when a mapping is given.
    width : {"single", "double"}
    cols : int
        Panels in a row, at most; a narrow page takes fewer, and no page leaves a panel alone in the last row.
    height_mm : float, optional
        As for `figures.new`, for `cols` panels in a row; more rows make the figure higher.
    **kw
        Passed to `figures.new`; ``sharex`` and ``sharey`` are true unless said otherwise.

    Returns
    -------
    Figure, dict of str to Axes

    Examples
    --------
    >>> from autogap import figures
    >>> fig, axes = figures.multiples({"jp": "Japan", "kr": "Korea"})
    >>> axes["kr"].get_title("left")
    'Korea'
    """
    from autogap import figures

    titles = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
    if not titles:
        raise InputError("figures.multiples: there are no names; give at least one panel.")
    # a panel narrower than a dozen letters and its ticks shows nothing
    room = int(profile().width_mm[width] / 25.4 * 72 / (profile().text_pt * 13))
    planned = -(-len(titles) // cols)
    cols = next(few for few in range(max(1, min(cols, room, len(titles))), 0, -1) if len(titles) % few != 1 or few == 1)
    rows = -(-len(titles) // cols)
    height_mm = height_mm or _AROUND_MM + 42 * planned
    if rows > planned:  # each panel stays as high as in the briefing profile, whose proportion `new` changes
        proportion = profile().height_mm[width] / PROFILES["briefing"].height_mm[width]
        height_mm = _AROUND_MM + (height_mm - _AROUND_MM) * rows / planned / proportion
    fig, grid = figures.new(
        width, height_mm, rows=rows, cols=cols, squeeze=False, **({"sharex": True, "sharey": True} | kw)
    )
    cells = list(grid.ravel())
    for spare in cells[len(titles) :]:
        spare.remove()
    for above in cells[max(len(titles) - cols, 0) : len(titles)]:
        above.tick_params(labelbottom=True)
    panels = dict(zip(titles, cells, strict=False))
    for name, ax in panels.items():
        ax.set_title(titles[name])
    return fig, panels


def _need(chart: str, frame: pd.DataFrame, columns: Sequence[str] | Mapping[str, str]) -> None:
    for name in columns:
        if name not in frame.columns:
            have = ", ".join(map(str, frame.columns))
            raise InputError(f"figures.{chart}: the table has no {name!r}; it has {have}.")
