"""Every folder of the collection, named once."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1]
ROOT = NOTEBOOKS.parent
DATA = Path(os.environ.get("AUTOGAP_DATA") or ROOT / "data")  # another package: how a refresh tries new figures
FIGURES = ROOT / "figures"
RUNS = ROOT / "runs"


def given(text: str) -> Path:
    """Read a path of a command line: an empty one, as of a variable that is not set, is not the folder stood in."""
    if not text:
        raise argparse.ArgumentTypeError("an empty path (expected a name, or . for the folder you are in)")
    return Path(text)
