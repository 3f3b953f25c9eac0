"""The command line hands on what was asked, and tells bad input in sentences with exit status 2."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import nbpoints.run
import pytest
from nbpoints.cli import Command, Setting, main

SCENARIOS = """\
baseline: {notebooks: all}
months:
  about: Two months
  notebooks: 03
  matrix: {month: [2025-06, 2025-07]}
"""


@pytest.fixture
def folder(write_notebook, tmp_path, monkeypatch):
    write_notebook("01_gap", "start_year: int = 1985  # first year shown [1985..2026]", "print(start_year)")
    write_notebook("03_exports", 'month: str = "2025-05"  # month [2024-05..2026-08]', "print(month)")
    (tmp_path / "scenarios.yaml").write_text(SCENARIOS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def runner(monkeypatch):
    """Stand in for the executing half and keep what it was asked."""
    asked = SimpleNamespace(status=0)

    def run(points, **options):
        asked.names, asked.points, asked.options = [point.name for point in points], points, options
        return asked.status

    def why(points, out):
        return [(point.name, "never run") for point in points if point.passed]

    monkeypatch.setattr(nbpoints.run, "runner", SimpleNamespace(run=run, why=why), raising=False)
    return asked


def refused(capsys, *argv: str, **options) -> str:
    """Run a command that must be refused; return its sentences."""
    assert main(list(argv), **options) == 2
    output = capsys.readouterr()
    assert "Traceback" not in output.err and output.err.endswith("\n")
    return output.err


def test_list_shows_questions_and_parameters(folder, capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "01_gap  How much?"
    assert lines[1].split() == "start_year: int = 1985 first year shown [1985 to 2026]".split()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_list_fits_the_width(folder, write_notebook, capsys, monkeypatch, width):
    long = "what_is_the_name_of_this_parameter: list[str] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbb']"
    write_notebook("05_long", f"{long}  # {'word ' * 40}", "what_is_the_name_of_this_parameter")
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 8
    # a name with its type and default stays in one piece
    assert all(len(line) <= width or line.startswith("  what_is") for line in lines)


def test_list_json_is_complete(folder, capsys):
    assert main(["list", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["question"] == "How much?"
    assert second["parameters"] == [
        {
            "name": "month",
            "type": "str",
            "default": "2025-05",
            "help": "month",
            "choices": [],
            "low": "2024-05",
            "high": "2026-08",
            "line": 1,
            "allowed": "2024-05 to 2026-08",
        }
    ]


def test_list_gives_the_points_of_a_scenario(folder, capsys):
    assert main(["list", "months"]) == 0
    assert capsys.readouterr().out.split() == ["exports@month=2025-06", "exports@month=2025-07"]
    assert main(["list", "months", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[1]["parameters"] == {"month": "2025-07"}


def test_list_shows_the_notebooks_that_are_named(folder, write_notebook, capsys):
    """By any of their names; choices in the brackets that they have in the cell; a word that names nothing is told."""
    write_notebook("05_side", "side: str = 'us'  # whose figures {us, japan}", "side")
    assert main(["list", "gap", "05"]) == 0
    output = capsys.readouterr().out
    assert "[1985 to 2026]" in output and "whose figures {us, japan}" in output and "exports" not in output
    assert "no notebook or scenario 'mouths'. Did you mean 'months'?" in refused(capsys, "list", "mouths")
    assert "Did you mean '03_exports'" in refused(capsys, "list", "03_export")


def test_list_shows_the_good_and_names_the_bad(folder, capsys):
    (folder / "02_bad.ipynb").write_text("{")
    assert main(["list"]) == 2
    output = capsys.readouterr()
    assert "03_exports" in output.out and "02_bad.ipynb: not JSON" in output.err


def test_validate_counts_points(folder, capsys):
    assert main(["validate"]) == 0
    output = capsys.readouterr().out
    assert "months: 2 points. Two months" in output and "2 scenarios, 4 points, no error." in output


def test_validate_tells_every_fault_and_writes_nothing(folder, capsys):
    (folder / "bad.yaml").write_text("a: {notebooks: 3}\nb: {notebooks: 03, parameters: {moth: 1}}\n")
    before = sorted(folder.rglob("*"))
    lines = refused(capsys, "validate", "bad.yaml").splitlines()
    assert [line.split(": ")[0] for line in lines] == ["bad.yaml:1", "bad.yaml:2"]
    assert sorted(folder.rglob("*")) == before


def test_a_scenario_file_elsewhere_speaks_of_the_collection(folder, tmp_path_factory, capsys):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "mine.yaml"
    elsewhere.write_text("mine: {notebooks: 03}")
    assert main(["validate", str(elsewhere)]) == 0
    assert "mine: 1 point\n" in capsys.readouterr().out


def test_run_hands_on_points_and_options(folder, runner):
    runner.status = 1
    options = "-j 3 --out there --fresh --timeout 9 --retries 2 --memory 500 --publish figures --junit report.xml"
    assert main(["run", "months", *options.split()]) == 1
    assert runner.names == ["exports@month=2025-06", "exports@month=2025-07"]
    written = {
        name: str(value) if name in ("out", "junit", "publish") else value for name, value in runner.options.items()
    }
    assert written == {
        "jobs": 3,
        "out": "there",
        "fresh": True,
        "timeout": 9,
        "retries": 2,
        "memory_mb": 500,
        "executor": "local",
        "scheduler": None,
        "publish": "figures",
        "junit": "report.xml",
    }


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        ([], ["gap", "exports"]),
        (["--notebook", "03"], ["exports"]),
        (["--notebook", "exports", "-p", "month=2025-08"], ["exports@month=2025-08"]),
        (["--notebook", "03", "-p", "month=2025-05"], ["exports"]),
        (["months", "--point", "exports@month=2025-07"], ["exports@month=2025-07"]),
        (["baseline", "months"], ["gap", "exports", "exports@month=2025-06", "exports@month=2025-07"]),
    ],
)
def test_run_chooses_points(folder, runner, argv, names):
    assert main(["run", *argv]) == 0
    assert runner.names == names


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["monts"], "no scenario 'monts' in scenarios.yaml. Did you mean 'months'?"),
        (["--notebook", "3_exports"], "no notebook '3_exports'. Did you mean '03_exports'?"),
        (["--notebook", "03", "-p", "mont=2025-08"], "mont: no such parameter. Did you mean 'month'?"),
        (["--notebook", "03", "-p", "month=2026-09"], "'2026-09' is out of range; allowed: 2024-05 to 2026-08."),
        (["--notebook", "01", "-p", "start_year=abc"], "start_year: 'abc' is str, not int."),
        (["--notebook", "03", "-p", "month"], "-p month: write a parameter as name=value."),
        (["-p", "month=2025-08", "month=2025-09"], "month is given twice"),
        (["-p", "month=2025-08"], "only 03_exports has this parameter"),
        (["months", "--point", "exports@month=2025-6"], "Did you mean 'exports@month=2025-06'"),
        (["--scheduler", "tcp://h:1"], "--scheduler is for --executor dask."),
        (["--file", "gone.yaml"], "gone.yaml: no such file."),
        (["--dir", "gone"], "gone: no such folder of notebooks."),
    ],
)
def test_a_wrong_request_starts_nothing(folder, runner, capsys, argv, says):
    assert says in refused(capsys, "run", *argv)
    assert not hasattr(runner, "names")


FOREVER = "9" * 23
LIMITS = ("-j=0", "-j=-1", "--timeout=0", "--timeout=nan", f"--timeout={FOREVER}", "--memory=-5")
WRONG = [f"{command} {limit}" for command in ("run", "accept", "check baseline") for limit in LIMITS]


@pytest.mark.parametrize("argv", [*WRONG, "run --retries -1", "run --executor x", "fly", ""])
def test_a_wrong_option_is_refused_by_the_parser(folder, capsys, argv):
    with pytest.raises(SystemExit) as caught:
        main(argv.split())
    assert caught.value.code == 2 and "error:" in capsys.readouterr().err


EMPTY = ["run --publish", "run --out", "run --junit", "results --csv", "list --dir", "why --file", "validate"]


@pytest.mark.parametrize("argv", [*EMPTY, "accept --dir", "compare a", "check baseline --out"])
def test_an_empty_path_is_not_the_current_folder(folder, runner, capsys, argv):
    """An unset variable of the shell would put the runs into the checkout."""
    with pytest.raises(SystemExit) as caught:
        main([*argv.split(), ""])
    assert caught.value.code == 2 and "the path is empty" in capsys.readouterr().err
    assert not hasattr(runner, "names")


def test_a_file_that_is_named_is_not_passed_over(folder, capsys):
    assert "nope.yaml: no such" in refused(capsys, "list", "--file", "nope.yaml")
    assert main(["list", "--file", "scenarios.yaml"]) == 0
    told = refused(capsys, "validate", "--file", "scenarios.yaml", "other.yaml")
    assert told == "validate: both scenarios.yaml and other.yaml are given; validate one at a time.\n"


def test_a_setting_that_is_a_list_is_judged_before_anything_runs(folder, runner, capsys, monkeypatch):
    monkeypatch.setenv("TOY_FORMS", "")
    forms = Setting("--forms", "TOY_FORMS", "forms of the figures", ("svg", "pdf"), is_list=True)
    for wrong in ("svg,bmp", "bmp"):
        with pytest.raises(SystemExit) as stopped:
            main(["run", "--forms", wrong], settings=[forms])
        assert stopped.value.code == 2 and "--forms: 'bmp' is not one of svg, pdf" in capsys.readouterr().err
    assert not hasattr(runner, "names")
    assert main(["run", "--forms", "pdf, svg"], settings=[forms]) == 0 and os.environ["TOY_FORMS"] == "pdf, svg"


def test_a_folder_without_notebooks_is_refused(folder, runner, capsys):
    (folder / "empty").mkdir()
    assert "empty: no notebook in this folder." in refused(capsys, "run", "--dir", str(folder / "empty"))
    assert not hasattr(runner, "names")


def test_help_lists_every_command(folder, capsys):
    """Those of the checks stand among the others, those of the caller after them."""
    site = Command("site", "build the website", lambda parser: None, lambda arguments: 0)
    with pytest.raises(SystemExit) as caught:
        main(["--help"], prog="toy", commands=[site])
    listed = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE)
    assert caught.value.code == 0
    assert listed == ["list", "run", "validate", "why", "results", "accept", "compare", "check", "site"]


def test_a_command_of_the_caller_gets_its_arguments(folder, capsys):
    def declare(parser):
        parser.add_argument("--out")

    site = Command("site", "build the website", declare, lambda arguments: 3 if arguments.out == "there" else 4)
    assert main(["site", "--out", "there"], prog="toy", commands=[site]) == 3
    failing = Command("site", "build the website", declare, "nbpoints.errors:no_such_function")
    with pytest.raises(AttributeError):
        main(["site"], commands=[failing])


def test_messages_call_the_program_as_the_user_did(folder, capsys):
    assert "`toy run` makes them" in refused(capsys, "results", prog="toy")
    with pytest.raises(SystemExit):
        main(["run", "-j", "0"], prog="toy")
    assert "toy run: error:" in capsys.readouterr().err
    assert "`nbpoints run` makes them" in refused(capsys, "results")


def test_why_gives_a_line_a_point(folder, runner, capsys):
    assert main(["why", "months"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "exports@month=2025-06: never run"
    assert main(["why"]) == 0
    assert capsys.readouterr().out == "Nothing to run: 2 points current.\n"


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (OSError(28, "No space left on device", "runs/x"), 2, "runs/x: No space left on device."),
        (PermissionError(13, "Permission denied", "runs"), 2, "runs: Permission denied."),
        (FileExistsError(17, "File exists", "a"), 2, "a: a file stands where a folder is needed; name another folder."),
        (KeyboardInterrupt(), 130, "Stopped; run the same command again to continue."),
    ],
)
def test_what_stops_a_batch_from_outside_gets_one_sentence(folder, monkeypatch, capsys, error, status, says):
    def run(points, **options):
        raise error

    monkeypatch.setattr(nbpoints.run, "runner", SimpleNamespace(run=run), raising=False)
    assert main(["run"]) == status
    assert capsys.readouterr().err == f"{says}\n"


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error(folder, write_notebook):
    write_notebook("07_long_name_of_a_notebook", "n: int = 1", "n")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # more lines than a pipe holds, so that the writer is still writing when the reader leaves
    (folder / "scenarios.yaml").write_text("s: {notebooks: 07, matrix: {n: {from: 1, to: 9000}}}")
    command = f"{sys.executable} -m autogap list s --file scenarios.yaml | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment)
    assert done.stdout == "long_name_of_a_notebook\n" and done.stderr == ""


@pytest.mark.slow
def test_list_and_validate_import_nothing_heavy(folder):
    code = """if True:
        import sys
        from nbpoints.cli import main
        assert main(["list", "--dir", ".", "--json"]) == 0
        assert main(["validate", "scenarios.yaml"]) == 0
        heavy = {"pandas", "numpy", "matplotlib", "nbformat", "papermill", "IPython"} & set(sys.modules)
        assert not heavy, heavy
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_is_left_out_is_named_and_the_others_run(folder, runner, capsys):
    """A zero-byte notebook, as a click in Jupyter leaves it, stops nothing and is not passed over in silence."""
    (folder / "Untitled.ipynb").touch()
    assert main(["run"]) == 2
    assert runner.names == ["gap", "exports"]
    assert capsys.readouterr().err.startswith("Untitled.ipynb: the file is empty")
    assert main(["run", "--notebook", "03"]) == 0 and main(["run", "months"]) == 0
    assert main(["validate"]) == 2
    output = capsys.readouterr()
    assert "Untitled.ipynb" in output.err and "not all can be run" in output.out


