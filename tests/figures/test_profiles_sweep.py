"""Every notebook in every profile, with its defaults and other parameters: no figure is cut or too high, by its PDF.

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


def heights_mm(path: Path) -> list[float]:
    return [page.height / 72 * style.MM_PER_INCH for page in extract_pages(path)]


def _lines(part):
    if isinstance(part, LTContainer):
        if any(isinstance(one, LTChar) for one in part):
            yield part
        for one in part:
            yield from _lines(one)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_figure_is_cut_or_too_high(profile, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", profile)
    monkeypatch.setenv("AUTOGAP_FORMS", "pdf")
    told = io.StringIO()
    everything = [*(point("baseline", stem, {}) for stem in BOOKS), *points()]
    runner.run(everything, jobs=2, out=tmp_path, stream=told)
    assert "failed" not in told.getvalue(), told.getvalue()
    drawn = sorted(tmp_path.rglob("fig-*.pdf"))
    assert len(drawn) > 80
    assert {f"{path.stem} in {path.parts[-3]}": cut for path in drawn if (cut := outside(path))} == {}
    most = style.PROFILES[profile].most_height_mm + 0.1
    assert [f"{path.stem} in {path.parts[-3]}" for path in drawn if max(heights_mm(path)) > most] == []
