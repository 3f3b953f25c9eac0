"""Numbers in the text cells of notebooks: each is one that the project holds somewhere else, or it is not there.

A text cell computes nothing, so its numbers may only be what a reader can find again: a result of the same notebook, a
rate of the tariff tables, a figure of the claims under judgement, a setting in the notebook's own code, or a
figure in a sentence that links its source. Dates, codes of classifications, articles of law and volumes of journals
are names and no figures.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nbpoints import notebook as reading
from nbpoints.mime import RESULT

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
# what has digits and is not a figure
_NAMES = re.compile(
    r"`[^`]*`|\$[^$]*\$|<[^>]*>"  # code, formulas, HTML
    r"|\]\([^)]*\)"  # addresses
    r"|^\s*\d+\.\s"  # numbers of a list
    r"|\*[^*]+\* \d+(?:\(\d+\))?"  # volumes of journals
    r"|\b20\d\d-\d{5}\b"  # documents of the Federal Register
    rf"|\b\d{{1,2}}(?:(?:,| and| to| or) \d{{1,2}})* {_MONTH}\b"
    r"|\b(?:19|20)\d\d(?:Q[1-4]|-\d\d(?:-\d\d)?)?\b|\bFY\d+"
    r"|\b\d+ FR \d+|\b(?:EO|Proclamation|FR Doc) \d[\d-]*"
    r"|\b(?:HS|HTS|NAICS|ISIC|CPC|SITC|[Cc]hapter|[Ss]ection|industry|column|heading|note|[Nn]otebooks?)"
    r" \d[\d.]*(?:(?:,| and|, and| to| or) \d[\d.]*)*"
    r"|\[\d+\]",
    re.MULTILINE,
)
_NUMBER = re.compile(r"(?<![\w.,/])[+\N{MINUS SIGN}-]?(\d[\d,]*(?:\.\d+)?)(?![\w/])")
_SENTENCE = re.compile(r"(?<=[.:;?!])\s+(?=[A-Z\"*\[-])|\n\n|\n(?=[-|#])")
_LINK = re.compile(r"\]\(https?://")
_PLAIN = {0.0, 1.0, 100.0}  # nothing, the whole, and a hundred percent


def numbers_without_source(root: Path) -> list[str]:
    """Numbers in text cells that no result, table, setting or linked source holds."""
    tables = set(_in_tables(root))
    found = []
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        cells = reading.cells(path)
        held = tables | _PLAIN | {abs(number) for cell in cells if cell.kind == "code" for number in _settings(cell)}
        results = list(_results(path))
        for cell in cells:
            for number, sentence in _numbers(cell.source) if cell.kind == "markdown" else ():
                if not _is_backed(number, held, results):
                    found.append(
                        f"{path.name}, cell {cell.number}: no result, table or setting holds {number} "
                        f"({' '.join(sentence.split())[:60]}): compute it, or link its source in the sentence."
                    )
    return found


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    """Yield each figure of a text that stands in a sentence without a linked source."""
    for sentence in _SENTENCE.split(text):
        if not _LINK.search(sentence):
            for match in _NUMBER.finditer(_NAMES.sub(" ", sentence)):
                yield match[1].rstrip(","), sentence


def _is_backed(text: str, held: set[float], results: list[float]) -> bool:
    number, digits = float(text.replace(",", "")), len(text.partition(".")[2])
    # an interval of 90 percent is 0.9 in code
    return number in held or number / 100 in held or any(round(abs(value), digits) == number for value in results)


def _results(path: Path) -> Iterator[float]:
    for cell in reading.load(path)["cells"]:
        for output in cell.get("outputs", []):
            value = output.get("data", {}).get(RESULT, {}).get("value")
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield float(value)


def _settings(cell: reading.Cell) -> Iterator[float]:
    """Numbers in the code of a notebook; of the parameters also those of the ranges beside them."""
    tree = reading.syntax(cell.source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield float(node.value)
    if "parameters" in cell.tags:
        yield from (float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", cell.source))


def _in_tables(root: Path) -> Iterator[float]:
    tables = root / "data/tables"
    wanted = {
        **dict.fromkeys(tables.glob("tariff_schedule_*.csv"), "rate"),
        **dict.fromkeys((tables / "claims").glob("*.csv"), "value|statement"),
    }
    for path, columns in wanted.items():
        yield from _columns(path.read_text(encoding="utf-8"), columns)


@cache
def _columns(text: str, columns: str) -> tuple[float, ...]:
    rows = csv.DictReader(text.splitlines())
    words = (word for row in rows for name, word in row.items() if name and re.search(columns, name))
    return tuple(float(one.replace(",", "")) for word in words for one in re.findall(r"\d[\d,]*(?:\.\d+)?", word or ""))
