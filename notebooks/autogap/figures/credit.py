"""The line under a picture that leads back to where it was made: collection, licence and address.

The point stands beside the picture, in its sidecar: two points that draw the same make the same file.
"""

from __future__ import annotations

from functools import cache

import yaml
from nbpoints.errors import InputError
from nbpoints.files import read_text

from autogap.paths import ROOT

CITATION = "CITATION.cff"
_PLACEHOLDER = "example.org"  # stands there until the collection has an address; no picture and no page shows it


def line() -> str:
    """Name the collection, the licence of the picture, and the address if there is one.

    Examples
    --------
    >>> line()
    'Chart: autogap. MIT licence.'
    """
    said = "Chart: autogap."
    licence, where = _cited()
    return " ".join([said, *([f"{licence} licence."] if licence else []), *([where] if where else [])])


def citation() -> dict:
    """Read the citation file.

    Raises
    ------
    InputError
        When it is missing, or is not a YAML mapping in UTF-8.
    """
    path = ROOT / CITATION
    try:
        cited = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(f"{CITATION}: not valid YAML{f' at line {mark.line + 1}' if mark else ''}.") from None
    if not isinstance(cited, dict):
        raise InputError(f"{CITATION}: holds no fields (expected lines such as `license: MIT`).")
    return cited


def address(cited: dict) -> str:
    """Return the web address that a citation file states, empty where it has none yet."""
    stated = str(cited.get("url") or cited.get("repository-code") or "")
    return "" if _PLACEHOLDER in stated else stated


@cache
def _cited() -> tuple[str, str]:
    """Licence and address of the collection, as its citation file has them."""
    if not (ROOT / CITATION).exists():  # a copy of the notebooks alone
        return "", ""
    cited = citation()
    return str(cited.get("license") or ""), address(cited).removeprefix("https://")
