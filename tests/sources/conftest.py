"""A copy of the data package and a server in the publishers' place; no test of this folder reaches the net."""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from autogap.paths import DATA
from autogap.sources import cli, http

from tests.sources import server as servers

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of ``data/``."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    """A server that stands for every publisher."""
    for name in ("CENSUS_API_KEY", "BLS_API_KEY", "FRED_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with servers.running() as made:
        monkeypatch.setenv(http.BASE, f"http://127.0.0.1:{made.port}")
        yield made


@pytest.fixture
def refresh(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Run `autogap refresh` on the copy; gives the status and what it said."""
    monkeypatch.setattr(cli, "RUNS", tmp_path / "runs")
    monkeypatch.setattr(cli, "ROOT", tmp_path)

    def run(*words: str, now: datetime = NOW, answers: bool = False) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        cli.refresh_arguments(parser)
        given = parser.parse_args([*words] if answers else ["--no-answers", *words])
        status = cli.refresh_main(given, data=folder, now=now, pause=0.01)
        return status, capsys.readouterr().out

    return run


def forget(folder: Path, after: str, *files: str) -> None:
    """Take the months after one out of files of observations, as if they had not come out yet."""
    for name in files:
        path = folder / "observations" / f"{name}.csv"
        with open(path, newline="", encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        with open(path, "w", newline="", encoding="utf-8") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *(row for row in rows if row[0] <= after)])


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate that nobody vouches for, and its key."""
    made = tmp_path_factory.mktemp("tls")
    pem, key = made / "self.pem", made / "self.key"
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to make a certificate that nobody vouches for")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(pem),
        ],
        check=True,
        capture_output=True,
    )
    return str(pem), str(key)
