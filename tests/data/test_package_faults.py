"""`make package` tells every fault at once, and files are the old ones or the new ones whenever it is killed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from autogap.data import package
from autogap.paths import DATA, NOTEBOOKS
from nbpoints.errors import InputError, counted


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def edit(path, *replacements):
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def refused(folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as told:
        package.write(folder)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return str(told.value).splitlines()


def test_a_new_series_hears_all_its_faults_at_once(copy):
    """One round, not six: the file of a row added by hand, with the fields that its author could not know."""
    header = (copy / "series.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    row = dict.fromkeys(header, "not stated") | {
        "name": "my.series",
        "unit": "furlongs",
        "publisher_code": "",
        "file": "x.csv",
    }
    row |= {"seasonal_adjustment": "", "vintage_kind": "some", "licence": "CC BY 4.0", "frequency": "W"}
    with (copy / "series.csv").open("a", encoding="utf-8") as stream:
        stream.write(",".join(row[field] for field in header) + "\n")
    told = refused(copy)
    assert all(line.startswith("data/series.csv, my.series: ") for line in told)
    for field in ("unit", "publisher_code", "seasonal_adjustment", "vintage_kind", "licence", "frequency"):
        assert any(f"my.series: {field}" in line for line in told), field


def test_the_vocabulary_is_told(copy):
    edit(copy / "series.csv", (",public domain (work of the US federal government),", ",CC BY 4.0,"))
    (told,) = refused(copy)
    assert "'CC BY 4.0' is not in the vocabulary." in told
    assert "'own compilation; facts only'" in told and told.endswith("a new word goes into autogap/data/vocabulary.py.")


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("series.csv", lambda row: row.replace(",million JPY,", ",thousand JPY,"), "mof.us.exports.total"),
        ("tables/estimates_macro.csv", str, ""),
        ("requests.csv", str, ""),
    ],
)
def test_a_key_that_stands_twice_is_told_with_both_lines(copy, name, change, told):
    """The second row would silently win: a series in another unit."""
    lines = (copy / name).read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines, 1) if number > 1 and line.startswith(told))
    (copy / name).write_text("".join([*lines, change(lines[number - 1])]), encoding="utf-8")
    key = lines[number - 1].partition(",")[0]
    with pytest.raises(InputError) as fault:
        package.build(copy)
    place = f"data/{name}, line {len(lines) + 1}"
    assert str(fault.value) == f"{place}: {key} stands twice; the first is on line {number}; keep one."


def test_an_empty_table_of_claims_is_refused(copy):
    (copy / "tables/claims/mof_2026-04-22.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"^data/tables/claims/mof_2026-04-22\.csv: the file is empty; its first line"):
        package.read_tables(copy)


def test_days_to_a_release_are_a_number(copy):
    edit(copy / "series.csv", (",60,", ",soon,"))
    with pytest.raises(InputError, match=r"release_days 'soon' is not a number of days \(expected one like 47\)\.$"):
        package.read_catalogue(copy)


def test_a_folder_in_place_of_a_file_is_a_sentence(copy, capsys):
    (copy / "tables/timeline.csv").unlink()
    (copy / "tables/timeline.csv").mkdir()
    assert package.main(["--data", str(copy)]) == 2 and package.main(["--data", str(copy), "--check"]) == 1
    assert "data/tables/timeline.csv: the file cannot be read (Is a directory)." in capsys.readouterr().err


def test_a_stop_is_no_traceback(copy, capsys, monkeypatch):
    def stop(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(package, "write", stop)
    assert package.main(["--data", str(copy)]) == 130
    assert capsys.readouterr().err.startswith("Stopped")


def test_faults_of_several_files_are_told_together(copy):
    for name in ("mof_china", "bea_prices"):
        with (copy / f"observations/{name}.csv").open("a", encoding="utf-8") as stream:
            stream.write("2026-13,no.such,1,2026\nwrong\n")
    told = refused(copy)
    assert [line.partition(",")[0] for line in told] == ["data/observations/bea_prices.csv"] * 2 + [
        "data/observations/mof_china.csv"
    ] * 2


@pytest.mark.parametrize("name", ["series.csv", "requests.csv", "observations/bea_prices.csv", "tables/timeline.csv"])
@pytest.mark.parametrize("cell", ['"open', '"a"b', '"over\ntwo"'])
def test_a_broken_quotation_is_told_with_its_line(copy, name, cell):
    """pandas would fail in whatever reads the file next, or take the lines below into the cell."""
    header, first, *rest = (copy / name).read_text(encoding="utf-8").splitlines(keepends=True)
    columns = header.count(",") + 1
    (copy / name).write_text("".join([header, first, f"{cell}{',x' * (columns - 1)}\n", *rest]), encoding="utf-8")
    (told,) = refused(copy)
    assert told.startswith(f"data/{name}, line 3: the quoting is broken ("), told


@pytest.mark.parametrize("name", ["series.csv", "requests.csv", "tables/timeline.csv"])
@pytest.mark.parametrize("row", ["a", ",".join("a" * 40), ""])
def test_a_row_of_too_few_or_too_many_cells_is_told_with_its_line(copy, name, row):
    header, first, *rest = (copy / name).read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / name).write_text("".join([header, first, f"{row}\n", *rest]), encoding="utf-8")
    (told,) = refused(copy)
    cells = row.count(",") + 1 if row else 0
    assert told.startswith(
        f"data/{name}, line 3: the row has {counted(cells, 'cell')}, the file has {header.count(',') + 1}"
    )


def test_a_skeleton_that_still_stands_is_told_in_every_file(copy):
    edit(copy / "series.csv", (',"US PCE price index, new motor vehicles",', ",WRITE what it is,"))
    edit(copy / "tables/claim_checks.csv", (",months,main,", ",WRITE,main,"))
    told = refused(copy)
    assert len(told) == 2 and all("still says 'WRITE'; write" in line for line in told)
    assert told[1].startswith("data/tables/claim_checks.csv, line 2: unit ")


@pytest.mark.parametrize("name", ["series.csv", "tables.yaml", "tables/timeline.csv", "CHANGES.md"])
@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_a_file_that_is_not_utf_8_is_told_with_its_line(copy, name, encoding):
    text = (copy / name).read_text(encoding="utf-8")
    head = text.splitlines()[0]
    (copy / name).write_bytes(f"{head}\n日本語\n".encode(encoding))
    (told,) = refused(copy)
    assert f"data/{name}, line " in told and "not UTF-8" in told


@pytest.mark.parametrize("text", ["a: [", "- a\n", "", "a: 1\n", "a: {title: x}\n"])
def test_a_broken_description_of_tables_is_one_sentence(copy, text):
    (copy / "tables.yaml").write_text(text)
    (told,) = refused(copy)
    assert told.startswith("data/tables.yaml")


def test_a_table_described_twice_is_refused(copy):
    with (copy / "tables.yaml").open("a") as described:
        described.write("timeline: {title: another}\n")
    (told,) = refused(copy)
    assert re.match(r"data/tables\.yaml, line \d+: .*timeline", told), told


def test_an_empty_table_is_one_sentence(copy):
    (copy / "tables/timeline.csv").write_bytes(b"")
    (told,) = refused(copy)
    assert told == "data/tables/timeline.csv: the file is empty; its first line must name the columns."


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"resources": [1]}'])
def test_a_broken_descriptor_is_drift_and_is_written_anew(copy, text):
    whole = (copy / "datapackage.json").read_bytes()
    (copy / "datapackage.json").write_text(text)
    (told,) = package.drift(copy)
    assert told.startswith("data/datapackage.json is not a descriptor of this package")
    assert package.write(copy) == ["datapackage.json"]
    assert (copy / "datapackage.json").read_bytes() == whole


def test_a_series_added_at_the_end_finds_its_place(copy):
    lines = (copy / "series.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    whole = "".join(lines)
    (copy / "series.csv").write_text("".join([lines[0], *lines[2:], lines[1]]), encoding="utf-8")
    assert "series.csv" in package.write(copy)
    assert (copy / "series.csv").read_text(encoding="utf-8") == whole


# ends the process without a word at the n-th moment at which bytes reach the disk or a file gets its name
KILLED = """
import os, signal, sys
left = int(sys.argv[1])
def deadly(function):
    def call(*arguments, **keywords):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return call
