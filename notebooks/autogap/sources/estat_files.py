"""e-Stat: Japan's trade by nine digits, as files that need no key.

Rests on excerpts of a listing, of a month's page and of a file, all of September 2026. The number of a file changes
with every release, so the way leads over the listing: listing, month's page, file.
"""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from urllib.parse import urljoin

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request

# year=20260 and month=23070908: the last two digits are the month
_MONTH_OF = re.compile(r"[?&]year=([12][0-9]{3})0&month=[0-9]{6}([0-9]{2})")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def links(content: bytes, base: str) -> list[str]:
    """All links of a page, in order, whole."""
    reader = _Links()
    reader.feed(content.decode("utf-8"))
    return [urljoin(base, link) for link in reader.found]


def follow(content: bytes, url: str) -> str | None:
    """Give the next address on the way to the file, marked with the month of its page; None when this is the file."""
    if not content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
        return None
    found = links(content, url)
    files = [link for link in found if "file-download" in link and "statInfId=" in link]
    if files:
        of = _MONTH_OF.search(url)
        return files[0] + (f"#{of[1]}-{of[2]}" if of else "")
    months = [(*each, link) for link in found for each in _MONTH_OF.findall(link)]
    if not months:
        raise SourceError(f"{url}: the listing has no link to a month or a file.")
    return max(months)[2]


def parse(content: bytes, request: Request) -> list[Figure]:
    """Read the file of one year: keys `hs`, `measure`, `unit`; months to come are 0 everywhere and left out."""
    rows = list(csv.DictReader(io.StringIO(content.decode(request.encoding), newline="")))
    needed = {"Exp or Imp", "Year", "HS", "Unit2", "Quantity2-Jan", "Value-Jan"}
    if not rows or not needed <= set(rows[0]):
        raise SourceError(
            f"{request.request}: the columns are {list(rows[0])[:8] if rows else []}; {sorted(needed)} are needed."
        )
    out = [name for name in _MONTHS if any(row[f"Value-{name}"].strip() not in ("0", "", "-") for row in rows)]
    figures = []
    for row in rows:
        code, unit = row["HS"].strip("' "), row["Unit2"].strip()
        for measure, column in (("value", "Value"), ("quantity", "Quantity2")):
            whole = number(row[f"{column}-Year"], f"{request.request}, {code}")
            months = {name: number(row[f"{column}-{name}"], f"{request.request}, {code}, {name}") or 0 for name in out}
            if whole is not None and sum(months.values()) != whole:
                raise SourceError(
                    f"{request.request}, {code}: the months of {column} add to {sum(months.values()):,}, the year "
                    f"is {whole:,}."
                )
            figures += [
                Figure(
                    f"{row['Year']}-{_MONTHS.index(name) + 1:02d}",
                    value,
                    {"hs": code, "measure": measure, "unit": unit},
                )
                for name, value in months.items()
            ]
    return figures
