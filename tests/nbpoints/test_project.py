"""The project's pyproject.toml: what is wrong in the user's own is told, another's is let be."""

from __future__ import annotations

import pytest
from nbpoints import project
from nbpoints.cli import main
from nbpoints.errors import InputError

SETTINGS = "[tool.nbpoints]\nnotebooks = 'books'\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (SETTINGS + "<<<<<<< HEAD\n", r"pyproject.toml: not valid TOML: Invalid statement \(at line 3, column 1\)\."),
        (SETTINGS.encode() + b"# \xff\n", "pyproject.toml: not UTF-8 text at byte 39"),
        ("[tool.nbpoints]\nnotebooks = 5", r"\[tool.nbpoints\]: notebooks must be text, not 5\."),
        ("[tool.nbpoints]\nenvironment = [5]", r"environment must be a list of texts, not \[5\]\."),
        ("[tool.nbpoints]\npreload = 'numpy'", r"preload must be a list of texts, not 'numpy'\."),
        ("[tool.nbpoints]\nenviroment = []", r"no setting is called 'enviroment'. Did you mean 'environment'\?"),
        ("[tool]\nnbpoints = 5", r"\[tool.nbpoints\]: 5 is not a table of settings\."),
    ],
)
def test_what_is_wrong_with_the_settings_is_told(tmp_path, content, says):
    (tmp_path / "pyproject.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    for _ in range(2):
        with pytest.raises(InputError, match=says):
            project.find(tmp_path)


@pytest.mark.parametrize("content", [b"<<<<<<< HEAD\n", b"\xff", b"tool = 5", b"project = 5", b""])
def test_a_file_without_our_settings_stops_nothing(write_notebook, tmp_path, monkeypatch, capsys, content):
    """Somebody else's, above a folder of notebooks: it may be broken."""
    (tmp_path / "pyproject.toml").write_bytes(content)
    (tmp_path / "books").mkdir()
    write_notebook("01_a", "n: int = 1", "n", folder=tmp_path / "books")
    monkeypatch.chdir(tmp_path / "books")
    assert project.find(tmp_path / "books") == project.Project(tmp_path, {})
    assert project.table(tmp_path, "project") == {}
    assert main(["list", "--dir", "."]) == 0


def test_the_command_line_says_it_in_one_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "pyproject.toml").write_text(SETTINGS + "<<<<<<< HEAD\n")
    monkeypatch.chdir(tmp_path)
    assert main(["list"]) == 2 and main(["results"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first == second and first.startswith(f"{tmp_path / 'pyproject.toml'}: not valid TOML")
