"""The data package is what it says: files, fields, words, hashes."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import groupby

import pytest
from autogap.data import known, package
from autogap.data.vocabulary import SERIES_FIELDS
from autogap.paths import DATA
from nbpoints.errors import InputError

FILES = sorted((DATA / "observations").glob("*.csv"))
COLUMNS = ["period", "series", "value", "vintage"]
PERIOD_OF = {"M": r"[0-9]{4}-(0[1-9]|1[0-2])", "Q": r"[0-9]{4}Q[1-4]", "A": r"[0-9]{4}", "FY": r"FY[0-9]{4}"}


def read(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


@pytest.fixture(scope="module")
def catalogue():
    return {row["name"]: row for row in package.read_catalogue()}


@pytest.fixture(scope="module")
def observed():
    """series -> (file, periods, vintages), from the files themselves."""
    found = {}
    for path in FILES:
        for name, rows in groupby(read(path)[1:], key=lambda row: row[1]):
            rows = list(rows)
            assert name not in found, f"{name} stands in two files or in two places of {path.name}"
            found[name] = (f"observations/{path.name}", [row[0] for row in rows], {row[3] for row in rows})
    return found


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_observations_have_four_columns_are_sorted_and_hold_no_row_twice(path):
    header, *rows = read(path)
    assert header == COLUMNS
    assert all(len(row) == 4 and all(row) for row in rows), "an empty field"
    keys = [(series, period, vintage) for period, series, _, vintage in rows]
    assert len(set(keys)) == len(keys), "a row twice"
    assert keys == sorted(keys, key=lambda key: (key[0], key[1], known.last_day(key[2])))
    for _, series, value, _ in rows:
        assert re.fullmatch(r"-?\d+(\.\d+)?", value), (series, value)


def test_catalogue_and_observations_name_the_same_series(catalogue, observed):
    assert set(catalogue) == set(observed)
    assert list(catalogue) == sorted(catalogue)


def test_catalogue_tells_the_truth_about_file_periods_and_vintages(catalogue, observed):
    for name, row in catalogue.items():
        file, periods, vintages = observed[name]
        assert row["file"] == file, name
        assert (row["first_period"], row["last_period"]) == (min(periods), max(periods)), name
        assert all(re.fullmatch(PERIOD_OF[row["frequency"]], period) for period in periods), name
        assert int(row["release_days"]) > 0 and all(known.last_day(vintage) for vintage in vintages), name


def test_every_series_has_source_unit_vintage_and_licence(catalogue):
    assert len(catalogue) > 900
    for name, row in catalogue.items():
        assert all(row[field].strip() for field in SERIES_FIELDS if field != "note"), name
        assert row["grade"] != "derived" or row["note"], f"{name} is derived and does not say how"


def test_no_catalogue_entry_points_into_a_private_place(catalogue):
    for name, row in catalogue.items():
        assert not re.search(r"(^|[\s;(])(/[a-z]+/|\.\./|~/|[A-Z]:\\)", " ".join(row.values())), name


@pytest.mark.parametrize(
    "old, new, told",
    [
        (",million JPY,", ",milion JPY,", "million JPY"),
        (",official file,", ",oficial file,", "official file"),
        (",public domain (work of the US federal government),", ",,", "licence is empty"),
        ("name,title,unit", "name,unit,title", "columns"),
    ],
)
def test_a_wrong_word_in_the_catalogue_is_refused_with_the_right_one(copy, old, new, told):
    edit(copy / "series.csv", old, new)
    with pytest.raises(InputError, match=re.escape(told)):
        package.read_catalogue(copy)


def test_a_table_that_differs_from_its_description_is_refused(copy):
    edit(copy / "tables" / "timeline.csv", read(DATA / "tables" / "timeline.csv")[0][0], "when")
    with pytest.raises(InputError, match="timeline.csv: the columns are"):
        package.build(copy)


def test_descriptor_and_codebook_are_current():
    assert package.drift() == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2"])
def test_building_gives_the_same_bytes_in_every_process(seed, tmp_path):
    """The order of sets differs from process to process; that of what is written must not."""
    shutil.copytree(DATA, tmp_path / "data")
    stored = {name: (tmp_path / "data" / name).read_bytes() for name in ("datapackage.json", "README.md")}
    for name in stored:
        (tmp_path / "data" / name).unlink()
    command = [sys.executable, "-m", "autogap.data.package", "--data", str(tmp_path / "data")]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed})
    assert {name: (tmp_path / "data" / name).read_bytes() for name in stored} == stored


def test_writing_gives_what_is_stored(copy):
    for name in ("datapackage.json", "README.md"):
        (copy / name).unlink()
    assert "datapackage.json is missing" in package.drift(copy)[0]
    package.write(copy)
    for name in ("datapackage.json", "README.md"):
        assert (copy / name).read_bytes() == (DATA / name).read_bytes()


@pytest.mark.parametrize(
    "relative", ["observations/mof_us_trade.csv", "tables/claims/japan_times_2025-06-19.csv", "series.csv"]
)
def test_an_altered_byte_is_noticed(copy, relative, capsys):
    content = bytearray((copy / relative).read_bytes())
    place = content.rindex(b"5")
    content[place] = ord(b"6")
    (copy / relative).write_bytes(bytes(content))
    assert package.main(["--check", "--data", str(copy)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"data/{relative} has changed") and told.count("\n") == 1


def test_an_edited_codebook_is_noticed(copy):
    edit(copy / "README.md", "million JPY", "billion JPY")
    assert package.drift(copy) == [f"data/README.md is not the codebook of the data as they are; {package.REMEDY}."]


def test_a_file_that_nobody_describes_is_refused(copy, capsys):
    (copy / "observations" / "extra.csv").write_text("period,series,value,vintage\n")
    assert package.main(["--check", "--data", str(copy)]) == 2
    assert "data/observations/extra.csv" in capsys.readouterr().err


def test_hidden_files_of_the_system_are_ignored(copy):
    for name in (".DS_Store", ".~lock.mof_china.csv#"):
        (copy / "observations" / name).write_bytes(b"x")
    assert package.drift(copy) == []


def test_a_missing_file_is_named(copy, capsys):
    (copy / "observations" / "mof_china.csv").unlink()
    assert package.main(["--check", "--data", str(copy)]) == 1
    assert "data/observations/mof_china.csv is described" in capsys.readouterr().err
    assert package.main(["--data", str(copy)]) == 2
    assert "mof_china.csv: series.csv names this file" in capsys.readouterr().err


def test_codebook_names_every_file_field_source_licence_and_both_rights():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    stored = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    for resource in stored["resources"]:
        assert f"### `{resource['path']}`" in text
        assert resource["sources"] and resource["licenses"]
        for field in resource["schema"]["fields"]:
            assert field["unit"] and field["description"] and f"`{field['name']}`" in text
    assert "Right to use" in text and "Right to publish" in text


@pytest.mark.slow
def test_frictionless_accepts_the_package():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])[:5]


@pytest.mark.slow
def test_frictionless_refuses_a_damaged_file(copy):
    from frictionless import Package

    edit(copy / "observations" / "mof_press_annual.csv", ",21300,", ",much,")
    damaged = Package(str(copy / "datapackage.json"))
    for name in damaged.resource_names:
        if name not in ("mof_press_annual", "series"):
            damaged.remove_resource(name)
    kinds = {kind for (kind,) in damaged.validate().flatten(["type"])}
    assert {"type-error", "hash-count"} <= kinds
