"""A small site, built once for all tests that look at one: two light notebooks, and one at several months."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from autogap.paths import NOTEBOOKS
from autogap.publish import collection, reading
from autogap.publish import site as building
from autogap.publish.reading import Read
from nbpoints.run import runner
from nbpoints.scenarios import scenarios
from nbpoints.scenarios.point import Point

PLAN = """
small:
  notebooks: [11_negotiation_timeline, 13_claims_ledger]
months:
  notebooks: 03_export_decline
  matrix:
    month: {from: 2025-05, to: 2025-07}
    commodity: [motor_vehicles, mv_parts]
  exclude:
    - {month: 2025-07, commodity: mv_parts}
"""
DEEP = "some/deep/path"


@dataclass(frozen=True)
class Site:
    """A built site, and what it was built of."""

    out: Path
    runs: Path
    points: tuple[Point, ...]
    reads: tuple[Read, ...]

    def of(self, stem: str) -> list[Read]:
        """The points of one notebook."""
        return [read for read in self.reads if read.stem == stem]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    """The site of `PLAN`, with every file in the store on disk."""
    folder = tmp_path_factory.mktemp("publish")
    plan, runs, out = folder / "scenarios.yaml", folder / "runs", folder / "site"
    plan.write_text(PLAN, encoding="utf-8")
    points = tuple(scenarios.load(plan, NOTEBOOKS).points(["small", "months"]))
    # a clean environment: what an author happens to have set would make other points
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AUTOGAP_PROFILE", "NBPOINTS_FIGURES"):
            patch.delenv(name, raising=False)
        patch.setenv("AUTOGAP_FORMS", "svg,pdf")
        assert runner.run(points, jobs=2, out=runs) == 0
        building.build(points, runs, out, collection.theme())
    return Site(out, runs, points, tuple(reading.read(point, runs) for point in points))


@pytest.fixture(autouse=True)
def same_environment(monkeypatch):
    """Points know the environment that they ran in; tests that judge them must have the same."""
    monkeypatch.delenv("AUTOGAP_PROFILE", raising=False)
    monkeypatch.setenv("AUTOGAP_FORMS", "svg,pdf")


@pytest.fixture(scope="session")
def served(site):
    """The address of the site under a deep path of a server on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    root = site.out.parent / "served"
    (root / DEEP).parent.mkdir(parents=True)
    (root / DEEP).symlink_to(site.out)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{DEEP}/"
    server.shutdown()
    server.server_close()
    thread.join()
