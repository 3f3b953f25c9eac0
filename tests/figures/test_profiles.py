"""A profile gives exact widths and letters no smaller than it promises; a batch's many points write SVG only."""

import re

import pandas as pd
import pytest
from autogap import figures, run
from autogap.__main__ import FORMS, PROFILES
from autogap.figures import export, style
from autogap.figures.journals import JOURNALS
from autogap.paths import FIGURES
from matplotlib.text import Text

SERIES = pd.Series([1.5, 1.0, 2.0], pd.period_range("2025-04", periods=3, freq="M"), name="exports_jpy_bn")
WORDS = {
    "title": "Exports fell",
    "subtitle": "billion yen",
    "alt": "A line of exports that fall.",
    "source": "Ministry",
}


@pytest.fixture
def folder(monkeypatch, tmp_path):
    here = run.Run("03_export_decline", {}, True, "export_decline", tmp_path)
    monkeypatch.setattr(run, "current", lambda: here)
    monkeypatch.setattr(run, "show", lambda *_, **__: None)
    return tmp_path


def test_the_command_line_offers_every_profile_and_form():
    """It names them without the import of matplotlib."""
    assert tuple(style.PROFILES) == PROFILES and export.FORMS == FORMS


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("name", sorted(set(style.PROFILES) - {"numbers"}))
def test_a_profile_keeps_its_width_and_its_least_letters(folder, monkeypatch, name, width):
    monkeypatch.setenv("AUTOGAP_PROFILE", name)
    monkeypatch.setenv("AUTOGAP_FORMS", "pdf")
    chosen = style.PROFILES[name]
    fig, ax = figures.new(width)
    figures.line(ax, SERIES, "japan", "Exports")
    figures.mark_events(ax, {"2025-05-03": "tariff"})
    ax.set_ylabel("Value (billion yen)")
    figures.save(fig, "fig-exports", data=SERIES, **WORDS)
    drawn = (folder / "fig-exports.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", drawn)
    assert float(box.group(1)) == pytest.approx(chosen.width_mm[width] / 25.4 * 72, abs=0.01)
    sizes = {text.get_size() for text in fig.findobj(Text) if text.get_text().strip()}
    assert min(sizes) >= chosen.least_pt - 1e-9
    assert (fig.texts != []) == chosen.has_title


@pytest.mark.parametrize(
    ("folder_of_a_batch", "is_default", "forms"),
    [(None, False, export.DEFAULT_FORMS), ("x", True, export.DEFAULT_FORMS), ("x", False, ("svg",))],
)
def test_one_of_many_points_writes_svg_only(monkeypatch, tmp_path, folder_of_a_batch, is_default, forms):
    here = run.Run("03_export_decline", {}, is_default, "export_decline", tmp_path)
    monkeypatch.setattr(run, "current", lambda: here)
    monkeypatch.delenv("AUTOGAP_FORMS", raising=False)
    monkeypatch.delenv("NBPOINTS_FIGURES", raising=False)
    if folder_of_a_batch:
        monkeypatch.setenv("NBPOINTS_FIGURES", folder_of_a_batch)
    assert export.forms() == forms
    monkeypatch.setenv("AUTOGAP_FORMS", "eps, tiff")
    assert export.forms() == ("eps", "tiff")


def test_the_page_of_the_figures_has_what_each_journal_asks():
    page = (FIGURES / "README.md").read_text(encoding="utf-8")
    for name, asked in JOURNALS.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| [{name}]({asked.source})"))
        assert f"`{asked.profile}`" in row and asked.unmet in row
        assert all(form.upper() in row for form in asked.forms)


@pytest.mark.parametrize("name", JOURNALS)
def test_a_profile_meets_what_a_journal_asks(name):
    """Widths, letters, forms, resolution; what is not met is said."""
    asked = JOURNALS[name]
    chosen = style.PROFILES[asked.profile]
    if asked.width_mm:
        assert all(asked.width_mm[0] <= width <= asked.width_mm[1] for width in chosen.width_mm.values())
    assert chosen.least_pt >= asked.least_pt
    assert set(asked.forms) <= set(export.FORMS) and not chosen.has_title
    if asked.bitmap_dpi != (0, 0):
        assert "tiff" in asked.forms and asked.bitmap_dpi[0] <= chosen.tiff_dpi <= asked.bitmap_dpi[1]
    assert min(chosen.line_pt, chosen.axis_pt) >= 0.5  # Springer asks for 0.3 pt, Elsevier for 0.1
    assert asked.source.startswith("http")


def test_panels_of_a_journal_have_letters(folder, monkeypatch):
    monkeypatch.setenv("AUTOGAP_PROFILE", "journal")
    monkeypatch.setenv("AUTOGAP_FORMS", "svg")
    fig, axes = figures.new("double", cols=2, sharey=True)
    for ax in axes:
        figures.line(ax, SERIES, "japan", "Exports")
    axes[1].set_title("Cars")
    axes[0].set_ylabel("Value (billion yen)")
    figures.save(fig, "fig-exports", data=SERIES, **WORDS)
    assert [ax.get_title("left") for ax in axes] == ["a", "b  Cars"]
