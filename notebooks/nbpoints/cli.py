"""The command line: `autogap list`, `validate`, `run`, `why`, `results`. Bad input ends in sentences and status 2."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

from nbpoints import project
from nbpoints.scenarios import listing, scenarios
from nbpoints.scenarios.point import Point
from nbpoints.errors import InputError, did_you_mean

# handed whole to nbpoints.checks.cli, which this room may not know: imported when one is called, if it is there
CHECKS = {
    "accept": "run notebooks anew, show what changed, and store the outputs",
    "compare": "show the differences of two runs",
    "check": "compare executed points with a stored baseline",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        Arguments without the program's name; by default those of the process.

    Returns
    -------
    int
        Exit status: 0 done, 1 some point failed, 2 bad input, 130 stopped.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv and argv[0] in _checks():
            from nbpoints.checks.cli import main as checks_main

            return checks_main(argv)
        arguments = _parser().parse_args(argv)
        return arguments.command(arguments)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # the reader, such as `head`, has seen enough; keep the interpreter from complaining at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{error.filename or 'autogap'}: {error.strerror or error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return 130


def _checks() -> dict[str, str]:
    return CHECKS if importlib.util.find_spec("nbpoints.checks.cli") else {}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autogap",
        description="Run the notebooks of the collection with other parameters, one or many at a time.",
        epilog=" ".join(f"{name}: {what}." for name, what in _checks().items()),
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--dir", type=Path, help="folder of the notebooks (default: the collection's)")
    where.add_argument("--file", type=Path, help="scenario file (default: scenarios.yaml in that folder)")
    out = argparse.ArgumentParser(add_help=False)
    out.add_argument("--out", type=Path, metavar="DIR", help="folder of the runs (default: runs)")
    which = argparse.ArgumentParser(add_help=False)
    which.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="name in the scenario file (default: baseline)")
    which.add_argument("--notebook", nargs="+", action="extend", metavar="NAME", help="only these notebooks")
    which.add_argument("--point", nargs="+", action="extend", metavar="NAME", help="only these points, by their names")
    which.add_argument(
        "-p", "--parameter", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="set a parameter"
    )

    def command(name: str, function: Callable[[argparse.Namespace], int], what: str, *parents: argparse.ArgumentParser):
        added = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", parents=parents)
        added.set_defaults(command=function)
        return added

    command_list = command("list", _list, "show notebooks with their parameters, or the points of scenarios", where)
    command_list.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="list the points of these instead")
    command_list.add_argument("--json", action="store_true", help="for programs")
    _run_options(command("run", _run, "run scenarios, or one notebook with given parameters", where, which, out))
    validate = command("validate", _validate, "judge a scenario file without running anything", where)
    validate.add_argument("given", nargs="?", type=Path, metavar="FILE", help="scenario file")
    command("why", _why, "show what would run, and because of which change", where, which, out)
    results = command("results", _results, "make one table of all recorded results", where, out)
    results.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="only these (default: all that were run)")
    results.add_argument("--csv", type=Path, metavar="FILE", help="write the table to a file")
    return parser


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-j", "--jobs", type=_whole(1), metavar="N", help="points at a time (default: one a core)")
    parser.add_argument("--fresh", action="store_true", help="run finished points too")
    parser.add_argument("--timeout", type=_whole(1), metavar="SECONDS", help="longest time for a point")
    parser.add_argument("--retries", type=_whole(0), default=0, metavar="N", help="runs more for a point out of time")
    parser.add_argument("--memory", type=_whole(1), metavar="MB", help="most memory for a point")
    parser.add_argument("--executor", choices=("local", "dask"), default="local", help="where points run")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a running Dask cluster, such as tcp://host:8786")
    parser.add_argument("--publish", type=Path, metavar="DIR", help="also put the figures of default points here")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write a report in JUnit XML")


def _whole(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least {least}")
        return int(text)

    return number


def _load(arguments: argparse.Namespace, given: Path | None = None) -> scenarios.Scenarios:
    """Load a scenario file with the notebooks beside it or, where there are none, those of the collection."""
    path = given or arguments.file
    folder = arguments.dir
    if folder is None:
        beside = path is not None and path.parent.is_dir() and any(path.parent.glob("*.ipynb"))
        folder = path.parent if beside else project.find(Path.cwd()).notebooks
    return scenarios.load(path or folder / scenarios.FILE, folder, missing_ok=path is None)


def _out(arguments: argparse.Namespace) -> Path:
    """Where runs are stored: as told, or beside a given folder of notebooks, or in the project stood in."""
    return arguments.out or (arguments.dir / "runs" if arguments.dir else project.find(Path.cwd()).runs)


def _points(arguments: argparse.Namespace) -> list[Point]:
    points = _load(arguments).points(arguments.scenarios, arguments.notebook, _overrides(arguments.parameter))
    if arguments.point is None:
        return points
    names = {point.name for point in points}
    for name in arguments.point:
        if name not in names:
            raise InputError(f"no point {name!r} in it.{did_you_mean(name, names)}")
    return [point for point in points if point.name in arguments.point]


def _overrides(pairs: list[str]) -> dict[str, str]:
    result: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"-p {pair}: write a parameter as name=value.")
        if name in result:
            raise InputError(f"-p {pair}: {name} is given twice; keep one.")
        result[name] = value
    return result


def _list(arguments: argparse.Namespace) -> int:
    if arguments.scenarios:
        points = _load(arguments).points(arguments.scenarios)
        print(listing.points_as_json(points) if arguments.json else "\n".join(point.name for point in points))
        return 0
    folder = arguments.dir or project.find(Path.cwd()).notebooks
    books = [listing.inspect(path) for path in listing.find(folder).values()]
    if not books:
        raise InputError(f"{folder}: no notebook in this folder.")
    print((listing.as_json if arguments.json else listing.as_text)(books))
    faults = [fault for book in books for fault in book.faults]
    if faults:
        raise InputError("\n".join(faults))
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    loaded = _load(arguments, arguments.given)
    counts = {name: len(loaded.points([name])) for name in loaded.plans}
    for name, plan in loaded.plans.items():
        print(f"{name}: {counts[name]:,} points{'. ' if plan.about else ''}{plan.about}")
    print(f"{loaded.path.name}: {len(counts)} scenarios, {sum(counts.values()):,} points, no fault.")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    if arguments.scheduler and arguments.executor != "dask":
        raise InputError("--scheduler is for --executor dask.")
    points = _points(arguments)
    from nbpoints.run import runner

    return runner.run(
        points,
        jobs=arguments.jobs or _cores(),
        out=_out(arguments),
        fresh=arguments.fresh,
        timeout=arguments.timeout,
        retries=arguments.retries,
        memory_mb=arguments.memory,
        executor=arguments.executor,
        scheduler=arguments.scheduler,
        publish=arguments.publish,
        junit=arguments.junit,
    )


def _why(arguments: argparse.Namespace) -> int:
    points = _points(arguments)
    from nbpoints.run import runner

    due = runner.why(points, _out(arguments))
    for name, reason in due:
        print(f"{name}: {reason}")
    if not due:
        print(f"Nothing to run: all {len(points)} points are current.")
    return 0


def _results(arguments: argparse.Namespace) -> int:
    from nbpoints.records import collect

    out = _out(arguments)
    table = collect.results(out, arguments.scenarios)
    if arguments.csv:
        table.to_csv(arguments.csv, index=False)
    elif table.empty:
        raise InputError(f"{out}: no results here; `autogap run` makes them.")
    else:
        print(table.to_string(index=False, float_format="{:.6g}".format))
    return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
