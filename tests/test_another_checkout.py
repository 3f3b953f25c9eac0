"""One environment, two checkouts: what is done in the one never lands in the other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from autogap.__main__ import COMMANDS, main
from autogap.data import package
from autogap.paths import ROOT
from nbpoints import cli

NEEDS = {"new": ["notebook", "99_x"], "figures": ["a"], "compare": ["a", "b"], "check": ["baseline"]}


@pytest.fixture
def stood_in(tmp_path, monkeypatch):
    """A second checkout, whose own copy of the program is not the one that runs."""
    (tmp_path / "notebooks/nbpoints").mkdir(parents=True)
    (tmp_path / "notebooks/autogap").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_a_command_of_the_collection_is_refused(stood_in, capsys, name):
    assert main([name, *NEEDS.get(name, [])]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"You are in {stood_in}, but this program would work on {ROOT}, to which it belongs.")
    assert f"PYTHONPATH={stood_in / 'notebooks'}" in told and "\n" not in told.strip()
    assert not (stood_in / "runs").exists()


@pytest.mark.parametrize("name", [command.name for command in cli.COMMANDS])
def test_a_command_of_the_engine_works_on_the_folder_stood_in_and_says_so(stood_in, capsys, name):
    main([name, *NEEDS.get(name, [])])
    told = capsys.readouterr().err
    assert told.startswith(f"Working on {stood_in}; the program itself is that of {ROOT}.\n")
    assert str(ROOT) not in told.partition("\n")[2]


def test_the_package_of_another_checkout_is_not_written(stood_in, capsys):
    assert package.main([]) == 2
    assert f"You are in {stood_in}" in capsys.readouterr().err


def test_in_ones_own_folders_nothing_is_said(monkeypatch, capsys):
    for folder in (ROOT, ROOT / "notebooks", ROOT / "tests"):
        monkeypatch.chdir(folder)
        assert main(["list", "--schema"]) == 0
        assert capsys.readouterr().err == ""


def test_a_link_to_the_checkout_is_no_other_one(monkeypatch, capsys, tmp_path):
    (tmp_path / "link").symlink_to(ROOT)
    monkeypatch.chdir(tmp_path / "link")
    assert main(["list", "--schema"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_the_program_that_signs_is_refused_too(stood_in):
    """What `make sign`, `make readme` and `make ranges` call, with the environment of the other checkout."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "notebooks"), str(ROOT)])}
    for module in ("tests.compendium.signed", "tests.compendium.readme", "tests.notebooks.limits"):
        done = subprocess.run([sys.executable, "-m", module], capture_output=True, text=True, env=environment)
        assert done.returncode in (1, 2) and done.stderr.startswith(f"You are in {stood_in}"), (module, done.stderr)
