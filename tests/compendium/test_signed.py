"""What is signed off: a change is told with what to do, and one of data is signed only with a line in CHANGES.md."""

from __future__ import annotations

import shutil

import pytest
from autogap.paths import ROOT
from nbpoints.errors import InputError

from tests.compendium import rules, signed

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project, signed. Not of links: a link changes when a file last changed, which points look at."""
    left_out = shutil.ignore_patterns(
        *rules.LEFT_OUT, ".venv*", "*.egg-info", "signed.json", "CHANGES.md", "series.csv"
    )
    root = shutil.copytree(ROOT, tmp_path / "project", ignore=left_out)
    for name in ("data/CHANGES.md", "data/series.csv"):
        shutil.copyfile(ROOT / name, root / name)
    monkeypatch.setattr(signed, "ROOT", root)
    assert signed.main() == 0 and signed.unsigned(root) == []
    return root


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_licence_is_signed_only_with_a_line_in_changes(project, capsys):
    rewrite(project / "data/series.csv", ",public domain (work of the US federal government),", ",own compilation,")
    (told,) = signed.unsigned(project)
    assert told.startswith("data/series.csv, ") and told.endswith("say why in data/CHANGES.md and run `make sign`.")
    assert signed.main() == 1 and len(signed.unsigned(project)) == 1
    assert "Nothing is signed" in capsys.readouterr().out
    rewrite(project / "data/CHANGES.md", "# Changes", "# Changes\n\nThe licence of one series was read again.")
    assert signed.main() == 0 and signed.unsigned(project) == []


@pytest.mark.parametrize(
    ("relative", "content", "says"),
    [
        (signed.LOCK, "<<<<<<< HEAD\n{}", "cannot be read"),
        (signed.LOCK, '{"changes": ""}', "'facts' is missing"),
        ("notebooks/scenarios.yaml", "a: [", "cannot be read"),
        ("notebooks/scenarios.yaml", "", "holds no mapping"),
    ],
)
def test_a_broken_file_is_named(project, relative, content, says):
    (project / relative).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=f"{relative}: {says}"):
        signed.unsigned(project)


def test_prose_is_signed_after_a_reading(project):
    rewrite(project / "README.md", "## Cite", "More.\n\n## Cite")
    (told,) = signed.unsigned(project)
    assert told.startswith("README.md, ") and "read it again and run `make sign`" in told
    assert signed.main() == 0 and signed.unsigned(project) == []


def test_a_month_that_is_added_to_the_catalogue_is_no_fact(project):
    """The periods follow from the observations."""
    text = (project / "data/series.csv").read_text(encoding="utf-8")
    rewrite(project / "data/series.csv", ",2026-01,capture", ",2026-02,capture")
    assert text != (project / "data/series.csv").read_text(encoding="utf-8") and signed.unsigned(project) == []
