"""Which answers of the notebooks a new package moves: the notebooks that read the changed files, run on it."""

from __future__ import annotations

import contextlib
import csv
import json
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from nbpoints import mime
from nbpoints.checks import again, outputs
from nbpoints.checks.compare import close
from nbpoints.files import write_whole
from nbpoints.parameters import declare

from autogap.data import known
from autogap.paths import FIGURES, NOTEBOOKS, RUNS


def readers(changed: Collection[str]) -> list[str]:
    """List the notebooks with a figure drawn from one of these files, such as ``observations/mof_china.csv``."""
    wanted = {f"data/{name}" for name in changed}
    told = [json.loads(path.read_bytes()) for path in FIGURES.glob("*.json")]
    return sorted({one["notebook"] for one in told if wanted & set(one.get("data", []))})


def later(candidate: Path, data: Path, changed: Collection[str]) -> dict[str, str]:
    """Newest period of each changed file -> its newest now; where two files share the old one, the earlier new one."""
    pairs = [(_newest(data / name), _newest(candidate / name)) for name in sorted(changed) if (data / name).exists()]
    return {old: min((new for one, new in pairs if one == old), key=known.last_day) for old, _ in pairs}


def _newest(path: Path) -> str:
    with open(path, newline="", encoding="utf-8") as stream:
        return max((row["period"] for row in csv.DictReader(stream)), key=known.last_day)


def forward(path: Path, periods: Mapping[str, str], folder: Path) -> Path:
    """Copy a notebook whose default is the newest period of its range with the period that is the newest now.

    What ends with the newest month goes on with it, as after `make ranges`; other notebooks are given as they are.
    """
    ends = {
        name: str(one.high)
        for name, one in declare.read(path).items()
        if one.default == one.high and str(one.high) in periods
    }
    if not ends:
        return path
    book = json.loads(path.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            source = "".join(cell["source"])
            for name, end in ends.items():
                line = next(line for line in source.splitlines() if line.startswith(f"{name}:"))
                source = source.replace(line, line.replace(end, periods[end]))
            cell["source"] = source
    write_whole(folder / path.name, json.dumps(book).encode())
    return folder / path.name


def moved(candidate: Path, data: Path, books: Collection[str], periods: Mapping[str, str]) -> list[str]:
    """Run notebooks on a candidate package and on the present one, and list the recorded results that differ.

    Parameters
    ----------
    candidate, data : Path
        The new package and the old.
    books : collection of str
        Names of notebooks.
    periods : mapping of str to str
        From `later`: which newest period became which.

    Returns
    -------
    list of str
        Such as ``"02 share_pct: 81.6 -> 81.9"``; a notebook that fails on the new package says so.
    """
    came: dict[int, again.Again | list[Mapping]] = {}
    RUNS.mkdir(exist_ok=True)
    # inside the project: elsewhere a kernel would not take another package for its data
    with again.folder() as out, tempfile.TemporaryDirectory(prefix="refresh-", dir=RUNS) as copies:
        requests = []
        for path in (NOTEBOOKS / f"{book}.ipynb" for book in books):
            ahead = forward(path, periods, Path(copies))
            for which, book, folder in (("old", path, data), ("new", ahead, candidate)):
                requests.append(
                    again.Request(book, f"{path.stem} {which}", NOTEBOOKS, environment={"AUTOGAP_DATA": str(folder)})
                )
        with contextlib.closing(again.run(requests, out)) as ended:
            for number, one in ended:
                came[number] = list(outputs.results(one.notebook)) if one.notebook and not one.error else one
    return [told for place, book in enumerate(books) for told in _told(book[:2], came[2 * place], came[2 * place + 1])]


def _told(number: str, old: again.Again | list[Mapping], new: again.Again | list[Mapping]) -> Iterator[str]:
    if not isinstance(new, list):
        yield f"{number} fails on the new figures: {new.error}"
        return
    if not isinstance(old, list):
        yield f"{number} fails on the present figures, so that nothing can be compared: {old.error}"
        return
    before = {one["name"]: one for one in old}
    for one in new:
        was = before.get(one["name"])
        if was is None:
            yield f"{number} {one['name']}: {mime.value_as_text(one)} (new)"
        elif not _same(was["value"], one["value"]):
            yield f"{number} {one['name']}: {mime.value_as_text(was)} -> {mime.value_as_text(one)}"


def _same(was: object, now: object) -> bool:
    numbers = [value for value in (was, now) if isinstance(value, int | float) and not isinstance(value, bool)]
    return close(*numbers) if len(numbers) == 2 else was == now
