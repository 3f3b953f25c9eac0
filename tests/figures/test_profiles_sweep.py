"""Every notebook in every profile, with its defaults and other parameters: no figure is cut, read from the PDFs.

The layout is not trusted: where the words stand is read from the files by another library.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from autogap.figures import style
from nbpoints.run import runner
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTChar, LTContainer

sys.path.insert(0, str(Path(__file__).parents[1] / "notebooks"))

from collection import BOOKS
from test_sweep import point, points

pytestmark = [pytest.mark.slow, pytest.mark.long]

PROFILES = sorted(set(style.PROFILES) - {"numbers"})
# Notebooks of which a figure does not fit a telephone yet; `figures.save` says which, and nothing is cut. To shrink.
TOO_WIDE_FOR_A_PHONE = {"08_tariff_scenarios", "14_why_the_gap_shrank", "15_model_and_outcome"}
_SLACK_PT = 1.0


def outside(path: Path) -> list[str]:
    """Words of a PDF of which a letter lies off the page."""
    cut = []
    for page in extract_pages(path):
        for line in _lines(page):
            letters = [letter for letter in line if isinstance(letter, LTChar)]
            if any(
                letter.x0 < -_SLACK_PT
                or letter.y0 < -_SLACK_PT
                or letter.x1 > page.width + _SLACK_PT
                or letter.y1 > page.height + _SLACK_PT
                for letter in letters
            ):
                cut.append("".join(letter.get_text() for letter in letters))
    return cut


def _lines(part):
    if isinstance(part, LTContainer):
        if any(isinstance(one, LTChar) for one in part):
            yield part
        for one in part:
            yield from _lines(one)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_figure_is_cut(profile, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", profile)
    monkeypatch.setenv("AUTOGAP_FORMS", "pdf")
    told = io.StringIO()
    everything = [*(point("baseline", stem, {}) for stem in BOOKS), *points()]
    runner.run(everything, jobs=2, out=tmp_path, stream=told)
    excused = TOO_WIDE_FOR_A_PHONE if profile == "phone" else set()
    failed = [line for line in told.getvalue().splitlines() if "failed" in line and "ran" not in line]
    assert [line for line in failed if not any(stem.split("_", 1)[1] in line for stem in excused)] == [], (
        told.getvalue()
    )
    drawn = sorted(tmp_path.rglob("fig-*.pdf"))
    assert len(drawn) > (80 if profile != "phone" else 40)
    assert {f"{path.stem} in {path.parts[-3]}": cut for path in drawn if (cut := outside(path))} == {}
