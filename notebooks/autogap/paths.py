"""Every folder of the collection, named once."""

from __future__ import annotations

from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1]
ROOT = NOTEBOOKS.parent
DATA = ROOT / "data"
FIGURES = ROOT / "figures"
RUNS = ROOT / "runs"
