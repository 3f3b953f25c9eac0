"""A notebook gives the same bytes alone, in a batch of any order, with forked and with ordinary kernels."""

from __future__ import annotations

import json

import pytest
from nbpoints.run import runner
from nbpoints.scenarios.point import Point
from toy_project import Project

pytestmark = pytest.mark.slow

# what libraries were seen to do when they are imported, and more
LOUD = """
import locale, logging, os, random, warnings
import numpy, pandas, matplotlib
logging.basicConfig(level=logging.INFO)
logging.getLogger("early").setLevel(logging.ERROR)
logging.captureWarnings(True)
warnings.simplefilter("ignore", UserWarning)
os.environ["LOUD"] = "yes"
os.environ.pop("QUIET", None)
random.seed(1)
numpy.random.seed(1)
numpy.set_printoptions(precision=2)
numpy.seterr(all="ignore")
pandas.set_option("display.precision", 1)
matplotlib.rcParams["lines.linewidth"] = 9
"""
STATE = """
import logging, os, random, sys, warnings
import matplotlib, numpy, pandas
import early
print([type(handler).__name__ for handler in logging.root.handlers], logging.root.level, early.log.level)
print([item[:3:2] for item in warnings.filters], os.environ.get("LOUD"), os.environ.get("QUIET"))
print(numpy.geterr(), numpy.array([1 / 3]), matplotlib.rcParams["lines.linewidth"])
print(pandas.Series([1 / 3]).to_string())
print(sorted(name for name in ("loud", "inner", "gone", "matplotlib.pyplot") if name in sys.modules))
early.log.warning("from a library")
logging.getLogger("any").info("news")
warnings.warn("careful")
"""
SEEDED = "import random, numpy\nprint(random.random() if n == 2 else '', numpy.random.rand() if n == 2 else '')\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    (site / "early.py").write_text("import logging\nlog = logging.getLogger('early')\nlog.setLevel(logging.WARNING)\n")
    (site / "loud.py").write_text("import early, inner\n" + LOUD)
    (site / "inner.py").write_text("import warnings\nwarnings.filterwarnings('error', 'inner', append=True)\n")
    (site / "wild.py").write_text("import inner\nraise SystemExit('not here')\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("QUIET", "please")
    project = Project(tmp_path / "project")
    project.write("a_loud", "import loud, loud as again", STATE, SEEDED)
    project.write("b_state", STATE)
    project.write(
        "c_inner", "import inner\nprint(inner.__spec__.origin[-8:], inner.__loader__.__class__.__name__)", STATE
    )
    project.write("d_late", STATE, "import importlib\nimportlib.import_module('loud')", STATE, SEEDED)
    project.write("e_wild", "try:\n    import wild\nexcept SystemExit as error:\n    print(error)", STATE)
    return project


NAMES = ("a_loud", "b_state", "c_inner", "d_late", "e_wild")


def _stored(project: Project) -> dict[str, bytes]:
    return {name: (project.out / "base" / name / "notebook.ipynb").read_bytes() for name in NAMES}


def test_what_others_imported_changes_nothing(project):
    """Alone and cold, together and cold, together and warm in both orders, and once more with all that was seen."""
    points = [project.point(name) for name in NAMES]
    status, told = project.run(*points, warm=False, jobs=1)
    assert status == 0, told
    cold = _stored(project)
    assert "INFO:any:news" in project.printed(points[0])
    assert "INFO" not in project.printed(points[1]) and "'wild'" not in project.printed(points[4])
    for order in (points, points[::-1], points):
        status, told = project.run(*order, fresh=True, jobs=1)
        assert status == 0, told
        assert {project.record(point)["run"]["kernel"] for point in points} == {"forked"}
        assert _stored(project) == cold
    for point in points:
        assert project.run(point, fresh=True)[0] == 0
    assert _stored(project) == cold


def test_a_seed_set_by_an_import_is_set_in_each_kernel(project):
    """And only there: numbers drawn without a seed differ from kernel to kernel."""
    points = [project.point(name, n=2) for name in ("a_loud", "d_late")]
    project.write("dice", SEEDED)
    dice = project.point("dice", n=2)
    drawn = []
    for warm in (False, True, True):
        assert project.run(*points, dice, fresh=True, warm=warm, jobs=1)[0] == 0
        drawn.append([project.printed(point).splitlines()[-1] for point in (*points, dice)])
    assert len({text for run in drawn for text in run[:2]}) == 1
    assert len({run[2] for run in drawn}) == 3


def test_a_logger_set_up_by_one_notebook_prints_nothing_in_another(tmp_path):
    """The estimator that notebook 06 imports configures logging; notebook 11 draws, and a font library logs that."""
    from autogap.paths import NOTEBOOKS

    def run(out: str, *stems: str) -> dict[str, bytes]:
        found = [next(NOTEBOOKS.glob(f"{stem}_*.ipynb")) for stem in stems]
        points = [Point("base", path, {}, {}, path.stem) for path in found]
        assert runner.run(points, out=tmp_path / out, jobs=1, fresh=True) == 0
        return {
            stem: (tmp_path / out / "base" / path.stem / "notebook.ipynb").read_bytes()
            for stem, path in zip(stems, found)
        }

    alone = run("alone", "11")
    for _ in range(2):
        # the second time, all that was seen is imported beforehand
        assert run("both", "06", "11")["11"] == alone["11"]
    outputs = [output for cell in json.loads(alone["11"])["cells"] for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.get("name") == "stderr"]
