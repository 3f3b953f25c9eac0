"""Federal Register and tariff schedule: what is new. Nothing is written: a person reads the law and keeps the schedule.

Rests on a trimmed search reply of August 2020; the list of revisions on its description only.
"""

from __future__ import annotations

import json
import re

from autogap.sources.figure import SourceError

SEARCH = (
    "https://www.federalregister.gov/api/v1/documents.json?per_page=50&order=newest&conditions%5Bterm%5D=9903.94"
    "&conditions%5Bpublication_date%5D%5Bgte%5D={start}"
)


RELEASES = "https://hts.usitc.gov/reststop/releaseList"


def releases(content: bytes, most: int = 3) -> list[str]:
    """Tell the newest revisions of the tariff schedule by name, as far as the description of the list goes.

    Examples
    --------
    >>> releases(b'[{"name": "2026HTSRev20"}, {"name": "2026HTSRev21"}]', most=1)
    ['newest revisions of the tariff schedule: 2026HTSRev21']
    """
    reply = json.loads(content)
    if not (
        isinstance(reply, list) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in reply)
    ):
        raise SourceError("hts: the list of releases does not have a name for each.")
    names = sorted((one["name"] for one in reply), key=lambda name: [int(part) for part in re.findall(r"[0-9]+", name)])
    return [f"newest revisions of the tariff schedule: {', '.join(names[-most:][::-1])}"]


def documents(content: bytes, since: str) -> list[str]:
    """Tell day, number and title of the documents of a search reply, newest first, after a day.

    Examples
    --------
    >>> one = {"publication_date": "2026-07-28", "document_number": "2026-15181", "title": "T"}
    >>> documents(json.dumps({"count": 1, "results": [one]}).encode(), "2026-07-01")
    ['2026-07-28 2026-15181: T']
    """
    reply = json.loads(content)
    if isinstance(reply, dict) and reply.get("count") == 0:
        return []
    try:
        found = [(one["publication_date"], one["document_number"], one["title"]) for one in reply["results"]]
        return [f"{day} {number}: {title}" for day, number, title in sorted(found, reverse=True) if day > since]
    except (LookupError, TypeError) as error:
        raise SourceError(f"federal_register: the reply has another layout: {error}.") from None
