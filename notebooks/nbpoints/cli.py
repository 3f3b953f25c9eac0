"""The command line: one tree of commands. Invalid input ends in one sentence an error and exit status 2."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from nbpoints import program, project
from nbpoints.errors import InputError, counted, did_you_mean
from nbpoints.files import write_whole
from nbpoints.program import Command, Setting, nonempty_path, whole
from nbpoints.scenarios import notebooks, scenarios
from nbpoints.scenarios.point import Point


def main(
    argv: list[str] | None = None,
    *,
    prog: str = "nbpoints",
    commands: Iterable[Command] = (),
    settings: Iterable[Setting] = (),
) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        Arguments without the program's name; by default those of the process.
    prog : str
        Name of the program in help texts and messages.
    commands : iterable of Command
        The caller's own, listed after the engine's.
    settings : iterable of Setting
        Options of `run` and `why` that notebooks get as environment variables.

    Returns
    -------
    int
        Exit status: 0 done, 1 some point failed, 2 invalid input, 130 stopped.
    """
    words = sys.argv[1:] if argv is None else argv
    program.call(prog)

    def command() -> int:
        arguments = _parser(words, [*COMMANDS, *commands], list(settings)).parse_args(words)
        os.environ.update({name: value for name, value in vars(arguments).items() if name.isupper() and value})
        _tell_checkout(arguments)
        return arguments.function(arguments)

    return in_sentences(command)


def in_sentences(command: Callable[[], int]) -> int:
    """Call what does the work of a program; what the user or the system stops it with becomes one sentence.

    Parameters
    ----------
    command : callable
        Returns the exit status.

    Returns
    -------
    int
        That status; 2 after an `InputError` or an `OSError`, 130 after Ctrl-C.
    """
    try:
        return command()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # the reader, such as `head`, has seen enough; keep the interpreter from complaining at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (FileExistsError, NotADirectoryError) as error:
        print(f"{error.filename}: a file stands where a folder is needed; name another folder.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or program.name()}: {error.strerror or error}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; run the same command again to continue.", file=sys.stderr)
        return 130


def _parser(argv: list[str], commands: list[Command], settings: list[Setting]) -> argparse.ArgumentParser:
    """Build the tree: every command with its line of help, and the arguments of the one that is called."""
    parser = argparse.ArgumentParser(
        prog=program.name(), description="Run a folder of notebooks with other parameters, one at a time or in batches."
    )
    tree = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands:
        about = f"{command.about[0].upper()}{command.about[1:]}."
        branch = tree.add_parser(command.name, help=command.about, description=about)
        if command.name in argv:
            _imported(command.declare)(branch)
            branch.set_defaults(function=_imported(command.function), is_callers=command not in COMMANDS)
            for each in settings if command.name in ("run", "why") else ():
                is_one_of = each.choices and not each.is_list
                branch.add_argument(
                    each.option,
                    dest=each.variable,
                    metavar=None if is_one_of else each.option.lstrip("-").upper(),
                    choices=each.choices if is_one_of else None,
                    type=_some_of(each.choices) if each.is_list else str,
                    help=each.about,
                )
    return parser


def _imported(function: Callable | str) -> Callable:
    if callable(function):
        return function
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dir", type=nonempty_path, help="folder of the notebooks (default: the project's)")
    parser.add_argument("--file", type=nonempty_path, help="scenario file (default: scenarios.yaml in that folder)")


def _out_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=nonempty_path, metavar="DIR", help="folder for the runs (default: runs)")


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", help="name in the scenario file (default: baseline)"
    )
    parser.add_argument("--point", nargs="+", action="extend", metavar="NAME", help="only the points with these names")
    _filters(parser, "set a parameter")


def _filters(parser: argparse.ArgumentParser, parameter: str) -> None:
    parser.add_argument("--notebook", nargs="+", action="extend", metavar="NAME", help="only these notebooks")
    parser.add_argument(
        "-p", "--parameter", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help=parameter
    )


def _list_options(parser: argparse.ArgumentParser) -> None:
    _where(parser)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="notebooks to show (default: all), or scenarios whose points to list"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--schema", action="store_true", help="print a JSON schema of the scenario file, for editors")


def _validate_options(parser: argparse.ArgumentParser) -> None:
    _where(parser)
    parser.add_argument("given", nargs="?", type=nonempty_path, metavar="FILE", help="scenario file")


def _why_options(parser: argparse.ArgumentParser) -> None:
    _where(parser)
    _which(parser)
    _out_option(parser)


