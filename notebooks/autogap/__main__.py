"""`python -m autogap`: the command line of the collection."""

from __future__ import annotations

import sys

from autogap.batch.cli import main

sys.exit(main())
