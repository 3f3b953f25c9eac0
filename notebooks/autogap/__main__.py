"""`autogap`, `python -m autogap`: the engine's command line under the collection's name, with commands of its own."""

from __future__ import annotations

import sys

from nbpoints import cli

# add a command here: name, what it does, "module:function" to declare its arguments, "module:function" to run it
COMMANDS: list[cli.Command] = [
    cli.Command(
        "new",
        "write the skeleton of a notebook, a series or claims",
        "autogap.skeleton:add_arguments",
        "autogap.skeleton:main",
    ),
    cli.Command(
        "site",
        "build pages of executed points that work from a disk",
        "autogap.publish.cli:add_site",
        "autogap.publish.cli:site",
    ),
    cli.Command(
        "export",
        "write numbers, tables and figures of points for a manuscript, or check them",
        "autogap.publish.cli:add_export",
        "autogap.publish.cli:export",
    ),
    cli.Command(
        "figures",
        "draw the figures of points that have run in other forms or another profile",
        "autogap.figures.redraw:declare",
        "autogap.figures.redraw:run",
    ),
    cli.Command(
        "refresh",
        "ask the publishers for newer figures, and show or write what changes",
        "autogap.sources.cli:refresh_arguments",
        "autogap.sources.cli:refresh_main",
    ),
    cli.Command(
        "data",
        "show how new each file of the data package is, and what is overdue",
        "autogap.sources.cli:data_arguments",
        "autogap.sources.cli:data_main",
    ),
    cli.Command(
        "tidy",
        "write the data as one Parquet file, a wide CSV of thirty series, and Croissant metadata",
        "autogap.data.tidy:add_arguments",
        "autogap.data.tidy:main",
    ),
    cli.Command(
        "report",
        "set every notebook, and the collection, as PDF",
        "autogap.publish.cli:add_report",
        "autogap.publish.cli:report",
    ),
]

# what notebooks read from the environment, as options of `run` and `why`
SETTINGS = [
    cli.Setting("--profile", "AUTOGAP_PROFILE", "size and letters of the figures: briefing, journal, ..."),
    cli.Setting("--forms", "AUTOGAP_FORMS", "forms of the figures, such as svg,pdf (default: svg,pdf,png)"),
]


def main(argv: list[str] | None = None) -> int:
    """Run one command; see `nbpoints.cli.main`."""
    return cli.main(argv, prog="autogap", commands=COMMANDS, settings=SETTINGS)


if __name__ == "__main__":
    sys.exit(main())
