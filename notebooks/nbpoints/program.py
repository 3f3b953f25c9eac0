"""A command line: what it is called in messages, the word that the user typed to start it; and what it is made of.

Commands, settings, and the types of options: a wrong value is refused by the parser, before anything runs.
"""

from __future__ import annotations

import argparse
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


def whole(least: int, most: int = int(threading.TIMEOUT_MAX)) -> Callable[[str], int]:
    """Make the type of an option that takes a whole number, seconds too: no more than a thread can wait for.

    Examples
    --------
    >>> whole(1)("12")
    12
    >>> whole(1)("0")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: '0' is not a whole number of at least 1
    """

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {least}")
        if int(text) > most:
            raise argparse.ArgumentTypeError(f"{text} is too large; at most {most} is allowed")
        return int(text)

    return number


def tolerance(text: str) -> float:
    """Read an option that takes a relative tolerance; ``nan`` or a negative one would let nothing pass, or all.

    Examples
    --------
    >>> tolerance("1e-9")
    1e-09
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 0, such as 1e-9")
    return number


def nonempty_path(text: str) -> Path:
    """Read an option that takes a file or folder; an empty one, as of an unset variable, would be the current folder.

    Examples
    --------
    >>> nonempty_path("runs/may").name
    'may'
    >>> nonempty_path("")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: the path is empty; give one, such as . for the current folder
    """
    if not text:
        raise argparse.ArgumentTypeError("the path is empty; give one, such as . for the current folder")
    return Path(text)


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
