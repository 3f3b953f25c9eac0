"""ALFRED: all vintages of one series, with the day of each.

Rests on trimmed replies of November 2024. Needs a key. A missing figure is ``.``.
"""

from __future__ import annotations

import json
import re

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read observations by realtime period: keys `id`; the release is the day on which the figure became known."""
    reply = json.loads(content)
    if "observations" not in reply:
        raise SourceError(f"{request.request}: {str(reply.get('error_message', reply))[:120]}")
    if reply.get("count", 0) > reply.get("offset", 0) + reply.get("limit", 0):
        raise SourceError(
            f"{request.request}: {reply['count']:,} rows do not fit one reply of {reply['limit']:,}; ask for fewer."
        )
    asked = re.search(r"series_id=([A-Z0-9_]+)", request.url)
    keys = {"id": asked[1]} if asked else {}
    figures = []
    for row in reply["observations"]:
        value = number(row["value"], f"{request.request}, {row['date']}")
        if value is not None:
            figures.append(Figure(row["date"][:7], value, keys, row["realtime_start"]))
    return figures
