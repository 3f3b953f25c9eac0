"""What a citation needs: one set of facts in every form, the publishers named, and the one thing that is still open."""

from __future__ import annotations

import json
import re

import yaml
from autogap import data
from autogap.paths import ROOT

PLACEHOLDER = "https://example.org/autogap"
CFF = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_zenodo_and_the_citation_say_the_same():
    told = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert [told[name] for name in ("title", "version", "license", "keywords")] == [
        CFF[name] for name in ("title", "version", "license", "keywords")
    ]
    assert told["publication_date"] == CFF["date-released"]
    assert [one["name"] for one in told["creators"]] == [one["name"] for one in CFF["authors"]]


def test_the_address_is_a_placeholder_until_it_is_filled_in_everywhere():
    """Fill in CITATION.cff and `git clone` in the README together, and take PLACEHOLDER away here."""
    assert CFF["repository-code"] == PLACEHOLDER
    assert "git clone --depth 1 <address of this repository> autogap" in README


def test_the_publishers_of_the_data_are_referred_to():
    named = {author["name"] for one in CFF["references"] if one["type"] == "data" for author in one["authors"]}
    known = set(data.catalogue()["publisher"])
    words = {"Ministry of Finance", "Census", "Cabinet Office", "Federal Reserve"}
    for word in words:
        assert any(word in name for name in named), word
        assert any(word in name for name in known), word


def test_the_changelog_says_what_a_version_means():
    """A changed answer is a minor version; versions are numbered so, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "A changed answer is a minor version" in text
    versions = [
        tuple(map(int, match)) for match in re.findall(r"^## (\d+)\.(\d+)\.(\d+), \d{4}-\d\d-\d\d$", text, re.M)
    ]
    assert versions == sorted(versions, reverse=True) and versions[0] == tuple(map(int, CFF["version"].split(".")))
