"""Time our batches side by side with other ways to run the same notebooks, and print ratios.

    python -m venv .venv-bench
    .venv-bench/bin/pip install -r requirements.txt -r tests/benchmarks/requirements.txt
    .venv-bench/bin/python tests/benchmarks/batch.py

Ours runs before and after each other way, and is compared with it by the mean of both: a machine shared with others is
half as fast again from one minute to the next. Of several rounds the median ratio counts. A way that is not installed
is left out with a line. Ways that know no parameters get notebooks with injected values.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
BIN = Path(sys.executable).parent
PARTS = ["light", "real", "equal", "many"]
# times ours that a loop of papermill, and the best of the others, are to take
AIMS = {"light": (18, 6.5), "real": (9, 3.5), "equal": (7, 2.5)}
OURS, LOOP = "autogap run", "papermill in a loop"
LIGHT = (
    "power: str = '1'",
    "import matplotlib.pyplot as plt\nimport pandas as pd",
    "frame = pd.DataFrame({'x': range(100)}).assign(y=lambda f: f['x'] ** int(power))\nframe.describe().round(1)",
    "fig, ax = plt.subplots()\nax.plot(frame['x'], frame['y'])\nplt.show()",
    "print(frame['y'].sum())",
)
MONTHS = [f"{2025 + month // 12}-{month % 12 + 1:02d}" for month in range(4, 20)]

MEMORY = """
import json, resource, sys
from pathlib import Path
from nbpoints.run import runner
from nbpoints.scenarios.point import Point
book, out, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
points = [Point("many", book, {"n": n}, {"n": n}, f"tiny@n={n}") for n in range(count)]
with open(out + ".log", "w") as log:
    status = runner.run(points, out=out, jobs=2, stream=log)