def _results_options(parser: argparse.ArgumentParser) -> None:
    _where(parser)
    _out_option(parser)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="only these (default: all that were run)")
    _filters(parser, "only points with this value")
    parser.add_argument("--all", action="store_true", help="include points that are not current, with the reason")
    parser.add_argument("--csv", type=nonempty_path, metavar="FILE", help="write the table to a file")


def _run_options(parser: argparse.ArgumentParser) -> None:
    _why_options(parser)
    parser.add_argument(
        "-j", "--jobs", type=whole(1), metavar="N", help="points to run at once (default: one per core)"
    )
    parser.add_argument("--fresh", action="store_true", help="also run points that are finished")
    parser.add_argument("--timeout", type=whole(1), metavar="SECONDS", help="time limit for each point")
    parser.add_argument(
        "--retries", type=whole(0), default=0, metavar="N", help="more attempts for a point that ran out of time"
    )
    parser.add_argument("--memory", type=whole(1), metavar="MB", help="memory limit for each point")
    parser.add_argument(
        "--executor", choices=("local", "dask"), default="local", help="where to run the points (default: local)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="address of a running Dask cluster, such as tcp://host:8786"
    )
    parser.add_argument(
        "--publish", type=nonempty_path, metavar="DIR", help="also copy the figures of default points to this folder"
    )
    parser.add_argument("--junit", type=nonempty_path, metavar="FILE", help="also write a report in JUnit XML")


def _some_of(choices: Iterable[str]) -> Callable[[str], str]:
    def names(text: str) -> str:
        for name in text.split(","):
            if name.strip() not in choices:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(choices)}")
        return text

    return names


def _load(arguments: argparse.Namespace, given: Path | None = None) -> scenarios.Scenarios:
    """Load a scenario file with the notebooks beside it or, where there are none, those of the project."""
    path = given or arguments.file
    folder = arguments.dir
    if folder is None:
        beside = path is not None and path.parent.is_dir() and any(path.parent.glob("*.ipynb"))
        folder = path.parent if beside else project.find(Path.cwd()).notebooks
    return scenarios.load(path or folder / scenarios.FILE, folder, missing_ok=path is None)


def _out(arguments: argparse.Namespace) -> Path:
    """Where runs are stored: as told, or beside a given folder of notebooks, or in the project stood in."""
    return arguments.out or (arguments.dir / "runs" if arguments.dir else project.find(Path.cwd()).runs)


def _points(arguments: argparse.Namespace) -> tuple[list[Point], list[str]]:
    """Return the points that are asked for, and why some notebooks of the folder are left out."""
    loaded = _load(arguments)
    if not loaded.notebooks:
        raise InputError(f"{arguments.dir or loaded.path.parent}: no notebook in this folder.")
    points = loaded.points(arguments.scenarios, arguments.notebook, overrides(arguments.parameter))
    left_out = loaded.left_out(arguments.scenarios, arguments.notebook)
    if arguments.point is not None:
        names = {point.name for point in points}
        for name in arguments.point:
            if name not in names:
                raise InputError(f"no point {name!r} among those asked for.{did_you_mean(name, names)}")
        points, left_out = [point for point in points if point.name in arguments.point], []
    _tell(note for point in points for note in loaded.notebooks[point.notebook.stem].notes)
    return points, left_out


def _tell(sentences: Iterable[str]) -> int:
    """Write sentences to standard error, each once; return the exit status that they mean."""
    told = dict.fromkeys(sentences)
    for sentence in told:
        print(sentence, file=sys.stderr)
    return 2 if told else 0


def _tell_checkout(arguments: argparse.Namespace) -> None:
    """In a second checkout, say that the engine works on it; the caller's commands would work on their own: refuse."""
    package = Path(__file__).parent
    if getattr(arguments, "dir", None) or not project.is_another(package):
        return
    if arguments.is_callers:
        project.refuse_another(package)
    here, own = project.find(Path.cwd()).root, project.find(package).root
    print(f"Working on {here}; the program itself is that of {own}.", file=sys.stderr)


