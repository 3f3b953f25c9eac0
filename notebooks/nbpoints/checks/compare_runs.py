"""`compare` and `check`: the differences of two runs, and executed points run again and compared."""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

from nbpoints import project
from nbpoints.checks import again, exported_figures, hygiene, outputs
from nbpoints.checks.accept import add_limits, limits_of
from nbpoints.checks.again import Again, Request
from nbpoints.checks.compare import REL, Difference, report
from nbpoints.errors import InputError, counted, did_you_mean
from nbpoints.files import write_whole
from nbpoints.notebook import canonical, reading
from nbpoints.parameters.names import base
from nbpoints.program import nonempty_path, tolerance, whole
from nbpoints.records import fingerprint, layout
from nbpoints.run import runner
from nbpoints.run.progress import Screen


def executed(run: Path) -> dict[str, Path]:
    """The executed notebooks of a run by the name of their point; a single notebook is a run of one.

    Raises
    ------
    InputError
        When there is no such run, or no notebook in it.
    """
    if run.is_file():
        return {_point(run, run.parent): run}
    if not run.is_dir():
        raise InputError(f"{run}: no such run; give a folder of executed points or an executed notebook.")
    found = {_point(path, run): path for path in sorted(run.rglob("*.ipynb")) if _is_finished(path.relative_to(run))}
    if not found:
        raise InputError(f"{run}: no executed notebook in this folder.")
    return found


def compare(a: Path, b: Path, rel: float = REL) -> dict[str, list[Difference]]:
    """Compare two runs point by point.

    Parameters
    ----------
    a, b : Path
        Folders of executed points (``runs/baseline``, ``notebooks``) or two notebooks.
    rel : float
        Relative tolerance of numbers.

    Returns
    -------
    dict of str to list of Difference
        By name of point; a point that only one run has says so. Points without a difference have an empty list. Two
        runs of one notebook each are a pair, whatever their names.
    """
    old, new = _sides(a, b)
    found = {name: _pair(old[name], new[name], rel) for name in old if name in new}
    for side, other, where in ((old, new, a), (new, old, b)):
        found |= {name: [Difference("text", "", "", f"only in {where}")] for name in side if name not in other}
    return dict(sorted(found.items()))


def side_by_side(a: Path, b: Path) -> list[list[object]]:
    """The recorded results of two runs: point, name, both values, their difference, unit; None where one is missing.

    Parameters
    ----------
    a, b : Path
        As for `compare`.
    """
    old, new = _sides(a, b)
    rows = []
    for point in sorted({**old, **new}):
        was, now = ({one["name"]: one for one in _results(side.get(point))} for side in (old, new))
        for name in {**was, **now}:
            values = [side.get(name, {}).get("value") for side in (was, now)]
            are_numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            difference = values[1] - values[0] if are_numbers else None
            rows.append([point, name, *values, difference, (now.get(name) or was[name]).get("unit")])
    return rows


def _sides(a: Path, b: Path) -> list[dict[str, Path]]:
    """The executed notebooks of two runs by their names; those of a pair have one name."""
    old, new = executed(a), executed(b)
    is_pair = len(old) == len(new) == 1
    if is_pair and (old.keys() != new.keys() or Path(layout.NOTEBOOK).stem in old):  # two points, two notebooks
        name = f"{a.name} and {b.name}"
        return [{name: path} for path in (*old.values(), *new.values())]
    return [old, new]


def _results(path: Path | None) -> list[dict]:
    return list(outputs.results(reading.load(path))) if path else []


def _pair(old: Path, new: Path, rel: float) -> list[Difference]:
    return outputs.compare_notebooks(reading.load(old), reading.load(new), rel)


def environments(a: Path, b: Path) -> list[str]:
    """Say which package versions differ between two runs, as their `run.json` files state them, if both have any."""
    sides = [_versions(run) for run in (a, b)]
    if not all(sides):
        return []
    names = sorted(set(sides[0]) | set(sides[1]))
    pairs = {name: [side.get(name, "absent") for side in sides] for name in names}
    return [f"{name}: {old} and {new}" for name, (old, new) in pairs.items() if old != new]


def check(stored: Path, baseline: Path, fresh: Again, rel: float = REL) -> list[str]:
    """Compare an executed point that was run again with a stored baseline.

    Parameters
    ----------
    stored : Path
        The executed notebook that was run again, its injected parameters as they are.
    baseline : Path
        The executed notebook whose outputs must come out; the same file, or that of another run.
    fresh : Again
        What came out.
    rel : float
        Relative tolerance of numbers.

    Returns
    -------
    list of str
        Sentences and lines of a report; empty when the point holds.
    """
    if fresh.error:
        return [fresh.error]
    found = hygiene.faults(canonical.clean(reading.load(stored)))
    differences = outputs.compare_notebooks(reading.load(baseline), fresh.notebook, rel)
    if (baseline.parent / layout.FIGURES).is_dir():
        differences += exported_figures.compare(baseline.parent / layout.FIGURES, fresh.figures, rel)
    return found + report(differences).splitlines()


def request(stored: Path, name: str, folder: Path | None = None) -> Request:
    """Ask for an executed point to be run again as it ran: in the folder of its notebook, with its environment.

    Parameters
    ----------
    stored : Path
        The executed notebook.
    name : str
        Of the point.
    folder : Path, optional
        Where to run it; by default in the folder that its record names, seen from the folders above.

    Raises
    ------
    InputError
        When that folder is not there.
    """
    record = layout.read_run(stored.parent) or {}
    path = record.get("notebook")
    if folder is None and path:
        above = [parent / path for parent in stored.resolve().parents]
        above.append(project.find(Path.cwd()).root / path)
        folder = next((place.parent for place in above if place.is_file()), None)
        if folder is None:
            raise InputError(f"{name}: its notebook {path} is not here; say with --dir where it ran.")
    return Request(
        stored.resolve(),
        name,
        folder or project.find(Path.cwd()).notebooks,
        fingerprint.settings_of(record.get("fingerprint", {})),
    )


