"""The results of all runs in one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbpoints.records.layout import finished
from nbpoints.errors import InputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

_FIRST = ["scenario", "notebook", "point"]
_LAST = ["name", "value", "unit"]


def results(out: Path | str, scenarios: list[str] | None = None) -> pd.DataFrame:
    """Gather what the finished points recorded.

    Parameters
    ----------
    out : Path or str
        Folder of the runs.
    scenarios : list of str, optional
        Only these; all that have been run unless given.

    Returns
    -------
    DataFrame
        A row a result: scenario, notebook, point, a column a parameter, name, value, unit. A parameter that a
        notebook does not have is missing in its rows; one that is called as a column is gets the prefix
        ``parameter_``.

    Raises
    ------
    InputError
        When a scenario named has not been run.
    """
    import pandas as pd

    out = Path(out)
    known = sorted(path.name for path in out.iterdir() if path.is_dir()) if out.is_dir() else []
    for name in scenarios or ():
        if name not in known:
            raise InputError(f"{out}: scenario {name!r} has not been run.{did_you_mean(name, known)}")
    rows = []
    for scenario in scenarios or known:
        for record in finished(out / scenario):
            place = {name: record[name] for name in _FIRST}
            parameters = {_column(name): value for name, value in record["parameters"].items()}
            for result in record["results"]:
                rows.append(place | parameters | {name: result.get(name) for name in _LAST})
    columns = sorted({name for row in rows for name in row} - {*_FIRST, *_LAST})
    return pd.DataFrame(rows, columns=[*_FIRST, *columns, *_LAST])


def _column(parameter: str) -> str:
    return f"parameter_{parameter}" if parameter in (*_FIRST, *_LAST) else parameter