def overrides(pairs: list[str]) -> dict[str, str]:
    """Read ``name=value`` as given on a command line."""
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
    folder = arguments.dir or project.find(Path.cwd()).notebooks
    loaded = _load(arguments) if arguments.names or arguments.file else None
    if loaded and arguments.names:
        if any(name in loaded.plans for name in arguments.names):
            points = loaded.points(arguments.names)
            print(notebooks.points_as_json(points) if arguments.json else "\n".join(point.name for point in points))
            return 0
        books = [loaded.notebooks[notebooks.resolve(name, loaded.notebooks, loaded.plans)] for name in arguments.names]
    else:
        books = [notebooks.inspect(path) for path in notebooks.find(folder).values()]
    if not books:
        raise InputError(f"{folder}: no notebook in this folder.")
    if arguments.schema:
        from nbpoints.scenarios import schema

        print(schema.as_json(books))
        return 0
    print((notebooks.as_json if arguments.json else notebooks.as_text)(books))
    faults = [fault for book in books for fault in book.faults]
    _tell(note for book in books for note in book.notes)
    return _tell(faults)


def _validate(arguments: argparse.Namespace) -> int:
    if arguments.given and arguments.file:
        raise InputError(f"validate: both {arguments.file} and {arguments.given} are given; validate one at a time.")
    loaded = _load(arguments, arguments.given)
    counts, blocked = {}, []
    for name, plan in loaded.plans.items():
        blocked += [fault for faults in plan.blocked.values() for fault in faults]
        if not plan.blocked or plan.is_all and plan.shares:
            counts[name] = len(loaded.points([name]))
            print(f"{name}: {counted(counts[name], 'point')}{'. ' if plan.about else ''}{plan.about}")
    total = f"{counted(len(counts), 'scenario')}, {counted(sum(counts.values()), 'point')}"
    status = _tell(blocked)
    print(f"{loaded.path.name}: {total}, {'not all can be run' if status else 'no error'}.")
    return status


def _run(arguments: argparse.Namespace) -> int:
    if arguments.scheduler and arguments.executor != "dask":
        raise InputError("--scheduler is for --executor dask.")
    points, left_out = _points(arguments)
    from nbpoints.run import runner

    status = runner.run(
        points,
        jobs=arguments.jobs,
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
    return _tell(left_out) or status


def _why(arguments: argparse.Namespace) -> int:
    points, left_out = _points(arguments)
    from nbpoints.run import runner

    due = runner.why(points, _out(arguments))
    for name, reason in due:
        print(f"{name}: {reason}")
    if not due:
        print(f"Nothing to run: {counted(len(points), 'point')} current.")
    return _tell(left_out)


def _results(arguments: argparse.Namespace) -> int:
    from nbpoints.records import collect

    out, wanted = _out(arguments), overrides(arguments.parameter)
    found = collect.results(out, _load(arguments), arguments.scenarios, arguments.notebook, wanted, every=arguments.all)
    table = found.table()
    if found.stale:
        name, reason = next(iter(found.stale.items()))
        print(
            f"{counted(len(found.stale), 'point')} left out, such as {name}: {reason}. "
            f"`{program.name()} run` renews them, --all shows them as they are.",
            file=sys.stderr,
        )
    if table.empty:
        why = f"none of {counted(found.points, 'finished point')} recorded any" if found.points else "no finished point"
        raise InputError(f"{out}: 0 results ({why}); `{program.name()} run` makes them.")
    if arguments.csv:
        write_whole(arguments.csv, collect.without_formulas(table).to_csv(index=False))
        points = found.points - len(found.stale)
        print(f"{arguments.csv}: {counted(len(table), 'result')} of {counted(points, 'point')}.")
    else:
        print(table.to_string(index=False, float_format="{:.6g}".format))
    return 0


COMMANDS = (
    Command("list", "show notebooks with their parameters, or the points of scenarios", _list_options, _list),
    Command("run", "run scenarios, or one notebook with given parameters", _run_options, _run),
    Command("validate", "check a scenario file without running anything", _validate_options, _validate),
    Command("why", "show what would run, and which change is the reason", _why_options, _why),
    Command("results", "make one table of all recorded results", _results_options, _results),
    Command(
        "accept",
        "run notebooks again, show what changed, and store the new outputs",
        "nbpoints.checks.accept:add_arguments",
        "nbpoints.checks.accept:main",
    ),
    Command(
        "compare",
        "show the differences between two runs or two notebooks",
        "nbpoints.checks.compare_runs:add_compare_arguments",
        "nbpoints.checks.compare_runs:compare_main",
    ),
    Command(
        "check",
        "run executed points again and compare them with a baseline",
        "nbpoints.checks.compare_runs:add_check_arguments",
        "nbpoints.checks.compare_runs:check_main",
    ),
)
