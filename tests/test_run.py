"""A run begins with checked parameters, and knows its name and where its figures go."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from autogap import executed, paths, results, run
from autogap.paths import ROOT
from nbpoints.checks import outputs
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
    monkeypatch.setattr(paths, "FIGURES", tmp_path / "figures")
    monkeypatch.setattr(run, "_current", None)
    monkeypatch.setattr(run, "_refused", "")
    monkeypatch.setattr(run.time, "sleep", lambda seconds: None)
    monkeypatch.delenv("NBPOINTS_FIGURES", raising=False)
    monkeypatch.delenv("AUTOGAP_PROFILE", raising=False)


def begin(**values):
    run.start("03_export_decline", **{"month": "2025-05", "share_pct": 10.0} | values)
    return run.current()


@pytest.fixture
def kernel(monkeypatch):
    """A shell that executed some cells: sources in order, and the user's variables."""
    shell = SimpleNamespace(user_ns={}, history_manager=SimpleNamespace(input_hist_raw=[""]))
    monkeypatch.setattr(executed, "kernel", lambda: shell)

    def execute(*sources):
        for source in sources:
            exec(source, shell.user_ns)
            shell.history_manager.input_hist_raw.append(source)
        return {name: shell.user_ns[name] for name in ("month", "share_pct")}

    return execute


def publish(**parameters):
    paths.FIGURES.mkdir()
    described = {"notebook": "03_export_decline", "parameters": parameters}
    (paths.FIGURES / "fig-a.json").write_text(json.dumps(described))


@pytest.mark.parametrize(
    ("cells", "behind"),
    [
        (["a = 1", "b = 2", "print(a)"], [1, 3]),
        (["a = 1", "a = 2", "print(a)"], [2, 3]),
        (["a = 1", "b = a", "c = b", "print(b)"], [1, 2, 4]),
        (["a = 1", "def f():\n    return a", "f()"], [1, 2, 3]),
        (["a = []", "a.append(2)", "print(a)"], [1, 2, 3]),
        (["a = {}", "a['x'] = 1", "print(a)"], [1, 2, 3]),
        (["x = 5", "a = [x for x in (1, 2)]", "print(a)"], [2, 3]),
        (["x = 5", "a = [x + k for k in (1, 2)]", "print(a)"], [1, 2, 3]),
        (["k = 5", "a = {k: [v for v in (k,)] for k in (1, 2)}", "print({*a}, {v for v in a})"], [2, 3]),
        (["a = 1", "a += 1", "print(a)"], [1, 2, 3]),
        (["a = 1", "a = 2\nprint(a)"], [2]),
        (["a = 1", "for a in (1, 2):\n    print(a)"], [2]),
        (["a = 1", "for b in (a,):\n    a = b", "print(a)"], [1, 2, 3]),
        (["a = 1", "with open('x') as a:\n    print(a)"], [2]),
        (["a = 1", "@a\ndef f():\n    pass", "f"], [1, 2, 3]),
        (["a = 1", "class C:\n    a = 2\n    def f(self):\n        return a", "C"], [1, 2, 3]),
        (["a = 1", "class C:\n    a = 2\n    b = a", "C"], [2, 3]),
        (["a = 1", "return a", "print('\\d', a is 1)"], [1, 3]),
        (["import json", "b = 2", "json.dumps(1)"], [1, 3]),
        (["import json", "json.dumps(1)", "json.dumps(2)"], [1, 3]),
        (["%%bash\nls", "print(1)"], [2]),
        (["a = 1", "if b:\n    a = 2", "print(a)"], [1, 2, 3]),
        (["a = 1", "if b:\n    a = 2\nelse:\n    a = 3", "print(a)"], [2, 3]),
        (["a = 1", "if b:\n    a = 2\nelse:\n    print(a)"], [1, 2]),
        (["a = 1", "if (a := b):\n    print(a)"], [2]),
        (["a = 1", "for b in (1, 2):\n    if b:\n        break\n    a = b", "print(a)"], [1, 2, 3]),
        (["a = 1", "while b:\n    a = 2", "print(a)"], [1, 2, 3]),
        (["a = 1", "try:\n    a = b\nexcept ValueError:\n    pass", "print(a)"], [1, 2, 3]),
        (["a = 1", "try:\n    a = b\nexcept ValueError:\n    a = 0", "print(a)"], [2, 3]),
        (["a = 1", "try:\n    b = 2\nfinally:\n    a = 2", "print(a)"], [2, 3]),
        (["a = 1", "with open('x') as b:\n    if b:\n        a = 2", "print(a)"], [1, 2, 3]),
        (["a = 1", "match b:\n    case [a, *c]:\n        d = a", "print(a, d)"], [1, 2, 3]),
    ],
)
def test_a_cell_rests_on_those_that_set_what_it_reads(kernel, cells, behind):
    kernel(CELL)
    shell = executed.kernel()
    shell.history_manager.input_hist_raw[1:] = cells
    assert sorted(executed.behind()) == behind
    assert executed.number() == len(cells)


