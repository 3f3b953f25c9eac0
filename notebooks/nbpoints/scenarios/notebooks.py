"""List the notebooks in a folder with their questions and parameters."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbpoints import notebook
from nbpoints.errors import InputError, did_you_mean
from nbpoints.parameters import declare as parameters
from nbpoints.parameters.declare import Parameter
from nbpoints.parameters.types import shown
from nbpoints.parameters.unused import unread
from nbpoints.scenarios.point import Point

# names of kernels, as ``jupyter kernelspec list`` shows them: those of any Python, and those of R and Julia
_OWN_KERNELS = ("", "python", "python3")
_OTHER_KERNELS = ("ir", "julia")


@dataclass(frozen=True)
class Notebook:
    """A notebook as a batch sees it.

    Attributes
    ----------
    path : Path
    question : str
        Its first markdown title.
    parameters : dict of str to Parameter
    faults : tuple of str
        Why it cannot be run, a sentence each: a broken file, another language, a parameter that nothing reads.
    notes : tuple of str
        What its author should know although it can be run.
    """

    path: Path
    question: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def defaults(self) -> dict[str, object]:
        """Every parameter with its default."""
        return {name: parameter.default for name, parameter in self.parameters.items()}


def find(folder: Path | str) -> dict[str, Path]:
    """Find the notebooks of a folder, by their names without suffix, sorted.

    Raises
    ------
    InputError
        When it is not a folder that can be read.
    """
    folder = Path(folder).absolute()
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of notebooks.")
    return {path.stem: path for path in sorted(folder.glob("*.ipynb")) if not path.name.startswith(".")}


def inspect(path: Path) -> Notebook:
    """Read one notebook without running it, with the reader that a run uses.

    A notebook without a parameters cell has no parameters, and runs as it is.
    """
    try:
        book = notebook.load(path)
        language, kernel = notebook.language(book)
        if language not in ("", "python") or not language and kernel.startswith(_OTHER_KERNELS):
            raise InputError(
                f"{path.name}: its kernel {kernel or language!r} is for {language or 'another language'}; only Python "
                "notebooks can be run here."
            )
        cells = notebook.cells_of(book)
        for cell in cells:
            if line := notebook.conflict_line(cell.source):
                raise InputError(
                    f"{path.name}, cell {cell.number}: a merge conflict begins at line {line}; resolve it."
                )
        declared = parameters.from_cells(cells, path.name)
    except InputError as error:
        return Notebook(path, faults=(str(error),))
    faults = tuple(
        f"{path.name}: no cell reads the parameter {name!r}, so its value would change nothing; use it or remove it."
        for name in unread(cells, declared)
    )
    notes: tuple[str, ...] = ()
    if kernel not in _OWN_KERNELS:
        notes = (f"{path.name}: names the kernel {kernel!r}; it runs in the Python of this environment.",)
    return Notebook(path, notebook.question(cells), declared, faults, notes)


def resolve(name: object, known: Iterable[str], others: Iterable[str] = ()) -> str:
    """Return the full name of a notebook given as ``03_topic``, ``03_topic.ipynb``, ``topic`` or ``03``.

    Parameters
    ----------
    name : object
    known : iterable of str
        Names of the notebooks.
    others : iterable of str
        Names of scenarios, where such a name could have been given too.

    Raises
    ------
    InputError
        When no notebook, or more than one, is meant; a path out of the folder is never one.

    Examples
    --------
    >>> resolve("rainfall", ["01_sunshine", "03_rainfall"])
    '03_rainfall'
    """
    known = list(known)
    if not isinstance(name, str):
        raise InputError(f"{shown(name)} is not a notebook's name; write text such as '03_topic'.")
    stem = name.removesuffix(".ipynb")
    if stem in known:
        return stem
    meant = [other for other in known if stem and stem in (other.partition("_")[0], other.partition("_")[2])]
    if len(meant) == 1:
        return meant[0]
    if len(meant) > 1:
        raise InputError(f"{shown(name)} may be {' or '.join(meant)}; write the full name.")
    what = "notebook or scenario" if others else "notebook"
    listed = ", ".join(known) or "none, the folder holds no notebook"
    near = did_you_mean(stem, [*known, *others]) or f" Known: {listed}."
    raise InputError(f"no {what} {shown(name)}.{near}")


def choose(names: Iterable[str], folder: Path | str) -> list[Path]:
    """Turn names (see `resolve`), or files wherever they are, into notebook files; no name means all of the folder.

    Raises
    ------
    InputError
        When a name fits no notebook, or the folder holds none.
    """
    known = find(folder)
    files = [Path(name) if Path(name).is_file() else known[resolve(name, known)] for name in names]
    if not files and not known:
        raise InputError(f"{folder}: no notebook in this folder.")
    return [file.resolve() for file in files] or list(known.values())


def as_json(notebooks: Iterable[Notebook]) -> str:
    """Write the listing for programs: a list of notebooks with their parameters."""
    content = [
        {
            "notebook": book.path.stem,
            "question": book.question,
            "parameters": [asdict(each) | {"allowed": each.allowed} for each in book.parameters.values()],
        }
        for book in notebooks
    ]
    return json.dumps(content, indent=2, ensure_ascii=False)


def points_as_json(points: Iterable[Point]) -> str:
    """Write points for programs: scenario, name, notebook and parameters of each."""
    content = [
        {"scenario": each.scenario, "name": each.name, "notebook": each.notebook.stem, "parameters": each.parameters}
        for each in points
    ]
    return json.dumps(content, indent=2, ensure_ascii=False)


def as_text(notebooks: Iterable[Notebook]) -> str:
    """Write the listing for people, wrapped to the width of the terminal, at most 100 characters."""
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    return "\n\n".join(_entry(book, width) for book in notebooks)


def _entry(book: Notebook, width: int) -> str:
    lines = [book.path.stem + (f"  {book.question}" if book.question else "")]
    lines = textwrap.wrap(lines[0], width, subsequent_indent="    ")
    declared = list(book.parameters.values())
    names = [f"{parameter.name}: {parameter.type} = {shown(parameter.default, 30)}" for parameter in declared]
    column = min(max(map(len, names), default=0) + 4, width // 2)
    for left, parameter in zip(names, declared):
        allowed = f"[{parameter.allowed}]" if parameter.allowed else ""
        allowed = f"{{{parameter.allowed}}}" if parameter.choices else allowed
        right = textwrap.wrap(f"{parameter.help} {allowed}".strip(), max(width - column, 24)) or [""]
        if len(left) + 4 > column:
            lines.append(f"  {left}")
            left = ""
        lines += [f"  {first:<{column - 2}}{text}".rstrip() for first, text in zip([left, *[""] * len(right)], right)]
    return "\n".join(lines)
