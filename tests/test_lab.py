"""JupyterLab in a real browser: open, Run All, edit, save, an illegal value, restart; nothing published changes."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.checkout import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.browser]

BOOK = "notebooks/03_export_decline.ipynb"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TOKEN = "by-hand"
START_S, CELLS_S = 120, 240


class Lab:
    """A notebook open in JupyterLab, driven through the commands behind its menus."""

    def __init__(self, page):
        self.page = page

    def open(self, path: str) -> None:
        self.page.wait_for_function("window.jupyterapp && window.jupyterapp.shell", timeout=START_S * 1000)
        self.page.evaluate("() => window.jupyterapp.restored")
        self._do("docmanager:open", {"path": path, "factory": "Notebook"})
        self.page.wait_for_function(
            "() => { const panel = window.jupyterapp.shell.currentWidget;"
            " return panel?.sessionContext?.session?.kernel?.status === 'idle' && panel.content?.widgets?.length > 3 }",
            timeout=START_S * 1000,
        )

    def run_all(self) -> list[str]:
        """Run every cell; return what errors say. Without an error every cell has run, none was dropped."""
        self._do("notebook:run-all-cells")
        errors, dropped = self.page.evaluate(
            """() => {
                const cells = window.jupyterapp.shell.currentWidget.content.widgets
                    .map(cell => cell.model.sharedModel).filter(cell => cell.cell_type === "code")
                const errors = cells.flatMap(cell => cell.outputs).filter(output => output.output_type === "error")
                return [errors.map(output => (output.traceback || []).join("\\n")),
                        cells.filter(cell => cell.execution_count === null).length]
            }"""
        )
        assert errors or not dropped
        return errors

    def edit(self, was: str, now: str) -> None:
        """Replace text in the one cell that holds it, as typing does."""
        edited = self.page.evaluate(
            """([was, now]) => {
                const models = window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel)
                const found = models.filter(model => model.getSource().includes(was))
                found.forEach(model => model.setSource(model.getSource().replace(was, now)))
                return found.length
            }""",
            [was, now],
        )
        assert edited == 1

    def save(self) -> None:
        self._do("docmanager:save")

    def restart(self) -> None:
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")

    def shown(self) -> str:
        """The text of the notebook as the reader sees it."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets
                .flatMap(cell => cell.model.sharedModel.outputs || [])
                .map(output => [output.data?.["text/plain"] || ""].flat().join("")).join("\\n")"""
        )

    def _do(self, command: str, options: dict | None = None) -> None:
        self.page.evaluate(
            "async ([command, options]) => { await window.jupyterapp.commands.execute(command, options) }",
            [command, options or {}],
        )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("NOT PROVED: no Chromium on this machine, so JupyterLab was not driven (apt-get install chromium)")
    copied = Checkout(tmp_path_factory.mktemp("lab") / "checkout")
    copied.accept("03_export_decline")
    return copied


@pytest.fixture(scope="module")
def server(checkout, tmp_path_factory):
    """`make lab` in the copy, with this environment."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --port={port} --IdentityProvider.token={TOKEN} --expose-app-in-browser"
    own = (
        "JUPYTER_RUNTIME_DIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTERLAB_WORKSPACES_DIR",
        "JUPYTERLAB_SETTINGS_DIR",
        "IPYTHONDIR",
    )
    environment = checkout.environment | {name: str(home / name.lower()) for name in own}
    log = (home / "log").open("wb")
    # the environment is ready, whatever the times of the copied files say
    command = ["make", "-o", f"{sys.prefix}/ready", "lab", f"VENV={sys.prefix}", f"ARGS={options}"]
    started = subprocess.Popen(command, cwd=checkout.root, env=environment, stdout=log, stderr=log, process_group=0)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", started, Path(log.name))
        yield f"http://127.0.0.1:{port}/lab?token={TOKEN}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, 15)
        started.wait(timeout=60)
        log.close()


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(START_S * 5):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture(scope="module")
def lab(server, browser):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(CELLS_S * 1000)
    page.goto(server)
    yield Lab(page)
    page.close()


def by_hand(checkout) -> set[str]:
    folder = checkout.root / "runs/by_hand"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def untouched(checkout) -> bool:
    """Whether git shows nothing; tells the difference otherwise."""
    assert not checkout.changed(), checkout.git("diff", "--unified=0")[:3000]
    return True


def test_nothing_published_changes_whatever_is_done_in_the_browser(checkout, lab):
    """The whole visit, step by step; after each the checkout is as it should be."""
    lab.open(BOOK)
    lab.save()
    assert untouched(checkout), "opening and saving an untouched notebook changes nothing"

    assert lab.run_all() == []
    lab.save()
    assert untouched(checkout), "Run All and save write the same bytes"
    assert by_hand(checkout) == {"export_decline"}
    assert "Saved in runs/by_hand/export_decline/" in lab.shown()

    lab.edit('month: str = "2025-05"', 'month: str = "2025-08"')
    lab.save()
    assert lab.run_all() == []
    assert checkout.changed() == [f" M {BOOK}"]
    assert by_hand(checkout) == {"export_decline", "export_decline@month=2025-08"}

    lab.edit('month: str = "2025-08"', 'month: str = "2031-01"')
    lab.save()
    errors = lab.run_all()
    assert len(errors) == 1 and "2031-01" in errors[0] and "\n" not in errors[0], "one sentence, no traceback"
    assert checkout.changed() == [f" M {BOOK}"]

    lab.edit('month: str = "2031-01"', 'month: str = "2025-05"')
    assert lab.run_all() == [], "the cell on screen counts, not the file"
    assert checkout.changed() == [f" M {BOOK}"]

    lab.restart()
    assert lab.run_all() == []
    lab.save()
    assert untouched(checkout), "after a restart and Run All the notebook is as it was published"
    assert by_hand(checkout) == {"export_decline", "export_decline@month=2025-08"}


def test_a_visit_leaves_nbval_green_and_points_current(checkout, lab):
    """Checkpoints of JupyterLab, a scratch notebook beside it, and a second visit are nobody's input."""
    done = checkout.run("autogap", "run", "--notebook", "03_export_decline", "-j", "1")
    assert done.returncode == 0, done.stderr
    (checkout.root / "notebooks/notes.txt").write_text("August looks odd")
    (checkout.root / "notebooks/Untitled.ipynb").write_text("")  # as the launcher leaves it until it is saved
    (checkout.root / "notebooks/.ipynb_checkpoints").mkdir(exist_ok=True)
    (checkout.root / "notebooks/.ipynb_checkpoints/x-checkpoint.ipynb").write_text("")
    lab.open(BOOK)
    lab.save()
    again = checkout.run("autogap", "run", "--notebook", "03_export_decline", "-j", "1")
    assert "1 current" in again.stderr, again.stderr
    proved = checkout.run("pytest", "-q", "--nbval", BOOK, "-p", "no:cacheprovider")
    assert proved.returncode == 0, proved.stdout[-3000:]
