"""The run that a notebook makes: which notebook, which parameters, where its figures go.

A kernel that `make`, `autogap run` or a check started has the variable NBPOINTS_FIGURES: its figures go there. Every
other kernel was started by hand, in JupyterLab or by papermill: its figures go to ``runs/by_hand/<point>/``, so that
nothing published is overwritten, whatever the notebook's file says meanwhile.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean
from nbpoints.mime import NOTE

from autogap import executed, paths
from autogap.figures import style

BY_HAND = "by_hand"
# Run All of JupyterLab sends one cell after another, and a kernel drops those that have arrived when a cell fails; a
# start that fails at once gives the others time to arrive. ipykernel 7 does not heed its own `stop_on_error_timeout`:
# https://github.com/ipython/ipykernel/blob/v7.4.0/ipykernel/kernelbase.py (_abort_queues)
ARRIVAL_S = 1.0


@dataclass(frozen=True)
class Run:
    """One run of one notebook.

    Attributes
    ----------
    notebook : str
        Stem of the notebook, ``03_export_decline``.
    parameters : dict
        Every parameter and its value.
    is_default : bool
        Whether every parameter has the default of the published notebook.
    point : str
        Readable name of the run, ``export_decline@month=2025-08``.
    figures_dir : Path
        Where the figures go.
    """

    notebook: str
    parameters: dict[str, object]
    is_default: bool
    point: str
    figures_dir: Path


_current: Run | None = None
_refused = ""


def start(notebook: str, **parameters: object) -> None:
    """Check the parameters of a notebook and begin its run; called once, in the imports cell.

    What is allowed is read from the parameters cell as the kernel executed it, not from the saved file.

    Parameters
    ----------
    notebook : str
        Stem of the notebook's file, ``03_export_decline``.
    **parameters
        Every parameter of the parameters cell, by name.

    Raises
    ------
    InputError
        When the notebook or a parameter is unknown or missing, or a value is not allowed; no run is current then.
    """
    global _current, _refused
    _current, _refused = None, ""
    try:
        _current = _checked(notebook, parameters)
    except InputError as error:
        _refused = str(error)
        if is_by_hand() and executed.kernel() is not None:
            time.sleep(ARRIVAL_S)
        raise


def _checked(notebook: str, parameters: dict[str, object]) -> Run:
    from nbpoints.parameters import declare, names

    path = paths.NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        known = [file.stem for file in paths.NOTEBOOKS.glob("*.ipynb")]
        raise InputError(f"run.start: there is no notebook {notebook!r}.{did_you_mean(notebook, known)}")
    declared = executed.declared(notebook, parameters) or declare.read(path)
    executed.refuse_unknown(declared)
    values = declare.check(declared, parameters)
    missing = [name for name in declared if name not in parameters]
    if missing:
        raise InputError(f"run.start: pass {' and '.join(missing)}, which the parameters cell of {notebook} has.")
    defaults = {name: parameter.default for name, parameter in declared.items()}
    if is_by_hand():
        # the open cell may have been edited; what was published is the fixed point
        defaults |= {name: value for name, value in published(notebook).items() if name in defaults}
    point = names.point_name(notebook, values, defaults)
    profile = style.profile().name
    style.apply()
    _fix_tables()
    return Run(notebook, values, values == defaults, point, _figures_dir(point, profile))


def _fix_tables() -> None:
    """Write tables alike in every kernel: pandas takes its limits from the terminal in which it is imported."""
    import pandas as pd

    pd.set_option("display.width", 100, "display.max_columns", 20)


def current() -> Run:
    """Return the run that `start` began.

    Raises
    ------
    InputError
        When no run has begun, or a parameter has another value in the kernel than the run began with.
    """
    if _current is None:
        why = f": {_refused}" if _refused else '; call run.start("NN_topic", ...) in the imports cell first.'
        raise InputError(f"No run has begun{why}")
    for name, value in executed.changed(_current.parameters).items():
        raise InputError(
            f"{name} is {value!r} now, but this run began with {_current.parameters[name]!r}: run the cell with "
            "run.start again, then the cells below it."
        )
    return _current


def is_by_hand() -> bool:
    """Whether nobody said where figures go: the kernel was started by hand."""
    return not os.environ.get("NBPOINTS_FIGURES")


def published(notebook: str) -> dict[str, object]:
    """Return the parameters with which the published figures of a notebook were drawn; empty when it has none.

    Parameters
    ----------
    notebook : str
        Stem of the notebook's file.
    """
    for path in sorted(paths.FIGURES.glob("fig-*.json")):
        try:
            description = json.loads(path.read_text(encoding="utf-8"))
            if description["notebook"] == notebook:
                return dict(description["parameters"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return {}


def _figures_dir(point: str, profile: str) -> Path:
    if not is_by_hand():
        return Path(os.environ["NBPOINTS_FIGURES"])
    folder = paths.RUNS / BY_HAND / point
    return folder if profile == "briefing" else folder / profile


def tell_place(stem: str) -> None:
    """Say below a figure where its files are, to whoever started the kernel by hand.

    Checks leave the line out of account and stored notebooks do not keep it: see `nbpoints.mime.NOTE`.
    """
    if is_by_hand() and executed.kernel() is not None:
        folder = current().figures_dir
        place = folder.relative_to(paths.ROOT).as_posix() if folder.is_relative_to(paths.ROOT) else str(folder)
        show({"text/plain": f"Saved in {place}/ as {stem}.*", NOTE: {"place": place}})


def show(bundle: dict[str, object], metadata: dict[str, object] | None = None) -> None:
    """Show an output in the notebook; outside a notebook print its plain text.

    Parameters
    ----------
    bundle : dict
        The output by MIME type; ``text/plain`` is required.
    metadata : dict, optional
        Metadata by MIME type.
    """
    if executed.kernel() is not None:
        from IPython.display import display

        display(bundle, metadata=metadata or {}, raw=True)
    else:
        print(bundle["text/plain"])
