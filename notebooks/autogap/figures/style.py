"""The house style: profiles, and colours by role that survive colour-blindness and a grey printer."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, inf

from nbpoints.errors import InputError, did_you_mean

from autogap.figures import fonts

# One meaning a colour. Marks have a contrast of 3 to 1 on white at least (WCAG 2.2, criterion 1.4.11,
# https://www.w3.org/TR/WCAG22/#non-text-contrast), areas excepted.
COLOURS = {
    "japan": "#12355b",
    "us": "#d9701a",
    "korea": "#00575c",
    "germany": "#8751ad",
    "mexico": "#42801f",
    "canada": "#d65f8c",
    "eu": "#4a90c9",
    "uk": "#6b4a2b",
    "china": "#6d5c00",
    "cars": "#a3142b",
    "parts": "#cb8318",
    "energy": "#1d7a8c",
    "other": "#84939d",
    "highlight": "#2468d8",
    # the ink of axes, notes and references
    "neutral": "#5f6b73",
    # for what is neither a country nor a good: methods, measures, dates; d is for areas, too light for lines
    "neutral_a": "#2b3a46",
    "neutral_b": "#5a6a76",
    "neutral_c": "#89969e",
    "neutral_d": "#bcc7ce",
    "band": "#d3dde6",
    # behind everything, in turn
    "regime_a": "#f2f5f8",
    "regime_b": "#e4eaf0",
}

MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Profile:
    """What a figure is made for: sizes in millimetres and points, resolution in dots per inch.

    Without pictures a figure's data and the description of what it shows are kept, and nothing is drawn.
    """

    name: str
    width_mm: dict[str, float]
    height_mm: dict[str, float]
    text_pt: float
    line_pt: float
    axis_pt: float
    has_title: bool
    has_grid: bool
    png_dpi: int
    has_pictures: bool = True
    least_pt: float = 6.0
    tiff_dpi: int = 600
    has_letters: bool = False
    most_height_mm: float = inf

    @property
    def is_narrow(self) -> bool:
        """Whether a legend beside the axes would leave no room for them."""
        return self.width_mm["single"] < 10 * self.text_pt

    @property
    def ticks_pt(self) -> float:
        """Size of the words along the axes."""
        return max(self.text_pt * (1.0 if self.name == "journal" else 0.92), self.least_pt)

    def height_of(self, names: Iterable[str], width: str) -> float:
        """Millimetres that a figure with these names of rows needs, so that all have rows of the same height.

        Examples
        --------
        >>> round(PROFILES["briefing"].height_of(["Japan", "Korea", "Mexico"], "single"))
        68
        >>> round(PROFILES["phone"].height_of(["Japan", "Korea", "Mexico"], "single"))
        90
        """
        names = [str(name) for name in names]
        letters = max(map(len, names), default=0)
        room = 0.36 * self.width_mm[width] / MM_PER_INCH * 72 / (0.43 * self.text_pt)  # letters, see folding
        lines = max(len(names), 4) * (0.7 + min(3, max(1, ceil(letters / room))))
        # title, subtitle, note, ticks, label of the axis, source and credit
        around = {(True, False): 11.5, (True, True): 20.0}.get((self.has_title, self.is_narrow), 5.0)
        return (lines + around) * self.text_pt / 72 * MM_PER_INCH


PROFILES = {
    "briefing": Profile(
        "briefing",
        {"single": 160.0, "double": 180.0},
        {"single": 95.0, "double": 110.0},
        text_pt=10.5,
        line_pt=2.0,
        axis_pt=0.8,
        has_title=True,
        has_grid=True,
        png_dpi=300,
    ),
    # two columns: 89 and 183 mm, text of 5 to 7 pt, panels with letters,
    # https://www.nature.com/nature/for-authors/final-submission
    "journal": Profile(
        "journal",
        {"single": 89.0, "double": 183.0},
        {"single": 60.0, "double": 95.0},
        text_pt=7.0,
        line_pt=1.0,
        axis_pt=0.5,
        has_title=False,
        has_grid=False,
        png_dpi=600,
        tiff_dpi=1000,
        has_letters=True,
    ),
    # one column, as economics journals have it; 8 pt is the least that Springer and PLOS ask for (journals.py)
    "economics": Profile(
        "economics",
        {"single": 130.0, "double": 130.0},
        {"single": 80.0, "double": 85.0},
        text_pt=9.0,
        line_pt=1.2,
        axis_pt=0.5,
        has_title=False,
        has_grid=False,
        png_dpi=600,
        tiff_dpi=600,
        least_pt=8.0,
        has_letters=True,
    ),
    # most of a page of 16 to 9, 13.33 by 7.5 inches
    "slides": Profile(
        "slides",
        {"single": 300.0, "double": 300.0},
        {"single": 160.0, "double": 160.0},
        text_pt=18.0,
        line_pt=3.2,
        axis_pt=1.2,
        has_title=True,
        has_grid=True,
        png_dpi=200,
        least_pt=14.0,
        most_height_mm=300.0 * 9 / 16,
    ),
    # a telephone held upright is 390 points of CSS wide or less; 9.5 pt are 12.7 of them
    "phone": Profile(
        "phone",
        {"single": 89.0, "double": 89.0},
        {"single": 120.0, "double": 145.0},
        text_pt=9.5,
        line_pt=1.6,
        axis_pt=0.7,
        has_title=True,
        has_grid=True,
        png_dpi=300,
        least_pt=8.0,
    ),
}
# for batches of hundreds, of which few figures will be looked at
PROFILES["numbers"] = replace(PROFILES["briefing"], name="numbers", has_pictures=False)


def profile() -> Profile:
    """Return the profile that the environment variable ``AUTOGAP_PROFILE`` names; ``briefing`` when it is not set.

    Raises
    ------
    InputError
        When there is no profile of that name.
    """
    name = os.environ.get("AUTOGAP_PROFILE") or "briefing"
    if name not in PROFILES:
        raise InputError(
            f"AUTOGAP_PROFILE: {name!r} is not a profile; give one of {', '.join(PROFILES)}."
            f"{did_you_mean(name, PROFILES)}"
        )
    return PROFILES[name]


def settings(chosen: Profile) -> dict[str, object]:
    """Return the matplotlib settings of a profile."""
    small = chosen.ticks_pt
    return {
        "axes.axisbelow": True,
        "axes.edgecolor": COLOURS["neutral"],
        "axes.formatter.limits": (-9, 9),
        "axes.formatter.useoffset": False,
        "axes.grid": chosen.has_grid,
        "axes.grid.axis": "y",
        "axes.labelcolor": "black",
        "axes.labelsize": small,
        "axes.linewidth": chosen.axis_pt,
        "axes.prop_cycle": _cycle(),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.titlesize": chosen.text_pt,
        "axes.titleweight": "semibold",
        "axes.xmargin": 0.02,
        "figure.dpi": 110,
        "figure.facecolor": "white",
        "figure.labelsize": small,
        # made from a font of the lock, so every machine draws the same bytes
        "font.family": fonts.families(),
        "font.size": small,
        "grid.color": "#e3e7ea",
        "grid.linewidth": 0.6,
        "hatch.linewidth": 0.5,
        "legend.fontsize": small,
        "legend.frameon": False,
        "lines.linewidth": chosen.line_pt,
        "lines.markersize": chosen.line_pt * 2.5,
        "lines.solid_capstyle": "round",
        "patch.linewidth": 0.5,
        "savefig.facecolor": "white",
        # The paper's width is exact only when nothing is trimmed away.
        "savefig.bbox": None,
        "text.color": "black",
        # dollars are dollars, not signs of a formula
        "text.parse_math": False,
        "xtick.color": COLOURS["neutral"],
        "xtick.labelcolor": "black",
        "xtick.labelsize": small,
        "xtick.major.width": chosen.axis_pt,
        "ytick.color": COLOURS["neutral"],
        "ytick.labelcolor": "black",
        "ytick.labelsize": small,
        "ytick.major.width": chosen.axis_pt,
        **EXPORT,
    }


# Type 42 keeps text in a PDF selectable and passes the journals' font checks; without salt and with dates a
# second run gives other bytes (matplotlib issue 23693).
EXPORT = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    # words stay words; `export` embeds their letters
    "svg.fonttype": "none",
    "svg.hashsalt": "autogap",
    # Hinted letters are wider or narrower at another resolution: what fits on the screen is cut in print.
    "text.hinting": "none",
}


def _cycle() -> object:
    from cycler import cycler

    return cycler(color=[COLOURS[role] for role in ("japan", "us", "cars", "korea", "germany", "mexico", "canada")])


def apply() -> None:
    """Make the house style of the current profile matplotlib's own, whatever was set before.

    A ``matplotlibrc`` of the user, ``sns.set_theme`` or ``plt.xkcd`` would otherwise change the bytes of a figure.
    """
    import matplotlib

    matplotlib.rcdefaults()
    matplotlib.rcParams.update(settings(profile()))


# of the machine, not of the drawing
_MACHINE = (
    "backend",
    "backend_fallback",
    "interactive",
    "toolbar",
    "timezone",
    "tk.window_focus",
    "webagg",
    "savefig.dir",
    "figure.hooks",
    "figure.max_open_warning",
    "keymap",
    "date.epoch",
)


def changed() -> list[str]:
    """Return the names of matplotlib's settings that are no longer those of the house style.

    Examples
    --------
    >>> import matplotlib
    >>> apply()
    >>> with matplotlib.rc_context({"lines.linewidth": 7}):
    ...     changed()
    ['lines.linewidth']
    """
    import matplotlib

    house = dict.items(matplotlib.rcParamsDefault | settings(profile()))
    now = dict(dict.items(matplotlib.rcParams))
    return sorted(name for name, value in house if not name.startswith(_MACHINE) and not _same(now[name], value))


def _same(now: object, house: object) -> bool:
    return now == house or (isinstance(house, str) and now == [house]) or (isinstance(now, list) and now == list(house))


def ink(colour: str) -> str:
    """Darken a colour until text of that colour is readable on white.

    Readable is a contrast of 4.5 to 1, WCAG 2.2 criterion 1.4.3, https://www.w3.org/TR/WCAG22/#contrast-minimum

    Parameters
    ----------
    colour : str
        ``#rrggbb``.

    Returns
    -------
    str
        ``#rrggbb``; the colour itself when it is dark enough.

    Examples
    --------
    >>> ink("#12355b"), ink("#f5b14a")
    ('#12355b', '#976d2d')
    """
    parts = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    factor = 1.0
    while 1.05 / (luminance([part * factor for part in parts]) + 0.05) < 4.5:
        factor -= 0.01
    return "#" + "".join(f"{int(part * factor):02x}" for part in parts)


def luminance(rgb: list[float]) -> float:
    """Return the relative luminance, 0 to 1, of sRGB parts from 0 to 255 (IEC 61966-2-1; WCAG 2.2).

    Examples
    --------
    >>> round(luminance([255, 255, 255]), 6), luminance([0, 0, 0])
    (1.0, 0.0)
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