print(json.dumps([status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def main() -> None:
    """Compare the ways with a light notebook and with one of the collection, then measure ours alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", type=Path, default=NOTEBOOKS / "03_export_decline.ipynb")
    parser.add_argument("--parameter", default="month", help="the one that differs from point to point")
    parser.add_argument("--values", nargs="+", default=MONTHS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--many", type=int, default=1000, help="points of a tiny notebook for the part `many`")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS, help="what to measure (default: all)")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}")
    with tempfile.TemporaryDirectory(prefix="autogap-bench-") as place:
        folder = Path(place)
        powers = [str(power) for power in range(2, 2 + len(chosen.values))]
        light = write_notebook(folder / "light.ipynb", LIGHT), "power", powers
        real = chosen.notebook, chosen.parameter, chosen.values
        for part, what in {"light": light, "real": real, "equal": real}.items():
            if part in chosen.parts:
                compare(Comparison(*what, chosen.jobs, folder / part), chosen.rounds)
        if "many" in chosen.parts:
            many(folder, chosen.many)


@dataclass(frozen=True)
class Comparison:
    """The points of one notebook, a value each, and a folder for what comes out, named after the part."""

    notebook: Path
    parameter: str
    values: list
    jobs: int
    folder: Path

    def environment(self, is_ours: bool) -> dict[str, str]:
        """What the commands find in their environment.

        Run by anything but our batch, the notebook writes every form into the project's folder. The other ways write
        into one of ours here, which alone would make it take them for a batch; so they are told the forms.
        """
        forms = {} if is_ours and self.folder.name != "equal" else {"AUTOGAP_FORMS": "svg,pdf,png"}
        own = {"NBPOINTS_FIGURES": str(self.folder / "figures"), "AUTOGAP_PROFILE": "briefing"}
        # compiled modules are kept, as they are by default
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {"PYTHONPATH": str(NOTEBOOKS)} | own | forms


def compare(chosen: Comparison, rounds: int) -> None:
    """Time all ways, round by round, and print medians, ratios and where our time goes."""
    chosen.folder.mkdir()
    others = ways(chosen)
    _, ours = others.pop(OURS)
    seconds: dict[str, list[float]] = {label: [] for label in (OURS, *others)}
    forms = "svg, pdf and png" if chosen.folder.name == "equal" else "each way's default"
    print(f"\n{len(chosen.values)} points of {chosen.notebook.name}, forms: {forms}; median of {rounds}:", flush=True)
    ratios: dict[str, list[float]] = {label: [] for label in others}
    for _ in range(rounds):
        before = timed(ours, chosen, is_ours=True)
        seconds[OURS].append(before)
        for label, (program, steps) in others.items():
            if program.exists():
                theirs, after = timed(steps, chosen, is_ours=False), timed(ours, chosen, is_ours=True)
                seconds[label].append(theirs)
                seconds[OURS].append(after)
                ratios[label].append(theirs / statistics.mean((before, after)))
                before = after
    made = len(list((chosen.folder / "out").glob("*.ipynb")))
    if ratios["millrun run"] and made != len(chosen.values):
        print(f"  millrun ended without an error, but made {made} notebooks of {len(chosen.values)}; left out.")
        ratios["millrun run"].clear()
    medians = {label: statistics.median(values) for label, values in ratios.items() if values}
    for label, values in seconds.items():
        each = ", ".join(f"{value:.2f}" for value in values)
        if label == OURS:
            print(f"  {label:24} {statistics.median(values):7.2f} s ({each})")
        elif label in medians:
            print(f"  {label:24} {statistics.median(values):7.2f} s, {medians[label]:4.1f} times ours ({each})")
        elif not values:
            print(f"  {label:24} is not installed here; left out.")
    to_loop, to_best = AIMS[chosen.folder.name]
    if LOOP in medians:
        print(f"  ratio to the loop: {medians[LOOP]:.1f} (aim: {to_loop})")
    if best := [ratio for label, ratio in medians.items() if label != LOOP]:
        print(f"  ratio to the best of the others: {min(best):.1f} (aim: {to_best})")
    again = timed([run_command(chosen)], chosen, is_ours=True)
    records = [json.loads(path.read_bytes())["run"] for path in chosen.folder.glob("ours/*/*/run.json")]
    cells = [record["cell_cpu_s"] for record in records]
    besides = statistics.median(record["seconds"] - record["cell_cpu_s"] for record in records)
    print(f"  a point of ours: {statistics.median(cells):.3f} s of processor in its cells, {besides:.3f} s besides")
    print(f"  the cells alone keep {chosen.jobs} cores busy for {sum(cells) / chosen.jobs:.2f} s")
    print(f"  with nothing changed: {again:.2f} s")


def ways(chosen: Comparison) -> dict[str, tuple[Path, list[list[str]]]]:
    """Set out each way: the program that it needs, and its commands."""
    book, jobs, name = str(chosen.notebook.resolve()), str(chosen.jobs), chosen.parameter
    values = [{name: value} for value in chosen.values]
    table = chosen.folder / "values.json"
    table.write_text(json.dumps(values))
    copies = inject(chosen, values)
    out, cache = str(chosen.folder / "out"), str(chosen.folder / "cache")
    papermill, jcache, millrun = (BIN / program for program in ("papermill", "jcache", "millrun"))
    (chosen.folder / "scenarios.yaml").write_text(
        json.dumps({"bench": {"notebooks": chosen.notebook.stem, "matrix": {name: chosen.values}}})
    )
    loop = [[str(papermill), book, f"{out}.ipynb", "-p", name, str(value)] for value in chosen.values]
    nbmake = [sys.executable, "-m", "pytest", "-q", "--nbmake", "-n", jobs, "-c", os.devnull, *copies]
    add = [str(jcache), "notebook", "-p", cache, "add", *copies]
    execute = [str(jcache), "project", "-p", cache, "execute", "-e", "local-parallel", "-t", "600"]
    mill = [str(millrun), "run", book, str(table), "--output-dir", out, "--append", name]
    has_nbmake = Path(sys.executable) if importlib.util.find_spec("nbmake") else Path("/nowhere")
    return {
        OURS: (Path(sys.executable), [[*run_command(chosen), "--fresh"]]),
        LOOP: (papermill, loop),
        "pytest --nbmake -n": (has_nbmake, [nbmake]),
        "jcache local-parallel": (jcache, [["rm", "-rf", cache], add, execute]),
        "millrun run": (millrun, [mill]),
    }


def run_command(chosen: Comparison) -> list[str]:
    """Write out our command, without --fresh."""
    command = [sys.executable, "-m", "autogap", "run", "bench", "--dir", str(chosen.notebook.resolve().parent)]
    command += ["--file", str(chosen.folder / "scenarios.yaml"), "--out", str(chosen.folder / "ours")]
    return [*command, "-j", str(chosen.jobs)]


def inject(chosen: Comparison, values: list[dict]) -> list[str]:
    """Write a copy of the notebook for each set of values, with papermill's own injected cell."""
    import papermill

    folder = chosen.folder / "injected"
    folder.mkdir()
    copies = []
    for number, each in enumerate(values):
        copies.append(str(folder / f"{chosen.notebook.stem}_{number:02}.ipynb"))
        papermill.execute_notebook(
            str(chosen.notebook), copies[-1], parameters=each, language="python", prepare_only=True, progress_bar=False
        )
    return copies


def timed(steps: list[list[str]], chosen: Comparison, is_ours: bool) -> float:
    """Run commands one after the other in the notebook's folder; return the seconds that it took."""
    environment = chosen.environment(is_ours)
    began = time.perf_counter()
    for command in steps:
        # jcache asks whether it may make its cache
        done = subprocess.run(
            command, input="y\n", cwd=chosen.notebook.resolve().parent, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)[:300]}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def write_notebook(path: Path, sources: tuple[str, ...]) -> Path:
    """Write a notebook whose first cell holds the parameters."""
    cells = []
    for number, source in enumerate(sources):
        metadata = {} if number else {"tags": ["parameters"]}
        cell = {"cell_type": "code", "id": f"cell-{number}", "metadata": metadata, "source": source}
        cells.append(cell | {"execution_count": None, "outputs": []})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def many(folder: Path, count: int) -> None:
    """Run a tenth, then all, of many light points; print failures, seconds a point and the parent's memory."""
    book = write_notebook(folder / "tiny.ipynb", ("n: int = 0", "print(n * n)"))
    environment = os.environ | {"PYTHONPATH": str(NOTEBOOKS)}
    print("\na tiny notebook, two at a time:")
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
