"""The run that a notebook makes: which notebook, which parameters, where its figures go."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from autogap import paths
from autogap.figures import style
from nbpoints.errors import InputError, did_you_mean


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
        Whether every parameter has the value that the notebook states.
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


def start(notebook: str, **parameters: object) -> None:
    """Check the parameters of a notebook and begin its run; called once, in the imports cell.

    Parameters
    ----------
    notebook : str
        Stem of the notebook's file, ``03_export_decline``.
    **parameters
        Every parameter of the parameters cell, by name.

    Raises
    ------
    InputError
        When the notebook or a parameter is unknown or missing, or a value is not allowed.
    """
    global _current
    from nbpoints.parameters import declare as cell

    path = paths.NOTEBOOKS / f"{notebook}.ipynb"
    if not path.is_file():
        known = [file.stem for file in paths.NOTEBOOKS.glob("*.ipynb")]
        raise InputError(f"run.start: there is no notebook {notebook!r}.{did_you_mean(notebook, known)}")
    declared = cell.read(path)
    values = cell.check(declared, parameters)
    missing = [name for name in declared if name not in parameters]
    if missing:
        raise InputError(f"run.start: pass {' and '.join(missing)}, which the parameters cell of {notebook} has.")
    defaults = {name: parameter.default for name, parameter in declared.items()}
    point = cell.point_name(notebook, values, defaults)
    is_default = values == defaults
    _current = Run(notebook, values, is_default, point, _figures_dir(point, is_default))
    style.apply()
    _fix_tables()


def _fix_tables() -> None:
    """Write tables alike in every kernel: pandas takes its limits from the terminal in which it is imported."""
    import pandas as pd

    pd.set_option("display.width", 100, "display.max_columns", 20)


def current() -> Run:
    """Return the run that `start` began.

    Raises
    ------
    InputError
        When no run has begun.
    """
    if _current is None:
        raise InputError('No run has begun; call run.start("NN_topic", ...) in the imports cell first.')
    return _current


def _figures_dir(point: str, is_default: bool) -> Path:
    chosen = os.environ.get("NBPOINTS_FIGURES")
    if chosen:
        return Path(chosen)
    return paths.FIGURES if is_default else paths.RUNS / point / "figures"


def show(bundle: dict[str, object], metadata: dict[str, object] | None = None) -> None:
    """Show an output in the notebook; outside a notebook print its plain text.

    Parameters
    ----------
    bundle : dict
        The output by MIME type; ``text/plain`` is required.
    metadata : dict, optional
        Metadata by MIME type.
    """
    # Whoever runs in IPython has it loaded; a plain process is spared the import.
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import display

        display(bundle, metadata=metadata or {}, raw=True)
    else:
        print(bundle["text/plain"])
