"""What holds for all tests."""

from __future__ import annotations

import gc
import shutil

import pytest
from nbpoints import program

# The packages that tests import are a million objects that stay; to go through them again and again takes a tenth of
# the time.
gc.set_threshold(100_000, 20, 20)


def pytest_collection_finish():
    gc.freeze()


@pytest.fixture(autouse=True)
def called(monkeypatch):
    """Messages call the program by its own name, whatever a test before called it."""
    monkeypatch.setattr(program, "_called", "nbpoints")


@pytest.fixture(scope="session")
def browser():
    """Chromium, one for all tests, since a process may drive only one; a loud skip where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        pytest.skip("NOT PROVED: no Chromium on this machine, so nothing was tried in it (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=[*flags, "--disable-background-networking"])
        yield opened
        opened.close()
