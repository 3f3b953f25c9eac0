"""A command line: what it is called in messages, the word that the user typed to start it; and what it is made of."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

Declare = Callable[[argparse.ArgumentParser], None]
Function = Callable[[argparse.Namespace], int]


@dataclass(frozen=True)
class Command:
    """One command of the tree.

    Attributes
    ----------
    name : str
    about : str
        What it does, as it stands in the list of commands.
    declare : callable or str
        Declares its arguments on a parser.
    function : callable or str
        Takes the parsed arguments and returns the exit status. Both may be given as ``"module:function"``; the module
        is imported only when the command is used, so that a command with heavy imports costs the others nothing.
    """

    name: str
    about: str
    declare: Declare | str
    function: Function | str


@dataclass(frozen=True)
class Setting:
    """An option of `run` and `why` that sets an environment variable for the notebooks.

    Attributes
    ----------
    option, variable, about : str
        Such as ``"--profile"``, ``"MY_PROFILE"`` and the line of help.
    choices : tuple of str
        Allowed values; empty when any is.
    is_list : bool
        Whether several of them may be given, separated by commas.
    """

    option: str
    variable: str
    about: str
    choices: tuple[str, ...] = ()
    is_list: bool = False


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
