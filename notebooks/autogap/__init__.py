"""The code that the notebooks of the collection share; which room may import which stands in pyproject.toml."""

import logging
import os

# matplotlib tells of the machine what is no output of a notebook: that it lists the fonts, or has no place for the list
for _name in ("matplotlib.font_manager", "matplotlib"):
    logging.getLogger(_name).addFilter(
        lambda record: not any(said in str(record.msg) for said in ("font cache", "mkdir -p", "writable directory"))
    )
# sums over several threads end in other last digits: by hand one thread too, as in a batch, unless the user says so
for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "BLIS"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

__version__ = "0.2.0"
