"""Files of observations as pandas reads them, and periods as pandas names them; what is broken is told with its line.

pandas is fast and says little of what it cannot read: only then the file is judged row by row, for the sentence.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import pandas as pd
from nbpoints.errors import InputError
from nbpoints.parameters import periods

from autogap.data import reading

FREQUENCIES = {"M": "M", "Q": "Q", "A": "Y", "FY": "Y-MAR"}
"""Frequencies of the catalogue and the pandas periods that stand for them. A fiscal year of Japan (April to
March) is named by the year in which it begins; pandas names it by the year in which it ends."""

_NEWEST = "9999-12-31"  # whether a vintage is too new is for `make package` to say


class DataError(InputError):
    """A series, table, vintage or period that the data package does not have."""


def read(data: Path, relative: str) -> pd.DataFrame:
    """Read a file of observations.

    Raises
    ------
    InputError
        When a row is broken, with its line.
    """
    try:
        rows = pd.read_csv(data / relative, dtype={"period": str, "series": str, "value": float, "vintage": str})
        labels = [*rows["period"].unique(), *rows["vintage"].unique()]
    except (ValueError, KeyError) as error:
        refuse(data, relative, error)
    if rows.isna().to_numpy().any() or not all(map(periods.form, labels)):
        refuse(data, relative, "a cell is empty or is no period")
    return rows


def refuse(data: Path, relative: str, why: object) -> NoReturn:
    """Say with its line what keeps a file of observations from being read.

    Raises
    ------
    InputError
        Always; with `why` where every row is as it should be.
    """
    from autogap.data import described, observations  # not what every notebook has to wait for

    reading.refuse(
        fault for name in ("series.csv", relative) for fault in reading.placeholders(data, name, described.CHOICES)
    )
    catalogue = {row["name"]: row for row in described.read_catalogue(data)}
    observations.read(data, relative, catalogue, _NEWEST)
    raise DataError(f"data/{relative}: the file cannot be read ({why}).")


def index(labels: pd.Series, frequency: str) -> pd.PeriodIndex:
    """Periods of the package as pandas names them."""
    if frequency == "FY":
        ends = (labels.str.removeprefix("FY").astype(int) + 1).astype(str)
        return pd.PeriodIndex(ends, freq=FREQUENCIES["FY"], name="period")
    return pd.PeriodIndex(labels, freq=FREQUENCIES[frequency], name="period")


def bound(value: str | pd.Period, frequency: str, name: str, end: bool) -> pd.Period:
    """First or last period that a user wants of a series.

    Raises
    ------
    DataError
        When it is no period.
    """
    text = str(value)
    # pandas would read "May" as the month 0001-05: only what the data package itself writes is meant.
    if isinstance(value, pd.Period) or re.fullmatch(r"[0-9]{4}(-(0[1-9]|1[0-2])|Q[1-4])?|FY[0-9]{4}", text):
        year = text.removeprefix("FY")
        wanted = pd.Period(str(int(year) + 1), freq=FREQUENCIES["FY"]) if year != text else pd.Period(value)
        return wanted.asfreq(FREQUENCIES[frequency], "end" if end else "start")
    example = {"M": "2025-05", "Q": "2025Q1", "A": "2024", "FY": "FY2024"}[frequency]
    raise DataError(f"series {name!r}: {text!r} is not a valid period (expected one like {example!r}).")
