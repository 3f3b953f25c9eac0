"""On a system without fork the engine says so in a sentence; what one needs for a single notebook still works."""

import subprocess
import sys

import pytest
from autogap.paths import ROOT

pytestmark = pytest.mark.slow

WINDOWS = """
import os, sys
del os.fork
sys.modules |= dict.fromkeys(("fcntl", "resource", "pwd", "termios"))
"""


def on_windows(source):
    return subprocess.run([sys.executable, "-c", WINDOWS + source], capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize("arguments", [["run", "--notebook", "03_export_decline"], ["accept", "03_export_decline"]])
def test_a_batch_is_refused_in_one_sentence(arguments):
    done = on_windows(f"from autogap.__main__ import main; sys.exit(main({arguments}))")
    assert done.returncode in (1, 2)
    (told,) = (done.stdout + done.stderr).splitlines()
    assert "on Windows run this in WSL" in told


def test_what_reads_only_works():
    done = on_windows("from autogap.__main__ import main; sys.exit(main(['validate']))")
    assert done.returncode == 0, done.stderr


def test_a_notebook_by_hand_works():
    done = on_windows("""
from autogap import paths, run
from nbpoints.parameters import declare
declared = declare.read(paths.NOTEBOOKS / "13_claims_ledger.ipynb")
run.start("13_claims_ledger", **{name: parameter.default for name, parameter in declared.items()})
""")
    assert done.returncode == 0, done.stderr
