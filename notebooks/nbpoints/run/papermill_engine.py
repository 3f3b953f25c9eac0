"""Run a notebook through papermill: with our kernels, exact parameter literals, and early exits detected.

This module is heavy to import: papermill, nbclient, nbformat, zmq.
"""

from __future__ import annotations

import ast
import asyncio
import logging
import re
import sys
from collections.abc import Mapping

# ruff: noqa: E402 (the line below has to run before nbformat is imported)
# optional packages of jsonschema and papermill that no notebook here needs; to import them would take a second
_SLOW = [name for name in ("rfc3987_syntax", "isoduration", "pyarrow.fs") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_SLOW))

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.v4.rwbase import rejoin_lines
from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG, raise_for_execution_errors, remove_error_markers
from papermill.parameterize import parameterize_notebook
from papermill.translators import PythonTranslator, papermill_translators

from nbpoints import notebook as notebooks
from nbpoints.errors import InputError
from nbpoints.kernels.jupyter_kernel import Launch, manager_for
from nbpoints.notebook import INJECTED
from nbpoints.run.job import Outcome

for name in _SLOW:
    del sys.modules[name]

_KERNEL_NAME = "python3"
# wait for outputs that arrive after the cell's reply on a busy machine
_LATE_OUTPUT_S = 60
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class StoppedEarly(Exception):
    """A cell has ended its notebook, though cells follow."""


class Execution:
    """One run of a notebook, cell by cell.

    Parameters
    ----------
    source : dict
        From `nbpoints.notebook.load`.
    outcome : Outcome
        Where it is noted how the run ended.

    Attributes
    ----------
    book : NotebookNode or None
        The notebook as far as it came.
    """

    def __init__(self, source: dict, outcome: Outcome):
        self._source, self._outcome = source, outcome
        self._at: tuple[Mapping, int] | None = None
        self._reply: Mapping = {}
        self.book: nbformat.NotebookNode | None = None

    def run(self, launch: Launch, folder: str, parameters: dict) -> None:
        """Run the cells.

        Parameters
        ----------
        launch : Launch
            Starts the kernel.
        folder : str
            Working folder of the kernel.
        parameters : dict
            What to inject.
        """
        outcome = self._outcome
        try:
            self.book = self._prepared(parameters)
            NBClientEngine.execute_notebook(
                self.book,
                _KERNEL_NAME,
                progress_bar=False,
                kernel_manager_class=manager_for(launch),
                # papermill's own cwd= would change that of the whole process
                resources={"metadata": {"path": folder}},
                record_timing=False,
                iopub_timeout=_LATE_OUTPUT_S,
                on_cell_start=self._cell_starts,
                on_cell_executed=self._cell_ends,
            )
            raise_for_execution_errors(self.book, None)
        except StoppedEarly:
            outcome.fail("failed", "the notebook stopped early, by exit() or quit(); the cells below did not run")
        except (PapermillExecutionError, CellExecutionError):
            outcome.fail("failed", self._reason())
        except (DeadKernelError, RuntimeError) as error:
            outcome.fail(
                "died", f"the kernel died ({' '.join(str(error).split()) or type(error).__name__}){launch.cause()}"
            )
        finally:
            _close_event_loop()
            if outcome.status != "ran" and self._at is not None:
                outcome.cell = self._number_in_source(*self._at)

    def _prepared(self, parameters: dict) -> nbformat.NotebookNode:
        """Make the notebook that papermill runs; its own way writes it and reads it back, and validates both."""
        book = rejoin_lines(nbformat.from_dict(self._source))
        book.metadata["papermill"] = nbformat.from_dict({})
        for cell in book.cells:
            cell.metadata.setdefault("tags", [])
            cell.metadata["papermill"] = nbformat.from_dict({})
        if parameters:
            book = parameterize_notebook(book, parameters, kernel_name=_KERNEL_NAME, language="python")
        return remove_error_markers(book)

    def cleaned(self) -> nbformat.NotebookNode:
        """Return the notebook without what differs from run to run: papermill's times and paths, random ids."""
        book = self.book
        book.metadata = nbformat.from_dict(self._source["metadata"])
        identities = (cell["id"] for cell in self._source["cells"])
        for number, cell in enumerate(book.cells, 1):
            tags = cell.metadata.get("tags", [])
            added = INJECTED if INJECTED in tags else f"error-{number}"
            cell.id = added if self._is_added(cell) else next(identities)
            cell.metadata.pop("papermill", None)
            if not tags:
                cell.metadata.pop("tags", None)
            if cell.cell_type == "code":
                cell.outputs = [nbformat.from_dict(output) for output in notebooks.merged(cell.outputs)]
        notebooks.make_ids_unique(book.cells)
        return book

    def _cell_starts(self, cell: Mapping, cell_index: int) -> None:
        self._at, self._reply = (cell, cell_index), {}
        # papermill would parse it to tell how long the cell took, which we leave out
        cell.metadata["papermill"].pop("start_time", None)
        self._outcome.has_begun = True

    def _cell_ends(self, cell: Mapping, cell_index: int, execute_reply: Mapping) -> None:
        self._reply = execute_reply["content"]
        quits = any(each.get("source") == "ask_exit" for each in self._reply.get("payload", ()))
        exits = self._reply.get("ename") == "SystemExit" and self._reply.get("evalue") in ("", "0", "None")
        below = self.book.cells[cell_index + 1 :]
        if (quits or exits) and any(each.cell_type == "code" and each.source.strip() for each in below):
            raise StoppedEarly

    def _reason(self) -> str:
        """Say in one line why the last cell failed; a reason is never empty."""
        name, value = self._reply.get("ename") or "", " ".join(str(self._reply.get("evalue") or "").split())
        if name == "InputError" and value:
            return value
        if value:
            return f"{name}: {value}" if name else value
        printed = [_COLOURS.sub("", text).strip() for text in self._reply.get("traceback") or ()]
        last = next((line for text in reversed(printed) for line in reversed(text.splitlines()) if line.strip()), "")
        return " ".join((last or name or "the cell failed without saying why").split())

    def _is_added(self, cell: Mapping) -> bool:
        tags = set(cell.metadata.get("tags", ()))
        # a notebook that was executed before has its injected cell already
        own = any(INJECTED in one["metadata"].get("tags", ()) for one in self._source["cells"])
        return ERROR_MARKER_TAG in tags or (INJECTED in tags and not own)

    def _number_in_source(self, cell: Mapping, index: int) -> int:
        own = [each for each in self.book.cells if not self._is_added(each)]
        return next((number for number, each in enumerate(own, 1) if each is cell), index + 1)


def as_text(book: nbformat.NotebookNode) -> str:
    """Write a notebook as its file holds it."""
    return nbformat.v4.writes(book) + "\n"


def _close_event_loop() -> None:
    """Close the event loop of this thread, which the client leaves open, with the tasks that it left waiting."""
    loop = ensure_event_loop()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


class _Literal(PythonTranslator):
    """Write parameters as Python literals that round-trip exactly, or reject them."""

    @classmethod
    def translate(cls, value: object) -> str:
        text = repr(value)
        if repr(ast.literal_eval(text)) != text:
            raise InputError(f"{text} cannot be passed without a change; pass numbers, text, lists and dicts.")
        return text

    @classmethod
    def codify(cls, parameters: dict, comment: str = "Parameters") -> str:
        # not PythonTranslator's: it formats with black where that happens to be installed
        return super(PythonTranslator, cls).codify(parameters, comment)


papermill_translators.register(_KERNEL_NAME, _Literal)
# the outcome of the point says what went wrong
logging.getLogger("papermill").setLevel(logging.CRITICAL)
