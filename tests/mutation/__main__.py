"""`make mutation`: plant every fault, write the table of catches to tests/mutation/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutation import harness
from tests.mutation.faults import FAULTS
from tests.mutation.harness import Verdict

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    """Plant, report, write; status 1 if a fault got through or a clean re-run failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=main.__doc__)
    parser.add_argument("--only", default="", help="faults whose kind or name has this text")
    parser.add_argument("--clean", type=int, default=20, help="clean re-runs (default: 20)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="faults at a time (default: 2)")
    arguments = parser.parse_args()
    chosen = [fault for fault in FAULTS if arguments.only in f"{fault.kind}: {fault.name}"]
    # all copies come from one, so that work in the project's folder meanwhile does no harm
    with harness.copy_of(ROOT) as root:
        red = harness.not_green(root, chosen)
        if red:
            print("Not green before anything is planted, so nothing can be said:", *red, sep="\n  ")
            return 1
        verdicts = []
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for number, verdict in enumerate(pool.map(lambda fault: harness.judge(root, fault), chosen), 1):
                verdicts.append(verdict)
                how = ", ".join(verdict.caught_by) or "NOT CAUGHT"
                print(f"{number}/{len(chosen)} {verdict.fault.kind}: {verdict.fault.name}: {how}", flush=True)
        alarms = []
        for number in range(arguments.clean):
            if not arguments.only:
                # half an hour of work is not to be lost with what follows
                RESULTS.write_text(table(verdicts, alarms), encoding="utf-8")
            alarms.append(harness.clean_rerun(root, number))
            print(f"clean re-run {number + 1}/{arguments.clean}: {alarms[-1] or 'green'}", flush=True)
    if not arguments.only:
        RESULTS.write_text(table(verdicts, alarms), encoding="utf-8")
    return int(any(not verdict.caught_by for verdict in verdicts) or any(alarms))


def table(verdicts: list[Verdict], alarms: list[list[str]]) -> str:
    """The published table: a summary, then a row a fault."""
    kinds = defaultdict(list)
    for verdict in verdicts:
        kinds[verdict.fault.kind].append(verdict)
    caught = sum(bool(verdict.caught_by) for verdict in verdicts)
    plain = sum(verdict.plain_nbval for verdict in verdicts)
    lines = [
        "# Planted faults",
        "",
        'Written by `make mutation`; do not edit. Each fault is planted alone into a copy of the project. "Re-run" is',
        "`pytest --nbval` on the notebook that can show it; the other checks are the parts of `make test` for the rooms in",
        "which it was planted. Plain nbval is the same re-run without this project's checks. It sees recorded results and",
        "the description of what a figure draws, because `record` and `figures.save` store them in outputs.",
        "",
        f"- Faults planted: {len(verdicts)}, of {len(kinds)} kinds. Caught: {caught}. Caught by plain nbval: {plain}.",
        f"- Clean re-runs of every notebook: {len(alarms)}, with other hash seeds, time zones, locales and widths of the "
        f"terminal. False alarms: {sum(bool(alarm) for alarm in alarms)}.",
        f"- Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
        "| Kind | Fault | Caught by | What is said first | Plain nbval |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in sorted(kinds):
        for verdict in kinds[kind]:
            told = verdict.told.replace("|", "\\|").replace("<", "&lt;")
            by = ", ".join(verdict.caught_by) or "**not caught**"
            lines.append(
                f"| {kind} | {verdict.fault.name} | {by} | {told} | {'caught' if verdict.plain_nbval else 'passes'} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
