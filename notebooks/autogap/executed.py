"""What this kernel executed: the parameters cell as it ran, what papermill injected, values changed since."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from nbpoints import notebook as reading
from nbpoints.errors import InputError

if TYPE_CHECKING:
    from nbpoints.parameters.declare import Parameter

# the first line of the cell that papermill, and our engine after it, puts below the parameters cell
_INJECTED = "# Parameters"
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
