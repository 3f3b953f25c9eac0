"""The line under a picture that leads back to where it was made: collection, licence and address.

The point stands beside the picture, in its sidecar: two points that draw the same make the same file.
"""

from __future__ import annotations

from functools import cache

import yaml

from autogap.paths import ROOT

_PLACEHOLDER = "example.org"  # stands in CITATION.cff until the collection has an address; no picture shows it


def line() -> str:
    """Name the collection, the licence of the picture, and the address if there is one.

    Examples
    --------
    >>> line()
    'Chart: autogap. MIT licence.'
    """
    said = "Chart: autogap."
    licence, address = _cited()
    return " ".join([said, *([f"{licence} licence."] if licence else []), *([address] if address else [])])


@cache
def _cited() -> tuple[str, str]:
    """Licence and address of the collection, as its citation file has them."""
    try:
        cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    except FileNotFoundError:  # a copy of the notebooks alone
        return "", ""
    address = str(cited.get("url") or cited.get("repository-code") or "")
    return str(cited.get("license") or ""), "" if _PLACEHOLDER in address else address.removeprefix("https://")
