"""What the command line is called in messages: the word that the user typed to start it."""

from __future__ import annotations

_called = "nbpoints"


def name() -> str:
    """Return the program's name, ``nbpoints`` unless whoever starts it calls it otherwise.

    Examples
    --------
    >>> f"run `{name()} accept` on it"
    'run `nbpoints accept` on it'
    """
    return _called


def call(word: str) -> None:
    """Set the name; once, at the start of a process."""
    global _called
    _called = word
