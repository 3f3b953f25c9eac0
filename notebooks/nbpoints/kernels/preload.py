"""Which packages the notebooks of a batch will import: what a fork server does well to import before them."""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbpoints import notebook, project
from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.records.layout import IMPORTS


class Preload:
    """What to import beforehand: at first what the code says, then what was seen, which is more and exact.

    Parameters
    ----------
    out : Path, optional
        Folder of the runs, where the next batch finds what this one has seen; without it, only the code speaks.
    """

    def __init__(self, out: Path | None = None):
        self._path = out and out / IMPORTS
        self._seen: dict[str, list[str]] = {}
        self._told: set[str] = set()
        if self._path is not None:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                self._seen = dict(json.loads(self._path.read_bytes()).items())

    def first(self, notebooks: Iterable[Path]) -> Iterator[list[str]]:
        """Yield what to import before any of these notebooks runs: what the project says, known at once; the rest."""
        notebooks = list(dict.fromkeys(notebooks))
        roots = dict.fromkeys(project.find(path.parent) for path in notebooks)
        settings = [root.settings for root in roots]
        self._cold = {name for setting in settings for name in setting.get("cold", [])}
        yield self._new(name for setting in settings for name in setting.get("preload", []))
        # what was seen leaves out what had been imported by then
        seen = [name for path in notebooks for name in self._seen.get(self._key(path), ())]
        yield self._new(packages(notebooks) + seen)

    def learn(self, path: Path, imported: list[str]) -> list[str]:
        """Note what a notebook was seen to import; return what is worth importing before the next one runs."""
        known = self._seen.setdefault(self._key(path), [])
        known += [name for name in imported if name not in set(known)]
        return self._new(imported)

    def save(self) -> None:
        """Keep what was seen for the next batch, which can do without it."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                write_whole(self._path, json.dumps(self._seen))

    def _key(self, path: Path) -> str:
        return os.path.relpath(path, self._path.parent) if self._path is not None else str(path)

    def _new(self, names: Iterable[str]) -> list[str]:
        new = [name for name in dict.fromkeys(names) if name not in self._told and not self._is_cold(name)]
        self._told.update(new)
        return new

    def _is_cold(self, name: str) -> bool:
        return name in self._cold or name.partition(".")[0] in self._cold


def packages(notebooks: Iterable[Path]) -> list[str]:
    """List the modules from outside the project that notebooks import, by themselves or through project modules.

    Only import statements at the top of cells and modules count: what a function imports when it is called, it has
    put off for a reason. Project modules are not listed, so that each kernel imports, and is seen to import, its own.

    Returns
    -------
    list of str
        In the order of first import, without the standard library.
    """
    found: dict[str, None] = {}
    seen: set[Path] = set()
    for path in notebooks:
        roots = [path.parent, project.find(path.parent).root]
        # a broken notebook, which is somebody else's to name, imports nothing
        with contextlib.suppress(InputError):
            for cell in notebook.cells(path):
                tree = notebook.syntax(cell.source) if cell.kind == "code" else None
                if tree is not None:
                    found |= dict.fromkeys(_follow(tree, "", roots, seen))
    return [name for name in found if name.partition(".")[0] not in sys.stdlib_module_names]


def _follow(tree: ast.Module, package: str, roots: list[Path], seen: set[Path]) -> Iterator[str]:
    for name in _imported(tree, package):
        path = _source(name, roots)
        if path is None:
            top = name.partition(".")[0]
            # no top: an import relative to nothing, which will fail in the notebook
            if top and _source(top, roots) is None:
                yield name
        elif path not in seen:
            seen.add(path)
            inner = name if path.name == "__init__.py" else name.rpartition(".")[0]
            source = notebook.syntax(path.read_text(encoding="utf-8", errors="replace"))
            if source is not None:
                yield from _follow(source, inner, roots, seen)


def _imported(tree: ast.Module, package: str) -> Iterator[str]:
    # a `try` at the top, which says what to do when a package is missing, imports as the top does
    tried = (statement.body if isinstance(statement, ast.Try) else [statement] for statement in tree.body)
    for statement in itertools.chain.from_iterable(tried):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield from _with_parents(alias.name)
        elif isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            if statement.level:
                parents = package.split(".")[: len(package.split(".")) - statement.level + 1]
                base = ".".join([*parents, *([base] if base else [])])
            yield from _with_parents(base)
            # a name imported from a package may be a module of it
            yield from (f"{base}.{alias.name}" for alias in statement.names if alias.name != "*")


def _with_parents(name: str) -> Iterator[str]:
    return itertools.accumulate(name.split("."), "{}.{}".format)


def _source(name: str, roots: list[Path]) -> Path | None:
    for root in roots:
        place = root.joinpath(*name.split("."))
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                return path
    return None
