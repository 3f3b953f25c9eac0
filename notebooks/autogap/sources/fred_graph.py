"""FRED: the newest figures of one series as CSV, without a key.

Rests on whole files of 2024, 2025 and 2026. The header was DATE until early 2025; a missing figure is an empty field.
"""

from __future__ import annotations

import csv
import io
import re

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request

_DAY = re.compile(r"([12][0-9]{3}-(0[1-9]|1[0-2]))-([0-3][0-9])")


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read a monthly series: keys `id`."""
    header, *rows = csv.reader(io.StringIO(content.decode(request.encoding), newline=""))
    if len(header) != 2 or header[0] not in ("observation_date", "DATE"):
        raise SourceError(f"{request.request}: the columns are {header}; they must be observation_date and one series.")
    figures, seen = [], set()
    for row in rows:
        found = _DAY.fullmatch(row[0]) if len(row) == 2 else None
        if not found or found[3] != "01":
            raise SourceError(
                f"{request.request}: {','.join(row)[:40]!r} is not a month and its figure "
                "(expected one like 2026-06-01,160.8)."
            )
        if found[1] in seen:
            raise SourceError(f"{request.request}: {found[1]} stands twice.")
        seen.add(found[1])
        value = number(row[1], f"{request.request}, {found[1]}")
        if value is not None:
            figures.append(Figure(found[1], value, {"id": header[1]}))
    return figures