os.fsync, os.replace = deadly(os.fsync), deadly(os.replace)
from autogap.data import package
package.main(["--data", sys.argv[2]])
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_of_writing_leaves_whole_files(copy):
    """In five files rows stand at the wrong place; `make package` puts them in order and is killed while it writes."""
    new = {path.name: path.read_bytes() for path in (copy / "observations").glob("*.csv")}
    for name in ("mof_china", "bea_prices", "bls_prices", "frb_exchange_rates", "mof_derived"):
        header, first, *rest = (copy / f"observations/{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (copy / f"observations/{name}.csv").write_text("".join([header, *rest, first]), encoding="utf-8")
    old = {path.name: path.read_bytes() for path in (copy / "observations").glob("*.csv")}
    assert sum(old[name] != new[name] for name in new) == 5
    for moment in range(1, 100):
        command = [sys.executable, "-c", KILLED, str(moment), str(copy)]
        done = subprocess.run(command, cwd=NOTEBOOKS, capture_output=True, text=True)
        for path in (copy / "observations").glob("*.csv"):
            assert path.read_bytes() in (old[path.name], new[path.name]), path.name
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
    assert moment > 5
    assert {path.name: path.read_bytes() for path in (copy / "observations").glob("*.csv")} == new
    assert not list(copy.rglob(".*")), "what the killed ones left aside is swept"
