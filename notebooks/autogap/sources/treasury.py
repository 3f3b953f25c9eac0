"""US Treasury: Daily Treasury Statement, deposits by line.

Rests on the description of the table and on the envelope (data, meta, links) of a reply of another table. The line of
customs duties was renamed in November 2025: every name it had is a selector's alternative.
"""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal

from autogap.sources.figure import Figure, SourceError, number
from autogap.sources.tables import Request


def parse(content: bytes, request: Request) -> list[Figure]:
    """Add the days of each line to months: keys `line`, `kind` (Deposits or Withdrawals)."""
    reply = json.loads(content)
    if "data" not in reply or "meta" not in reply:
        raise SourceError(f"{request.request}: {str(reply)[:120]}")
    if reply["meta"].get("total-pages", 1) != 1:
        raise SourceError(f"{request.request}: the reply has {reply['meta']['total-pages']} pages; ask for fewer days.")
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in reply["data"]:
        try:
            key = (row["record_date"][:7], row["transaction_catg"], row["transaction_type"])
            value = number(row["transaction_today_amt"], f"{request.request}, {row['record_date']}")
        except KeyError as error:
            raise SourceError(f"{request.request}: the rows have no field {error}; there are {sorted(row)}.") from None
        sums[key] += value or 0
    return [Figure(period, value, {"line": line, "kind": kind}) for (period, line, kind), value in sums.items()]
