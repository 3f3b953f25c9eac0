"""`autogap figures` draws a point that has run in the forms that are asked for, beside its run."""

import argparse
import json

import pytest
from autogap import paths
from autogap.figures import redraw
from nbpoints.errors import InputError
from nbpoints.run import runner


def parsed(*words):
    parser = argparse.ArgumentParser()
    redraw.add_arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    for name in ("AUTOGAP_FORMS", "AUTOGAP_PROFILE"):
        monkeypatch.setenv(name, "")
    folder = tmp_path / "export_months" / "export_decline@month=2025-08"
    folder.mkdir(parents=True)
    told = {
        "schema": 1,
        "scenario": "export_months",
        "point": "export_decline@month=2025-08",
        "notebook": "notebooks/03_export_decline.ipynb",
        "parameters": {"month": "2025-08"},
        "fingerprint": dict.fromkeys(("files", "folders", "modules", "variables", "environment", "parameters"), {})
        | {"cells": [], "programs": [], "lock": None, "python": "3"},
        "results": [],
        "outputs": {},
        "run": {"started": "", "ended": "", "seconds": 0},
        "host": {"python": "3"},
        "versions": {},
    }
    (folder / "run.json").write_text(json.dumps(told))
    return tmp_path


def test_the_point_is_run_with_the_parameters_of_its_run(runs, monkeypatch):
    asked = {}
    monkeypatch.setattr(runner, "run", lambda points, out: asked.update(points=points, out=out) or 0)
    words = ["export_decline@month=2025-08", "--forms", "eps,tiff", "--profile", "journal", "--runs", str(runs)]
    assert redraw.main(parsed(*words)) == 0
    (point,) = asked["points"]
    assert point.notebook == paths.NOTEBOOKS / "03_export_decline.ipynb" and point.passed == {"month": "2025-08"}
    assert asked["out"] == runs / "figures" and point.scenario == "export_months"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export_decline@month=2025-09"], "no point .* Did you mean 'export_decline@month=2025-08'"),
        (["export_decline@month=2025-08", "--forms", "gif"], "'gif' is not a form"),
        (["export_decline@month=2025-08", "--profile", "poster"], "'poster'"),
    ],
)
def test_what_there_is_not_is_refused(runs, words, said):
    with pytest.raises(InputError, match=said):
        redraw.main(parsed(*words, "--runs", str(runs)))


@pytest.mark.parametrize("told", ["", "{", "[]", "null", '{"notebook": 3}'])
def test_a_broken_record_is_told(runs, told):
    (record,) = runs.glob("*/*/run.json")
    record.write_text(told)
    with pytest.raises(InputError, match=r"export_decline@month=2025-08/run\.json: .*run the point again"):
        redraw.main(parsed("export_decline@month=2025-08", "--runs", str(runs)))
