"""`autogap tidy`: the data for programs that know nothing of this package, with metadata for catalogues of data sets.

Nothing of it is kept in the repository: a binary file that is rewritten each month costs every clone its history.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd
from nbpoints.errors import counted
from nbpoints.files import write_whole

from autogap import data
from autogap.data import package
from autogap.paths import DATA, RUNS

TIDY, WIDE, COLUMNS, CROISSANT = (
    "autogap.parquet",
    "autogap-monthly.csv",
    "autogap-monthly-columns.csv",
    "croissant.json",
)
MONTHLY = (
    *(f"mof.us.{what}" for what in ("exports.total", "imports.total", "balance")),
    *(f"mof.us.exports.{what}" for what in ("motor_vehicles", "motor_vehicles_units", "passenger_cars")),
    *(f"mof.us.exports.{what}" for what in ("passenger_cars_units", "buses_trucks", "mv_parts", "machinery")),
    *(f"mof.world.exports.{what}" for what in ("total", "motor_vehicles", "motor_vehicles_units")),
    *("mof.world.imports.total", "mof.cn.balance", "mof.eu.balance", "mof.kr.balance"),
    *(f"census.jp.{what}" for what in ("exports", "general_imports", "balance")),
    *(f"census.jp.naics336.{what}" for what in ("customs_value", "calculated_duty")),
    *(f"census.jp.all_goods.{what}" for what in ("customs_value", "calculated_duty")),
    *("frb.jpy_per_usd", "boj.export_price.cars_north_america_contract_yoy_pct", "bls.cpi_new_vehicles_sa"),
    *("bls.import_price.japan_all_goods", "bea.us.vehicle_sales_saar", "treasury.customs_duties"),
)
"""The monthly series that most users want, the columns of the wide table."""
_CONTEXT = {
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "recordSet": "cr:recordSet",
    "field": "cr:field",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "source": "cr:source",
    "fileObject": "cr:fileObject",
    "extract": "cr:extract",
    "column": "cr:column",
    "key": "cr:key",
}
_TYPES = {"number": "sc:Float", "integer": "sc:Integer", "boolean": "sc:Boolean", "date": "sc:Date"}


def newest() -> pd.DataFrame:
    """Every series in one table: a row a series and period, with the newest figure and its words.

    Examples
    --------
    >>> list(newest().columns)
    ['series', 'period', 'value', 'vintage', 'title', 'unit', 'frequency', 'publisher', 'licence']
    """
    words = data.catalogue()[["title", "unit", "frequency", "publisher", "licence"]]
    parts = []
    for name in data.catalogue().index:
        rows = data._known(data._entry(name), None)
        parts.append(rows[["series", "period", "value", "vintage"]].sort_values("period"))
    return pd.concat(parts, ignore_index=True).join(words, on="series")


def wide() -> pd.DataFrame:
    """The main monthly series, a column each; a month that a series lacks is empty."""
    table = data.frame(list(MONTHLY))
    full = pd.period_range(table.index[0], table.index[-1], freq="M", name="month")
    return table.reindex(full)


def croissant(described: dict) -> dict:
    """Metadata in the Croissant format, a vocabulary of schema.org, made from ``datapackage.json``.

    Parameters
    ----------
    described : dict
        The descriptor of the data package.

    Returns
    -------
    dict
        JSON-LD by https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0.
    """
    files = [
        {
            "@type": "cr:FileObject",
            "@id": one["path"],
            "name": one["name"],
            "contentUrl": one["path"],
            "encodingFormat": one["mediatype"],
            "contentSize": f"{one['bytes']} B",
            "sha256": one["hash"].removeprefix("sha256:"),
        }
        for one in described["resources"]
    ]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": described["name"],
        "description": described["title"],
        "version": described["version"],
        "datePublished": described["version"],
        "license": [licence["title"] for licence in described["licenses"]],
        "creator": {"@type": "sc:Organization", "name": "The autogap developers"},
        "distribution": files,
        "recordSet": [_records(one) for one in described["resources"]],
    }


def _records(one: dict) -> dict:
    key = one["schema"].get("primaryKey", [])
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{one['name']}/{field['name']}",
            "name": field["name"],
            "description": field["description"],
            "dataType": _TYPES.get(field["type"], "sc:Text"),
            "source": {"fileObject": {"@id": one["path"]}, "extract": {"column": field["name"]}},
        }
        for field in one["schema"]["fields"]
    ]
    keyed = {"key": [{"@id": f"{one['name']}/{name}"} for name in key]} if key else {}
    return {
        "@type": "cr:RecordSet",
        "@id": one["name"],
        "name": one["name"],
        "description": one["title"],
        **keyed,
        "field": fields,
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--to", type=Path, default=RUNS / "tidy", metavar="DIR", help="folder (default: runs/tidy)")


def main(arguments: argparse.Namespace) -> int:
    """Write the tidy Parquet file, the wide CSV with the words of its columns, and the metadata."""
    folder = arguments.to
    folder.mkdir(parents=True, exist_ok=True)
    tidy, table = newest(), wide()
    write_whole(folder / TIDY, tidy.to_parquet(index=False))
    write_whole(folder / WIDE, table.to_csv(lineterminator="\n").encode())
    told = data.catalogue().loc[list(MONTHLY), ["name", "title", "unit", "publisher", "source", "licence", "note"]]
    write_whole(folder / COLUMNS, told.to_csv(index=False, lineterminator="\n").encode())
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    write_whole(folder / CROISSANT, package.render(croissant(described)).encode())
    print(
        f"{folder / TIDY}: {counted(len(tidy), 'row')} of {tidy['series'].nunique():,} series, the newest figure of "
        "each period."
    )
    print(f"{folder / WIDE}: {counted(len(table), 'month')} of {table.shape[1]} series; {COLUMNS} describes them.")
    print(f"{folder / CROISSANT}: metadata of {counted(len(described['resources']), 'file')}, Croissant 1.0.")
    return 0
