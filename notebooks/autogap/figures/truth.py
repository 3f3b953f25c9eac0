"""Check that a figure tells the truth about itself: its data hold what is drawn, its source stands alone.

And describe in words what it shows, for those who do not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from nbpoints.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_ALONE = re.compile(
    r"\b(as (in|before|above|for) the|as (above|before)|same as|see above|previous figure|ibid)\b", re.I
)
_NEAR = 5e-6  # of a number's size: the csv holds ten digits
_DAYS = 10_000  # days since 1970 in which matplotlib counts dates: from 1997 on
_UNSURE = re.compile(r"\b(no|not|none|nothing|may|might|cannot|chance|zero|unclear|either)\b", re.I)
_UP = re.compile(r"\b(rose|rise|rises|gain|gains|gained|more|higher|grew|above|exceed(s|ed)?)\b", re.I)
_DOWN = re.compile(r"\b(fell|fall|falls|lose|loses|lost|less|lower|short|shrank|below)\b", re.I)
_FIGURE = re.compile(r"[\N{MINUS SIGN}-]?[0-9][0-9,]*(?:\.[0-9]+)?")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"\b([0-9]{{1,2}} )?({_MONTHS})( [0-9]{{4}})?\b|\b(19|20)[0-9][0-9]\b")
_TIMES = ("period", "month", "quarter", "year", "date", "release")


def refuse(stem: str, described: Mapping, table: pd.DataFrame, source: str) -> None:
    """Refuse a source that points elsewhere, and drawn numbers that the data do not hold.

    Raises
    ------
    InputError
    """
    if _ALONE.search(source):
        raise InputError(f"{stem}: source {source!r} does not stand alone; name publisher and release in each figure.")
    lacking = next(not_in_data(described, table), None)
    if lacking:
        raise InputError(f"{stem}: data lacks what is drawn as {lacking}; pass the table with a column for it.")


def refuse_certainty(stem: str, title: str, table: pd.DataFrame, interval: object) -> None:
    """Refuse a title that says more than the interval of its estimate allows.

    Raises
    ------
    InputError
    """
    if interval is ...:
        if {"low", "high"} <= {str(name) for name in table.columns}:
            raise InputError(
                f"{stem}: the data have intervals; pass interval=(low, high) of the estimate in the title, or "
                "interval=None for a title that counts or compares."
            )
        return
    if interval is None:
        return
    low, high = map(float, interval)
    if not low <= high:
        raise InputError(f"{stem}: interval {low:g} to {high:g} is none; pass its lower end first.")
    span = f"{low:.3g} to {high:.3g}"
    if low <= 0 <= high and low < high and not _UNSURE.search(title):
        raise InputError(f"{stem}: title {title!r} is certain, its interval {span} holds zero; use words.verdict.")
    wrong = _DOWN if low > 0 else _UP if high < 0 else None
    right = _UP if low > 0 else _DOWN
    if wrong and wrong.search(title) and not right.search(title):
        raise InputError(f"{stem}: title {title!r} tells the other direction than its interval, {span}.")


def refuse_numbers(stem: str, words: Mapping[str, str], described: Mapping, table: pd.DataFrame, derived: str) -> None:
    """Refuse a number in the title that no mark, label or row shows, unless it is said how a reader gets it.

    Raises
    ------
    InputError
    """
    if not isinstance(derived, str):
        raise InputError(f"{stem}: derived is a text: how a reader gets the numbers of the title from what is drawn.")
    lacking = next(not_shown(words, described, table), None)
    if lacking and not derived.strip():
        raise InputError(
            f"{stem}: title {words['title']!r} tells {lacking}, which is neither drawn nor labelled; label it "
            "(figures.reference, figures.mean, values=), or say with derived= how a reader gets it from the marks."
        )


def not_shown(words: Mapping[str, str], described: Mapping, table: pd.DataFrame) -> Iterator[str]:
    """Numbers of a title that neither a mark, a label, the data nor a count of rows shows, as rounded as they are."""
    import numpy as np

    said = " ".join(text["text"] for axes in described["axes"] for text in axes.get("texts", []))
    drawn = [
        _parsed(one.get(place, ""))
        for axes in described["axes"]
        for kind in ("lines", "bars", "points", "segments", "patches", "areas")
        for one in axes.get(kind, [])
        for place in ("x", "y", "width", "height")
    ]
    held = np.abs(np.concatenate([_numbers(table), *drawn]))
    held = held[np.isfinite(held)]
    for found in _FIGURE.finditer(_DATE.sub("", words["title"])):
        word = found.group().lstrip("-\N{MINUS SIGN}").rstrip(",")
        value, digits = float(word.replace(",", "")), len(word.partition(".")[2])
        is_near = bool((np.abs(held - value) <= 0.5 * 10.0**-digits + 1e-9).any())
        is_count = not digits and value <= len(table)
        if not (word in f"{said} {words['subtitle']}" or is_near or is_count):
            yield word


def not_in_data(described: Mapping, table: pd.DataFrame) -> Iterator[str]:
    """Labels of lines and bars of which a number stands nowhere in the data; one constant is a reference."""
    import numpy as np

    held = _numbers(table)
    for axes in described["axes"]:
        rows = set(range(len(axes.get("yticks", []))))  # places of categories are no numbers of the data
        drawn = []
        for line in axes.get("lines", []):
            is_in_rows = set(_parsed(line["y"])) <= rows
            values = _parsed(line["x" if is_in_rows else "y"])
            if not (is_in_rows and len(values) and values.min() > _DAYS):
                drawn.append((line["label"], values))
        for bars in axes.get("bars", []):
            heights, widths = _parsed(bars["height"]), _parsed(bars["width"])
            drawn.append((bars["label"], widths if len(set(heights)) == 1 and len(set(widths)) > 1 else heights))
        for label, numbers in drawn:
            known = numbers[np.isfinite(numbers)]
            if label and len(set(known)) > 1 and not _held(known, held):
                yield repr(label)


def _numbers(table: pd.DataFrame) -> np.ndarray:
    """Every number of a table, index included, sorted."""
    import numpy as np
    import pandas as pd

    columns = [table.iloc[:, place] for place in range(table.shape[1])]
    parts = [
        pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        for column in columns
        if not isinstance(column.dtype, pd.PeriodDtype) and not pd.api.types.is_datetime64_any_dtype(column)
    ]
    if pd.api.types.is_numeric_dtype(table.index):
        parts.append(table.index.to_numpy(dtype=float))
    everything = np.concatenate([*parts, [0.0]])
    return np.sort(everything[np.isfinite(everything)])


def _held(numbers: np.ndarray, held: np.ndarray) -> bool:
    """Whether each number, or its opposite, stands among the sorted ones."""
    import numpy as np

    def near(wanted: np.ndarray) -> np.ndarray:
        place = np.searchsorted(held, wanted).clip(0, len(held) - 1)
        nearest = np.minimum(np.abs(held[place] - wanted), np.abs(held[np.maximum(place - 1, 0)] - wanted))
        return nearest <= _NEAR * np.maximum(np.abs(wanted), 1e-6)

    return bool((near(numbers) | near(-numbers)).all())


def _parsed(text: str) -> np.ndarray:
    import numpy as np

    return np.array([float(word) for word in text.split()])


def alt(said: str, title: str, table: pd.DataFrame) -> str:
    """Complete an alternative text that names the chart only: what it finds, and the range of what is drawn.

    Parameters
    ----------
    said : str
        The author's; one with a number in it tells a finding already and is kept.
    title : str
    table : DataFrame
        What is drawn.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"cars": [3.0, 1.0]}, pd.period_range("2025-04", periods=2, freq="M"))
    >>> alt("Line of exports by month.", "Exports fell", table)
    'Line of exports by month. Exports fell. Cars: 3 in 2025-04, 1 in 2025-05; from 1 (2025-05) to 3 (2025-04).'
    """
    if any(letter.isdigit() for letter in said):
        return said
    ranges = [sentence for sentence in map(_range, *_columns(table)) if sentence][:3]
    parts = [said, title, *ranges]
    return " ".join(f"{part.strip().rstrip('.')}." for part in parts)


def _columns(table: pd.DataFrame) -> tuple[list[str], list[pd.Series]]:
    import pandas as pd

    times = [name for name in table.columns if str(name) in _TIMES]
    words = times or [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    by = table.set_index(words[0]) if words and not isinstance(table.index, pd.PeriodIndex) else table
    chosen = [name for name in by.columns if pd.api.types.is_numeric_dtype(by[name])]
    return [str(name) for name in chosen], [by[name] for name in chosen]


def _range(name: str, column: pd.Series) -> str:
    import pandas as pd

    column = column.dropna().astype(float)
    if column.empty:
        return ""
    name = name.replace("_", " ")
    name = name[0].upper() + name[1:]
    low, high = column.idxmin(), column.idxmax()
    span = f"from {_number(column.min())} ({low}) to {_number(column.max())} ({high})"
    if isinstance(column.index, pd.PeriodIndex) and len(column) > 1:
        first, last = (f"{_number(column.iloc[place])} in {column.index[place]}" for place in (0, -1))
        return f"{name}: {first}, {last}; {span}"
    return f"{name}: {span}"


def _number(value: float) -> str:
    """Three digits that count, thousands separated, a real minus."""
    rounded = float(f"{value:.3g}") + 0.0
    return f"{rounded:,.10g}".replace("-", "\N{MINUS SIGN}")
