"""The collection as a replication package: what data editors look for, and notebooks' rules without running them."""

from __future__ import annotations

import hashlib
import json
import tomllib

import autogap
import pytest
from autogap.paths import NOTEBOOKS, ROOT
from nbpoints.checks import hygiene
from nbpoints.notebook import canonical, reading

from tests.compendium import content, prose, readme, signed
from tests.compendium import rules as compendium

BOOKS = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize(
    "rule", [*compendium.RULES, *content.RULES, prose.numbers_without_source], ids=lambda rule: rule.__name__
)
def test_rule_of_the_collection_holds(rule):
    """One sentence a fault."""
    assert rule(ROOT) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_stored_notebook_keeps_its_rules(path):
    """Run in order, with outputs, nothing hidden, pictures and numbers those that its cells wrote."""
    assert hygiene.faults(reading.load(path)) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_stored_notebook_has_its_stable_form(path):
    """Whatever tool wrote it last, the bytes are those that accept writes."""
    assert path.read_text(encoding="utf-8") == canonical.dumps(canonical.clean(reading.load(path)))


def test_generated_parts_of_the_readme_are_current():
    """`make readme` renews them."""
    assert readme.stale(ROOT) == []


def test_facts_are_as_they_were_signed():
    """Prose, provenance, scope, the rules themselves: `make sign` shows what changed and signs it."""
    assert (ROOT / signed.LOCK).exists(), f"{signed.LOCK} is missing; read what changed and run `make sign`"
    assert signed.unsigned(ROOT) == []


def test_a_figure_names_the_data_as_they_are():
    """After a change of data `make` (or `make accept`) renews the figures' sidecars."""
    stale = {
        f"{path.name}: {name}"
        for path in sorted((ROOT / "figures").glob("*.json"))
        for name, told in json.loads(path.read_text(encoding="utf-8"))["data"].items()
        if hashlib.sha256((ROOT / name).read_bytes()).hexdigest() != told
    }
    assert stale == set(), "run `autogap accept --redraw`"


def test_versions_agree():
    """The package, its module, the citation, the changelog and the README name one version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert autogap.__version__ == version
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version {version}," in (ROOT / "README.md").read_text(encoding="utf-8")
    newest = next(
        line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:3] == "## "
    )
    assert newest.startswith(f"## {version},")
