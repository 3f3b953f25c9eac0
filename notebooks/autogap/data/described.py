"""What describes the data: the catalogue of series and the description of tables, their words judged all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbpoints.errors import InputError
from nbpoints.scenarios import strict_yaml

from autogap.data import reading
from autogap.data.vocabulary import (
    FREQUENCIES,
    GRADES,
    LICENCES,
    SEASONAL,
    SERIES_FIELDS,
    TABLE_UNITS,
    UNITS,
    VINTAGE_KINDS,
)
from autogap.paths import DATA

# the periods follow from the observations
_MAY_BE_EMPTY = ("note", "first_period", "last_period")
_TABLE_KEYS = ("title", "source", "collected_from", "licence", "grade", "note", "fields")
_FIELD_KEYS = ("type", "unit", "description")
CHOICES = {
    "unit": list(UNITS),
    "frequency": list(FREQUENCIES),
    "vintage_kind": list(VINTAGE_KINDS),
    "grade": list(GRADES),
    "licence": list(LICENCES),
    "seasonal_adjustment": list(SEASONAL),
}


def read_catalogue(data: Path = DATA) -> list[dict[str, str]]:
    """Read ``series.csv`` and judge its words.

    Parameters
    ----------
    data : Path
        The folder of the data package.

    Returns
    -------
    list of dict
        One a series, in the order of the file.

    Raises
    ------
    InputError
        When a column is missing, a field is empty or a word is not in the vocabulary.

    Examples
    --------
    >>> "million JPY" in {row["unit"] for row in read_catalogue()}
    True
    """
    rows = catalogue_rows(data)
    reading.refuse(fault for row in rows for fault in _catalogue_faults(row))
    return rows


def catalogue_rows(data: Path) -> list[dict[str, str]]:
    """Read ``series.csv`` whatever its words are: a skeleton may stand in it.

    Raises
    ------
    InputError
        When a column is missing, a row does not fit the columns, or a series stands twice.
    """
    header = _header(data, "series.csv")
    if header != list(SERIES_FIELDS):
        raise InputError(f"data/series.csv: the columns are {header}; they must be {list(SERIES_FIELDS)}.")
    reading.refuse(reading.ragged(data, "series.csv"))
    reading.refuse(reading.twice(data, "series.csv", ["name"]))
    return [dict(zip(header, row)) for _, row in reading.rows(data, "series.csv")[1:]]


def _catalogue_faults(row: dict) -> Iterator[str]:
    place = f"data/series.csv, {row['name']}"
    for field, value in row.items():
        if not value and field not in _MAY_BE_EMPTY:
            yield f"{place}: {field} is empty; write 'not stated' if it is not."
        elif value and field in CHOICES and value not in CHOICES[field]:
            yield reading.unknown(f"{place}: {field}", value, CHOICES[field])
        elif value and field == "release_days" and not re.fullmatch(r"[0-9]{1,4}", value):
            yield f"{place}: release_days {value!r} is not a number of days (expected one like 47)."


def read_tables(data: Path = DATA) -> dict[str, dict]:
    """Read ``tables.yaml``, the description of every file under ``data/tables/``.

    Parameters
    ----------
    data : Path
        The folder of the data package.

    Returns
    -------
    dict of str to dict
        Table name -> title, source, collected_from, licence, grade, note, primary_key, fields.

    Raises
    ------
    InputError
        When a description and its file do not match, or a word is not in the vocabulary.

    Examples
    --------
    >>> read_tables()["timeline"]["licence"]
    'own compilation; facts only'
    """
    document = strict_yaml.loads(reading.text(data, "tables.yaml"), "data/tables.yaml")
    reading.refuse(f"data/tables.yaml, line {line}: {fault}" for line, fault in document.faults)
    described = document.data
    wrong = not isinstance(described, dict) or [name for name, one in described.items() if not _is_described(one)]
    if wrong:
        which = "" if wrong is True else f", {wrong[0]}"
        raise InputError(f"data/tables.yaml{which}: must have {', '.join(_TABLE_KEYS)}, and fields with {_FIELD_KEYS}.")
    tables = _each_file(described, data)
    reading.refuse(fault for name, table in tables.items() for fault in _table_faults(data, name, table))
    return tables


def _is_described(table: object) -> bool:
    if not isinstance(table, dict) or not set(_TABLE_KEYS) <= set(table) or not isinstance(table["fields"], dict):
        return False
    return all(isinstance(field, dict) and set(_FIELD_KEYS) <= set(field) for field in table["fields"].values())


def _table_faults(data: Path, name: str, table: dict) -> Iterator[str]:
    if not (data / "tables" / f"{name}.csv").is_file():
        yield f"data/tables.yaml: {name} is described, but data/tables/{name}.csv does not exist."
        return
    yield from reading.ragged(data, f"tables/{name}.csv")
    header = _header(data, f"tables/{name}.csv")
    if not header:  # said already
        return
    if header != list(table["fields"]):
        yield f"data/tables/{name}.csv: the columns are {header}; data/tables.yaml has {list(table['fields'])}."
    key = table.get("primary_key") or []
    if not isinstance(key, list) or not set(key) <= set(header):
        yield f"data/tables.yaml, {name}: primary_key is {key!r}; list columns of the table."
    elif key:
        yield from reading.twice(data, f"tables/{name}.csv", key)
    units = [(f"unit of {field}", spec["unit"], UNITS | TABLE_UNITS) for field, spec in table["fields"].items()]
    for place, value, words in [("licence", table["licence"], LICENCES), ("grade", table["grade"], GRADES), *units]:
        if value not in words:
            yield reading.unknown(f"data/tables.yaml, {name}: {place}", value, words)


def _header(data: Path, relative: str) -> list[str]:
    return next((row for _, row in reading.rows(data, relative)), [])


def _each_file(tables: dict[str, dict], data: Path) -> dict[str, dict]:
    """Give each file of a folder the description of the folder (``claims/*``), with the columns that the file has."""
    found: dict[str, dict] = {}
    for name, table in tables.items():
        if not name.endswith("/*"):
            found[name] = table
            continue
        for path in sorted((data / "tables").glob(f"{name}.csv")):
            header = _header(data, path.relative_to(data).as_posix())
            fields = {field: spec for field, spec in table["fields"].items() if field in header}
            found[f"{name[:-1]}{path.stem}"] = {**table, "title": f"{table['title']}: {path.stem}", "fields": fields}
    return found
