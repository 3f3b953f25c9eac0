"""Figures in the house style, and the one function that saves them.

Examples
--------
>>> from autogap import figures
>>> fig, ax = figures.new("single")
>>> round(fig.get_size_inches()[0] * 25.4)
160
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING
from weakref import WeakSet

from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.mime import FIGURE

import autogap
from autogap import executed, run
from autogap.figures import artists, credit, export, fit, grey, measure, sight, style, truth, wording
from autogap.figures.charts import dumbbell, intervals, multiples, note, slopes, waterfall
from autogap.figures.drawing import band, barh, bars, colour, days, legend, line, middles, scaled, stack, zero_line
from autogap.figures.labels import label_lines, mark_events, name_unnamed
from autogap.figures.layers import mean, reference, regimes, steps
from autogap.figures.style import COLOURS, MM_PER_INCH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "FIGURE",
    "band",
    "barh",
    "bars",
    "colour",
    "days",
    "dumbbell",
    "intervals",
    "label_lines",
    "legend",
    "line",
    "mark_events",
    "mean",
    "middles",
    "multiples",
    "new",
    "note",
    "reference",
    "regimes",
    "save",
    "scaled",
    "slopes",
    "stack",
    "steps",
    "waterfall",
    "zero_line",
]


_STEM = re.compile(r"fig-[a-z0-9-]+")
# More digits are noise of the processor, and would make another file on another machine; `artists` has as many.
_CSV_DIGITS = "%.10g"
_begun: WeakSet[Figure] = WeakSet()
_PACKAGES = ("matplotlib", "numpy", "pandas", "seaborn")


def new(
    width: str = "single",
    height_mm: float | None = None,
    rows: int = 1,
    cols: int = 1,
    names: Iterable[str] = (),
    **kw: object,
) -> tuple[Figure, object]:
    """Begin a figure of the profile's width.

    Parameters
    ----------
    width : {"single", "double"}
        160 or 180 mm in the briefing profile, 89 or 183 mm in the journal profile.
    height_mm : float, optional
        Height in the briefing profile; another profile keeps the proportion, and slides keep within 16 to 9.
    rows, cols : int
        Panels.
    names : iterable of str, optional
        Names of the categories in rows; the figure is as high as they need, or has them smaller where it cannot be.
    **kw
        Passed to `Figure.subplots` (``sharex``, ``sharey``, ``width_ratios``, ...).

    Returns
    -------
    Figure, Axes or array of Axes

    Raises
    ------
    InputError
        When there is no such width.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style.apply()
    chosen, briefing = style.profile(), style.PROFILES["briefing"]
    if width not in chosen.width_mm:
        raise InputError(f"figures.new: width is 'single' or 'double', not {width!r}.")
    height = chosen.height_mm[width] * (1 + 0.6 * (rows - 1))
    if names := list(names):
        height = chosen.height_of(names, width)
    if height_mm is not None:
        height = height_mm * chosen.height_mm[width] / briefing.height_mm[width]
    size = chosen.width_mm[width] / MM_PER_INCH, min(height, chosen.most_height_mm) / MM_PER_INCH
    fig = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(fig)
    _begun.add(fig)
    axes = fig.subplots(rows, cols, **kw)
    if names and height > chosen.most_height_mm:
        smaller = chosen.ticks_pt * chosen.most_height_mm / height
        axes.tick_params(axis="y", labelsize=max(chosen.least_pt, smaller))
    return fig, axes


