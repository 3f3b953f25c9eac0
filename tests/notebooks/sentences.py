"""Rules for sentences, titles and alternative texts that hold whatever the parameters are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from autogap import results

NUMBER = r"[+\N{MINUS SIGN}-]?[0-9][0-9,]*(?:\.[0-9]+)?"
NOUNS = (
    "months|quarters|years|days|weeks|partners|countries|claims|rounds|calls|times|releases|points|events|dates|"
    "estimates|vintages|draws|jobs|cars|notebooks|donors|placebos|industries|commodities|products|studies|outcomes"
)
UNITS = (
    "below|above|higher|lower|percent|points?|percentage|thousand|million|billion|trillion|yen|dollars|JPY|USD|"
    "vehicles|of|it|a|year"
)
# Each fault: what it is called, and the words that show it.
FAULTS = {
    "a negative zero": re.compile(r"(?<![0-9.,])[\N{MINUS SIGN}-]0(?:\.0+)?(?![0-9.,]*[1-9])\b"),
    "one of several": re.compile(rf"(?<![0-9.,\N{{MINUS SIGN}}+-])1 (?:[a-z-]+ )?(?:{NOUNS})\b"),
    "a share of nothing": re.compile(r"\b(?:[0-9]+|none|all) of (?:the )?0\b(?![.,][0-9])"),
    "a share of one": re.compile(
        r"\b(?:(?:[0-9]+|none|all) of (?:the )?|all |the )1 (?!trillion|billion|million|thousand|percent)[a-z]", re.I
    ),
    "none as a number": re.compile(rf"(?<![0-9.,])\b0 of (?:[0-9]+ (?:[a-z-]+ )?(?:{NOUNS})|them|these|those)\b"),
    "the most of one or two": re.compile(rf"\b(?:larg|small|high|low)est of (?:the )?[12] (?:[a-z-]+ )?(?:{NOUNS})\b"),
    "a sign said twice": re.compile(
        r"\b(?:rose|fell|gained|lost|absorbed|grew|shrank|dropped|increased|decreased)(?: by)? [\N{MINUS SIGN}-][0-9]"
    ),
    "a direction that the sign denies": re.compile(
        r"\b(?:upwards?|gain(?:s|ed)?|increase) \(?[\N{MINUS SIGN}-][0-9]|\b(?:downwards?|loss|decrease) \(\+[0-9]"
    ),
    "a word said twice": re.compile(r"\b([a-z]{2,}) \1\b"),
    "a range of one number": re.compile(
        r"(?<![0-9.,\N{MINUS SIGN}+-])([\N{MINUS SIGN}+-]?[0-9][0-9.,]*) to \1(?![0-9.,]*[0-9])"
    ),
    "a comparison that the sign denies": re.compile(
        r"[\N{MINUS SIGN}-][0-9][0-9.,]*(?: [a-z]+){0,3} (?:more|less|higher|lower) than\b"
    ),
    "a missing value": re.compile(r"\b(?:nan|NaN|NaT|None(?! of)|inf)\b"),
    "an empty place": re.compile(r"\(\s*\)|: \.|, ,"),
}
BAND = re.compile(
    rf"(?P<value>{NUMBER})(?: (?:{UNITS}))* \((?:[^()]*?interval[^()]*?)?(?P<low>{NUMBER}) to (?P<high>{NUMBER})\b"
)


def faults(text: str) -> list[str]:
    """Name the faults of a sentence, each with the words that show it.

    Examples
    --------
    >>> faults("Exports fell \N{MINUS SIGN}3.1 percent at 1 months.")
    ["one of several: '1 months'", "a sign said twice: 'fell \N{MINUS SIGN}3'"]
    >>> faults("The effect is -22 percent (-73 to -48).")
    ['a value outside its interval: -22 in -73 to -48']
    >>> faults("Exports fell 15.8 percent (95 percent interval 7.7 to 23.0), a share of 0.4, in 11 months.")
    []
    """
    found = [f"{name}: {match.group().strip()!r}" for name, rule in FAULTS.items() if (match := rule.search(text))]
    for band in BAND.finditer(text):
        value, low, high = (_value(band[name]) for name in ("value", "low", "high"))
        inside = any(low <= signed <= high for signed in (value, -value))
        if low > high or not inside:
            found.append(f"a value outside its interval: {band['value']} in {band['low']} to {band['high']}")
    return found


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


def said(notebook: Mapping) -> Iterator[str]:
    """Yield each sentence that an executed notebook says; tables are left out."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/markdown", ""))
            if text and not text.startswith("|"):
                yield text


def printed(notebook: Mapping) -> Iterator[str]:
    """Yield what cells printed, warnings among it."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                yield f"{output['name']}: {''.join(output['text'])[:200]}"


def drawn(folder: Path) -> Iterator[tuple[str, dict]]:
    """Yield stem and description of each figure in a folder."""
    for path in sorted(folder.glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def outside(recorded: Mapping[str, object]) -> list[str]:
    """Name the recorded values that lie outside their own recorded interval.

    Examples
    --------
    >>> outside({"effect_pct": -22, "effect_low_pct": -73, "effect_high_pct": -48})
    ['effect_pct is -22, outside -73 to -48']
    """
    found = []
    for name in recorded:
        if not re.search(r"_low(_|$)", name):
            continue
        value, high = (name.replace("_low", "", 1), name.replace("_low", "_high", 1))
        if value in recorded and high in recorded and not recorded[name] <= recorded[value] <= recorded[high]:
            found.append(f"{value} is {recorded[value]}, outside {recorded[name]} to {recorded[high]}")
    return found


def twice(path: Path) -> list[str]:
    """Name the labels that two results of a run share: a reader of their table could not tell them apart."""
    labels = results.read(path)["label"]
    return sorted(set(labels[labels.duplicated() & labels.ne("")]))
