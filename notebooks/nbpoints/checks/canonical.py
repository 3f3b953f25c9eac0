"""The stored form of a notebook, under the name that checks use for it."""

from __future__ import annotations

from nbpoints.notebook import clean, dumps, load, save
from nbpoints.notebook.canonical import lines

__all__ = ["clean", "dumps", "lines", "load", "save"]
