"""`python -m nbpoints`: the command line for anybody's folder of notebooks."""

from __future__ import annotations

import sys

from nbpoints.cli import main

if __name__ == "__main__":
    sys.exit(main())
