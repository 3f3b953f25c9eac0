"""Which packages the notebooks of a batch will import: what a fork server does well to import before them."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from autogap import notebook
from autogap.batch.fingerprint import project_root

_PYPROJECT = "pyproject.toml"


def packages(notebooks: Iterable[Path]) -> list[str]:
    """List the modules from outside the project that notebooks import, by themselves or through project modules.

    Only import statements at the top of cells and modules count: what a function imports when it is called, it has
    put off for a reason. Project modules are not listed, so that each kernel imports, and is seen to import, its own.

    Parameters
    ----------
    notebooks : iterable of Path

    Returns
    -------
    list of str
        In the order of first import, after those that ``[tool.autogap] preload`` in the project's pyproject.toml
        names.
    """
    found: dict[str, None] = {}
    seen: set[Path] = set()
    for path in dict.fromkeys(notebooks):
        roots = [path.parent, project_root(path)]
        found |= dict.fromkeys(_configured(roots[1]))
        for cell in notebook.cells(path):
            tree = notebook.syntax(cell.source) if cell.kind == "code" else None
            if tree is not None:
                found |= dict.fromkeys(_follow(tree, "", roots, seen))
    return [name for name in found if name.partition(".")[0] not in sys.stdlib_module_names]


def _configured(root: Path) -> list[str]:
    try:
        content = tomllib.loads((root / _PYPROJECT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return content.get("tool", {}).get("autogap", {}).get("preload", [])


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
    for statement in tree.body:
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
    parts = name.split(".")
    yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def _source(name: str, roots: list[Path]) -> Path | None:
    for root in roots:
        place = root.joinpath(*name.split("."))
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                return path
    return None
