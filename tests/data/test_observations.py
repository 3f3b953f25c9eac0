"""What `make package` does with rows that were added by hand: judged, put in order, counted into the catalogue."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from autogap.data import observations, package
from autogap.paths import DATA
from nbpoints.errors import InputError

FILE = "observations/frb_exchange_rates.csv"
OTHER = "observations/mof_us_trade.csv"
MONTHLY = "frb.jpy_per_usd"
LAST = max(line[:7] for line in (DATA / FILE).read_text().splitlines() if f",{MONTHLY}," in line)
NEXT = str(pd.Period(LAST, "M") + 1)
AFTER = f"{pd.Period(NEXT, 'M') + 1}-01"  # a day on which the next month may be released
TODAY = max(package.version(DATA), f"{pd.Period(NEXT, 'M') + 2}-01")


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
    """The last two months, put at the end in the wrong order, come back to where they stood; nothing else has moved."""
    before = content(copy)
    lines = (copy / FILE).read_text().splitlines(keepends=True)
    end = max(place for place, line in enumerate(lines) if f",{MONTHLY}," in line) + 1
    one, two = lines[end - 2 : end]
    assert one[:7] < two[:7]
    (copy / FILE).write_text("".join([*lines[: end - 2], *lines[end:], two, one]))
    catalogue = (copy / "series.csv").read_text()
    row = next(line for line in catalogue.splitlines() if line.startswith(f"{MONTHLY},"))
    (copy / "series.csv").write_text(catalogue.replace(row, row.replace(f",{LAST},", ",2000-01,")))
    assert content(copy) != before
    package.write(copy)
    assert content(copy) == before


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"2026-13,{MONTHLY},150.5,V", f"'2026-13' is not a valid month of {MONTHLY} (expected one like 2025-05)."),
        (f"2026Q1,{MONTHLY},150.5,V", "'2026Q1' is not a valid month"),
        (f"９９９９-01,{MONTHLY},150.5,V", "'９９９９-01' is not a valid month"),
        (f"1066-01,{MONTHLY},150.5,V", "'1066-01' is not a valid month"),
        (f"{NEXT},{MONTHLY},1.505e2,V", f"the value '1.505e2' of {MONTHLY} is not a valid number"),
        (f"{NEXT},{MONTHLY},nan,V", "the value 'nan'"),
        (f"{NEXT},{MONTHLY},１６１,V", "the value '１６１'"),
        (f"{NEXT},{MONTHLY},١٦١,V", "the value '١٦١'"),
        (f"{NEXT},{MONTHLY},1_000,V", "the value '1_000'"),
        (f"{NEXT},{MONTHLY},▲12,V", "the value '▲12'"),
        (f"{NEXT},{MONTHLY},***,V", "the value '***'"),
        (f"{NEXT},{MONTHLY},{'9' * 400},V", "(400 characters)"),
        (f"{NEXT},{MONTHLY},-161.5,V", "is negative; a figure in 'JPY per USD' cannot be."),
        (f"{NEXT},{MONTHLY},16150000,V", "times the figures around it; check its unit."),
        (f"{NEXT},{MONTHLY},150.5", "does not have all of period, series, value, vintage."),
        (f"{NEXT},{MONTHLY},,V", "does not have all of"),
        (f"{NEXT},{MONTHLY},150.5,someday", "the vintage 'someday' of frb.jpy_per_usd is not a valid day of release"),
        (f"{NEXT},{MONTHLY},150.5,{AFTER};", "is not a valid day of release"),
        (f"{NEXT},{MONTHLY},150.5,{NEXT}-21", f"is before the end of its period {NEXT}."),
        (f"9999-12,{MONTHLY},150.5,9999-12-31", f"is after {TODAY}, the newest entry of data/CHANGES.md."),
        (f"{LAST},{MONTHLY},SAME,{AFTER}", "a row is stored only when the figure differs."),
        (f"{NEXT},frb.jpy_per_us,150.5,V", f"does not describe 'frb.jpy_per_us'. Did you mean '{MONTHLY}'"),
        (f"{NEXT},mof.us.balance,150.5,V", "places mof.us.balance in data/observations/mof_us_trade.csv."),
    ],
)
def test_a_broken_row_is_told_with_its_line_and_nothing_is_written(two_files, row, told):
    folder, catalogue = two_files
    last = next(line for line in (folder / FILE).read_text().splitlines() if line.startswith(f"{LAST},{MONTHLY},"))
    add(folder, row.replace(",V", f",{AFTER}").replace("SAME", last.split(",")[2]))
    before = content(folder)
    line = len((folder / FILE).read_text().splitlines())
    with pytest.raises(InputError) as caught:
        observations.put_in_order(folder, catalogue, TODAY)
    sentence = str(caught.value)
    assert sentence.startswith(f"data/{FILE}, line {line}: ") and told in sentence
    assert content(folder) == before


@pytest.mark.parametrize("name", ["mof.us.exports.total", "mof.us.exports.motor_vehicles"])
def test_customs_in_thousand_yen_are_noticed(two_files, name):
    folder, catalogue = two_files
    lines = (folder / OTHER).read_text().splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith(f"2026-08,{name},"))
    period, _, value, vintage = lines[place].split(",")
    lines[place] = f"{period},{name},{value}000,{vintage}"
    (folder / OTHER).write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match=rf"line {place + 1}: .*{name} is .* times the figures around it"):
        observations.put_in_order(folder, catalogue, TODAY)


@pytest.mark.parametrize(("encoding", "line"), [("cp932", 2), ("utf-16", 1)])
def test_a_file_in_another_encoding_is_told_with_its_line(two_files, encoding, line):
    folder, catalogue = two_files
    header, *rows = (folder / FILE).read_text().splitlines(keepends=True)
    (folder / FILE).write_bytes("".join([header, "円,", *rows]).encode(encoding))
    with pytest.raises(InputError, match=f"data/{FILE}, line {line}: the file is not UTF-8 there"):
        observations.put_in_order(folder, catalogue, TODAY)


def test_a_row_that_stands_twice_and_a_series_without_rows_are_told(two_files):
    folder, catalogue = two_files
    lines = (folder / FILE).read_text().splitlines(keepends=True)
    (folder / FILE).write_text("".join([*lines, lines[1]]))
    with pytest.raises(InputError, match=f"line {len(lines) + 1}: .* has a second row for .*; keep one."):
        observations.put_in_order(folder, catalogue, TODAY)
    (folder / FILE).write_text(lines[0])
    with pytest.raises(InputError, match=f"there is no row of {MONTHLY}, which series.csv describes."):
        observations.put_in_order(folder, catalogue, TODAY)
