"""A figure is saved whole, with everything a reader needs, the same bytes each time, or not at all."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from io import BytesIO
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from autogap import figures, paths, run
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from nbpoints import mime
from nbpoints.errors import InputError
from pdfminer.high_level import extract_text
from PIL import Image
from sample import FRAME, WORDS, draw, read, save


def test_five_files_and_nothing_else(saved):
    assert list(saved[0]) == [f"fig-exports.{ending}" for ending in ("csv", "json", "pdf", "png", "svg")]


def test_inline_picture_has_alt_text_artists_and_modest_size(saved):
    ((bundle, metadata),) = saved[1]
    assert metadata["image/png"]["alt"] == WORDS["alt"]
    assert metadata["image/png"]["sha256"] == hashlib.sha256(base64.b64decode(bundle["image/png"])).hexdigest()
    picture = base64.b64decode(bundle["image/png"])
    assert Image.open(BytesIO(picture)).size[0] == pytest.approx(160 / 25.4 * 100, abs=1)
    assert len(picture) < 60_000
    drawn = bundle[mime.FIGURE]
    assert (drawn["stem"], drawn["alt"]) == ("fig-exports", WORDS["alt"])
    assert drawn["artists"]["axes"][0]["lines"][0]["label"] == "Exports"
    credit = "Source: Ministry of Finance. Chart: autogap. MIT licence."
    assert drawn["artists"]["texts"] == [WORDS["title"], WORDS["subtitle"], credit]
    json.dumps(bundle)


def test_csv_gives_the_data_back_in_ten_digits(saved):
    back = pd.read_csv(BytesIO(saved[0]["fig-exports.csv"]), index_col="period")
    np.testing.assert_allclose(back["exports_jpy_bn"], FRAME["exports_jpy_bn"], rtol=5e-10)
    assert back.index.tolist() == ["2025-04", "2025-05", "2025-06"]


def test_json_tells_the_run(saved):
    facts = json.loads(saved[0]["fig-exports.json"])
    assert {name: facts[name] for name in WORDS} == WORDS
    assert facts["notebook"] == "03_export_decline" and facts["parameters"] == {"month": "2025-05"}
    assert facts["profile"] == "briefing"
    assert set(facts["versions"]) == {"autogap", "python", "commit", "pandas", "numpy", "matplotlib", "seaborn"}
    assert facts["versions"]["commit"] == "0123abc+" and "0123abc" not in json.dumps(saved[1])
    assert facts["artists"] == saved[1][0][0][mime.FIGURE]["artists"]


def test_the_run_is_told_beside_the_pictures_and_not_in_them(saved):
    """Equal drawings are equal bytes; their hashes lead from a picture to its run."""
    files = saved[0]
    facts = json.loads(files["fig-exports.json"])
    assert re.fullmatch(r"export_decline/fig-exports#[0-9a-f]{12}", facts["id"])
    drawing = f"03_export_decline/fig-exports#{facts['csv_sha256'][:12]}".encode()
    for name, content in files.items():
        if not name.endswith(".json"):
            assert facts["id"].encode() not in content
            assert drawing in content or name.endswith(".csv")
            assert facts["files"][name] == hashlib.sha256(content).hexdigest()


def test_two_runs_that_draw_the_same_write_the_same_pictures(house, monkeypatch):
    written = []
    for month in ("2025-05", "2025-06"):
        monkeypatch.setattr(run, "_current", run.Run("03_export_decline", {"month": month}, True, "a", house[0]))
        save()
        written.append(read(house[0]))
    same = [name for name in written[0] if written[0][name] == written[1][name]]
    assert same == [f"fig-exports.{form}" for form in ("csv", "pdf", "png", "svg")]


def test_another_parameter_or_number_gives_another_id(house, quick, monkeypatch):
    ids = []
    for month, frame in (("2025-05", FRAME), ("2025-06", FRAME), ("2025-05", FRAME * 2)):
        monkeypatch.setattr(run, "_current", run.Run("03_export_decline", {"month": month}, True, "a", house[0]))
        save(data=frame)
        ids.append(json.loads((house[0] / "fig-exports.json").read_text())["id"])
    assert len(set(ids)) == 3


@pytest.mark.slow
def test_the_noise_of_another_processor_changes_no_byte(house):
    """Sums in another order differ in the sixteenth digit; neither the files nor the id follow."""
    written = []
    for factor in (1, 1 + 3e-16, 1 - 3e-16):
        fig, ax = figures.new()
        figures.line(ax, FRAME["exports_jpy_bn"] * factor, "japan", "Exports")
        ax.set_ylabel("Value (billion yen)")
        save(fig, data=FRAME * factor)
        written.append(read(house[0]))
    assert not (FRAME * (1 + 3e-16)).equals(FRAME)
    assert written[0] == written[1] == written[2]


@pytest.mark.slow
def test_a_second_run_in_another_process_gives_the_same_bytes(tmp_path):
    script = (
        f"import sys; sys.path.insert(0, {str(paths.ROOT / 'tests/figures')!r})\n"
        "from pathlib import Path; from autogap import run; import sample\n"
        "run._current = run.Run('03_export_decline', {}, True, 'export_decline', Path(sys.argv[1]))\n"
        "sample.save()"
    )
    command = [sys.executable, "-W", "error", "-c", script]
    both = [subprocess.Popen([*command, str(tmp_path / name)], cwd=paths.NOTEBOOKS) for name in ("one", "two")]
    assert [process.wait() for process in both] == [0, 0]
    assert read(tmp_path / "one") == read(tmp_path / "two")
    for _name, content in read(tmp_path / "one").items():
        content = re.sub(rb"base64,[^)]*", b"", content)  # letters of a font may spell anything
        assert str(paths.ROOT).encode() not in content and str(tmp_path).encode() not in content
        assert not re.search(rb"20\d\d-\d\d-\d\dT|D:20\d{6}|Matplotlib v", content)


def test_fonts_are_embedded_as_type_42_and_in_the_svg(saved):
    assert b"/Subtype /TrueType" in saved[0]["fig-exports.pdf"] or b"/FontFile2" in saved[0]["fig-exports.pdf"]
    assert b"/Type3" not in saved[0]["fig-exports.pdf"]
    drawn = saved[0]["fig-exports.svg"].decode()
    words = re.findall(r"<text [^>]*>([^<]*)</text>", drawn)
    assert {WORDS["title"], WORDS["subtitle"], "Exports", "Value (billion yen)"} <= set(words)
    faces = dict(re.findall(r"font-weight:(\d+);src:url\(data:font/woff;base64,([^)]*)\)", drawn))
    assert list(faces) == ["400", "600"]
    for weight, said in (("400", "Value (billion yen)2025"), ("600", WORDS["title"])):
        with TTFont(BytesIO(base64.b64decode(faces[weight]))) as font:
            assert set(said) <= {chr(code) for code in font.getBestCmap()}
    assert f'aria-label="{WORDS["alt"]}"' in drawn
    ElementTree.fromstring(drawn)


@pytest.mark.parametrize("profile", ["briefing", "journal"])
def test_letters_beyond_the_house_font_are_drawn(house, monkeypatch, profile):
    monkeypatch.setenv("AUTOGAP_PROFILE", profile)
    fig, ax = figures.new()
    figures.barh(ax, pd.Series([2.0, 1.0], ["自動車", "Экспорт"]))
    ax.set_xlabel("輸出額（十億円）")
    save(fig, title="輸出 fell by ¥1")
    words = extract_text(BytesIO((house[0] / "fig-exports.pdf").read_bytes()))
    assert "輸出額（十億円）" in words and "自動車" in words and "Экспорт" in words
    assert ("輸出 fell by ¥1" in words) == (profile == "briefing")
    assert "font-family:'autogap JP " in (house[0] / "fig-exports.svg").read_text()


def test_dollars_are_drawn_as_dollars(house):
    fig, ax = figures.new()
    figures.line(ax, FRAME["exports_jpy_bn"], "japan", "US$ per car, was US$ 30")
    ax.set_ylabel("US$ bn and US$ mn, $5_{ to $6")
    save(fig, title="From $41.9 to $30.0 billion", derived="of another table")
    words = extract_text(BytesIO((house[0] / "fig-exports.pdf").read_bytes()))
    assert "From $41.9 to $30.0 billion" in words
    assert "US$ bn and US$ mn, $5_{ to $6" in (house[0] / "fig-exports.svg").read_text()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"title": "ราคา"}, "THAI CHARACTER"),
        ({"source": "a\x07b"}, r"control character U\+0007"),
        ({"alt": "a\ud800b"}, r"control character U\+D800"),
        ({"title": "two\nlines"}, "line break"),
    ],
)
def test_what_cannot_be_printed_is_refused(house, other, said):
    with pytest.raises(InputError, match=said):
        save(**other)
    assert not house[0].exists()


def test_labels_that_cannot_be_printed_are_refused(house):
    fig = draw()
    fig.axes[0].set_ylabel("บาท")
    with pytest.raises(InputError, match="no font of the figures has .* .THAI"):
        save(fig)


def _set_theme():
    import seaborn

    seaborn.set_theme()


def _ggplot():
    import matplotlib.style

    matplotlib.style.use("ggplot")


def _xkcd():
    import matplotlib.pyplot

    matplotlib.pyplot.xkcd()


def _settings_of_a_user():
    matplotlib.rcParams.update(
        {"axes.ymargin": 0.3, "xtick.direction": "in", "text.color": "red", "path.simplify": False}
    )


@pytest.mark.parametrize("change", [_set_theme, _ggplot, _xkcd, _settings_of_a_user])
def test_settings_of_the_user_change_no_byte(house, saved, change):
    with matplotlib.rc_context():
        change()
        save()
        assert read(house[0]) == saved[0]
        fig = draw()
        change()
        with pytest.raises(InputError, match="settings were changed after figures.new"):
            save(fig)


def test_a_figure_begun_elsewhere_or_saved_already_is_refused(house, quick):
    fig = Figure()
    fig.subplots().set(xlabel="a", ylabel="b")
    with pytest.raises(InputError, match="begin the figure with figures.new"):
        save(fig)
    fig = draw()
    save(fig)
    with pytest.raises(InputError, match="save it once"):
        save(fig)
    fig = draw()
    fig.set_layout_engine("none")
    with pytest.raises(InputError, match="leave out tight_layout"):
        save(fig)


@pytest.mark.parametrize("form", ["eps", "tiff"])
def test_forms_of_journals(house, monkeypatch, form):
    monkeypatch.setenv("AUTOGAP_FORMS", form)
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    save()
    files = read(house[0])
    assert list(files) == [f"fig-exports.{ending}" for ending in sorted(("csv", "json", form))]
    drawn = files[f"fig-exports.{form}"]
    if form == "eps":
        assert drawn.startswith(b"%!PS-Adobe-3.0 EPSF") and b"CreationDate" not in drawn
    else:
        picture = Image.open(BytesIO(drawn))
        assert picture.info["compression"] == "tiff_lzw" and picture.mode == "RGB"
        assert picture.size[0] == pytest.approx(89 / 25.4 * picture.info["dpi"][0], abs=1)
        assert 600 <= picture.info["dpi"][0] <= 1200


def test_without_a_png_the_notebook_shows_the_svg_and_no_raster_is_drawn(house, monkeypatch):
    monkeypatch.setenv("AUTOGAP_FORMS", "svg")
    monkeypatch.setattr(figures.export, "_picture", lambda *_: pytest.fail("a raster is drawn"))
    save()
    ((bundle, metadata),) = house[1]
    drawn = (house[0] / "fig-exports.svg").read_text()
    assert bundle["image/svg+xml"] == drawn and "image/png" not in bundle
    assert metadata["image/svg+xml"]["sha256"] == hashlib.sha256(drawn.encode()).hexdigest()
    monkeypatch.setenv("AUTOGAP_FORMS", "svg, pgn")
    with pytest.raises(InputError, match="'pgn' is not a form of a figure.*Did you mean 'png'"):
        save()


@pytest.mark.parametrize(("width", "inches"), [("single", 89 / 25.4), ("double", 183 / 25.4)])
def test_journal_figures_have_exact_width_and_no_title(house, monkeypatch, width, inches):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    fig, ax = figures.new(width)
    figures.line(ax, FRAME["exports_jpy_bn"])
    ax.set_ylabel("Value (billion yen)")
    save(fig)
    files = read(house[0])
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", files["fig-exports.pdf"])
    assert float(box.group(1)) == pytest.approx(inches * 72, abs=0.01)
    picture = Image.open(BytesIO(files["fig-exports.png"]))
    assert picture.size[0] == pytest.approx(inches * 600, abs=1)
    facts = json.loads(files["fig-exports.json"])
    assert facts["profile"] == "journal" and facts["artists"]["texts"] == []
    texts = [ax.yaxis.label, *ax.get_xticklabels(), *ax.get_yticklabels()]
    assert {text.get_size() for text in texts} == {7.0}
    assert not any(line.get_visible() for line in ax.get_ygridlines())
    assert min(spine.get_linewidth() for spine in ax.spines.values()) >= 0.5


def test_the_profile_of_numbers_draws_nothing_and_tells_as_much(house, monkeypatch, saved):
    """Its data are the same bytes, its artists those of the default profile; what was to be refused still is."""
    monkeypatch.setenv("AUTOGAP_PROFILE", "numbers")
    monkeypatch.setattr(figures.export, "render", lambda *_: pytest.fail("it draws"))
    save()
    files = read(house[0])
    assert list(files) == ["fig-exports.csv", "fig-exports.json"]
    assert files["fig-exports.csv"] == saved[0]["fig-exports.csv"]
    facts, drawn = (json.loads(each["fig-exports.json"]) for each in (files, saved[0]))
    assert facts["artists"] == drawn["artists"] and facts["profile"] == "numbers"
    assert list(facts["files"]) == ["fig-exports.csv"]
    ((bundle, metadata),) = house[1]
    pictured = saved[1][0][0]
    assert bundle == {
        "text/plain": pictured["text/plain"],
        mime.FIGURE: pictured[mime.FIGURE] | {"has_picture": False},
    }
    assert metadata is None
    with pytest.raises(InputError, match="alt is empty"):
        save(alt="")


def test_words_stay_inside_and_off_the_axes(house):
    fig = draw()
    save(fig, title="A title that is so long that it cannot stand on one line " * 2, source="A long source line " * 12)
    renderer = fig.canvas.get_renderer()
    title, subtitle, credit, source = (text.get_window_extent(renderer) for text in fig.texts)
    (ax,) = fig.axes
    drawn = ax.get_tightbbox(renderer)
    assert all(0 <= box.x0 and box.x1 <= fig.bbox.x1 for box in (title, subtitle, source, drawn))
    assert title.y1 <= fig.bbox.y1 and title.y0 >= subtitle.y1 and subtitle.y0 >= drawn.y1
    assert drawn.y0 >= source.y1 and source.y0 >= credit.y1 and credit.y0 >= 0
    for text in fig.texts:  # no last line of a single word
        lines = text.get_text().split("\n")
        assert len(lines[-1]) > 0.6 * max(map(len, lines))


def test_nothing_is_cut_at_any_resolution(house):
    fig, ax = figures.new()
    figures.barh(ax, pd.Series([3.0, 1.0], ["value added\nbehind demand for its goods, 2018", "output"]))
    ax.set_xlabel("Share (percent)")
    save(fig)
    for dpi in (72, 110, 300, 600):
        fig.dpi = dpi
        fig.draw_without_rendering()
        drawn = ax.get_tightbbox(fig.canvas.get_renderer())
        assert drawn.x0 > 0 and drawn.x1 < fig.bbox.x1


@pytest.mark.slow
def test_importing_figures_loads_no_seaborn():
    check = "import sys, autogap.figures; print('seaborn' in sys.modules, 'matplotlib' in sys.modules)"
    command = [sys.executable, "-c", check]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=paths.NOTEBOOKS)
    assert shown.stdout.strip() == "False False"