@measure.once()
def save(
    fig: Figure,
    stem: str,
    *,
    data: pd.DataFrame | pd.Series,
    title: str,
    subtitle: str,
    alt: str,
    source: str,
    interval: tuple[float, float] | None | EllipsisType = ...,
    derived: str = "",
) -> None:
    """Show a figure in the notebook and write it as pdf, svg, png, with its data as csv and its run as json.

    The environment variable ``AUTOGAP_FORMS`` chooses the forms: some of svg, pdf, png, eps, tiff; ``AUTOGAP_GREY=1``
    draws in greys. In a profile without pictures only the csv and the json are written, which say what would be drawn.

    Parameters
    ----------
    fig : Figure
        Begun by `new`; it is closed afterwards.
    stem : str
        Name of the files, ``fig-exports-yoy``.
    data : DataFrame or Series
        What the figure draws.
    title : str
        The point of the figure, in one sentence.
    subtitle : str
        Unit and period.
    alt : str
        What the figure shows, for those who do not see it. One without a number is completed by the title and the range
        of the data.
    source : str
        Publisher and release of the figures drawn.
    interval : tuple of float or None
        Lower and upper end of the interval of the estimate that the title tells: a title of one that holds zero says
        so, and its words of direction agree with one that does not. Must be given where the data have columns ``low``
        and ``high``; None where the title counts or compares and tells no single estimate.
    derived : str, optional
        How a reader gets the numbers of the title that no mark or label shows: "difference of two points of the curve".

    Raises
    ------
    InputError
        When one of these is missing, the stem is of another form or belongs to another notebook, an axis with numbers
        has no label, the data lack what is drawn, the title says more than its interval or a number that is not shown,
        or an editor would send it back: words that do not fit, letters too small, colours that look alike. Then
        nothing is written.
    """
    words = {"title": title, "subtitle": subtitle, "alt": alt, "source": source}
    table = _table(stem, data)
    _refuse_incomplete(fig, stem, words)
    words["alt"] = alt = truth.alt(alt, title, table)
    name_unnamed(fig)
    here = run.current()
    folder = here.figures_dir
    _refuse_taken(folder, stem, here.notebook)
    csv = table.to_csv(
        index=_has_index(table), index_label=_index_names(table), float_format=_CSV_DIGITS, lineterminator="\n"
    ).encode()
    facts = _facts(stem, words, csv)
    chosen = style.profile()
    if chosen.has_title:
        wording.add(fig, chosen, stem, words, credit.line())
    if chosen.has_letters:
        wording.add_letters(fig)
    wording.show_all_letters(fig, stem)
    facts["artists"] = artists.describe(fig)
    truth.refuse(stem, facts["artists"], table, source)
    truth.refuse_numbers(stem, words, facts["artists"], table, derived)
    facts |= {"derived": derived} if derived else {}
    truth.refuse_certainty(stem, title, table, interval)
    files, inline = {}, None
    if chosen.has_pictures:
        export.lay_out(fig, stem)
        fit.refuse(fig, stem, chosen)
    fit.refuse_many_colours(fig, stem)
    sight.refuse(fig, stem)
    if grey.is_wanted():
        grey.turn(fig)
        facts["grey"] = True
    if chosen.has_pictures:
        files, inline = export.render(
            fig, chosen, {"title": title, "alt": alt, "id": f"{here.notebook}/{stem}#{facts['csv_sha256'][:12]}"}
        )
    files["csv"] = csv
    # A file that was changed afterwards betrays itself, whatever fonts and libraries the next run has.
    facts["files"] = {f"{stem}.{ending}": export.sha256(content) for ending, content in files.items()}
    files["json"] = (json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, content in files.items():
            write_whole(folder / f"{stem}.{ending}", content, flush=False)
    except OSError as error:
        said = f"{folder}: {error.strerror or error}, so the figures cannot be stored"
        raise InputError(f"{said}; name another folder in NBPOINTS_FIGURES.") from None
    _show(stem, title, {"stem": stem, "alt": alt, "artists": facts["artists"]}, inline)
    run.tell_place(stem)
    _begun.discard(fig)
    _close(fig)


def _show(stem: str, title: str, described: dict[str, object], inline: tuple[str, bytes] | None) -> None:
    bundle, about = {"text/plain": f"{stem}: {title}", FIGURE: described}, None
    if inline is None:
        described["has_picture"] = False
    else:
        mime, picture = inline
        bundle[mime] = picture.decode() if mime == "image/svg+xml" else base64.b64encode(picture).decode()
        # The hash stands where plain nbval does not look: another machine's fonts draw another picture.
        about = {mime: {"alt": described["alt"], "sha256": export.sha256(picture)}}
    run.show(bundle, metadata=about)


def _table(stem: str, data: object) -> pd.DataFrame:
    import pandas as pd

    table = data.to_frame() if isinstance(data, pd.Series) else data
    if not isinstance(table, pd.DataFrame) or table.shape[1] == 0 or table.empty:
        raise InputError(f"{stem}: data must be the table that the figure draws, with at least one column and row.")
    return table


def _has_index(table: pd.DataFrame) -> bool:
    return type(table.index).__name__ != "RangeIndex" or table.index.name is not None


def _index_names(table: pd.DataFrame) -> list[str]:
    plain = "period" if type(table.index).__name__ == "PeriodIndex" else "item"
    return [str(name) if name is not None else plain for name in table.index.names]


def _refuse_incomplete(fig: Figure, stem: str, words: dict[str, str]) -> None:
    if not isinstance(stem, str) or not _STEM.fullmatch(stem):
        raise InputError(f"figures.save: {stem!r} is not a valid stem; use 'fig-' and lower case, digits, hyphens.")
    for name, text in words.items():
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{stem}: {name} is empty; give {_MEANING[name]}.")
        if "\n" in text.strip():
            raise InputError(f"{stem}: {name} holds a line break; write one line, it is folded where the page ends.")
        wording.refuse_unprintable(stem, text)
    if fig not in _begun:
        raise InputError(f"{stem}: begin the figure with figures.new, and save it once; then draw on its axes.")
    if type(fig.get_layout_engine()).__name__ != "ConstrainedLayoutEngine":
        raise InputError(f"{stem}: leave out tight_layout and subplots_adjust; figures.save lays the figure out.")
    changed = style.changed()
    if changed:
        raise InputError(
            f"{stem}: matplotlib's settings were changed after figures.new ({', '.join(changed[:3])}); leave out "
            "sns.set_theme, plt.style.use and the like, the house style is set for you."
        )
    for number, ax in enumerate(fig.axes, start=1):
        if ax.axison and ax.has_data():
            for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
                if not _is_labelled(fig, name, axis):
                    raise InputError(f"{stem}: the {name}-axis of axes {number} has no label; name quantity and unit.")


_MEANING = {
    "title": "the point of the figure in one sentence",
    "subtitle": "unit and period",
    "alt": "what the figure shows, for those who do not see it",
    "source": "publisher and release of the figures drawn",
}


def _is_labelled(fig: Figure, name: str, axis: Axis) -> bool:
    """Tell whether a reader knows what an axis measures; dates and categories say so themselves."""
    from matplotlib.ticker import FixedLocator, NullLocator

    family = getattr(axis.axes, f"get_shared_{name}_axes")().get_siblings(axis.axes)
    if getattr(fig, f"get_sup{name}label")() or any(getattr(ax, f"get_{name}label")() for ax in family):
        return True
    locator = axis.get_major_locator()
    has_no_ticks = isinstance(locator, NullLocator) or (isinstance(locator, FixedLocator) and not len(locator.locs))
    if has_no_ticks or axis.have_units() or not axis.get_visible():
        return True
    return not all(map(_is_number, artists.ticks(axis)))


def _is_number(text: str) -> bool:
    try:
        float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))
    except ValueError:
        return False
    return True


