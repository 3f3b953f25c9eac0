"""Which answers of the notebooks a new package moves: the notebooks that read the changed files, run on it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from nbpoints import mime
from nbpoints.checks import again, outputs
from nbpoints.checks.compare import close

from autogap.paths import FIGURES, NOTEBOOKS


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


def moved(candidate: Path, data: Path, books: Collection[str]) -> list[str]:
    """Run notebooks on a candidate package and on the present one, and list the recorded results that differ.

    Parameters
    ----------
    candidate, data : Path
        The new package and the old.
    books : collection of str
        Names of notebooks.

    Returns
    -------
    list of str
        Such as ``"02 share_pct: 81.6 -> 81.9"``; a notebook that fails on the new package says so.
    """
    requests = [
        again.Request(NOTEBOOKS / f"{book}.ipynb", f"{book} {which}", environment={"AUTOGAP_DATA": str(folder)})
        for book in books
        for which, folder in (("old", data), ("new", candidate))
    ]
    came: dict[int, again.Again | list[Mapping]] = {}
    with again.folder() as out, contextlib.closing(again.run(requests, out)) as ended:
        for number, one in ended:
            came[number] = list(outputs.results(one.notebook)) if one.notebook and not one.error else one
    return [told for place, book in enumerate(books) for told in _told(book[:2], came[2 * place], came[2 * place + 1])]


def _told(number: str, old: again.Again | list[Mapping], new: again.Again | list[Mapping]) -> Iterator[str]:
    if not isinstance(new, list):
        yield f"{number} fails on the new figures: {new.error}"
        return
    before = {one["name"]: one for one in old} if isinstance(old, list) else {}
    for one in new:
        was = before.get(one["name"])
        if was is None:
            yield f"{number} {one['name']}: {mime.value_as_text(one)} (new)"
        elif not _same(was["value"], one["value"]):
            yield f"{number} {one['name']}: {mime.value_as_text(was)} -> {mime.value_as_text(one)}"


def _same(was: object, now: object) -> bool:
    numbers = [value for value in (was, now) if isinstance(value, int | float) and not isinstance(value, bool)]
    return close(*numbers) if len(numbers) == 2 else was == now
