"""`autogap new`: write the skeleton of a notebook, a series or claims, and say what remains to be done."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Mapping

from nbpoints.errors import InputError
from nbpoints.files import write_whole
from nbpoints.parameters import names

from autogap import paths
from autogap.claims import articles
from autogap.data import described, observations, reading
from autogap.data.reading import PLACEHOLDER
from autogap.data.vocabulary import OBSERVATION_FIELDS, SERIES_FIELDS

_NOTEBOOK = re.compile(r"([0-9]{2})_([a-z][a-z0-9_]*)")

# kind of cell, tags, source; {name} is the notebook's stem, {stem} that of its figure
_CELLS = [
    ("markdown", [], "# How much did Japan export to the United States in a month?"),
    (
        "markdown",
        [],
        "WRITE here what is known and where it comes from: the publisher, the definition, the release, and what the\n"
        "series leaves out. Then change the question above, the parameters, the answer and the figure below.",
    ),
    ("code", ["parameters"], 'month: str = "2025-05"  # month of the answer [2025-01..2025-12]'),
    (
        "code",
        ["hide-input"],
        "try:\n"
        "    from autogap import data, figures, results, run, words\n"
        "    from autogap.results import record, say\n"
        "except ModuleNotFoundError as e:\n"
        '    raise SystemExit(f"{{e}}: run this in the autogap project, set up as its README says.") from None\n\n'
        'run.start("{name}", month=month)',
    ),
    (
        "code",
        ["hide-input"],
        'exports_jpy_bn = data.series("mof.us.exports.total", "2024-05") / 1e3\nvalue = exports_jpy_bn[month]',
    ),
    (
        "code",
        [],
        'say(f"**In {{words.month_name(month)}} Japan exported goods of {{words.number(value)}} billion yen "\n'
        '    f"to the United States.**")',
    ),
    ("code", [], 'record("exports_jpy_bn", value, unit="billion JPY", label="Exports to the United States")'),
    ("markdown", [], "## Month by month\n\nWRITE what the figure shows, and why it matters for the question."),
    (
        "code",
        [],
        'fig, ax = figures.new("double")\n'
        'figures.line(ax, exports_jpy_bn, "japan", "exports")\n'
        'ax.set(ylabel="Exports (billion JPY a month)", ylim=(0, None))\n'
        'figures.save(fig, "{stem}", data=exports_jpy_bn.rename("exports_jpy_bn"),\n'
        '             title=f"Exports were {{words.number(value)}} billion yen in {{words.month_name(month)}}",\n'
        '             subtitle="All goods to the United States, value FOB, billion yen a month",\n'
        '             alt="Line of Japan\'s monthly exports to the United States.",\n'
        "             source=f\"Ministry of Finance, Trade Statistics of Japan ({{data.released('mof')}})\")",
    ),
    ("markdown", [], "## The numbers"),
    ("code", [], "results.table()"),
    (
        "markdown",
        [],
        "## Limits\n\n- WRITE here what the data cannot say, and what a referee would object.\n"
        "- Exports are counted FOB by final destination; goods that pass through another country count for the last\n"
        "  one known.\n"
        "- One month is one month: a sum of twelve is less noisy.",
    ),
]
_REMAINS = """\
{path}: written. What remains:
  1. put your question, data, answer, figure and limits into it;
  2. autogap accept {name}
  3. name two other sets of parameters, and what they must change, in OTHERS of tests/notebooks/test_sweep.py:
         "{name}": [
             other(ANSWER, "exports_jpy_bn", month=LOW),
             other(ANSWER, "{stem}", month=HIGH),
         ],
     and what the data allow for a parameter that picks a period in LIMITS of tests/notebooks/limits.py:
         ("{name}", "month"): (lambda: months("mof.us.exports.total"), INSIDE),
  4. make readme, make sign, make test."""
_CLAIMS = """\
claim_id,statement,value,unit,period,series,transform,of
A1,Exports to the United States fell 11 percent in May 2025,-11,percent,2025-05,mof.us.exports.total,yoy_pct,
"""
_CLAIMS_REMAIN = """\
{path}: written. What remains:
  1. write a row per claim; transforms are level, sum, mean, change, yoy_pct, share_pct (of the series in `of`), rank;
  2. say so in data/CHANGES.md, then make package
  3. autogap run --notebook 13_claims_ledger -p article={name}
  4. make readme, make sign, make test."""
_SERIES = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_SERIES_REMAIN = """\
data/series.csv: a row {name}.
data/{file}: a row without its figure. What remains:
  1. replace {write} in both files, and append the other figures;{copied}
  2. say so in data/CHANGES.md, then make package, which names every cell that still says {write} and what it may say
  3. autogap accept --redraw, make readme, make sign, make test."""
_OWN = ("title", "source", "collected_from", "licence", "grade")
"""What one series cannot take from another of its publisher: what it is, and where it comes from."""
_FORM = ("unit", "frequency", "publisher", "measure", "seasonal_adjustment", "vintage_kind", "release_days")
_CLAIM_REMAIN = """\
data/tables/claim_checks.csv: a row {claim} of {article}, judged by nothing yet. What remains:
  1. replace {write} by the notebook, its result, the unit and what the result measures; `autogap results` lists every
     result. The role is main, or one of those in autogap/claims/__init__.py;
  2. say so in data/CHANGES.md, then make package, which refuses a row that still says {write}
  3. autogap run --notebook 13_claims_ledger -p article={article}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("kind", choices=tuple(_KINDS), help="what to start")
    parser.add_argument(
        "name",
        help="16_my_topic for a notebook, mof.us.exports.my_goods for a series, outlet_2026-10-01 for an article of "
        "claims, outlet_2026-10-01/A2 for one claim that a notebook's result judges",
    )


