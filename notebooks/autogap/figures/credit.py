"""The line under a picture that leads back to where it was made: collection, point, licence and address."""

from __future__ import annotations

from functools import cache

import yaml

from autogap.paths import ROOT

_PLACEHOLDER = "example.org"  # stands in CITATION.cff until the collection has an address; no picture shows it


def line(point: str) -> str:
    """Name the collection, the point with its parameters, the licence of the picture, and the address if there is one.

    Examples
    --------
    >>> line("export_decline@month=2025-08")
    'Chart: autogap, export_decline, month=2025-08. MIT licence.'
    """
    # a blank after each parameter, where the line may be folded
    said = f"Chart: autogap, {point.replace('@', ',').replace(',', ', ')}."
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
