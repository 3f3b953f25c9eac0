"""A run begins with checked parameters, and knows its name and where its figures go."""

import json
import subprocess
import sys

import pytest

from autogap import paths, run
from nbpoints.errors import InputError

HERE = paths.NOTEBOOKS
CELL = 'month: str = "2025-05"  # month of the figures [2024-05..2026-08]\nshare_pct: float = 10.0  # share [0..100]\n'


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    """A folder with one notebook, and no run begun."""
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": CELL, "outputs": [], "id": "a"}
    book = {"cells": [cell | {"execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "03_export_decline.ipynb").write_text(json.dumps(book))
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(run, "_current", None)
    monkeypatch.delenv("NBPOINTS_FIGURES", raising=False)
    monkeypatch.delenv("AUTOGAP_PROFILE", raising=False)


def test_default_run_writes_to_figures():
    run.start("03_export_decline", month="2025-05", share_pct=10.0)
    here = run.current()
    assert (here.is_default, here.point, here.figures_dir) == (True, "export_decline", paths.FIGURES)
    assert here.parameters == {"month": "2025-05", "share_pct": 10.0}


def test_another_point_writes_to_its_own_folder():
    run.start("03_export_decline", month="2025-08", share_pct=10)
    here = run.current()
    assert (here.is_default, here.point) == (False, "export_decline@month=2025-08")
    assert here.figures_dir == paths.RUNS / "export_decline@month=2025-08" / "figures"


def test_the_caller_may_say_where_figures_go(monkeypatch, tmp_path):
    monkeypatch.setenv("NBPOINTS_FIGURES", str(tmp_path / "elsewhere"))
    run.start("03_export_decline", month="2025-05", share_pct=10.0)
    assert run.current().figures_dir == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("notebook", "values", "words"),
    [
        ("03_export_declin", {"month": "2025-05", "share_pct": 10.0}, "Did you mean '03_export_decline'"),
        ("03_export_decline", {"month": "2025-13", "share_pct": 10.0}, "2025-13"),
        ("03_export_decline", {"month": 202505, "share_pct": 10.0}, "month"),
        ("03_export_decline", {"month": "2027-01", "share_pct": 10.0}, "2027-01"),
        ("03_export_decline", {"month": "2025-05", "share_pct": 101.0}, "101"),
        ("03_export_decline", {"month": "2025-05", "share_pct": 1.0, "monht": "2025-05"}, "monht"),
        ("03_export_decline", {"month": "2025-05"}, "share_pct"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(notebook, values, words):
    with pytest.raises(InputError, match=words) as refused:
        run.start(notebook, **values)
    assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match="No run has begun"):
        run.current()


def test_unknown_profile_is_refused(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journl")
    with pytest.raises(InputError, match="Did you mean 'journal'"):
        run.start("03_export_decline", month="2025-05", share_pct=10.0)


def test_start_makes_the_style_active():
    import matplotlib

    with matplotlib.rc_context({"axes.spines.top": True, "pdf.fonttype": 3}):
        run.start("03_export_decline", month="2025-05", share_pct=10.0)
        assert matplotlib.rcParams["axes.spines.top"] is False
        assert matplotlib.rcParams["pdf.fonttype"] == 42


@pytest.mark.slow
def test_importing_run_loads_neither_matplotlib_nor_pandas():
    heavy = "import sys, autogap.run; print(sorted({'matplotlib', 'pandas', 'seaborn', 'IPython'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True, cwd=HERE)
    assert shown.stdout.strip() == "[]"


def test_outside_a_notebook_the_plain_text_is_printed(capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    run.show({"text/plain": "words", "image/png": "no"})
    assert capsys.readouterr().out == "words\n"
