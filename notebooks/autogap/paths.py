"""Every folder of the collection, named once."""

from __future__ import annotations

import os
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1]
ROOT = NOTEBOOKS.parent
DATA = Path(os.environ.get("AUTOGAP_DATA") or ROOT / "data")  # another package: how a refresh tries new figures
FIGURES = ROOT / "figures"
RUNS = ROOT / "runs"
