"""`autogap figures POINT...`: draw the figures of points that have run once more, in other forms or another profile."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean
from nbpoints.program import nonempty_path

from autogap import paths
from autogap.figures import export, style


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "points", nargs="+", metavar="POINT", help="name of a point, such as export_decline@month=2025-08"
    )
    parser.add_argument(
        "--forms", default="svg,pdf,png", help=f"some of {', '.join(export.FORMS)} (default: svg,pdf,png)"
    )
    parser.add_argument("--profile", default="", help=f"one of {', '.join(style.PROFILES)} (default: briefing)")
    parser.add_argument("--grey", action="store_true", help="in greys, with dashes and hatches")
    parser.add_argument("--runs", type=nonempty_path, default=paths.RUNS, help="where the points are (default: runs)")
    parser.add_argument(
        "--out", type=nonempty_path, help="where the figures go (default: figures in the folder of the runs)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run the points once more, beside the runs that there are; return the exit status.

    Raises
    ------
    InputError
        When there is no such point, form or profile.
    """
    from nbpoints.run import runner

    os.environ["AUTOGAP_FORMS"] = arguments.forms
    if arguments.profile:
        os.environ["AUTOGAP_PROFILE"] = arguments.profile
    if arguments.grey:
        os.environ["AUTOGAP_GREY"] = "1"
    style.profile()
    export.forms()
    points = [_point(arguments.runs, name) for name in arguments.points]
    return runner.run(points, out=arguments.out or arguments.runs / "figures")


def _point(runs: Path, name: str) -> object:
    """The point of a name as it has run; in the first scenario, by name, that has one."""
    from nbpoints.parameters import declare
    from nbpoints.parameters.names import passed
    from nbpoints.records.layout import load_run
    from nbpoints.scenarios.point import Point

    known = sorted(path.parent for path in runs.glob("*/*/run.json") if path.parts[-3] != "figures")
    folder = next((folder for folder in known if folder.name == name), None)
    if folder is None:
        names = sorted({folder.name for folder in known})
        near = did_you_mean(name, names) or " `autogap run` runs points."
        raise InputError(f"figures: no point {name!r} has run in {runs}.{near}")
    told = load_run(folder)
    notebook = paths.ROOT / told["notebook"]
    declared = declare.read(notebook)
    defaults = {each: parameter.default for each, parameter in declared.items()}
    values = declare.check(declared, told["parameters"])
    return Point(told["scenario"], notebook, values, passed(values, defaults), name)
