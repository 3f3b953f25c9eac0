"""What this kernel executed: the parameters cell as it ran, what papermill injected, values changed since."""

from __future__ import annotations

import ast
import dis
import sys
import warnings
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from itertools import groupby
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

from nbpoints import notebook as reading
from nbpoints.errors import InputError

if TYPE_CHECKING:
    from nbpoints.parameters.declare import Parameter

# the first line of the cell that papermill, and our engine after it, puts below the parameters cell
_INJECTED = "# Parameters"
# instructions of names that are not a function's own: https://docs.python.org/3/library/dis.html
_READ = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
_SET = {"STORE_NAME", "STORE_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL"}
# what papermill adds to it with `--inject-paths`
_PATHS = ("PAPERMILL_INPUT_PATH", "PAPERMILL_OUTPUT_PATH")


def kernel() -> object | None:
    """Return IPython's shell, or None in a plain process, which is spared the import of IPython."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def declared(notebook: str, names: Collection[str]) -> dict[str, Parameter]:
    """Read the parameters from the last executed cell that declares them all; empty when none did.

    Parameters
    ----------
    notebook : str
        What to call the notebook in errors.
    names : collection of str
        The parameters that the notebook hands over.

    Raises
    ------
    InputError
        When that cell holds more than literals with their types.
    """
    from nbpoints.parameters import declare

    for number, source in reversed(_cells()):
        if not _is_injected(source) and set(names) <= _annotated(source):
            cell = reading.Cell(number, "code", source, ("parameters",))
            return declare.from_cells([cell], f"{notebook}, as executed")
    return {}


def refuse_unknown(parameters: Mapping[str, Parameter]) -> None:
    """Refuse what papermill injected under a name that is not a parameter; papermill itself only prints a line.

    Raises
    ------
    InputError
        When there is such a name.
    """
    from nbpoints.parameters import declare

    for _, source in _cells():
        known = {*parameters, *_PATHS}
        wrong = [name for name in _assigned(source) if name not in known] if _is_injected(source) else []
        if wrong:
            raise InputError(" ".join(declare.unknown(name, parameters) for name in wrong))


def changed(parameters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that have another value in the kernel by now, with that value.

    Parameters
    ----------
    parameters : dict
        The values with which the run began.
    """
    shell = kernel()
    now = {} if shell is None else {name: shell.user_ns[name] for name in parameters if name in shell.user_ns}
    return {name: value for name, value in now.items() if not _same(value, parameters[name])}


def number() -> int:
    """Return the number of the cell that runs now; 0 where no cell does."""
    return max((number for number, _ in _cells()), default=0)


def behind() -> set[int]:
    """Return the number of the cell that runs now, and of those that it rests on.

    A cell rests on the last one above that set a name which it reads, on those that changed its value since
    (``frame["x"] = ...``, ``rows.append(...)``) or may have set it (in an ``if``), and on what these rest on.
    """
    cells = [(number, *_names(source)) for number, source in _cells()]
    modules = {name for *_, imports in cells for name in imports}
    found = {number()}
    rest = [(len(cells) - 1, cells[-1][1].reads)] if cells else []
    while rest:
        place, names = rest.pop()
        for above in reversed(range(place)):
            its_number, flow, changes, _ = cells[above]
            if names & (flow.may_set | changes - modules) and its_number not in found:
                found.add(its_number)
                rest.append((above, flow.reads))
            names = names - flow.sets
    return found


class _Flow(NamedTuple):
    """The names that code reads before it has set them, may set, and sets whichever way it takes."""

    reads: set[str]
    may_set: set[str]
    sets: set[str]


