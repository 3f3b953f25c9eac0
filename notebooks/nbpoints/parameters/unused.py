"""Which parameters a notebook really uses: a value that no later cell reads would change nothing, in silence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from nbpoints import notebook

# `run.start("03_topic", month=month)` checks the parameters; that alone uses none of them
_CHECKING_CALL = "run.start"
# code that can reach any name of the notebook without spelling it
_REACHES_ALL = {"globals", "locals", "vars", "eval", "exec", "user_ns", "user_global_ns"}
# `%run -i` runs a file inside the notebook's own names
_RUNS_INSIDE = re.compile(r"^\s*%run\s+(?:-\w+\s+)*-i\b", re.MULTILINE)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def unread(cells: list[notebook.Cell], names: Iterable[str]) -> list[str]:
    """List the parameters that no cell after the parameters cell reads.

    A name that is assigned before it is read counts as unread: what was passed is lost. An expression inside a text
    that a call gets counts as reading its names: ``ols("y ~ I(x > limit)")``, ``pd.eval("k * 2")``. Cells that are not
    Python, and cells that may reach any name (``globals()``, ``exec``, ``%run -i``), count as reading all.

    Parameters
    ----------
    cells : list of Cell
        The whole notebook.
    names : iterable of str
        Its parameters.

    Examples
    --------
    >>> from nbpoints.notebook import Cell
    >>> cells = [Cell(1, "code", "month = 5\\nyear = 2025", ("parameters",)), Cell(2, "code", "print(f'{month}')")]
    >>> unread(cells, ["month", "year"])
    ['year']
    """
    undecided = list(names)
    lost: list[str] = []
    for cell in _later(cells):
        if not undecided:
            break
        tree = notebook.syntax(cell.source)
        if tree is None or _RUNS_INSIDE.search(cell.source):
            return lost
        # in a magic line any word may be a name: `!ls {folder}`, `%time fit(month)`
        words = {word for line in notebook.MAGIC.finditer(cell.source) for word in re.findall(r"\w+", line[0])}
        undecided = [name for name in undecided if name not in words]
        for statement in tree.body:
            read = _reads_or_all(statement, undecided)
            undecided = [name for name in undecided if name not in read]
            stored = _stored(statement) if isinstance(statement, (ast.Assign, ast.AnnAssign)) else set()
            lost += [name for name in undecided if name in stored]
            undecided = [name for name in undecided if name not in stored]
    return lost + undecided


def _later(cells: list[notebook.Cell]) -> Iterator[notebook.Cell]:
    """Yield the code cells after the parameters cell, without the one that papermill injected."""
    tagged = [at for at, cell in enumerate(cells) if cell.kind == "code" and "parameters" in cell.tags]
    for cell in cells[tagged[0] + 1 :] if tagged else cells:
        if cell.kind == "code" and notebook.INJECTED not in cell.tags:
            yield cell


def _reads_or_all(statement: ast.stmt, names: list[str]) -> set[str]:
    try:
        read = set(_reads(statement))
    except RecursionError:
        return set(names)
    return set(names) if read & _REACHES_ALL else read


def _reads(node: ast.AST) -> Iterator[str]:
    """Yield the notebook's own names whose value a piece of code uses."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            yield node.id
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            # pandas' query("month == @month") reads the name from inside its text
            yield from re.findall(r"@(\w+)", node.value)
        return
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, _FUNCTIONS):
        yield from _reads_of_function(node)
        return
    elif isinstance(node, _COMPREHENSIONS):
        first = node.generators[0].iter
        yield from _reads(first)
        bound = _stored(node)
        yield from (name for child in children for name in _reads(child) if name not in bound)
        return
    elif isinstance(node, ast.Attribute) and node.attr in _REACHES_ALL:
        yield node.attr
    elif isinstance(node, ast.Call):
        if ast.unparse(node.func) == _CHECKING_CALL:
            children = [child for child in children if not _hands_on(child)]
        yield from _names_in_texts(node)
    for child in children:
        yield from _reads(child)


def _names_in_texts(call: ast.Call) -> Iterator[str]:
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield from _names_in_text(argument.value)


def _names_in_text(text: str) -> Iterator[str]:
    """Yield the names in a text that is an expression or a formula; a single word is a label or a column."""
    try:
        # the tilde of a formula stands between two sides, Python's before one
        tree = ast.parse(text.replace("~", "-").strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    if not isinstance(tree.body, ast.Name | ast.Constant):
        yield from (part.id for part in ast.walk(tree) if isinstance(part, ast.Name))


def _reads_of_function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[str]:
    arguments = node.args
    own = {argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)}
    body = node.body if isinstance(node.body, list) else [node.body]
    for statement in body:
        own |= _stored(statement)
    for statement in body:
        own -= {name for part in ast.walk(statement) if isinstance(part, ast.Global) for name in part.names}
    around = [arguments, *getattr(node, "decorator_list", ())]
    yield from (name for part in around for name in _reads(part))
    yield from (name for statement in body for name in _reads(statement) if name not in own)


def _stored(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _hands_on(argument: ast.AST) -> bool:
    return isinstance(argument.value if isinstance(argument, ast.keyword) else argument, ast.Name)