def test_a_run_by_hand_never_writes_to_figures():
    here = begin()
    assert (here.is_default, here.point) == (True, "export_decline")
    assert here.figures_dir == paths.RUNS / "by_hand" / "export_decline"
    assert here.parameters == {"month": "2025-05", "share_pct": 10.0}


def test_another_point_by_hand_has_its_own_folder():
    here = begin(month="2025-08", share_pct=10)
    assert (here.is_default, here.point) == (False, "export_decline@month=2025-08")
    assert here.figures_dir == paths.RUNS / "by_hand" / "export_decline@month=2025-08"


def test_another_profile_by_hand_has_its_own_folder(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    assert begin().figures_dir == paths.RUNS / "by_hand" / "export_decline" / "journal"


def test_an_edited_parameters_cell_does_not_move_the_published_default(kernel):
    """What is default by hand is what the published figures were drawn with, saved or not."""
    publish(month="2025-05", share_pct=10.0)
    here = begin(**kernel(CELL.replace("2025-05", "2025-08", 1)))
    assert (here.is_default, here.point) == (False, "export_decline@month=2025-08")


def test_a_batch_takes_the_defaults_of_the_cell_that_ran(kernel, monkeypatch, tmp_path):
    publish(month="2025-05", share_pct=10.0)
    monkeypatch.setenv("NBPOINTS_FIGURES", str(tmp_path / "elsewhere"))
    here = begin(**kernel(CELL.replace("2025-05", "2025-08", 1)))
    assert (here.is_default, here.point) == (True, "export_decline")


def test_values_are_judged_by_the_cell_that_ran_not_by_the_file(kernel):
    assert begin(**kernel(CELL.replace("2026-08]", "2027-12]").replace('"2025-05"', '"2026-10"')))
    with pytest.raises(InputError, match="out of range|allowed: 2024-05 to 2026-08"):
        begin(**kernel(CELL.replace('"2025-05"', '"2026-10"', 1)))
    assert begin(**kernel(CELL.replace('"2025-05"', '"2026-08"', 1))).parameters["month"] == "2026-08"


def test_a_saved_fault_that_was_corrected_in_the_cell_is_gone(kernel):
    book = paths.NOTEBOOKS / "03_export_decline.ipynb"
    book.write_text(book.read_text().replace('"month: str = \\"2025-05', '"month: str = \\"2031-01'))
    assert "2031-01" in book.read_text()
    assert begin(**kernel(CELL)).parameters["month"] == "2025-05"


def test_what_papermill_injects_is_judged_by_the_cell_above(kernel):
    here = begin(**kernel(CELL, '# Parameters\nmonth = "2025-08"\n'))
    assert (here.is_default, here.point) == (False, "export_decline@month=2025-08")


def test_an_unknown_name_that_papermill_injects_is_refused(kernel):
    values = kernel(CELL, '# Parameters\nmnth = "2025-08"\n')
    with pytest.raises(InputError, match="mnth: no such parameter. Did you mean 'month'"):
        begin(**values)


def test_a_parameter_changed_after_the_run_began_is_refused(kernel):
    begin(**kernel(CELL))
    kernel(CELL.replace("2025-05", "2025-08", 1))
    with pytest.raises(InputError, match="month is '2025-08' now, but this run began with '2025-05'"):
        run.current()
    with pytest.raises(InputError, match="run the cell with run.start again"):
        results.record("gap_pct", 1.0, unit="percent")
    kernel(CELL)
    assert run.current().parameters["month"] == "2025-05"


def test_a_whole_number_for_a_float_is_no_change(kernel):
    assert begin(**kernel(CELL.replace("10.0", "10"))).parameters["share_pct"] == 10.0


def test_a_start_that_fails_leaves_no_run(kernel):
    begin(**kernel(CELL))
    with pytest.raises(InputError, match="101"):
        begin(share_pct=101.0)
    with pytest.raises(InputError, match=r"^No run has begun: .*share_pct: 101\.0 is out of range"):
        run.current()
    begin(**kernel(CELL))
    assert run.current().parameters["share_pct"] == 10.0


def test_a_start_that_fails_waits_for_cells_that_are_still_sent(kernel, monkeypatch):
    waits = []
    monkeypatch.setattr(run.time, "sleep", waits.append)
    begin(**kernel(CELL))
    with pytest.raises(InputError, match="101"):
        begin(share_pct=101.0)
    assert waits == [run.ARRIVAL_S]
    monkeypatch.setenv("NBPOINTS_FIGURES", "figures")
    with pytest.raises(InputError, match="101"):
        begin(share_pct=101.0)
    monkeypatch.delenv("NBPOINTS_FIGURES")
    monkeypatch.setattr(executed, "kernel", lambda: None)
    with pytest.raises(InputError, match="101"):
        begin(share_pct=101.0)
    assert waits == [run.ARRIVAL_S], "a batch sends cell by cell, and to a plain process nobody sends"


def test_below_a_figure_stands_where_its_files_are_only_by_hand(kernel, monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(run, "show", shown.append)
    begin(**kernel(CELL))
    run.tell_place("fig-a")
    assert [one["text/plain"] for one in shown] == ["Saved in runs/by_hand/export_decline/ as fig-a.*"]
    assert outputs.compare([], [{"output_type": "display_data", "data": shown[0], "metadata": {}}]) == []
    monkeypatch.setenv("NBPOINTS_FIGURES", str(tmp_path))
    run.tell_place("fig-a")
    assert len(shown) == 1


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
    with pytest.raises(InputError, match="No run has begun") as later:
        run.current()
    assert str(later.value).endswith(str(refused.value))


def test_unknown_profile_is_refused(monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journl")
    with pytest.raises(InputError, match="Did you mean 'journal'"):
        run.start("03_export_decline", month="2025-05", share_pct=10.0)


@pytest.mark.slow
def test_the_machine_shows_in_nothing_that_is_run_by_hand():
    """A home that cannot be written gives no word in a cell; sums are over one thread, unless the user wants more."""
    command = "import autogap, os, matplotlib.pyplot; print(os.environ['OPENBLAS_NUM_THREADS'])"
    home = {"HOME": "/dev/null", "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "notebooks")}
    for wanted, given in {"1": {}, "2": {"OPENBLAS_NUM_THREADS": "2"}}.items():
        done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, env=home | given)
        assert (done.stdout, done.stderr) == (f"{wanted}\n", "")


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


def test_saving_a_figure_tells_the_place(kernel, monkeypatch, tmp_path):
    """By hand nobody else says where the files are."""
    from autogap import figures

    told = []
    monkeypatch.setattr(run, "tell_place", told.append)
    monkeypatch.setattr(paths, "RUNS", tmp_path)
    monkeypatch.setattr(run, "show", lambda *_, **__: None)
    begin(**kernel(CELL))
    fig, ax = figures.new("single")
    ax.plot([1, 2], [3, 4])
    ax.set(xlabel="Month (number)", ylabel="Exports (billion JPY)")
    figures.save(
        fig,
        "fig-told",
        data=pd.DataFrame({"exports": [3, 4]}, index=[1, 2]),
        title="Exports rose",
        subtitle="Billion yen, 2025",
        alt="A line from 3 to 4, the last the highest.",
        source="Japan Customs, Trade Statistics",
    )
    assert told == ["fig-told"]
