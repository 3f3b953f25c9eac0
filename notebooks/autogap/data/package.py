"""Describe every file under ``data/``: ``datapackage.json`` and the codebook, both generated, both checkable.

``python -m autogap.data.package`` puts the observations in order and rewrites ``data/datapackage.json`` and
``data/README.md``; ``--check`` writes nothing and exits with status 1 and one sentence when a file drifted from its
description.

The format is the Frictionless Data Package, version 2 (https://datapackage.org/standard/data-package/).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from nbpoints import cli, project
from nbpoints.errors import InputError
from nbpoints.files import write_whole

from autogap.data import codebook, observations, reading
from autogap.data.described import CHOICES, read_catalogue, read_tables
from autogap.data.vocabulary import ASKING, LICENCES, OBSERVATION_FIELDS, SERIES_FIELDS
from autogap.paths import DATA, NOTEBOOKS

NAME = "autogap-data"
TITLE = "Cars in the trade gap between Japan and the United States: the data"
PERIOD = r"^[12][0-9]{3}(-(0[1-9]|1[0-2])|Q[1-4])?$|^FY[12][0-9]{3}$"
VINTAGE = r"^[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-3][0-9])?|Q[1-4])?$"
SERIES_NAME = r"^[a-z0-9_]+(\.[a-z0-9_]+)+$"
REMEDY = "if the change is meant, run `python -m autogap.data.package` and say why in data/CHANGES.md"


def _file(data: Path, relative: str) -> dict:
    content = (data / relative).read_bytes()
    return {
        "path": relative,
        "type": "table",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _licences(names: Iterable[str]) -> list[dict]:
    return [{"name": LICENCES[name]["name"], "title": name} for name in sorted(set(names))]


def _series_resource(data: Path) -> dict:
    fields = []
    for name, description in SERIES_FIELDS.items():
        constraints = {"required": True} if name != "note" else {}
        constraints |= {"enum": CHOICES[name]} if name in CHOICES else {}
        constraints |= {"pattern": PERIOD} if name in ("first_period", "last_period") else {}
        constraints |= {"pattern": SERIES_NAME, "unique": True} if name == "name" else {}
        field = {"name": name, "type": "string", "description": description, "unit": "not applicable"}
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return {
        "name": "series",
        "title": "The catalogue: one row per series",
        **_file(data, "series.csv"),
        "sources": [{"title": "this project"}],
        "licenses": _licences(["own compilation"]),
        "schema": {"fields": fields, "primaryKey": ["name"]},
    }


def _asking(data: Path, relative: str) -> dict:
    """Describe a file that says where figures come from."""
    title, key, columns = ASKING[relative]
    reading.refuse(reading.ragged(data, relative))
    reading.refuse(reading.twice(data, relative, key) if key else [])
    fields = [
        {"name": name, "type": "string", "description": description, "unit": "not applicable"}
        for name, description in columns.items()
    ]
    return {
        "name": Path(relative).stem,
        "title": title,
        **_file(data, relative),
        "sources": [{"title": "this project"}],
        "licenses": _licences(["own compilation"]),
        "schema": {"fields": fields} | ({"primaryKey": key} if key else {}),
    }


def _observations(data: Path, relative: str, rows: list[dict[str, str]]) -> dict:
    def distinct(column: str) -> list[str]:
        return sorted({row[column] for row in rows})

    span = f"{min(row['first_period'] for row in rows)} to {max(row['last_period'] for row in rows)}"
    units = "; ".join(distinct("unit"))
    patterns = {"period": {"pattern": PERIOD}, "series": {"pattern": SERIES_NAME}, "vintage": {"pattern": VINTAGE}}
    fields = [
        {
            "name": name,
            "type": "number" if name == "value" else "string",
            "unit": units if name == "value" else "not applicable",
            "description": description,
            "constraints": {"required": True, **patterns.get(name, {})},
        }
        for name, description in OBSERVATION_FIELDS.items()
    ]
    sources = sorted({(row["source"], row["collected_from"]) for row in rows})
    return {
        "name": Path(relative).stem,
        "title": f"{'; '.join(distinct('publisher'))}: {_subject(Path(relative).stem)}",
        "description": f"{len(rows)} series, {span}, unit: {units}, grade: {'; '.join(distinct('grade'))}, "
        f"vintages: {_vintages(data, relative)}",
        **_file(data, relative),
        "sources": [{"title": f"{source}; collected from {place}"} for source, place in sources],
        "licenses": _licences(distinct("licence")),
        "schema": {
            "fields": fields,
            "primaryKey": ["series", "period", "vintage"],
            "foreignKeys": [{"fields": ["series"], "reference": {"resource": "series", "fields": ["name"]}}],
        },
    }


def _subject(stem: str) -> str:
    """What a file of observations is about, by its name after the publisher's."""
    return " ".join(_SPELT.get(word, word) for word in stem.partition("_")[2].split("_"))


