"""Time our batches side by side with other ways to run the same notebooks, and print ratios.

    python -m venv .venv-bench
    .venv-bench/bin/pip install -r requirements.txt -r tests/benchmarks/requirements.txt
    .venv-bench/bin/python tests/benchmarks/batch.py

The ways take turns within each round, so that a change in the machine's load hits all of them; medians are compared.
A way that is not installed is left out with a line. Ways that know no parameters get notebooks with injected values.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
BIN = Path(sys.executable).parent
OURS, LOOP = "autogap run", "papermill in a loop"
MONTHS = [f"{2025 + month // 12}-{month % 12 + 1:02d}" for month in range(4, 20)]

MEMORY = """
import json, resource, sys
from pathlib import Path
from autogap.batch import runner
from autogap.batch.point import Point
book, out, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
points = [Point("many", book, {"n": n}, {"n": n}, f"light@n={n}") for n in range(count)]
with open(out + ".log", "w") as log:
    status = runner.run(points, out=out, jobs=2, stream=log)
print(json.dumps([status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def main() -> None:
    """Run the comparison, then the measurements of ours alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", type=Path, default=NOTEBOOKS / "03_export_decline.ipynb")
    parser.add_argument("--parameter", default="month", help="the one that differs from point to point")
    parser.add_argument("--values", nargs="+", default=MONTHS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--many", type=int, default=1000, help="points of a light notebook; 0 leaves them out")
    arguments = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="autogap-bench-") as place:
        folder = Path(place)
        compare(arguments, folder)
        alone(folder / "ours" / "runs", folder, arguments.jobs)
        if arguments.many:
            many(folder, arguments.many)


def compare(arguments: argparse.Namespace, folder: Path) -> None:
    """Time all ways, round by round, and print medians and ratios."""
    commands = ways(arguments, folder)
    seconds: dict[str, list[float]] = {label: [] for label in commands}
    for number in range(arguments.rounds):
        for label, (program, steps) in commands.items():
            if not program.exists():
                if number == 0:
                    print(f"{label}: {program.name} is not installed here; left out.")
                continue
            seconds[label].append(timed(steps, folder / f"{number}-{len(seconds[label])}"))
    medians = {label: statistics.median(values) for label, values in seconds.items() if values}
    others = [value for label, value in medians.items() if label not in (OURS, LOOP)]
    print(f"\n{len(arguments.values)} points of {arguments.notebook.name}, median of {arguments.rounds}:")
    for label, value in medians.items():
        print(f"  {label:28} {value:7.2f} s  {value / medians[OURS]:5.1f} times ours  ({', '.join(f'{s:.2f}' for s in seconds[label])})")
    if LOOP in medians:
        print(f"  against the loop: {medians[LOOP] / medians[OURS]:.1f} (to reach: 16)")
    if others:
        print(f"  against the best of the others: {min(others) / medians[OURS]:.1f} (to reach: 6)")


def ways(arguments: argparse.Namespace, folder: Path) -> dict[str, tuple[Path, list[list[str]]]]:
    """Set out each way: the program that it needs, and its commands."""
    book, jobs = arguments.notebook.resolve(), str(arguments.jobs)
    scenarios = folder / "scenarios.yaml"
    plan = {"bench": {"notebooks": book.stem, "matrix": {arguments.parameter: arguments.values}}}
    scenarios.write_text(json.dumps(plan))
    values = [{arguments.parameter: value} for value in arguments.values]
    table = folder / "values.json"
    table.write_text(json.dumps(values))
    copies = inject(book, values, folder / "injected")
    out = str(folder / "out")
    run = [sys.executable, "-m", "autogap", "run", "bench", "--dir", str(book.parent), "--file", str(scenarios)]
    cache = str(folder / "cache")
    return {
        OURS: (Path(sys.executable), [[*run, "--out", str(folder / "ours" / "runs"), "-j", jobs, "--fresh"]]),
        LOOP: (
            BIN / "papermill",
            [[str(BIN / "papermill"), str(book), f"{out}.ipynb", "-p", name, value] for each in values for name, value in each.items()],
        ),
        "pytest --nbmake": (BIN / "jcache", [[sys.executable, "-m", "pytest", "-q", "--nbmake", "-n", jobs, "-c", os.devnull, *copies]]),
        "jcache local-parallel": (
            BIN / "jcache",
            [
                ["rm", "-rf", cache],
                [str(BIN / "jcache"), "notebook", "-p", cache, "add", *copies],
                [str(BIN / "jcache"), "project", "-p", cache, "execute", "-e", "local-parallel", "-t", "600"],
            ],
        ),
        "millrun run": (
            BIN / "millrun",
            [[str(BIN / "millrun"), "run", str(book), str(table), "--output-dir", out, "--append", arguments.parameter]],
        ),
    }


def inject(book: Path, values: list[dict], folder: Path) -> list[str]:
    """Write a copy of the notebook for each set of values, with papermill's own injected cell."""
    import papermill

    folder.mkdir()
    copies = []
    for number, each in enumerate(values):
        copies.append(str(folder / f"{book.stem}_{number:02}.ipynb"))
        papermill.execute_notebook(str(book), copies[-1], parameters=each, prepare_only=True, progress_bar=False)
    return copies


def timed(steps: list[list[str]], scratch: Path) -> float:
    """Run commands one after the other in the notebooks' folder; return the seconds that it took."""
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS), "AUTOGAP_FIGURES": str(scratch)}
    scratch.mkdir(exist_ok=True)
    began = time.perf_counter()
    for command in steps:
        done = subprocess.run(command, cwd=NOTEBOOKS, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)[:300]}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def alone(runs: Path, folder: Path, jobs: int) -> None:
    """Print what a point of ours costs besides its cells, and how long nothing takes."""
    records = [json.loads(path.read_bytes())["run"] for path in runs.glob("*/*/run.json")]
    overhead = statistics.median(record["seconds"] - record["cell_cpu_s"] for record in records)
    cells = statistics.median(record["cell_cpu_s"] for record in records)
    startup = min(record["started"] for record in records), max(record["ended"] for record in records)
    print(f"\na point, {jobs} at a time: {cells:.3f} s of processor in its cells, {overhead:.3f} s besides (to reach: 0.25)")
    print(f"from the first point's begin to the last one's end: {startup[0][11:23]} to {startup[1][11:23]}")


def many(folder: Path, count: int) -> None:
    """Run a tenth, then all, of many light points; print failures, seconds a point and the parent's memory."""
    book = folder / "light.ipynb"
    cells = [
        {"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "source": "n: int = 0"},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": "print(n * n)"},
    ]
    cells = [cell | {"execution_count": None, "outputs": []} for cell in cells]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book.write_text(json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}))
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS)}
    print("\na light notebook, two at a time:")
    for number in (count // 10, count):
        began = time.perf_counter()
        command = [sys.executable, "-c", MEMORY, str(book), str(folder / f"many-{number}"), str(number)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        status, memory_mb = json.loads(done.stdout)
        took = time.perf_counter() - began
        failures = "no failure" if status == 0 else "FAILURES"
        print(f"  {number} points: {failures}, {took / number:.3f} s a point, {memory_mb:.0f} MB in the parent")


if __name__ == "__main__":
    main()
