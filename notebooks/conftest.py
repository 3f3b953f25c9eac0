"""`pytest --nbval notebooks` checks with the project's rules; see autogap/checks/nbval_plugin.py."""

from autogap.checks.nbval_plugin import pytest_collect_file

__all__ = ["pytest_collect_file"]
