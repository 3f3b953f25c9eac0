"""The commands that publish: `site`, `export`, `report`; what each needs is imported when it runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbpoints import cli, project
from nbpoints.errors import InputError, counted
from nbpoints.program import nonempty_path
from nbpoints.scenarios import notebooks as books
from nbpoints.scenarios import scenarios
from nbpoints.scenarios.point import Point

_JOBS = cli.whole(1)  # as `run` has it
SITE = "site"  # begins the names of the scenarios whose points the site shows beside the baseline


def add_site(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `autogap site`."""
    _where(parser)
    parser.add_argument("--out", type=nonempty_path, metavar="DIR", help="folder of the site (default: runs/site)")
    parser.add_argument(
        "--points",
        nargs="+",
        metavar="SCENARIO",
        help="scenarios to show (default: baseline and those whose names begin with site)",
    )
    parser.add_argument("--notebook", nargs="+", action="extend", metavar="NAME", help="only these notebooks")
    parser.add_argument("--run", action="store_true", help="first run the points that are not current")
    parser.add_argument("-j", "--jobs", type=_JOBS, metavar="N", help="points to run at once (default: one per core)")
    parser.add_argument(
        "--url", default="", help="address of the published site, for preview cards and canonical links"
    )
    parser.add_argument("--png", action="store_true", help="also offer PNG files for download")
    parser.add_argument("--freeze", metavar="VERSION", help="keep a copy of the site under v/VERSION/")


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dir", type=nonempty_path, help="folder of the notebooks (default: the collection's)")
    parser.add_argument("--runs", type=nonempty_path, metavar="DIR", help="folder of the runs (default: runs)")


def loaded(arguments: argparse.Namespace) -> tuple[scenarios.Scenarios, Path]:
    """Return the scenarios meant by the arguments, and the folder of the runs."""
    folder = arguments.dir or project.find(Path.cwd()).notebooks
    runs = arguments.runs or (arguments.dir / "runs" if arguments.dir else project.find(Path.cwd()).runs)
    return scenarios.load(folder / scenarios.FILE, folder, missing_ok=True), runs


def theme_of(arguments: argparse.Namespace):
    """Return the collection's theme, or a plain one for a folder that is somebody else's."""
    from autogap.publish import collection, theme

    return theme.of_folder(arguments.dir) if arguments.dir else collection.theme()


def site_points(plans: scenarios.Scenarios, names: list[str] | None, notebooks: list[str] | None) -> list[Point]:
    """List the points of the site, each once, whichever scenario has it first.

    Raises
    ------
    InputError
        When a scenario or a notebook is unknown, or a notebook cannot be run.
    """
    wanted = {books.resolve(name, plans.notebooks) for name in notebooks} if notebooks else set(plans.notebooks)
    chosen = names or [scenarios.BASELINE, *(name for name in plans.plans if name.startswith(SITE))]
    found: dict[str, Point] = {}
    for name in chosen:
        for point in plans.points([name]):
            if point.notebook.stem in wanted:
                found.setdefault(point.name, point)
    _refuse_broken(plans, chosen, wanted)
    return sorted(found.values(), key=lambda point: point.notebook.stem)


def _refuse_broken(plans: scenarios.Scenarios, names: list[str], wanted: set[str]) -> None:
    """Refuse notebooks that cannot be run: what is published without them would lose their pages."""
    blocked = [(stem, faults) for name in names for stem, faults in plans.plans[name].blocked.items()]
    told = dict.fromkeys(fault for stem, faults in blocked if stem in wanted for fault in faults)
    if told:
        raise InputError("\n".join([*told, "Nothing is published; choose other notebooks with --notebook."]))


def site(arguments: argparse.Namespace) -> int:
    """Build the site."""
    from autogap.publish import site as building

    plans, runs = loaded(arguments)
    points = site_points(plans, arguments.points, arguments.notebook)
    out = arguments.out or (project.find(Path.cwd()).runs if arguments.dir is None else arguments.dir) / "site"
    if arguments.freeze is not None:
        building.refuse_version(out, arguments.freeze)
    if arguments.run:
        from nbpoints.run import runner

        if status := runner.run(points, jobs=arguments.jobs, out=runs):
            return status
    if arguments.url and not arguments.url.startswith(("http://", "https://")):
        raise InputError(f"--url {arguments.url}: not an address (expected https://...).")
    base = arguments.url.rstrip("/") + "/" if arguments.url else ""
    languages = ("en", "ja") if arguments.dir is None else ("en",)
    options = building.Options(base, arguments.png, languages)
    count, changed = building.build(points, runs, out, theme_of(arguments), options, just_run=arguments.run)
    print(
        f"{out}: {counted(count, 'file')} for {counted(len(points), 'point')}; "
        f"{f'{changed:,} changed' if changed else 'nothing changed'}."
    )
    if arguments.freeze is not None:
        print(f"Frozen: {building.freeze(out, arguments.freeze)}")
    return 0


def add_export(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `autogap export`."""
    from autogap.publish.export.package import JOURNALS

    _where(parser)
    parser.add_argument("points", nargs="*", metavar="POINT", help="names of points, or notebooks")
    parser.add_argument(
        "-p",
        "--parameter",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter of the notebooks that are named",
    )
    parser.add_argument("--to", type=nonempty_path, metavar="DIR", help="folder to write the export to")
    parser.add_argument(
        "--for",
        dest="journal",
        choices=sorted(JOURNALS),
        default="aer",
        help="journal whose sizes and file types the figures take (default: aer)",
    )
    parser.add_argument(
        "--check", type=nonempty_path, metavar="DIR", help="report what has changed since an export was written"
    )
    parser.add_argument(
        "--manuscript",
        nargs="+",
        type=nonempty_path,
        metavar="FILE",
        help="LaTeX files that use the exported numbers",
    )
    parser.add_argument("-j", "--jobs", type=_JOBS, metavar="N", help="points to run at once (default: one per core)")


def export(arguments: argparse.Namespace) -> int:
    """Write the parts of a manuscript, or check them."""
    from autogap.publish.export import package

    plans, runs = loaded(arguments)
    if arguments.check:
        return _check(arguments, plans, runs)
    if not arguments.points or arguments.to is None:
        raise InputError("export: name points and a folder, such as `export export_decline --to manuscript`.")
    if arguments.to.is_file():
        raise InputError(f"--to: {arguments.to} is a file; name a folder.")
    journal = package.JOURNALS[arguments.journal]
    wanted = package.find(plans, arguments.points, runs, cli.overrides(arguments.parameter))
    reads = package.run(wanted, runs, journal, arguments.jobs)
    files = package.content(reads, theme_of(arguments), journal)
    package.write(arguments.to, files, reads, arguments.journal)
    print(
        f"{arguments.to}: {counted(len(files), 'file')}, {counted(sum(len(read.results) for read in reads), 'number')}."
    )
    return 0


def _check(arguments: argparse.Namespace, plans: scenarios.Scenarios, runs: Path) -> int:
    from autogap.publish.export import check, package

    lock = package.locked(arguments.check)
    journal = package.JOURNALS[lock["for"]]
    reads = package.run(package.again(plans, lock["points"]), runs, journal, arguments.jobs)
    sources = arguments.manuscript or check.sources_of(arguments.check, lock)
    found = check.compare(arguments.check, lock, reads, sources, theme_of(arguments).macro)
    for title, lines in (
        ("Changed since", found.moved),
        ("Used but missing", found.missing),
        ("Edited files", found.edited),
    ):
        for line in lines:
            print(f"{title}: {line}")
    print(
        f"{counted(len(lock['numbers']), 'number')}, {len(found.unused)} of them not used by the manuscript; "
        f"{len(found.moved)} changed, {len(found.missing)} do not exist, {counted(len(found.edited), 'file')} edited."
    )
    return 0 if found.is_in_order else 1


def add_report(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `autogap report`."""
    _where(parser)
    parser.add_argument("--notebook", nargs="+", action="extend", metavar="NAME", help="only these notebooks")
    parser.add_argument("--out", type=nonempty_path, metavar="DIR", help="folder of the PDFs (default: runs/report)")
    parser.add_argument("-j", "--jobs", type=_JOBS, metavar="N", help="points to run at once (default: one per core)")


def report(arguments: argparse.Namespace) -> int:
    """Set every notebook, and the collection, as PDF."""
    from autogap.publish import reading
    from autogap.publish.report import book

    plans, runs = loaded(arguments)
    points = plans.points([scenarios.BASELINE], arguments.notebook)
    if not arguments.notebook:
        _refuse_broken(plans, [scenarios.BASELINE], set(plans.notebooks))
    drawn = runs / "drawn-for-report"
    book.run(points, drawn, arguments.jobs)
    reads = [reading.read(point, drawn) for point in points]
    for path in book.write(reads, theme_of(arguments), arguments.out or runs / "report"):
        print(path)
    return 0
