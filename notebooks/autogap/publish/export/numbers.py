"""Numbers for running text: one LaTeX macro for all of them, csv, JSON and Stata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from nbpoints.mime import value_as_text

from autogap.publish import citing, sheets
from autogap.publish.reading import Read

_STATA_LONGEST = 32  # characters of a global's name less the sign; help macro in Stata

STYLE = r"""% Numbers of executed notebooks: \MACRO{point/name} prints one, \MACROunit{point/name} its unit.
% A name that is not there is an error of the compiler, not an empty space.
\NeedsTeXFormat{LaTeX2e}
\ProvidesPackage{MACRO}[2026/01/01 numbers of executed notebooks]
\newcommand\MACROset[3]{%
  \expandafter\gdef\csname MACRO@\detokenize{#1}\endcsname{#2}%
  \expandafter\gdef\csname MACROunit@\detokenize{#1}\endcsname{#3}}
\newcommand\MACRO@get[2]{\ifcsname #1@\detokenize{#2}\endcsname\csname #1@\detokenize{#2}\endcsname
  \else\PackageError{MACRO}{No number '\detokenize{#2}'}{numbers.tex lists every name.}\fi}
\DeclareRobustCommand\MACRO[1]{\MACRO@get{MACRO}{#1}}
\DeclareRobustCommand\MACROunit[1]{\MACRO@get{MACROunit}{#1}}
"""


def entries(reads: Iterable[Read]) -> Iterator[tuple[str, Read, dict]]:
    """Yield key, point and result of every number, in the order of the points."""
    for read in reads:
        for result in read.results:
            yield f"{read.name}/{result['name']}", read, result


def style(macro: str) -> str:
    """Write the package that defines the macro."""
    return STYLE.replace("MACRO", macro)


def as_tex(reads: Iterable[Read], macro: str) -> str:
    """Write one line a number, with notebook and cell beside it."""
    lines = [f"% made by `{macro} export`; every line is a number of an executed notebook, so do not edit"]
    for key, read, result in entries(reads):
        value = citing.tex(value_as_text(result))
        unit = citing.tex(result["unit"])
        lines.append(f"\\{macro}set{{{key}}}{{{value}}}{{{unit}}}% {read.stem}, cell {result['cell']}")
    return "\n".join(lines) + "\n"


def as_csv(reads: Iterable[Read]) -> bytes:
    """Write the numbers with every digit."""
    rows: list[list[object]] = [["key", "label", "value", "shown", "unit", "digits", "tolerance", "notebook", "cell"]]
    for key, read, result in entries(reads):
        shown = value_as_text(result)
        rest = [result["unit"], result["digits"], result["tolerance"], read.stem, result["cell"]]
        rows.append([key, result["label"], result["value"], shown, *rest])
    return sheets.as_csv(rows)


def as_json(reads: Iterable[Read]) -> str:
    """Write the numbers for programs."""
    found = {
        key: {name: result[name] for name in ("label", "value", "unit", "digits", "tolerance", "cell")}
        | {"notebook": read.stem, "parameters": read.point.parameters}
        for key, read, result in entries(reads)
    }
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def as_stata(reads: Iterable[Read]) -> str:
    """Write the numbers as Stata globals; a comment before each has its full name."""
    taken: set[str] = set()
    lines = ["* do this file, then write $name"]
    for key, _, result in entries(reads):
        name = _global(result["name"], taken)
        value = result["value"]
        text = f"{value:.15g}" if isinstance(value, float) else str(int(value) if isinstance(value, bool) else value)
        quoted = text.replace('"', "'").replace("`", "'").replace("$", "")
        lines += [f"* {key}", f'global {name} "{quoted}"']
    return "\n".join(lines) + "\n"


def _global(name: str, taken: set[str]) -> str:
    plain = re.sub(r"\W", "_", name)[:_STATA_LONGEST]
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{plain[: _STATA_LONGEST - len(str(number)) - 1]}_{number}"
    taken.add(found)
    return found