def add_compare_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `compare`."""
    parser.add_argument(
        "runs", nargs=2, type=nonempty_path, metavar="RUN", help="two folders of executed points, or two notebooks"
    )
    parser.add_argument(
        "--tolerance", type=tolerance, default=REL, help=f"relative tolerance of numbers (default: {REL:g})"
    )
    parser.add_argument(
        "--csv", type=nonempty_path, metavar="FILE", help="also write all results of both, side by side"
    )


def compare_main(arguments: argparse.Namespace) -> int:
    """Run `compare`: status 0 when nothing differs, 1 otherwise."""
    old, new = arguments.runs
    found = compare(old, new, arguments.tolerance)
    for name, differences in found.items():
        if differences:
            print(f"{name}\n" + "\n".join(f"  {line}" for line in report(differences).splitlines()))
    other = environments(old, new)
    if other:
        print("versions\n" + "\n".join(f"  {line}" for line in other))
    if arguments.csv:
        rows = [["point", "name", "was", "is", "difference", "unit"], *side_by_side(old, new)]
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(rows)
        write_whole(arguments.csv, stream.getvalue())
        print(f"{arguments.csv}: {counted(len(rows) - 1, 'result')} side by side.")
    differing = sum(bool(differences) for differences in found.values())
    print(f"{counted(len(found), 'point')} compared, {differing or 'none'} with differences.")
    return int(differing > 0)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `check`."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario that has run")
    parser.add_argument("points", nargs="*", metavar="POINT", help="points to run again, * allowed (default: all)")
    parser.add_argument("--every", type=whole(1), default=1, metavar="N", help="only every Nth point")
    parser.add_argument(
        "--baseline",
        type=nonempty_path,
        metavar="DIR",
        help="run to compare them with (default: their own stored outputs)",
    )
    parser.add_argument(
        "--out",
        type=nonempty_path,
        default=project.find(Path.cwd()).runs,
        metavar="DIR",
        help="folder of the runs (default: runs)",
    )
    parser.add_argument("--dir", type=nonempty_path, help="folder in which the notebooks ran (default: as recorded)")
    add_limits(parser)


def check_main(arguments: argparse.Namespace) -> int:
    """Run `check`: status 0 when every chosen point holds, 1 otherwise."""
    run = arguments.out / arguments.scenario
    if not run.is_dir():
        ran = [path.name for path in arguments.out.glob("*") if path.is_dir()]
        raise InputError(f"{arguments.scenario}: not run yet (no {run}).{did_you_mean(arguments.scenario, ran)}")
    stored = executed(run)
    baseline = executed(arguments.baseline) if arguments.baseline else stored
    chosen = _chosen(list(stored), arguments.points)[:: arguments.every]

    failed = 0
    for name, lines in _checked(chosen, stored, baseline, arguments):
        failed += bool(lines)
        print(f"{name}: {'differs' if lines else 'holds'}" + "".join(f"\n  {line}" for line in lines), flush=True)
    print(f"{counted(len(chosen), 'point')} run again, {failed or 'none'} at fault.")
    return int(failed > 0)


def _checked(
    names: list[str], stored: dict[str, Path], baseline: dict[str, Path], arguments: argparse.Namespace
) -> Iterator[tuple[str, list[str]]]:
    """Yield what is wrong with each point, in order, as soon as those before it are there."""
    missing = ["the baseline does not have this point; run it there first."]
    lacking = [(place, missing) for place, name in enumerate(names) if name not in baseline]
    requests = [request(stored[name], name, arguments.dir) for name in names if name in baseline]
    with runner.terminable(), again.folder() as out:
        with contextlib.closing(again.run(requests, out, limits_of(arguments), Screen(sys.stderr))) as ended:
            ran = ((requests[number].name, fresh) for number, fresh in ended)
            checked = ((names.index(name), check(stored[name], baseline[name], fresh)) for name, fresh in ran)
            yield from zip(names, again.in_order(chain(lacking, checked)))


def _chosen(names: list[str], patterns: list[str]) -> list[str]:
    for pattern in patterns:
        if not any(fnmatch(name, pattern) for name in names):
            raise InputError(f"no point {pattern!r} in this run.{did_you_mean(pattern, names)}")
    return [name for name in names if not patterns or any(fnmatch(name, pattern) for pattern in patterns)]


def _is_finished(inside: Path) -> bool:
    return not any(part.startswith(".") for part in inside.parts[:-1])


def _point(path: Path, run: Path) -> str:
    """`rainfall@month=2025-08` for a point's folder, `rainfall` for a notebook of the collection."""
    named = path.parent if path.name == layout.NOTEBOOK and path.parent != run else path.with_suffix("")
    inside = named.relative_to(run)
    return str(inside.with_name(base(inside.name)))


def _versions(run: Path) -> dict[str, str]:
    files = [run.with_name(layout.RUN)] if run.is_file() else sorted(run.rglob(layout.RUN))
    found: dict[str, str] = {}
    for file in files:
        # a record that cannot be read states no versions
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            found |= dict(json.loads(file.read_bytes())["versions"].items())
    return found
