"""Federal Register and tariff schedule: what is new. Nothing is written: a person reads the law and keeps the schedule.

Rests on a trimmed search reply of August 2020 and on a trimmed list of headings of 2026.
"""

from __future__ import annotations

import json

from autogap.sources.figure import SourceError

SEARCH = (
    "https://www.federalregister.gov/api/v1/documents.json?per_page=50&order=newest&conditions%5Bterm%5D=9903.94"
    "&conditions%5Bpublication_date%5D%5Bgte%5D={start}"
)


def documents(content: bytes, since: str) -> list[tuple[str, str, str]]:
    """List day, number and title of the documents of a search reply, newest first, after a day.

    Examples
    --------
    >>> one = {"publication_date": "2026-07-28", "document_number": "2026-15181", "title": "T"}
    >>> documents(json.dumps({"count": 1, "results": [one]}).encode(), "2026-07-01")
    [('2026-07-28', '2026-15181', 'T')]
    """
    reply = json.loads(content)
    if reply.get("count") == 0:
        return []
    if "results" not in reply:
        raise SourceError(f"federal_register: the reply has no results; it has {sorted(reply)}.")
    found = [(one["publication_date"], one["document_number"], one["title"]) for one in reply["results"]]
    return sorted((one for one in found if one[0] > since), reverse=True)
