"""US Census Bureau: the International Trade API, one month of imports.

Rests on re-keyed excerpts of July and August 2026. Since May 2026 a key is needed; without one the API sends the caller
to a web page. The quantity ``0`` with the unit ``-`` means that none is kept.
"""

from __future__ import annotations

import json

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read a table of lists: each measure is a figure whose keys are the other columns."""
    table = json.loads(content)
    if not (isinstance(table, list) and len(table) > 1 and all(len(row) == len(table[0]) for row in table)):
        raise SourceError(f"{request.request}: the reply is not a table with a header and rows of the same length.")
    header = table[0]
    measures = [name for name in header if name.endswith(("_MO", "_YR"))]
    if not measures or "CTY_CODE" not in header:
        raise SourceError(
            f"{request.request}: the columns are {header}; CTY_CODE and a measure ending in _MO are needed."
        )
    figures = []
    for row in table[1:]:
        cells = dict(zip(header, row))
        period = cells.get("time") or f"{cells.get('YEAR')}-{cells.get('MONTH')}"
        keys = {name: cell for name, cell in cells.items() if name not in measures and cell is not None}
        for name in measures:
            value = number(cells[name] or "", f"{request.request}, {period}, {keys['CTY_CODE']}, {name}")
            if value is not None and not ("_QY" in name and cells.get("UNIT_QY1") == "-"):
                figures.append(Figure(period, value, keys | {"measure": name}))
    return figures
