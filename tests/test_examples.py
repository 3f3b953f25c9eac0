"""The examples in docstrings run and show what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest
from autogap.paths import NOTEBOOKS

pytestmark = pytest.mark.slow

# a kernel's half of the batch, loaded by its place in a process of its own; and the entry that runs when imported
APART = {"autogap.__main__", "nbpoints.kernels.forkserver", "nbpoints.kernels.observe"}
MODULES = sorted(
    ".".join(path.relative_to(NOTEBOOKS).with_suffix("").parts).removesuffix(".__init__")
    for path in NOTEBOOKS.rglob("*.py")
)


class Runner(doctest.DocTestRunner):
    """Keeps a sentence about each example that fails; doctest prints pages and counts."""

    def __init__(self):
        super().__init__(optionflags=doctest.NORMALIZE_WHITESPACE)
        self.told = []

    def report_failure(self, out, test, example, got):
        self.told.append(f"{test.name}: {example.source.strip()} gives {got.strip()}, not {example.want.strip()}")

    def report_unexpected_exception(self, out, test, example, exc_info):
        self.told.append(f"{test.name}: {example.source.strip()} raises {exc_info[1]!r}")


@pytest.mark.parametrize("name", [name for name in MODULES if name not in APART])
def test_the_examples_of_a_module_hold(name):
    runner = Runner()
    for example in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
        runner.run(example)
    assert not runner.told, runner.told[0]


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [importlib.import_module(name) for name in MODULES if name not in APART]
    assert sum(len(one.examples) for module in modules for one in finder.find(module)) > 100
