"""The tables of claims: one file an article, named by its outlet and its day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters import periods

from autogap import data
from autogap.data import reading
from autogap.paths import DATA

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "claims"
REQUIRED = ("claim_id", "statement", "value", "unit")
OPTIONAL = (
    "scope",
    "period",
    "attributed_to",
    "check_with",
    "accept_low",
    "accept_high",
    "series",
    "transform",
    "of",
    "definition_trap",
)

_ACRONYM = 4  # letters; MOF, AP, NHK, JAMA
_NAME = re.compile(r"[a-z0-9_]+_([0-9]{4}-[0-9]{2}-[0-9]{2})")


def names() -> list[str]:
    """List the articles whose claims can be judged.

    Examples
    --------
    >>> "japan_times_2025-06-19" in names()
    True
    """
    return sorted(path.stem for path in (DATA / "tables" / FOLDER).glob("*.csv"))


def day(article: str) -> str:
    """Return the day of an article, which is the end of its name.

    Raises
    ------
    InputError
        If the name does not end in a day.

    Examples
    --------
    >>> day("japan_times_2025-06-19")
    '2025-06-19'
    """
    named = _NAME.fullmatch(article)
    if not named or periods.form(named.group(1)) != "day":
        raise InputError(f"{article}: name a table of claims by outlet and day, such as japan_times_2025-06-19.")
    return named.group(1)


def outlet(article: str) -> str:
    """Return the outlet of an article as people read it.

    Examples
    --------
    >>> outlet("japan_times_2025-06-19"), outlet("mof_2026-04-22")
    ('Japan Times', 'MOF')
    """
    name = article.removesuffix(f"_{day(article)}").replace("_", " ")
    return name.upper() if len(name) <= _ACRONYM else name.title()


def lines(article: str) -> list[int]:
    """The line of the file on which each claim of an article stands.

    Examples
    --------
    >>> lines("mof_2026-04-22")[:2]
    [2, 3]
    """
    return [line for line, row in reading.rows(DATA, f"tables/{FOLDER}/{article}.csv")[1:] if row]


def read(article: str) -> pd.DataFrame:
    """Read the claims of an article.

    Parameters
    ----------
    article : str
        Name of a file in ``data/tables/claims/``, without its ending.

    Returns
    -------
    DataFrame
        A row a claim; a column that the file leaves out is empty. Its attribute ``place`` names the file in errors.

    Raises
    ------
    InputError
        If there is no such article, a column is missing or unknown, or a claim stands twice.

    Examples
    --------
    >>> read("japan_times_2025-06-19").loc[2, "claim_id"]
    'C03'
    """
    day(article)
    # the folder is listed only for the sentence: a new article must not make runs on others stale
    if not (DATA / "tables" / FOLDER / f"{article}.csv").is_file():
        raise InputError(f"{article}: data/tables/{FOLDER} has no such table.{did_you_mean(article, names())}")
    table = data.table(f"{FOLDER}/{article}", text=True)
    place = f"data/tables/{FOLDER}/{article}.csv"
    missing = [name for name in REQUIRED if name not in table]
    if missing:
        raise InputError(f"{place}: the column {missing[0]} is missing; the first line names {', '.join(REQUIRED)}.")
    unknown = [name for name in table if name not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise InputError(f"{place}: {unknown[0]!r} is not a column.{did_you_mean(unknown[0], (*REQUIRED, *OPTIONAL))}")
    unnamed = [line for line, named in zip(lines(article), table["claim_id"].notna(), strict=True) if not named]
    if unnamed:
        raise InputError(f"{place}, line {unnamed[0]}: claim_id is empty; give each claim its own.")
    twice = table.loc[table["claim_id"].duplicated(), "claim_id"]
    if len(twice):
        raise InputError(f"{place}: claim {twice.iloc[0]} stands twice; give each claim its own claim_id.")
    table = table.assign(**{name: None for name in OPTIONAL if name not in table}).fillna({"scope": "in"})
    for line, scope in zip(lines(article), table["scope"], strict=True):
        if scope not in ("in", "out"):
            raise InputError(f"{place}, line {line}: scope is {scope!r}; give in, or out for a sidebar.")
    table.attrs["place"] = place
    return table
