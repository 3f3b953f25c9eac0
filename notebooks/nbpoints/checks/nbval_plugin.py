"""What `pytest --nbval` needs to check these notebooks: our comparison, our rules, our way to run them.

`notebooks/conftest.py` takes the hooks in; nothing has to be added to the command. It builds on nbval's collector and
item classes: a notebook runs once, as a point of a batch, and each cell reports as nbval does it; outputs are compared
by `nbpoints.checks.outputs`.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from nbpoints import notebook as notebooks
from nbpoints import program
from nbpoints.checks import again, exported_figures, hygiene, outputs
from nbpoints.checks.compare import report
from nbpoints.errors import InputError
from nbpoints.run.loop import Servers


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep the cells of a notebook in one process where pytest-xdist spreads tests as it likes."""
    if getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadfile"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[None]:
    """Collect each notebook that nbval collects as ours; hidden files, such as macOS leaves, are not notebooks."""
    collected = yield
    return [
        NotebookFile.from_parent(parent, path=file_path) if isinstance(one, IPyNbFile) else one
        for one in collected
        if not (isinstance(one, IPyNbFile) and file_path.name.startswith("."))
    ]


@functools.cache
def _servers() -> Servers:
    servers = Servers()
    atexit.register(servers.close)
    return servers


class NotebookFile(IPyNbFile):
    """A notebook: first its rules, then its cells, which run once and together, then its exported figures.

    Attributes
    ----------
    again : Again
        What came out, from `setup` to `teardown`.
    """

    def collect(self) -> Iterator[pytest.Item]:
        try:
            notebooks.load(self.path)
        except InputError:
            # an error of collection would stop the others too
            yield NotebookRules.from_parent(self, name="file")
            return
        cells = list(super().collect())
        if self.compare_outputs:
            yield NotebookRules.from_parent(self, name="rules")
        numbers = [i for i, cell in enumerate(self.nb.cells, 1) if cell.cell_type == "code"]
        for number, cell in zip(numbers, cells, strict=True):
            yield NotebookCell.from_parent(
                self, name=f"Cell {number}", cell_num=number, cell=cell.cell, options=cell.options
            )
        if self.compare_outputs and any(outputs.figures(self.nb)):
            yield NotebookFigures.from_parent(self, name="figures")

    def setup(self) -> None:
        self._open = contextlib.ExitStack()
        self.again = None

    def run_once(self) -> again.Again:
        """Run the notebook unless it has run."""
        if self.again is None:
            out = self._open.enter_context(again.folder())
            limits = again.Limits(1, self.config.option.nbval_cell_timeout)
            request = again.Request(self.path, self.path.stem)
            ended = self._open.enter_context(contextlib.closing(again.run([request], out, limits, servers=_servers())))
            self.again = next(ended)[1]
        return self.again

    def teardown(self) -> None:
        self._open.close()
        self.again = None


class NotebookCell(IPyNbCell):
    """A cell whose new outputs are compared with the stored ones as data."""

    def runtest(self) -> None:
        fresh = self.parent.run_once()
        at = fresh.outcome.cell or (0 if fresh.error else None)
        if at is not None and self.cell_num >= at:
            what = fresh.outcome.error if self.cell_num == at or at == 0 else f"did not run, since cell {at} failed"
            raise NbCellError(self.cell_num, what, self.cell.source, self._traceback(fresh))
        if not self.options["check"]:
            return
        found = outputs.compare(self.cell.outputs, fresh.notebook["cells"][self.cell_num - 1]["outputs"])
        if found:
            raise NbCellError(self.cell_num, "Cell outputs differ", self.cell.source, report(found))

    def _traceback(self, fresh: again.Again) -> str:
        if fresh.notebook is None or self.cell_num != fresh.outcome.cell:
            return ""
        shown = fresh.notebook["cells"][self.cell_num - 1]["outputs"]
        return "\n".join(line for one in shown if one["output_type"] == "error" for line in one["traceback"])

    def repr_failure(self, excinfo: pytest.ExceptionInfo) -> str:
        if not isinstance(excinfo.value, NbCellError):
            return super().repr_failure(excinfo)
        error = excinfo.value
        hint = f"If the change is meant: {program.name()} accept {self.path.stem}"
        parts = [
            f"{self.path.name}, cell {self.cell_num}: {error}",
            error.inner_traceback or "",
            self.cell.source,
            hint,
        ]
        return "\n\n".join(part for part in parts if part)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.stem}::{self.name}"


class _WholeNotebook(pytest.Item):
    """An item about the notebook as a whole; it fails with sentences."""

    def faults(self) -> list[str]:
        raise NotImplementedError

    def runtest(self) -> None:
        if found := self.faults():
            pytest.fail("\n".join(f"{self.path.name}: {fault}" for fault in found), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.stem}::{self.name}"


class NotebookRules(_WholeNotebook):
    """The rules of `nbpoints.checks.hygiene`; the first of all is to be a notebook."""

    def faults(self) -> list[str]:
        try:
            return hygiene.faults(notebooks.load(self.path))
        except InputError as error:
            return [str(error)]


class NotebookFigures(_WholeNotebook):
    """The exported figures are those that the cells above drew a moment ago."""

    def faults(self) -> list[str]:
        stored = exported_figures.folder_of(self.path)
        mine = {one.get("stem") for one in outputs.figures(self.parent.nb)}
        found = [
            line.strip()
            for line in report(exported_figures.compare(stored, self.parent.run_once().figures)).splitlines()
        ]
        found += [one for one in exported_figures.tampered(stored) if one.split(":")[0] in mine]
        return found + [f"if the change is meant: {program.name()} accept {self.path.stem}"] if found else []