def _refuse_taken(folder: Path, stem: str, notebook: str) -> None:
    try:
        owner = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))["notebook"]
    except (OSError, ValueError, KeyError):
        return
    if owner != notebook:
        raise InputError(f"{stem}: {owner} saves a figure of that name already; give this one another stem.")


def _facts(stem: str, words: dict[str, str], csv: bytes) -> dict[str, object]:
    from autogap import data

    here = run.current()
    # those that its own cell asked for, or a cell that it rests on
    read = data.files_read(executed.behind())
    facts = words | {
        "stem": stem,
        "notebook": here.notebook,
        "parameters": here.parameters,
        "profile": style.profile().name,
        "data": read,
        "licences": data.licences(read),
        "csv_sha256": export.sha256(csv),
    }
    digest = export.sha256(json.dumps(facts, sort_keys=True).encode())[:12]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    versions = {"autogap": autogap.__version__, "python": python} | {name: _version(name) for name in _PACKAGES}
    # the batch names the commit, with a plus when files differed from it; a kernel started by hand knows none
    commit = os.environ.get("NBPOINTS_COMMIT")
    versions |= {"commit": commit} if commit else {}
    # What made a figure differ between machines is told, but does not make it another figure.
    return facts | {"id": f"{here.point}/{stem}#{digest}", "versions": versions}


@cache
def _version(package: str) -> str:
    # what is imported says its version itself, without the ten milliseconds of reading its metadata
    return getattr(sys.modules.get(package), "__version__", None) or metadata.version(package)


def _close(fig: Figure) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)