def main(arguments: argparse.Namespace) -> int:
    """Write the skeleton and say what remains.

    Raises
    ------
    InputError
        When the name is not of the form that the kind has, or is taken.
    """
    print(_KINDS[arguments.kind](arguments.name))
    return 0


def _notebook(name: str) -> str:
    known = sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb"))
    following = f"{1 + max((int(stem[:2]) for stem in known if re.match('[0-9]{2}_', stem)), default=0):02d}"
    parts = _NOTEBOOK.fullmatch(name)
    if not parts or parts[1] != following:
        raise InputError(f"{name}: name the next notebook {following}_ and a topic, such as {following}_my_topic.")
    for other in known:
        # points are named without the number, and some file systems take capitals for small letters
        if names.base(other).casefold() == parts[2]:
            raise InputError(f"{name}: it would share the name {parts[2]} with {other}; take another topic.")
    stem = f"fig-{parts[2].replace('_', '-')}"
    cells = []
    for number, (kind, tags, source) in enumerate(_CELLS, 1):
        hidden = {"jupyter": {"source_hidden": True}} if "hide-input" in tags else {}
        text = source.replace("{{", "{").replace("}}", "}").replace("{name}", name).replace("{stem}", stem)
        cell = {"cell_type": kind, "id": f"c{number:02d}", "metadata": {**hidden, **({"tags": tags} if tags else {})}}
        code = {"execution_count": None, "outputs": []} if kind == "code" else {}
        cells.append({**cell, **code, "source": text.splitlines(keepends=True)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = paths.NOTEBOOKS / f"{name}.ipynb"
    write_whole(path, json.dumps(book, indent=1, ensure_ascii=False) + "\n")
    return _REMAINS.format(path=path.relative_to(paths.ROOT), name=name, stem=stem)


def _claims(name: str) -> str:
    articles.day(name)
    if name in articles.names():
        raise InputError(f"{name}: there is a table of that name; write its rows, or take another name.")
    path = paths.DATA / "tables" / articles.FOLDER / f"{name}.csv"
    write_whole(path, _CLAIMS)
    return _CLAIMS_REMAIN.format(path=path.relative_to(paths.ROOT), name=name)


def _series(name: str) -> str:
    """Append a row to the catalogue, with the form of the series whose name is nearest, and one without its figure."""
    if not _SERIES.fullmatch(name):
        raise InputError(f"{name}: name a series <publisher>.<partner>.<flow>.<item> in lower case.")
    rows, columns = described.catalogue_rows(paths.DATA), list(SERIES_FIELDS)
    if any(row["name"] == name and _has_figures(row) for row in rows):
        raise InputError(f"{name}: data/series.csv has a series of that name; take another.")
    others = [row for row in rows if row["name"] != name]  # its own row may stand there without a figure
    like = max(others, key=lambda row: _shared(row["name"], name), default=dict.fromkeys(columns, PLACEHOLDER))
    is_kin = _shared(like["name"], name) > 0 and like["unit"] != PLACEHOLDER
    own = dict.fromkeys(_OWN if is_kin else columns, PLACEHOLDER)
    row = like | own | {"name": name, "publisher_code": "not stated", "note": ""}
    if not is_kin:  # a publisher of whom there is nothing yet
        row |= {"file": f"observations/{'_'.join(name.split('.')[:2])}.csv", "first_period": "", "last_period": ""}
    row = next((one for one in rows if one["name"] == name), row)
    figure = [row["last_period"] or PLACEHOLDER, name, PLACEHOLDER, PLACEHOLDER]
    # both are made before one is written, and what stands there is left: a second try adds what the first could not
    described_by = _appended("series.csv", columns, row.values(), is_there=row in rows)
    held_in = _appended(row["file"], list(OBSERVATION_FIELDS), figure, is_there=_has_figures(row))
    write_whole(paths.DATA / "series.csv", described_by)
    write_whole(paths.DATA / row["file"], held_in)
    form = "; ".join(f"{one} {row[one]!r}" for one in _FORM)
    copied = f"\n     as {like['name']} has it, and to be corrected where it differs: {form};" if is_kin else ""
    return _SERIES_REMAIN.format(name=name, file=row["file"], write=PLACEHOLDER, copied=copied)


def _has_figures(row: Mapping[str, str]) -> bool:
    """Whether the file of a series has a row of it."""
    held = reading.rows(paths.DATA, row["file"]) if (paths.DATA / row["file"]).exists() else []
    return any(cells[1:2] == [row["name"]] for _, cells in held)


def _appended(relative: str, header: list[str], row: Iterable[str], is_there: bool = False) -> str:
    """The text of a CSV file with a row more, unless it is there; a file that does not exist begins with its header."""
    held = ""
    if (paths.DATA / relative).exists():
        reading.refuse(reading.ragged(paths.DATA, relative))
        held = reading.text(paths.DATA, relative)
    if is_there:
        return held
    added = observations.text(header, [row])
    ended = "" if not held or held.endswith("\n") else "\n"  # an editor may have left the last line open
    return held + ended + (added.partition("\n")[2] if held else added)


def _shared(one: str, other: str) -> int:
    """How many parts of two names are the same from the first on."""
    parts = zip(one.split("."), other.split("."))
    return next((place for place, (a, b) in enumerate(parts) if a != b), min(one.count("."), other.count(".")) + 1)


def _claim(name: str) -> str:
    """Append a row that judges a claim by a notebook's result."""
    article, _, claim = name.partition("/")
    path = paths.DATA / "tables" / articles.FOLDER / f"{article}.csv"
    if not claim or not path.is_file():
        raise InputError(f"{name}: name an article and a claim, such as {articles.names()[0]}/C01.")
    if claim not in set(articles.read(article)["claim_id"]):
        raise InputError(
            f"{name}: data/tables/{articles.FOLDER}/{article}.csv has no claim {claim}; write its row first."
        )
    checks = "tables/claim_checks.csv"
    header = next((row for _, row in reading.rows(paths.DATA, checks)), [])
    unknown = dict.fromkeys(("notebook", "result", "unit"), PLACEHOLDER)
    row = dict.fromkeys(header, "") | {"article": article, "claim_id": claim, "role": "main"} | unknown
    row |= {"definition": f"{PLACEHOLDER} what the result measures"}
    write_whole(paths.DATA / checks, _appended(checks, header, row.values()))
    return _CLAIM_REMAIN.format(article=article, claim=claim, write=PLACEHOLDER)


_KINDS = {"notebook": _notebook, "series": _series, "claims": _claims, "claim": _claim}
