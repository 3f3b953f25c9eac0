"""What holds for all tests."""

from __future__ import annotations

import gc

# The packages that tests import are a million objects that stay; to go through them again and again takes a tenth of
# the time.
gc.set_threshold(100_000, 20, 20)


def pytest_collection_finish():
    gc.freeze()