@cache
def _names(source: str) -> tuple[_Flow, set[str], set[str]]:
    """What a cell does with names; those whose value it changes; those that it imports."""
    tree = reading.syntax(source) or ast.parse("")
    nodes = list(ast.walk(tree))
    imports = {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _flow(tree.body), {name for node in nodes if (name := _changed(node))}, imports


def _flow(statements: list[ast.stmt]) -> _Flow:
    reads, may_set, sets = set[str](), set[str](), set[str]()
    # statements one after the other are compiled as one
    for has_ways, group in groupby(statements, lambda statement: bool(_ways(statement))):
        for flow in map(_flow_through, group) if has_ways else [_straight(list(group))]:
            reads |= flow.reads - sets
            may_set |= flow.may_set
            sets |= flow.sets
    return _Flow(reads, may_set, sets)


def _flow_through(statement: ast.stmt) -> _Flow:
    """The flow of a statement that may take several ways."""
    whole, ways = _straight([statement]), [_flow(way) for way in _ways(statement)]
    # what no way sets is set before they part, such as the variable of a loop
    before = whole.sets - set().union(*(way.may_set for way in ways))
    reads = whole.reads | set().union(*(way.reads for way in ways)) - before
    certain = set() if isinstance(statement, ast.Match) else before
    return _Flow(reads, whole.sets, certain | set.intersection(*(way.sets for way in ways)))


def _straight(statements: list[ast.stmt]) -> _Flow:
    """The flow of statements as if each line ran; in a loop, where `break` may stand."""
    module = ast.parse("while True: pass")
    module.body[0].body = statements
    with suppress(SyntaxError, ValueError):  # a cell that could not run either
        code = compile(module, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        reads, sets = _read_and_set(code)
        return _Flow(reads, sets, sets)
    return _Flow(set(), set(), set())


def _ways(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The ways that a statement may take through the statements in it; one is to do nothing where it can."""
    match statement:
        case ast.With() | ast.AsyncWith():
            return [statement.body]
        case ast.If():
            return [statement.body, statement.orelse]
        case ast.For() | ast.AsyncFor() | ast.While():
            return [statement.body, statement.orelse, []]
        case ast.Try() | ast.TryStar():
            ways = [statement.body + statement.orelse, *(handler.body for handler in statement.handlers)]
            return [way + statement.finalbody for way in ways]
        case ast.Match():
            return [*(case.body for case in statement.cases), []]
    return []


def _read_and_set(code: CodeType) -> tuple[set[str], set[str]]:
    """The names of the notebook that compiled code reads before it sets them, in functions of its own too, and sets.

    Python's compiler has decided which names those are; a variable of a comprehension is none, in any version.
    """
    reads, sets = set[str](), set[str]()
    for step in dis.get_instructions(code):
        if step.opname in _READ:
            reads |= {step.argval} - sets
        elif step.opname in _SET:
            sets.add(step.argval)
        elif isinstance(step.argval, CodeType):
            # what a class sets is not there for its methods
            reads |= _read_and_set(step.argval)[0] - (sets if code.co_name == "<module>" else set())
    return reads, sets


def _changed(node: ast.AST) -> str | None:
    """The name whose value a piece of code changes, as in ``frame["x"] = ...`` or ``rows.append(...)``."""
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    part = node.value.func if is_call else node if isinstance(getattr(node, "ctx", None), ast.Store) else None
    is_part = isinstance(part, ast.Attribute | ast.Subscript)
    while isinstance(part, ast.Attribute | ast.Subscript):
        part = part.value
    return part.id if is_part and isinstance(part, ast.Name) else None


def _same(now: object, began: object) -> bool:
    try:
        return bool(now == began)
    except (ValueError, TypeError):  # an array, which is not a parameter
        return False


def _cells() -> list[tuple[int, str]]:
    """The cells that ran, with their execution counts."""
    shell = kernel()
    history = getattr(getattr(shell, "history_manager", None), "input_hist_raw", [])
    return [(number, source) for number, source in enumerate(history) if source.strip()]


def _is_injected(source: str) -> bool:
    return source.lstrip().startswith(_INJECTED)


def _annotated(source: str) -> set[str]:
    tree = reading.syntax(source)
    lines = [line for line in tree.body if isinstance(line, ast.AnnAssign)] if tree else []
    return {line.target.id for line in lines if isinstance(line.target, ast.Name)}


def _assigned(source: str) -> list[str]:
    tree = reading.syntax(source)
    lines = [line for line in tree.body if isinstance(line, ast.Assign)] if tree else []
    return [target.id for line in lines for target in line.targets if isinstance(target, ast.Name)]
