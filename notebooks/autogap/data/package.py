"""Describe every file under ``data/``: ``datapackage.json`` and the codebook, both generated, both checkable.

``python -m autogap.data.package`` puts the observations in order and rewrites ``data/datapackage.json`` and
``data/README.md``; ``--check`` writes nothing and exits with status 1 and one sentence when a file drifted from its
description.

The format is the Frictionless Data Package, version 2 (https://datapackage.org/standard/data-package/).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from autogap.data import codebook, known, observations
from autogap.data.vocabulary import (
    FREQUENCIES,
    GRADES,
    LICENCES,
    OBSERVATION_FIELDS,
    SEASONAL,
    SERIES_FIELDS,
    TABLE_UNITS,
    UNITS,
    VINTAGE_KINDS,
)
from autogap.paths import DATA
from nbpoints.errors import InputError, did_you_mean
from nbpoints.files import write_whole

NAME = "autogap-data"
TITLE = "Cars in the trade gap between Japan and the United States: the data"
PERIOD = r"^[12][0-9]{3}(-(0[1-9]|1[0-2])|Q[1-4])?$|^FY[12][0-9]{3}$"
VINTAGE = r"^[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-3][0-9])?|Q[1-4])?$"
SERIES_NAME = r"^[a-z0-9_]+(\.[a-z0-9_]+)+$"
REMEDY = "if the change is meant, run `python -m autogap.data.package` and say why in data/CHANGES.md"

# the periods follow from the observations
_MAY_BE_EMPTY = ("note", "first_period", "last_period")
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CHOICES = {"unit": list(UNITS), "frequency": list(FREQUENCIES), "vintage_kind": list(VINTAGE_KINDS),
            "grade": list(GRADES), "licence": list(LICENCES), "seasonal_adjustment": list(SEASONAL)}


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
    with open(data / "series.csv", newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        if list(reader.fieldnames or []) != list(SERIES_FIELDS):
            raise InputError(f"data/series.csv: the columns are {reader.fieldnames}; "
                             f"they must be {list(SERIES_FIELDS)}.")
        rows = list(reader)
    for row in rows:
        for field, value in row.items():
            if not value and field not in _MAY_BE_EMPTY:
                raise InputError(f"data/series.csv, {row['name']}: {field} is empty; write 'not stated' if it is not.")
            known = _CHOICES.get(field)
            if known and value not in known:
                raise InputError(f"data/series.csv, {row['name']}: {field} {value!r} is not in the vocabulary of "
                                 f"autogap/data/vocabulary.py.{did_you_mean(value, known)}")
    return rows


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
    tables = _each_file(yaml.load((data / "tables.yaml").read_text(encoding="utf-8"), _YAML), data)
    for name, table in tables.items():
        path = data / "tables" / f"{name}.csv"
        if not path.is_file():
            raise InputError(f"data/tables.yaml: {name} is described, but data/tables/{name}.csv does not exist.")
        with open(path, newline="", encoding="utf-8") as stream:
            header = next(csv.reader(stream))
        if header != list(table["fields"]):
            raise InputError(f"data/tables/{name}.csv: the columns are {header}; data/tables.yaml has "
                             f"{list(table['fields'])}.")
        for place, value, known in [("licence", table["licence"], LICENCES), ("grade", table["grade"], GRADES)] + [
            (f"unit of {field}", spec["unit"], UNITS | TABLE_UNITS) for field, spec in table["fields"].items()
        ]:
            if value not in known:
                raise InputError(f"data/tables.yaml, {name}: {place} {value!r} is not in the vocabulary of "
                                 f"autogap/data/vocabulary.py.{did_you_mean(value, known)}")
    return tables


def _each_file(tables: dict[str, dict], data: Path) -> dict[str, dict]:
    """Give each file of a folder the description of the folder (``claims/*``), with the columns that the file has."""
    found: dict[str, dict] = {}
    for name, table in tables.items():
        if not name.endswith("/*"):
            found[name] = table
            continue
        for path in sorted((data / "tables").glob(f"{name}.csv")):
            with open(path, newline="", encoding="utf-8") as stream:
                header = set(next(csv.reader(stream), []))
            fields = {field: spec for field, spec in table["fields"].items() if field in header}
            found[f"{name[:-1]}{path.stem}"] = {**table, "title": f"{table['title']}: {path.stem}", "fields": fields}
    return found


def _file(data: Path, relative: str) -> dict:
    content = (data / relative).read_bytes()
    return {"path": relative, "type": "table", "scheme": "file", "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _licences(names: Iterable[str]) -> list[dict]:
    return [{"name": LICENCES[name]["name"], "title": name} for name in sorted(set(names))]


def _series_resource(data: Path) -> dict:
    fields = []
    for name, description in SERIES_FIELDS.items():
        constraints = {"required": True} if name != "note" else {}
        constraints |= {"enum": _CHOICES[name]} if name in _CHOICES else {}
        constraints |= {"pattern": PERIOD} if name in ("first_period", "last_period") else {}
        constraints |= {"pattern": SERIES_NAME, "unique": True} if name == "name" else {}
        field = {"name": name, "type": "string", "description": description, "unit": "not applicable"}
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return {"name": "series", "title": "The catalogue: one row a series", **_file(data, "series.csv"),
            "sources": [{"title": "this project"}], "licenses": _licences(["own compilation"]),
            "schema": {"fields": fields, "primaryKey": ["name"]}}


def _observations(data: Path, relative: str, rows: list[dict[str, str]]) -> dict:
    def distinct(column: str) -> list[str]:
        return sorted({row[column] for row in rows})

    span = f"{min(row['first_period'] for row in rows)} to {max(row['last_period'] for row in rows)}"
    units = "; ".join(distinct("unit"))
    patterns = {"period": {"pattern": PERIOD}, "series": {"pattern": SERIES_NAME},
                "vintage": {"pattern": VINTAGE}}
    fields = [{"name": name, "type": "number" if name == "value" else "string",
               "unit": units if name == "value" else "not applicable", "description": description,
               "constraints": {"required": True, **patterns.get(name, {})}}
              for name, description in OBSERVATION_FIELDS.items()]
    sources = sorted({(row["source"], row["collected_from"]) for row in rows})
    return {
        "name": Path(relative).stem,
        "title": f"{'; '.join(distinct('publisher'))}: {Path(relative).stem.partition('_')[2].replace('_', ' ')}",
        "description": f"{len(rows)} series, {span}, unit: {units}, grade: {'; '.join(distinct('grade'))}, "
                       f"vintages: {_vintages(data, relative)}",
        **_file(data, relative),
        "sources": [{"title": f"{source}; collected from {place}"} for source, place in sources],
        "licenses": _licences(distinct("licence")),
        "schema": {
            "fields": fields, "primaryKey": ["series", "period", "vintage"],
            "foreignKeys": [{"fields": ["series"], "reference": {"resource": "series", "fields": ["name"]}}],
        },
    }


def _vintages(data: Path, relative: str) -> str:
    with open(data / relative, newline="", encoding="utf-8") as stream:
        found = sorted({row["vintage"] for row in csv.DictReader(stream)}, key=lambda day: (known.last_day(day), day))
    return found[0] if len(found) == 1 else f"{len(found)}, {found[0]} to {found[-1]}"


def _table(data: Path, name: str, table: dict) -> dict:
    fields = [{"name": field, "type": spec["type"], "unit": spec["unit"], "description": spec["description"]}
              for field, spec in table["fields"].items()]
    key = {"primaryKey": table["primary_key"]} if table.get("primary_key") else {}
    return {"name": name, "title": table["title"], "description": f"{table['note']} Grade: {table['grade']}.".strip(),
            **_file(data, f"tables/{name}.csv"),
            "sources": [{"title": f"{table['source']}; collected from {table['collected_from']}"}],
            "licenses": _licences([table["licence"]]), "schema": {"fields": fields, **key}}


def _match_files(data: Path, rows: list[dict[str, str]], tables: dict[str, dict]) -> None:
    """Refuse a file that nothing describes, and a description without its file."""
    described = {*(row["file"] for row in rows), *(f"tables/{name}.csv" for name in tables)}
    rooms = [data / "observations", data / "tables"]
    # hidden files are the system's: .DS_Store, the lock of an open spreadsheet
    found = {path.relative_to(data).as_posix() for room in rooms for path in room.rglob("*")
             if path.is_file() and not path.name.startswith(".")}
    for extra in sorted(found - described):
        raise InputError(f"data/{extra}: the file is in no row of series.csv and in no table of tables.yaml; "
                         "describe it or remove it.")
    for lost in sorted(described - found):
        raise InputError(f"data/{lost}: series.csv names this file, but it does not exist.")


def build(data: Path = DATA) -> dict:
    """Describe the data package as it lies on disk.

    Parameters
    ----------
    data : Path
        The folder of the data package.

    Returns
    -------
    dict
        The descriptor, ready for JSON; equal files give an equal descriptor.

    Raises
    ------
    InputError
        When a file and its description do not match.

    Examples
    --------
    >>> build()["name"]
    'autogap-data'
    """
    rows, tables = read_catalogue(data), read_tables(data)
    by_file: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_file.setdefault(row["file"], []).append(row)
    _match_files(data, rows, tables)
    resources = [_series_resource(data)]
    resources += [_observations(data, relative, by_file[relative]) for relative in sorted(by_file)]
    resources += [_table(data, name, tables[name]) for name in sorted(tables)]
    return {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": NAME, "title": TITLE,
            "version": version(data), "licenses": _licences([*(row["licence"] for row in rows),
                                                              *(table["licence"] for table in tables.values())]),
            "resources": resources}


def version(data: Path) -> str:
    """Give the date of the newest entry of CHANGES.md: the descriptor must not change with the clock."""
    changes = (data / "CHANGES.md").read_text(encoding="utf-8")
    newest = re.search(r"^## ([12][0-9]{3}-[0-9]{2}-[0-9]{2})$", changes, flags=re.MULTILINE)
    if not newest:
        raise InputError("data/CHANGES.md: no entry is headed by a date such as '## 2026-11-23'.")
    return newest.group(1)


def render(package: dict) -> str:
    """Write a descriptor as JSON with stable bytes."""
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def drift(data: Path = DATA) -> list[str]:
    """Tell where the files differ from ``datapackage.json`` and from the generated codebook.

    Parameters
    ----------
    data : Path
        The folder of the data package.

    Returns
    -------
    list of str
        One sentence a difference; empty when everything is as described.
    """
    stored_at = data / "datapackage.json"
    if not stored_at.is_file():
        return [f"data/datapackage.json is missing; {REMEDY}."]
    stored = json.loads(stored_at.read_text(encoding="utf-8"))
    faults = []
    for resource in stored["resources"]:
        path = data / resource["path"]
        if not path.is_file():
            faults.append(f"data/{resource['path']} is described in datapackage.json but missing; {REMEDY}.")
        elif (now := _file(data, resource["path"]))["hash"] != resource["hash"]:
            faults.append(f"data/{resource['path']} has changed: {now['hash']} on disk ({now['bytes']} bytes), "
                          f"{resource['hash']} in datapackage.json ({resource['bytes']} bytes); {REMEDY}.")
    if faults:
        return faults
    package = build(data)
    if render(package) != stored_at.read_text(encoding="utf-8"):
        faults.append(f"data/datapackage.json is not what the catalogue and the tables now say; {REMEDY}.")
    readme = data / "README.md"
    if not readme.is_file() or readme.read_text(encoding="utf-8") != codebook.render(package, read_catalogue(data)):
        faults.append(f"data/README.md is not the codebook of the data as they are; {REMEDY}.")
    return faults


def write(data: Path = DATA) -> None:
    """Settle the observations, then rewrite ``datapackage.json`` and ``README.md`` from the files on disk."""
    catalogue = read_catalogue(data)
    _match_files(data, catalogue, read_tables(data))
    observations.settle(data, catalogue, version(data))
    package = build(data)
    write_whole(data / "datapackage.json", render(package))
    write_whole(data / "README.md", codebook.render(package, catalogue))


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m autogap.data.package", description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file drifted")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data package")
    arguments = parser.parse_args(argv)
    try:
        if not arguments.check:
            write(arguments.data)
            return 0
        faults = drift(arguments.data)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
