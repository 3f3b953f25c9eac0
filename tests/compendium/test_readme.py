"""The README's hand-written part: commands that exist, parameters that are allowed, numbers that agree with the
files.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from importlib.metadata import entry_points

import pytest
from autogap import data
from autogap.__main__ import main
from autogap.paths import DATA, FIGURES, NOTEBOOKS, ROOT
from nbpoints.errors import InputError
from nbpoints.parameters import declare as parameters

from tests.compendium import readme

PAGES = {page: (ROOT / page).read_text(encoding="utf-8") for page in (*readme.PAGES, "CONTRIBUTING.md")}
TEXT = PAGES["README.md"]
MOST_BYTES = 12_000
BY_HAND = re.sub(r"<!-- generated: .*?<!-- /generated -->", "", TEXT, flags=re.DOTALL)
COMMANDS = [
    shlex.split(line, comments=True)
    for text in (BY_HAND, PAGES["CONTRIBUTING.md"])
    for line in re.findall(r"^ {4,}(.+)$", text, re.MULTILINE)
    if re.match(r"make\b|\S*python3? |\.venv/bin/", line)
]
BOOKS = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def block(name):
    found = (
        re.search(rf"<!-- generated: {name} -->(.*?)<!-- /generated -->", text, re.DOTALL) for text in PAGES.values()
    )
    return next(match[1] for match in found if match)


def test_the_front_door_is_short():
    assert len(TEXT.encode()) < MOST_BYTES


def test_the_two_commands_stand_first():
    assert COMMANDS[:2] == [["make"], ["make", "test"]]


def test_every_make_target_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", BY_HAND)) | {
        command[1] for command in COMMANDS if command[0] == "make" and len(command) > 1
    }
    assert {"test", "lab"} <= named <= targets, named - targets


def test_the_plain_way_does_what_make_does():
    """Environment, lock, project, one notebook, both kinds of tests."""
    plain = [" ".join(command) for command in COMMANDS if command[0] != "make"]
    wanted = [
        "python3 -m venv .venv",
        ".venv/bin/pip install --require-hashes -r requirements.txt",
        ".venv/bin/pip install --no-deps --no-build-isolation -e .",
        ".venv/bin/papermill notebooks/03_export_decline.ipynb",
        ".venv/bin/pytest tests",
        ".venv/bin/pytest --nbval notebooks",
    ]
    places = [next((place for place, line in enumerate(plain) if line.startswith(want)), None) for want in wanted]
    assert None not in places and places == sorted(places)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one[0].startswith(".venv/bin/")], ids=" ".join)
def test_a_command_names_a_program_of_the_environment(command):
    program = command[0].removeprefix(".venv/bin/")
    assert program in {"python", "pip"} | {entry.name for entry in entry_points(group="console_scripts")}


@pytest.mark.parametrize("command", [one for one in COMMANDS if one[0] == ".venv/bin/papermill"], ids=" ".join)
def test_a_papermill_line_passes_what_its_notebook_takes(command):
    given = dict(zip(command[4::3], command[5::3], strict=True))
    assert set(command[3::3]) <= {"-p"}
    declared = parameters.read(ROOT / command[1])
    assert given and {name: declared[name].parse(text) for name, text in given.items()}


@pytest.mark.parametrize("command", [one for one in COMMANDS if one[0] == ".venv/bin/autogap"], ids=" ".join)
def test_an_autogap_line_is_accepted(command, tmp_path, capsys, monkeypatch):
    """`why` judges scenarios, notebooks and parameters as `run` does, without running anything."""
    monkeypatch.setattr(os, "environ", os.environ.copy())  # options become variables of the environment
    words = command[1:]
    if words[0] in ("run", "why"):
        asked = [word for place, word in enumerate(words[1:], 1) if "-j" not in (word, words[place - 1])]
        asked = asked[: asked.index("--out")] if "--out" in asked else asked
        assert main(["why", *asked, "--out", str(tmp_path)]) == 0
        assert "never ran" in capsys.readouterr().out
    elif words[0] == "results":
        assert main(["list", words[1]]) == 0
    elif words[0] == "list":
        assert main(words) == 0
    else:
        with pytest.raises(SystemExit, match="0"):
            main([words[0], "--help"])
        assert set(re.findall(r"--[a-z]+", " ".join(words[1:]))) <= set(
            re.findall(r"--[a-z]+", capsys.readouterr().out)
        )


def test_the_versions_of_python_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    low, high = (re.search(rf"{sign}(\d\.\d+)", project["requires-python"])[1] for sign in (">=", "<"))
    newest = f"{high[:2]}{int(high[2:]) - 1}"
    assert re.findall(r"Python (\d\.\d+) to (\d\.\d+)", BY_HAND) == [(low, newest)]


def test_each_table_has_a_row_for_everything_that_it_lists():
    """Notebooks with answer and picture, figures with their cell, data files with their terms."""
    rows = {name: [line.split(" | ") for line in block(name).strip().splitlines()[2:]] for name in readme.PARTS}
    links = {name: [re.search(r"\]\(([^)]+)\)", row[0])[1] for row in table] for name, table in rows.items()}
    assert links["questions"] == [f"notebooks/{path.name}" for path in BOOKS]
    assert links["notebooks"] == [path.name for path in BOOKS]
    assert sorted(links["figures"]) == sorted(f"{path.stem}.svg" for path in FIGURES.glob("*.csv"))
    files = [f"../{path.relative_to(ROOT).as_posix()}" for path in DATA.rglob("*.csv")]
    assert sorted(links["datasets"]) == sorted(files)
    assert all(re.search(r"\d", row[1]) and "<img src=" in row[2] for row in rows["notebooks"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no mapping"),
        ('{"title": "a"}', "'data' is missing"),
        (None, "no such file"),
    ],
)
def test_a_broken_description_of_a_figure_is_named(tmp_path, content, says):
    (tmp_path / "figures").mkdir()
    (tmp_path / "notebooks").symlink_to(NOTEBOOKS)
    for path in FIGURES.glob("*.json"):
        shutil.copy(path, tmp_path / "figures")
    broken = tmp_path / "figures/fig-timeline.json"
    broken.unlink()
    if content is not None:
        broken.write_text(content)
    with pytest.raises(InputError, match=f"figures/fig-timeline.json: {says}"):
        readme.figures(tmp_path)


def test_an_altered_number_in_a_generated_part_is_noticed(tmp_path):
    for name in ("notebooks", "figures", "data", "docs"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("autogap", "nbpoints", "*.p*", "*.svg")
        )
    page = tmp_path / "README.md"
    page.write_text(readme.renew(TEXT, ROOT), encoding="utf-8")
    assert readme.stale(tmp_path) == []
    answer = readme.first_sentence(readme.reading.load(BOOKS[2]))
    page.write_text(
        page.read_text(encoding="utf-8").replace(answer, re.sub(r"\d\.\d", "9.9", answer)), encoding="utf-8"
    )
    assert readme.stale(tmp_path) == ["README.md is not current; run `make readme`."]


def example(begin):
    """The indented lines of the README from one that begins so to the next empty one."""
    lines = TEXT[TEXT.index(f"    {begin}") :].split("\n\n")[0].splitlines()
    return "\n".join(line.removeprefix("    ") for line in lines)


def test_the_examples_from_outside_give_the_same_series(monkeypatch):
    """pandas, polars and DuckDB read every release; the last row of a period is what `data.series` gives."""
    duckdb, pl = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    monkeypatch.chdir(ROOT)
    *steps, last = example("import pandas as pd").splitlines()
    space: dict = {}
    exec("\n".join(steps), space)
    name, unit = re.search(r'== "([\w.]+)".*  # (.+)$', last).groups()
    newest = data.series(name)
    assert eval(last, space)["value"].tolist() == newest.tolist()
    rows = duckdb.sql(example("SELECT")).df()
    frame = eval(example("import polars").splitlines()[1], {"pl": pl})
    assert len(rows) == len(frame) == len(space["area"].query(f"series == '{name}'")) >= len(newest)
    assert set(rows["period"].astype(str)) == set(newest.index.astype(str))
    assert set(rows["unit"]) == {unit} == {data.about(name)["unit"]}


@pytest.mark.parametrize(("program", "begin"), [("Rscript", "area <-"), ("stata", "import delimited")])
def test_examples_in_programs_that_may_be_absent(program, begin):
    """The file and its column are there; the program itself reads them where it is installed."""
    text = example(begin)
    path = re.search(r'"(data/[^"]+)"', text)[1]
    assert "series" in (ROOT / path).read_text(encoding="utf-8").splitlines()[0].split(",")
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed: the example was only read")
    if program == "Rscript":
        assert subprocess.run([program, "-e", text], cwd=ROOT, timeout=120).returncode == 0
