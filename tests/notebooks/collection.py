"""The notebooks of the collection as they are stored, for the tests beside this module."""

from __future__ import annotations

from functools import cache

import pytest
from autogap import results
from autogap.paths import NOTEBOOKS
from nbpoints import notebook as reading

BOOKS = {path.stem: path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))}

each = pytest.mark.parametrize("stem", BOOKS)


@cache
def cells(stem):
    return reading.cells(BOOKS[stem])


@cache
def book(stem):
    return reading.load(BOOKS[stem])


def values(path):
    """The results that a stored or executed notebook recorded, by name."""
    return results.read(path).set_index("name")["value"]
