"""`autogap`, `python -m autogap`: the engine's command line under the collection's name, with commands of its own."""

from __future__ import annotations

import sys

from nbpoints import cli

# add a command here: name, what it does, "module:function" to declare its arguments, "module:function" to run it
COMMANDS: list[cli.Command] = [
    cli.Command(
        "new",
        "start a notebook, a series or a table of claims from a skeleton",
        "autogap.skeleton:add_arguments",
        "autogap.skeleton:main",
    ),
    cli.Command(
        "site", "build a static site from executed points", "autogap.publish.cli:add_site", "autogap.publish.cli:site"
    ),
    cli.Command(
        "export",
        "export numbers, tables and figures for a manuscript, or check an export",
        "autogap.publish.cli:add_export",
        "autogap.publish.cli:export",
    ),
    cli.Command(
        "figures",
        "redraw the figures of finished points in another form or profile",
        "autogap.figures.redraw:add_arguments",
        "autogap.figures.redraw:main",
    ),
    cli.Command(
        "refresh",
        "fetch new figures from the publishers, and show or write the changes",
        "autogap.sources.cli:refresh_arguments",
        "autogap.sources.cli:refresh_main",
    ),
    cli.Command(
        "data",
        "show how recent each data file is, and which releases are overdue",
        "autogap.sources.cli:data_arguments",
        "autogap.sources.cli:data_main",
    ),
    cli.Command(
        "tidy",
        "write the data as Parquet, as a wide CSV of the main monthly series, and as Croissant metadata",
        "autogap.data.tidy:add_arguments",
        "autogap.data.tidy:main",
    ),
    cli.Command(
        "report",
        "typeset each notebook and the whole collection as PDF",
        "autogap.publish.cli:add_report",
        "autogap.publish.cli:report",
    ),
]

# those of `autogap.figures.style`: a command that draws nothing does not import the figures
PROFILES = ("briefing", "journal", "economics", "slides", "phone", "numbers")
# those of `autogap.figures.export`, for the same reason
FORMS = ("svg", "pdf", "png", "eps", "tiff")

# what notebooks read from the environment, as options of `run` and `why`
SETTINGS = [
    cli.Setting("--profile", "AUTOGAP_PROFILE", "size and type of the figures; numbers draws no pictures", PROFILES),
    cli.Setting(
        "--forms", "AUTOGAP_FORMS", f"some of {', '.join(FORMS)}, such as svg,pdf (default: svg,pdf,png)", FORMS, True
    ),
]


def main(argv: list[str] | None = None) -> int:
    """Run one command; see `nbpoints.cli.main`."""
    return cli.main(argv, prog="autogap", commands=COMMANDS, settings=SETTINGS)


if __name__ == "__main__":
    sys.exit(main())
