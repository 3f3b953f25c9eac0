"""Errors in the user's input: one sentence, no traceback."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """An error in the user's input. The message is one sentence: the place, the value, what would be right.

    Command lines print the sentence and exit with status 2. In a notebook IPython shows
    the sentence alone, because of `_render_traceback_`.

    Examples
    --------
    >>> raise InputError("month: '2025-13' is not a valid month (expected YYYY-MM, for example 2025-05).")
    Traceback (most recent call last):
    nbpoints.errors.InputError: month: '2025-13' is not a valid month (expected YYYY-MM, for example 2025-05).
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known words nearest to a misspelt one, as the end of a sentence.

    Parameters
    ----------
    word : str
        What the user wrote.
    known : iterable of str
        What would have been right.

    Returns
    -------
    str
        ``" Did you mean 'a' or 'b'?"``, or an empty string when nothing is near.

    Examples
    --------
    >>> did_you_mean("rain.nort.total", ["rain.north.total", "sun.hours"])
    " Did you mean 'rain.north.total'?"
    >>> did_you_mean("zebra", ["rain.north.total"])
    ''
    """
    near = get_close_matches(str(word), list(known))
    return f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""


def counted(number: int, what: str) -> str:
    """Write a number of things as a sentence has it.

    Examples
    --------
    >>> counted(1, "point"), counted(1200, "point")
    ('1 point', '1,200 points')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def needs_unix() -> None:
    """Refuse what starts kernels of its own where the system cannot fork them.

    Raises
    ------
    InputError
        On Windows.
    """
    if not hasattr(os, "fork"):
        raise InputError(
            "Batches and checks need Linux or macOS; on Windows run this in WSL "
            "(https://learn.microsoft.com/windows/wsl), or open single notebooks in JupyterLab."
        )
