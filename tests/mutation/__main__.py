"""`make mutation`: plant every fault, write the table of catches to tests/mutation/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation import harness
from tests.mutation.faults import FAULTS
from tests.mutation.harness import Verdict

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("RESULTS.md")
MISSED = "**not caught**"


def main() -> int:
    """Plant, report, write; status 1 if a fault got through or a clean re-run failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=main.__doc__)
    parser.add_argument("--only", default="", help="faults whose kind or name has this text; the others' rows stay")
    parser.add_argument("--clean", type=int, default=20, help="clean re-runs (default: 20)")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="faults at a time (default: 2)")
    parser.add_argument("--missing", action="store_true", help="only faults that the table does not have yet")
    arguments = parser.parse_args()
    report = Report.read(RESULTS) if (arguments.only or arguments.missing) and RESULTS.exists() else Report()
    chosen = [fault for fault in FAULTS if arguments.only in f"{fault.kind}: {fault.name}"]
    chosen = [fault for fault in chosen if not arguments.missing or (fault.kind, fault.name) not in report.rows]
    missed = 0
    # all copies come from one, so that work in the project's folder meanwhile does no harm
    with harness.copy_of(ROOT) as root:
        red = harness.not_green(root, chosen)
        if red:
            print("Not green before anything is planted, so nothing can be said:", *red, sep="\n  ")
            return 1
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for number, verdict in enumerate(pool.map(lambda fault: harness.judge(root, fault), chosen), 1):
                report.rows[verdict.fault.kind, verdict.fault.name] = row(verdict)
                # hours of work are not to be lost with what follows
                RESULTS.write_text(str(report), encoding="utf-8")
                missed += not verdict.caught_by
                how = ", ".join(verdict.caught_by) or "NOT CAUGHT"
                print(f"{number}/{len(chosen)} {verdict.fault.kind}: {verdict.fault.name}: {how}", flush=True)
        for number in range(arguments.clean):
            failed = harness.clean_rerun(root, number)
            report.clean, report.alarms = report.clean + 1, report.alarms + bool(failed)
            print(f"clean re-run {number + 1}/{arguments.clean}: {failed or 'green'}", flush=True)
            RESULTS.write_text(str(report), encoding="utf-8")
    return int(missed > 0 or report.alarms > 0)


def row(verdict: Verdict) -> str:
    """The line of the table about one fault."""
    # as code, since what is told may quote what was planted
    told = verdict.told[:160].replace("|", "\\|").replace("`", "'").strip()
    told = f"`{told}`" if told else ""
    by = ", ".join(verdict.caught_by) or MISSED
    plain = {True: "caught", False: "passes", None: "not run"}[verdict.plain_nbval]
    return f"| {verdict.fault.kind} | {verdict.fault.name} | {by} | {told} | {plain} |"


@dataclass
class Report:
    """The published table: a row a fault, and the clean re-runs.

    Attributes
    ----------
    rows : dict of (str, str) to str
        Lines of the table by kind and name of the fault.
    clean, alarms : int
        Clean re-runs, and those of them that were not green.
    """

    rows: dict[tuple[str, str], str] = field(default_factory=dict)
    clean: int = 0
    alarms: int = 0

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read a table that was written before; rows of faults that are planted no more are left out."""
        text = path.read_text(encoding="utf-8")
        known = {(fault.kind, fault.name) for fault in FAULTS}
        lines = {
            tuple(part.strip() for part in line.split("|")[1:3]): line for line in text.splitlines() if line[:2] == "| "
        }
        counts = re.search(r"^- Clean re-runs[^:]*: (\d+),.*False alarms: (\d+)", text, re.MULTILINE)
        return cls({key: line for key, line in lines.items() if key in known}, *map(int, counts.groups()))

    def __str__(self) -> str:
        lines = [self.rows[key] for key in sorted(self.rows, key=lambda key: key[0])]
        caught = sum(f"| {MISSED} |" not in line for line in lines)
        plain = sum(line.endswith("| caught |") for line in lines)
        ran = sum(not line.endswith("| not run |") for line in lines)
        head = [
            "# Planted faults",
            "",
            "Written by `make mutation`; do not edit. Each fault is planted alone into a copy of the project. "
            "The re-run",
            "is `pytest --nbval` on the notebook that can show it; the other checks are the parts of "
            "`make test` for the",
            "rooms in which it was planted. Plain nbval is the same re-run without this project's checks. It sees",
            "recorded results and the description of what a figure draws, because `record` and "
            "`figures.save` store them in outputs.",
            "Faults that no computation shows (prose, provenance, scope, injected content) are judged by rules alone.",
            "A row tells of the last time that its fault was planted: `--only` and `--missing` renew some rows and "
            "keep the others, and the clean re-runs of the last whole run.",
            "",
            f"- Faults planted: {len(lines)}, of {len({kind for kind, _ in self.rows})} kinds. Caught: {caught}. "
            f"Caught by plain nbval: {plain} of {ran}.",
            f"- Clean re-runs of every notebook: {self.clean}, with other hash seeds, time zones, locales and widths "
            f"of the terminal. False alarms: {self.alarms}.",
            f"- Python {platform.python_version()}, {os.cpu_count()} cores.",
            "",
            "| Kind | Fault | Caught by | What is said first | Plain nbval |",
            "| --- | --- | --- | --- | --- |",
        ]
        return "\n".join(head + lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
