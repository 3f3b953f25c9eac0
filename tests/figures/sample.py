"""One figure of the tests, and how it is saved and read."""

from __future__ import annotations

import pandas as pd
from autogap import figures

FRAME = pd.DataFrame({"exports_jpy_bn": [1.5, 1 / 3, 2.0]}, pd.period_range("2025-04", periods=3, freq="M"))
WORDS = {
    "title": "Exports fell – and rose again",
    "subtitle": "billion yen a month",
    "alt": "Line chart of exports from April to June 2025.",
    "source": "Ministry of Finance",
}


def draw():
    fig, ax = figures.new()
    figures.line(ax, FRAME["exports_jpy_bn"], "japan", "Exports")
    figures.label_lines(ax)
    figures.mark_events(ax, {"2025-05-03": "tariff on parts"})
    ax.set_ylabel("Value (billion yen)")
    return fig


def save(fig=None, stem="fig-exports", **other):
    figures.save(fig or draw(), stem, **({"data": FRAME} | WORDS | other))


def read(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
