"""``python -m autogap.claims``: tell every claim of every article whose row cannot be judged, with its line."""

from __future__ import annotations

import sys

from nbpoints import cli
from nbpoints.errors import InputError

from autogap.claims import articles
from autogap.claims.checking import faults


def main() -> int:
    """Print one sentence a row; the status is 2 when there is any."""
    return cli.in_sentences(_tell)


def _tell() -> int:
    found = []
    for article in articles.names():
        try:
            found += faults(article)
        except InputError as error:
            found.append(str(error))
    if found:
        print(*found, sep="\n", file=sys.stderr)
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main())
