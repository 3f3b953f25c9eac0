"""`autogap tidy`: what other programs get is what the observations say."""

from __future__ import annotations

import csv
import json
from collections import defaultdict

import pandas as pd
import pytest
from autogap import data
from autogap.__main__ import main
from autogap.data import known, tidy
from autogap.paths import DATA


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("tidy")
    assert main(["tidy", "--to", str(made)]) == 0
    return made


@pytest.mark.slow
def test_the_parquet_file_holds_the_newest_figure_of_every_period(folder):
    """Read from the observations without the package's own reader; of editions the newest alone."""
    with (DATA / "series.csv").open(newline="", encoding="utf-8") as stream:
        editions = {row["name"]: "" for row in csv.DictReader(stream) if row["vintage_kind"] == "edition"}
    last, vintage = {}, {}
    for path in sorted((DATA / "observations").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                key = row["series"], row["period"]
                if row["series"] in editions:
                    vintage[key] = row["vintage"]
                    editions[row["series"]] = max(editions[row["series"]], row["vintage"])
                order = known.last_day(row["vintage"])
                if key not in last or order >= last[key][0]:
                    last[key] = order, float(row["value"])
    last = {key: one for key, one in last.items() if vintage.get(key, "") == editions.get(key[0], "")}
    rows = pd.read_parquet(folder / tidy.TIDY)
    assert not rows.duplicated(["series", "period"]).any() and rows.notna().all(axis=None)
    assert dict(zip(zip(rows["series"], rows["period"]), rows["value"])) == {key: one[1] for key, one in last.items()}


def test_the_wide_table_has_every_main_series_and_leaves_gaps_open(folder):
    table = pd.read_csv(folder / tidy.WIDE, index_col="month")
    described = pd.read_csv(folder / tidy.COLUMNS)
    assert list(table.columns) == list(dict.fromkeys(tidy.MONTHLY)) and described["name"].tolist() == list(
        table.columns
    )
    for name in table:
        values = data.series(name)
        assert table[name].dropna().tolist() == values.tolist()
        assert table[name].dropna().index.tolist() == values.index.astype(str).tolist()
    assert described["unit"].notna().all() and described["licence"].notna().all()


def test_croissant_names_every_file_with_its_hash_and_every_column(folder):
    """The properties that the specification requires, and references that lead somewhere."""
    told = json.loads((folder / tidy.CROISSANT).read_text(encoding="utf-8"))
    for wanted in ("@context", "@type", "conformsTo", "name", "description", "license", "creator", "datePublished"):
        assert told[wanted], wanted
    files = {one["@id"]: one for one in told["distribution"]}
    assert files.keys() == {path.relative_to(DATA).as_posix() for path in DATA.rglob("*.csv")}
    assert all(len(one["sha256"]) == 64 and one["encodingFormat"] == "text/csv" for one in files.values())
    seen = defaultdict(list)
    for records in told["recordSet"]:
        ids = {field["@id"] for field in records["field"]}
        assert {key["@id"] for key in records.get("key", [])} <= ids
        for field in records["field"]:
            seen[field["source"]["fileObject"]["@id"]].append(field["source"]["extract"]["column"])
    headers = {name: (DATA / name).read_text(encoding="utf-8").partition("\n")[0].split(",") for name in files}
    assert seen == headers


def test_the_same_data_give_the_same_bytes(folder, tmp_path, capsys):
    assert main(["tidy", "--to", str(tmp_path)]) == 0
    assert "Croissant 1.0" in capsys.readouterr().out
    for name in (tidy.TIDY, tidy.WIDE, tidy.COLUMNS, tidy.CROISSANT):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
