"""Which answers of the notebooks a new package moves: the notebooks that read the changed files, run on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from autogap.paths import FIGURES, NOTEBOOKS, ROOT

_RESULT = re.compile(r"result (\S+): (was .+)$")


def readers(changed: Collection[str]) -> list[str]:
    """List the notebooks with a figure drawn from one of these files, such as ``observations/mof_china.csv``."""
    wanted = {f"data/{name}" for name in changed}
    stems = {
        path.stem for path in FIGURES.glob("*.json") if wanted & set(json.loads(path.read_bytes()).get("data", []))
    }
    return [
        book.stem
        for book in sorted(NOTEBOOKS.glob("*.ipynb"))
        if any(stem in book.read_text(encoding="utf-8") for stem in stems)
    ]


def moved(candidate: Path, books: Collection[str]) -> list[str]:
    """Run notebooks on a candidate package and list the recorded results that differ from the stored ones.

    Returns
    -------
    list of str
        Such as ``"02 share_pct: was 81.6, is 81.9"``; a notebook that fails on the new data says so.
    """
    if not books:
        return []
    ran = subprocess.run(
        [sys.executable, "-m", "autogap", "accept", "--dry-run", *books],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"AUTOGAP_DATA": str(candidate)},
        check=False,
    )
    told, book = [], ""
    for line in (ran.stdout + ran.stderr).splitlines():
        head = re.match(r"([0-9]{2})_\w+(\.ipynb)?: (.*)$", line)
        if head:
            book = head[1]
            told += [f"{book} fails: {head[3]}"] if "raised" in head[3] or "mend it" in head[3] else []
        found = _RESULT.search(line)
        if found:
            told.append(f"{book} {found[1]}: {found[2]}")
    return told
