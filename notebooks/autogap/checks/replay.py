"""Run a stored notebook anew, exactly as it stands, in a kernel and a figures folder of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autogap.checks.outputs import text_of
from autogap.errors import InputError

# One thread, so that sums are added in the same order on every machine and parallel checks do not fight for cores.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")}


def environment(figures: Path) -> dict[str, str]:
    """The environment of a kernel whose figures go to a folder of the check's own."""
    return {**os.environ, **ONE_THREAD, "AUTOGAP_FIGURES": str(figures), "AUTOGAP_PROFILE": "briefing"}


def run(notebook: Mapping, folder: Path, figures: Path, name: str, timeout: float = 600) -> dict[str, Any]:
    """Execute a notebook and return it with its new outputs; nothing of the stored one is touched.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4, as read from its file.
    folder : Path
        Where its kernel works: the folder of the notebooks.
    figures : Path
        Where its figures go.
    name : str
        What to call it in an error.
    timeout : float
        Longest time for one cell, in seconds.

    Raises
    ------
    InputError
        When a cell fails or takes too long; the sentence names it.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    book = nbformat.v4.to_notebook(_emptied(notebook))
    client = NotebookClient(
        book,
        timeout=timeout,
        kernel_manager_class=manager_class(),
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        ipython_hist_file=":memory:",
    )
    try:
        client.execute(env=environment(figures))
    except CellExecutionError as error:
        message = f"{error.ename}: {error.evalue}".strip().splitlines()[0]
        raise InputError(f"{name}: cell {_failed(book)} raised {message}; mend it first.") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise InputError(f"{name}: {str(error).strip().splitlines()[0]}") from None
    return book


def start(folder: Path, figures: Path, timeout: float = 60) -> tuple[Any, Any]:
    """Start a kernel for a caller that talks to it cell by cell; return its manager and its client, ready."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3", transport="ipc")
    manager.start_kernel(
        cwd=str(folder), env=environment(figures), extra_arguments=["--HistoryManager.hist_file=:memory:"]
    )
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=timeout)
    except RuntimeError:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        raise
    return manager, client


def manager_class() -> type:
    """The kernel manager of the checks: kernels are reached over sockets in a private folder, no port is opened."""
    from jupyter_client.manager import AsyncKernelManager

    class IpcKernelManager(AsyncKernelManager):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "transport": "ipc"})

    return IpcKernelManager


def _emptied(notebook: Mapping) -> dict[str, Any]:
    cells = []
    for cell in notebook["cells"]:
        kept = {**cell, "source": text_of(cell["source"])}
        cells.append({**kept, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else kept)
    return {**notebook, "cells": cells}


def _failed(book: Mapping) -> int:
    """Number of the cell that holds the error, counted from 1 among all cells."""
    errors = [
        i for i, cell in enumerate(book["cells"], 1) for one in cell.get("outputs", []) if one["output_type"] == "error"
    ]
    return errors[-1] if errors else 0
