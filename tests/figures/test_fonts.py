"""The house font is DejaVu Sans with fewer letters: every figure's words are in it, as wide as before."""

import json
import threading

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.textpath import TextPath

from autogap.figures import fonts
from autogap.paths import FIGURES


@pytest.fixture
def house(weight):
    with TTFont(findfont(FontProperties(family=fonts.families(), weight=weight))) as font:
        yield font


def words(value):
    """Every text in a description of drawn artists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from words(each)


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_every_letter_of_the_exported_figures_is_in_it(house):
    drawn = {letter for path in FIGURES.glob("*.json") for text in words(json.loads(path.read_text())["artists"])
             for letter in text}
    assert len(drawn) > 60
    assert drawn - {chr(code) for code in house.getBestCmap()} == set()


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_words_are_as_wide_as_in_the_font_that_it_comes_from(weight):
    text = "AVATAR To Yen: exports −11.0 percent, ¥1,514.2 bn → 2025"
    wide = [TextPath((0, 0), text, prop=FontProperties(family=family, weight=weight, size=10)).get_extents().width
            for family in (fonts.FAMILY, "DejaVu Sans")]
    assert wide[0] == pytest.approx(wide[1], rel=0.005)


@pytest.mark.parametrize("weight", ["normal"])
def test_it_has_a_name_of_its_own_and_keeps_the_licence(house):
    names = house["name"]
    assert names.getDebugName(1) == fonts.FAMILY and names.getDebugName(6) == "autogapSans"
    assert "Bitstream" in names.getDebugName(0) and "license" in names.getDebugName(13).lower()


def test_the_copy_is_the_same_whoever_makes_it_first(tmp_path):
    source = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
    makers = [threading.Thread(target=fonts._write_copy, args=(source, tmp_path / name)) for name in ("a.ttf", "b.ttf")]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert (tmp_path / "a.ttf").read_bytes() == (tmp_path / "b.ttf").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttf", "b.ttf"]
    assert (tmp_path / "a.ttf").stat().st_size < 150_000
