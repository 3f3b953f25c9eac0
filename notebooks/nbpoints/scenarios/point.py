"""One notebook with one full set of parameters: the unit of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Point:
    """What a batch executes once and stores under one name.

    Attributes
    ----------
    scenario : str
        Name of the scenario that asks for it, such as ``"baseline"``.
    notebook : Path
        The notebook to run.
    parameters : dict
        Every parameter with its value, checked; JSON values only.
    passed : dict
        Those that differ from the notebook's defaults: what is injected.
    name : str
        Readable and stable, from `nbpoints.parameters.names.point_name`.
    """

    scenario: str
    notebook: Path
    parameters: dict
    passed: dict
    name: str