@pytest.mark.parametrize("command", [["list"], ["run", "--notebook", "03_exports"], ["why"]])
def test_the_kernel_of_another_environment_is_named(folder, runner, capsys, command):
    path = folder / "03_exports.ipynb"
    path.write_text(path.read_text().replace('"name": "python3"', '"name": "my-conda-env"'))
    assert main(command) == 0
    assert capsys.readouterr().err == (
        "03_exports.ipynb: names the kernel 'my-conda-env'; it runs in the Python of this environment.\n"
    )


def test_a_setting_reaches_the_environment(folder, runner, monkeypatch):
    monkeypatch.setenv("TOY_PROFILE", "old")
    setting = Setting("--profile", "TOY_PROFILE", "size of the figures", ("old", "new"))
    assert main(["run", "--profile", "new"], settings=[setting]) == 0 and os.environ["TOY_PROFILE"] == "new"
    assert main(["why"], settings=[setting]) == 0 and os.environ["TOY_PROFILE"] == "new"
    with pytest.raises(SystemExit):
        main(["run", "--profile", "newest"], settings=[setting])


@pytest.mark.slow
def test_a_second_worktree_is_worked_on_where_one_stands(write_notebook, tmp_path):
    """With one environment for both checkouts: its notebooks and its code are run, and a line says so."""
    first, second = tmp_path / "first", tmp_path / "second"
    (first / "notebooks/nbpoints").mkdir(parents=True)
    (first / "notebooks/nbpoints/__init__.py").touch()
    (first / "pyproject.toml").write_text("[tool.nbpoints]\nnotebooks = 'notebooks'\n")
    (first / "notebooks/words.py").write_text("where = 'first'")
    write_notebook("01_a", "n: int = 1", "import words\nprint(n, words.where)", folder=first / "notebooks")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["worktree", "add", "-q", str(second)]):
        subprocess.run([*git, *words], cwd=first, check=True)
    (second / "notebooks/words.py").write_text("where = 'second'")
    # the first checkout is installed as pip installs one that is edited: at the end of the path
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "sitecustomize.py").write_text(f"import sys\nsys.path.append({str(first / 'notebooks')!r})\n")
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "nbpoints", "run", "-j", "1"]
    done = subprocess.run(command, cwd=second, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and f"Working on {second}; the program itself is that of " in done.stderr, done.stderr
    assert "1 second" in (second / "runs/baseline/a/notebook.ipynb").read_text()
    assert not (first / "runs").exists()
