"""The one reader and writer of notebook files: cells, outputs by MIME type, Python source, canonical form.

Standard library alone and fast: `list` and `validate` read every notebook of a folder.
"""

# ruff: noqa: F401 (what other rooms import from here)
from __future__ import annotations

from nbpoints.notebook.canonical import clean, dumps, make_ids_unique, save
from nbpoints.notebook.outputs import INJECTED, by_mime, merged, numbered, text_of
from nbpoints.notebook.reading import Cell, cells, cells_of, language, load, question
from nbpoints.notebook.source import MAGIC, conflict_line, syntax
