"""`autogap`, `python -m autogap`: the engine's command line under the collection's name, with commands of its own."""

from __future__ import annotations

import sys

from nbpoints import cli

# add a command here: name, what it does, "module:function" to declare its arguments, "module:function" to run it
COMMANDS: list[cli.Command] = []


def main(argv: list[str] | None = None) -> int:
    """Run one command; see `nbpoints.cli.main`."""
    return cli.main(argv, prog="autogap", commands=COMMANDS)


if __name__ == "__main__":
    sys.exit(main())