_SPELT = {
    "us": "US",
    "japan": "Japan",
    "china": "China",
    "gdp": "GDP",
    "sna": "national accounts by",
    "hs87": "HS 87",
    "hs9": "by HS of nine digits",
    "naics336": "NAICS 336",
    "naics3": "by NAICS of three digits,",
    "naics6": "by NAICS of six digits,",
}


def _vintages(data: Path, relative: str) -> str:
    found = observations.vintages(data, relative)
    return found[0] if len(found) == 1 else f"{len(found)}, {found[0]} to {found[-1]}"


def _table(data: Path, name: str, table: dict) -> dict:
    fields = [
        {"name": field, "type": spec["type"], "unit": spec["unit"], "description": spec["description"]}
        for field, spec in table["fields"].items()
    ]
    key = {"primaryKey": table["primary_key"]} if table.get("primary_key") else {}
    return {
        "name": name,
        "title": table["title"],
        "description": f"{table['note']} Grade: {table['grade']}.".strip(),
        **_file(data, f"tables/{name}.csv"),
        "sources": [{"title": f"{table['source']}; collected from {table['collected_from']}"}],
        "licenses": _licences([table["licence"]]),
        "schema": {"fields": fields, **key},
    }


def _match_files(data: Path, rows: list[dict[str, str]], tables: dict[str, dict]) -> None:
    """Refuse a file that nothing describes, and a description without its file."""
    described = {*(row["file"] for row in rows), *(f"tables/{name}.csv" for name in tables)}
    rooms = [data / "observations", data / "tables"]
    # hidden files are the system's: .DS_Store, the lock of an open spreadsheet
    found = {
        path.relative_to(data).as_posix()
        for room in rooms
        for path in room.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    reading.refuse(
        [
            *(
                f"data/{extra}: the file is in no row of series.csv and no table of tables.yaml; describe or remove it."
                for extra in sorted(found - described)
            ),
            *(f"data/{lost}: series.csv names this file, but it does not exist." for lost in sorted(described - found)),
        ]
    )


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
    resources = [_series_resource(data), *(_asking(data, relative) for relative in ASKING)]
    resources += [_observations(data, relative, by_file[relative]) for relative in sorted(by_file)]
    resources += [_table(data, name, tables[name]) for name in sorted(tables)]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": TITLE,
        "version": version(data),
        "licenses": _licences([*(row["licence"] for row in rows), *(table["licence"] for table in tables.values())]),
        "resources": resources,
    }


def version(data: Path) -> str:
    """Give the date of the newest entry of CHANGES.md: the descriptor must not change with the clock."""
    changes = reading.text(data, "CHANGES.md")
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
    try:
        stored = [
            (resource["path"], resource["hash"], resource["bytes"])
            for resource in json.loads(reading.text(data, "datapackage.json"))["resources"]
        ]
    except (ValueError, KeyError, TypeError):
        return [f"data/datapackage.json is not a descriptor of this package; {REMEDY}."]
    faults = []
    for relative, digest, size in stored:
        path = data / relative
        if not path.is_file():
            faults.append(f"data/{relative} is described in datapackage.json but missing; {REMEDY}.")
        elif (now := _file(data, relative))["hash"] != digest:
            faults.append(
                f"data/{relative} has changed: {now['hash']} on disk ({now['bytes']} bytes), "
                f"{digest} in datapackage.json ({size} bytes); {REMEDY}."
            )
    if faults:
        return faults
    package = build(data)
    if render(package) != reading.text(data, "datapackage.json"):
        faults.append(f"data/datapackage.json is not what the catalogue and the tables now say; {REMEDY}.")
    readme = data / "README.md"
    if not readme.is_file() or reading.text(data, "README.md") != codebook.render(package, read_catalogue(data)):
        faults.append(f"data/README.md is not the codebook of the data as they are; {REMEDY}.")
    return faults


def write(data: Path = DATA) -> list[str]:
    """Settle the observations, then rewrite ``datapackage.json`` and ``README.md`` from the files on disk.

    Returns
    -------
    list of str
        The files that changed, from the package's folder.
    """
    written = sorted(path for path in data.glob("*/**/*.csv") if not path.name.startswith("."))
    files = ["series.csv", *(path.relative_to(data).as_posix() for path in written)]
    reading.refuse(fault for relative in files for fault in reading.placeholders(data, relative, CHOICES))
    catalogue = read_catalogue(data)
    tables = read_tables(data)
    _match_files(data, catalogue, tables)
    changed = observations.put_in_order(data, catalogue, version(data))
    package = build(data)
    for name, content in (("datapackage.json", render(package)), ("README.md", codebook.render(package, catalogue))):
        changed += [name] if write_whole(data / name, content) else []
    return changed


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m autogap.data.package", description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file drifted")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data package")
    arguments = parser.parse_args(argv)
    return cli.in_sentences(lambda: _settle(arguments.data, arguments.check))


def _settle(data: Path, only_checks: bool) -> int:
    if data == DATA:
        project.refuse_another(NOTEBOOKS / "autogap")
    if not only_checks:
        changed = write(data)
        same = "The package is as described; nothing to rewrite."
        print(f"Rewritten: {', '.join(changed)}." if changed else same)
        return 0
    faults = drift(data)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
