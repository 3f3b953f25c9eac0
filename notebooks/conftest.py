"""`pytest --nbval notebooks` checks with the project's rules; see nbpoints/checks/nbval_plugin.py."""

from nbpoints import program
from nbpoints.checks.nbval_plugin import pytest_collect_file, pytest_configure

program.call("autogap")

__all__ = ["pytest_collect_file", "pytest_configure"]
