"""What `pytest --nbval` needs to check these notebooks: our comparison, our rules, our kernels.

`notebooks/conftest.py` takes the hook in; nothing has to be added to the command. It builds on nbval's collector and
item classes: cells run and report as nbval does it, outputs are compared by `nbpoints.checks.outputs`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from nbpoints import program
from nbpoints.checks import drawn, hygiene, outputs, replay
from nbpoints.checks.compare import report


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[None]:
    """Collect each notebook that nbval collects as ours."""
    collected = yield
    return [
        NotebookFile.from_parent(parent, path=file_path) if isinstance(one, IPyNbFile) else one for one in collected
    ]


class NotebookFile(IPyNbFile):
    """A notebook: first its rules, then its cells in one kernel, then its exported figures."""

    def collect(self) -> Iterator[pytest.Item]:
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
        self.drawn = tempfile.TemporaryDirectory(prefix="nbpoints-figures-")
        self.kernel = Kernel(self.path.parent, Path(self.drawn.name))

    def teardown(self) -> None:
        super().teardown()
        if self.kernel is not None:
            self.drawn.cleanup()


class NotebookCell(IPyNbCell):
    """A cell whose new outputs are compared with the stored ones as data."""

    def compare_outputs(self, test: list, ref: list, skip_compare: tuple | None = None) -> bool:
        found = outputs.cells(ref, test)
        self.comparison_traceback = [report(found)] if found else []
        return not found

    def repr_failure(self, excinfo: pytest.ExceptionInfo) -> str:
        if not isinstance(excinfo.value, NbCellError):
            return super().repr_failure(excinfo)
        error = excinfo.value
        cure = f"If the change is meant: {program.name()} accept {self.path.stem}"
        parts = [
            f"{self.path.name}, cell {self.cell_num}: {error}",
            error.inner_traceback or "",
            self.cell.source,
            cure,
        ]
        return "\n\n".join(part for part in parts if part)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.stem}::{self.name}"


class _WholeNotebook(pytest.Item):
    """An item about the notebook as a whole; it fails with sentences."""

    def faults(self) -> list[str]:
        raise NotImplementedError

    def runtest(self) -> None:
        found = self.faults()
        if found:
            raise _Faults(found)

    def repr_failure(self, excinfo: pytest.ExceptionInfo) -> Any:
        if isinstance(excinfo.value, _Faults):
            return "\n".join(f"{self.path.name}: {fault}" for fault in excinfo.value.args[0])
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.stem}::{self.name}"


class NotebookRules(_WholeNotebook):
    """The rules of `nbpoints.checks.hygiene`."""

    def faults(self) -> list[str]:
        return hygiene.faults(nbformat.read(self.path, as_version=nbformat.NO_CONVERT))


class NotebookFigures(_WholeNotebook):
    """The exported figures are those that the cells above drew a moment ago."""

    def faults(self) -> list[str]:
        stored = drawn.folder_of(self.path)
        mine = {one.get("stem") for one in outputs.figures(self.parent.nb)}
        found = [line.strip() for line in report(drawn.compare(stored, Path(self.parent.drawn.name))).splitlines()]
        found += [one for one in drawn.tampered(stored) if one.split(":")[0] in mine]
        return found + [f"if the change is meant: {program.name()} accept {self.path.stem}"] if found else []


class _Faults(Exception):
    """Carries the sentences of a failed rule."""


class Kernel(RunningKernel):
    """nbval's kernel with ours inside: forked warm, its figures kept apart."""

    def __init__(self, folder: Path, figures: Path) -> None:
        self._kernel = replay.Kernel(folder, figures)
        self.kc = self._kernel.client

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Execute with history, as Jupyter does: counts rise and a trailing `;` means what it means there."""
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    def is_alive(self) -> bool:
        return self._kernel.is_alive()

    def interrupt(self) -> None:
        self._kernel.interrupt()

    def stop(self) -> None:
        self._kernel.close()
