"""Names of points: a notebook and the parameters that differ from its defaults, safe as a file name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from nbpoints.parameters.types import canonical

_LONGEST_NAME = 120
# "03_topic" is known by its topic; four digits are a year
_PREFIX = re.compile(r"^[0-9]{1,3}_(?=.)")


def base(stem: str) -> str:
    """Return the name of a notebook without the number that orders it in its folder.

    Examples
    --------
    >>> base("03_rainfall"), base("2024_report")
    ('rainfall', '2024_report')
    """
    return _PREFIX.sub("", stem)


def passed(values: Mapping[str, object], defaults: Mapping[str, object]) -> dict[str, object]:
    """Pick the values that differ from the defaults: what a run has to inject.

    Examples
    --------
    >>> passed({"month": "2025-08", "draws": 100}, {"month": "2025-05", "draws": 100})
    {'month': '2025-08'}
    """
    return {name: value for name, value in values.items() if not _same(value, defaults[name])}


def point_name(stem: str, values: Mapping[str, object], defaults: Mapping[str, object]) -> str:
    """Name a notebook with its parameters: readable, safe as a file name, the same in whatever order they came.

    Parameters
    ----------
    stem : str
        File name of the notebook without suffix; a number of up to three digits before it is dropped.
    values, defaults : dict of str to object
        Full parameter set and defaults; only what differs appears, sorted by name.

    Returns
    -------
    str
        Values that cannot be spelt in a file name, and long names, end in a hash of the values.

    Examples
    --------
    >>> point_name("08_drought", {"rate_pct": 15.0}, {"rate_pct": 25.0})
    'drought@rate_pct=15'
    >>> point_name("03_rainfall", {"month": "2025-05"}, {"month": "2025-05"})
    'rainfall'
    """
    known_by = base(stem)
    safe = re.sub(r"[^\w.-]", "-", known_by, flags=re.ASCII)
    differing = passed(values, defaults)
    spelt = {key: _spelt(differing[key]) for key in sorted(differing)}
    name = safe + ("@" if spelt else "") + ",".join(f"{key}={text}" for key, (text, _) in spelt.items())
    whole = safe == known_by and all(faithful for _, faithful in spelt.values())
    if whole and len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(canonical([stem, differing]).encode()).hexdigest()[:10]
    return f"{name[: _LONGEST_NAME - 11]}~{digest}"


def _same(value: object, other: object) -> bool:
    return type(value) is type(other) and value == other and canonical(value) == canonical(other)


def _spelt(value: object) -> tuple[str, bool]:
    """Spell a value for a file name, and tell whether nothing was lost."""
    if isinstance(value, str):
        text = re.sub(r"[^\w.+-]", "-", value, flags=re.ASCII)
        return text, text == value != ""
    if isinstance(value, list):
        parts = [_spelt(item) for item in value]
        whole = bool(parts) and all(ok and "+" not in text for text, ok in parts)
        return "+".join(text for text, _ in parts), whole and not any(isinstance(item, (list, dict)) for item in value)
    if isinstance(value, dict):
        items = [(key, *_spelt(value[key])) for key in sorted(value)]
        whole = bool(items) and all(
            ok and re.fullmatch(r"\w+", key, re.ASCII) is not None and "+" not in text for key, text, ok in items
        )
        return "+".join(f"{_spelt(key)[0]}-{text}" for key, text, _ in items), whole
    if isinstance(value, float):
        return repr(value).removesuffix(".0"), True
    return ("none" if value is None else str(value).lower()), True
