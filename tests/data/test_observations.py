"""What `make package` does with rows that were added by hand: judged, put in order, counted into the catalogue."""

from __future__ import annotations

import shutil

import pytest

from autogap.data import observations, package
from nbpoints.errors import InputError
from autogap.paths import DATA

FILE = "observations/frb_exchange_rates.csv"
OTHER = "observations/mof_us_trade.csv"
MONTHLY = "frb.jpy_per_usd"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


@pytest.fixture
def two_files(tmp_path):
    """Two observation files in a folder, and the part of the catalogue that is about them."""
    (tmp_path / "observations").mkdir()
    for name in (FILE, OTHER, "series.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path, [row for row in package.read_catalogue() if row["file"] in (FILE, OTHER)]


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def add(folder, *rows):
    with open(folder / FILE, "a", encoding="utf-8") as stream:
        stream.writelines(f"{row}\n" for row in rows)


@pytest.mark.slow
def test_what_is_in_order_stays_byte_for_byte(copy):
    before = content(copy)
    package.write(copy)
    assert content(copy) == before


@pytest.mark.slow
def test_a_month_added_at_the_end_finds_its_place_and_the_catalogue_follows(copy):
    """Two months in the wrong order; both stand behind the last one then, and nothing else has moved."""
    before = (copy / FILE).read_text().splitlines()
    vintage = next(line for line in before if f",{MONTHLY}," in line).rpartition(",")[2]
    added = [f"2031-{month:02d},{MONTHLY},150.5,{vintage}" for month in (2, 1)]
    add(copy, *added)
    package.write(copy)
    after = (copy / FILE).read_text().splitlines()
    place = max(number for number, line in enumerate(before) if f",{MONTHLY}," in line) + 1
    assert after == [*before[:place], *added[::-1], *before[place:]]
    row = next(row for row in package.read_catalogue(copy) if row["name"] == MONTHLY)
    assert row["last_period"] == "2031-02"
    assert package.drift(copy) == []


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"2031-13,{MONTHLY},150.5,V", f"'2031-13' is no month like 2025-05, as {MONTHLY} needs."),
        (f"2031Q1,{MONTHLY},150.5,V", "'2031Q1' is no month like 2025-05"),
        (f"2031-01,{MONTHLY},1.505e2,V", f"the value '1.505e2' of {MONTHLY} is no number like 1234.5."),
        (f"2031-01,{MONTHLY},nan,V", "the value 'nan'"),
        (f"2031-01,{MONTHLY},150.5", "has not all of period, series, value, vintage."),
        (f"2031-01,{MONTHLY},,V", "has not all of"),
        (f"2031-01,{MONTHLY},150.5,someday", f"series.csv knows no vintage 'someday' of {MONTHLY}, only V; add it there"),
        ("2031-01,frb.jpy_per_us,150.5,V", f"no row of series.csv describes 'frb.jpy_per_us'. Did you mean '{MONTHLY}'"),
        ("2031-01,mof.us.balance,150.5,V", "series.csv has mof.us.balance in data/observations/mof_us_trade.csv."),
    ],
)
def test_a_broken_row_is_told_with_its_line_and_nothing_is_written(two_files, row, told):
    folder, catalogue = two_files
    known = next(one["vintages"] for one in catalogue if one["name"] == MONTHLY)
    add(folder, row.replace(",V", f",{known}"))
    before = content(folder)
    line = len((folder / FILE).read_text().splitlines())
    with pytest.raises(InputError) as caught:
        observations.settle(folder, catalogue)
    sentence = str(caught.value)
    assert sentence.startswith(f"data/{FILE}, line {line}: ") and told.replace("only V", f"only {known}") in sentence
    assert content(folder) == before


def test_a_row_that_stands_twice_and_a_series_without_rows_are_told(two_files):
    folder, catalogue = two_files
    lines = (folder / FILE).read_text().splitlines(keepends=True)
    (folder / FILE).write_text("".join([*lines, lines[1]]))
    with pytest.raises(InputError, match=f"line {len(lines) + 1}: .* has a second row for .*; keep one."):
        observations.settle(folder, catalogue)
    (folder / FILE).write_text(lines[0])
    with pytest.raises(InputError, match=f"there is no row of {MONTHLY}, which series.csv describes."):
        observations.settle(folder, catalogue)
