"""US Bureau of Labor Statistics: the public API, version 2.

Rests on whole error replies and a trimmed reply of August 2026. Errors come with status 200; an unknown series succeeds
without data; a month that was never collected is ``-`` with a footnote.
"""

from __future__ import annotations

import json

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read monthly figures: keys `series`; annual averages (M13) are left out."""
    reply = json.loads(content)
    told = "; ".join(reply.get("message", []))
    if reply.get("status") != "REQUEST_SUCCEEDED":
        raise SourceError(f"{request.request}: {reply.get('status')}: {_without_key(told)}")
    figures = []
    for one in reply["Results"].get("series", []):
        if not one["data"]:
            raise SourceError(f"{request.request}: {one['seriesID']} has no data ({told or 'no message'}).")
        for row in one["data"]:
            period = row["period"]
            if not (period.startswith("M") and "01" <= period[1:] <= "12"):
                continue
            value = number(row["value"], f"{request.request}, {one['seriesID']}, {row['year']} {period}")
            if value is not None:
                figures.append(Figure(f"{row['year']}-{period[1:]}", value, {"series": one["seriesID"]}))
    if not figures:
        raise SourceError(f"{request.request}: the reply has no figure ({told or 'no message'}).")
    return figures


def _without_key(text: str) -> str:
    """The message repeats the key; we do not."""
    words = text.split()
    return " ".join("key:..." if word.lower().startswith("key:") else word for word in words)
