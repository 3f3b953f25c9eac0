"""Runs that draw into folders of their own."""

from __future__ import annotations

import pytest
from autogap import figures, run
from sample import read, save


@pytest.fixture
def house(monkeypatch, tmp_path):
    """A run that writes into a folder of its own, and what it shows."""
    here = run.Run("03_export_decline", {"month": "2025-05"}, True, "export_decline", tmp_path / "figures")
    monkeypatch.setattr(run, "_current", here)
    monkeypatch.delenv("AUTOGAP_PROFILE", raising=False)
    monkeypatch.setenv("NBPOINTS_COMMIT", "0123abc+")
    shown = []
    monkeypatch.setattr(run, "show", lambda bundle, metadata=None: shown.append((bundle, metadata)))
    return here.figures_dir, shown


@pytest.fixture
def quick(monkeypatch):
    """Leave out the pictures, for tests that look at the rest."""
    monkeypatch.setattr(figures.export, "render", lambda *_: ({}, ("image/png", b"picture")))
    monkeypatch.setattr(figures.export, "lay_out", lambda *_: None)
    monkeypatch.setattr(figures.fit, "refuse", lambda *_: None)
    monkeypatch.setattr(figures.truth, "refuse", lambda *_: None)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The files of one figure, and what it shows."""
    folder, shown = tmp_path_factory.mktemp("saved"), []
    with pytest.MonkeyPatch.context() as patch:
        here = run.Run("03_export_decline", {"month": "2025-05"}, True, "export_decline", folder)
        patch.setattr(run, "_current", here)
        patch.delenv("AUTOGAP_PROFILE", raising=False)
        patch.setenv("NBPOINTS_COMMIT", "0123abc+")
        patch.setattr(run, "show", lambda bundle, metadata=None: shown.append((bundle, metadata)))
        save()
    return read(folder), shown
