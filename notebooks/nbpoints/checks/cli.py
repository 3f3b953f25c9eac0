"""The commands of the checks: `autogap accept`, `autogap compare`, `autogap check`."""

from __future__ import annotations

import argparse

from nbpoints.checks import accept, compare_runs as runs

COMMANDS = {
    "accept": ("Run notebooks anew, show what changed, and store the outputs.", accept.add_arguments, accept.main),
    "compare": ("Show the differences of two runs or two notebooks.", runs.add_compare_arguments, runs.compare_main),
    "check": ("Replay executed points and hold them to a baseline.", runs.add_check_arguments, runs.check_main),
}


def main(argv: list[str]) -> int:
    """Run one command; its name is the first argument.

    Raises
    ------
    InputError
        For bad input, which the caller prints.
    """
    name, *rest = argv
    about, add_arguments, command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"autogap {name}", description=about)
    add_arguments(parser)
    return command(parser.parse_args(rest))
