"""`python -m autogap`: the command line of the collection."""

from __future__ import annotations

import sys

from nbpoints.cli import main

if __name__ == "__main__":
    sys.exit(main())
