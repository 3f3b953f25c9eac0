"""What is published changes with what it says, not with the tools that said it."""

import json

import pytest

from tests.nbpoints.toy_project import Project

SAVE = """
import os, pathlib
folder = pathlib.Path(os.environ["NBPOINTS_FIGURES"])
(folder / "fig-a.json").write_text(pathlib.Path("../data/said.json").read_text())
"""

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("key", "published"), [("versions", "as it was"), ("title", "anew")])
def test_another_python_leaves_published_figures_alone(tmp_path, key, published):
    """Fonts and pictures are equal on every Python that is supported; only the description names it."""
    project = Project(tmp_path)
    project.write("a", SAVE)
    said = {"title": "It fell", "versions": {"python": "3.11"}}
    (tmp_path / "data/said.json").write_text(json.dumps(said))
    project.run(project.point("a"), publish=tmp_path / "figures")
    first = (tmp_path / "figures/fig-a.json").read_text()
    (tmp_path / "data/said.json").write_text(json.dumps(said | {key: {"python": "3.13"}}))
    project.run(project.point("a"), publish=tmp_path / "figures")
    assert ((tmp_path / "figures/fig-a.json").read_text() == first) == (published == "as it was")
