"""The generated parts of the pages: `python -m tests.compendium.readme` rewrites them, `--check` says if one is stale.

A part stands between ``<!-- generated: NAME -->`` and ``<!-- /generated -->``; everything else is written by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from autogap import paths
from autogap.figures.journals import JOURNALS
from nbpoints import cli, project
from nbpoints import notebook as reading
from nbpoints.checks import outputs
from nbpoints.errors import InputError, did_you_mean
from nbpoints.files import write_whole
from nbpoints.parameters import declare

from tests.compendium.signed import mapping

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def questions(root: Path) -> str:
    """The questions with the first sentence of each answer."""
    rows = [
        [
            f"[{path.stem[:2]}](notebooks/{path.name}) {reading.question(reading.cells(path))}",
            first_sentence(reading.load(path)),
        ]
        for path in _books(root)
    ]
    return _table(["Question", "Answer at the default parameters"], rows)


def notebooks(root: Path) -> str:
    """A table of the notebooks: question, answer, first figure; for the page in their folder."""
    rows = []
    for path in _books(root):
        book = reading.load(path)
        first = next(outputs.figures(book), None)
        alt = _attribute(first["alt"]) if first else ""
        picture = f'<img src="../figures/{first["stem"]}.png" width="220" alt="{alt}">' if first else ""
        link = f"[{path.stem}]({path.name})<br>{reading.question(reading.cells(path))}"
        rows.append([link, headline(book), picture])
    return _table(["Notebook and question", "Answer, computed from its default parameters", "A figure"], rows)


def settings(root: Path) -> str:
    """Every parameter of every notebook with its default: what a reader may set differently."""
    rows = []
    for path in _books(root):
        for name, one in declare.read(path).items():
            rows.append([f"[{path.stem[:2]}](../notebooks/{path.name})", f"`{name}`", f"`{one.default!r}`", one.help])
    return _table(["Notebook", "Parameter", "Default", "Meaning"], rows)


def figures(root: Path) -> str:
    """The map from programs to figures: which cell of which notebook draws what, from which data files."""
    rows = []
    for path in _books(root):
        for number, cell in enumerate(reading.load(path)["cells"], 1):
            for one in outputs.figures({"cells": [cell]}):
                facts = mapping(root, f"figures/{one['stem']}.json", json.loads, ("title", "data"))
                used = [Path(name).stem for name in facts["data"] if name != "data/series.csv"]
                rows.append(
                    [
                        f"[{one['stem']}]({one['stem']}.svg)",
                        facts["title"],
                        f"[{path.stem}](../notebooks/{path.name}), cell {number}",
                        ", ".join(used),
                    ]
                )
    return _table(["Figure", "What it shows", "Program", "Data files"], rows)


def datasets(root: Path) -> str:
    """The dataset list: every file of data/, its publisher, its terms; all are provided."""
    package = mapping(root, "data/datapackage.json", json.loads, ("resources",))
    rows = []
    for one in package["resources"]:
        link = f"[{one['path']}](../data/{one['path']})"
        terms = "; ".join(licence.get("title", licence["name"]) for licence in one.get("licenses", []))
        sources = dict.fromkeys(_publisher(source["title"]) for source in one.get("sources", []))
        newest = re.search(r"vintages: (?:.* to )?(\S+)$", one.get("description", ""))
        rows.append([link, one.get("title", ""), "; ".join(sources), newest[1] if newest else "", terms, "yes"])
    return _table(["File", "Content", "Source", "Newest vintage", "Terms", "Provided"], rows)


def journals(root: Path) -> str:
    """What families of journals ask of figures, and which profile and forms meet it."""
    rows = []
    for name, asked in JOURNALS.items():
        width = "{:g} to {:g} mm".format(*asked.width_mm) if asked.width_mm else "not stated"
        letters = f"{asked.least_pt:g} pt" if asked.least_pt else "not stated"
        dots = "{} to {} dpi".format(*asked.bitmap_dpi) if any(asked.bitmap_dpi) else "not stated"
        forms = ", ".join(asked.forms).upper()
        rows.append(
            [f"[{name}]({asked.source})", f"`{asked.profile}`", width, letters, forms, dots, asked.unmet or "-"]
        )
    heads = ["Journals", "Profile", "Width", "Smallest letters", "Forms written", "Bitmaps of lines", "Not met"]
    return _table(heads, rows)


PARTS: dict[str, Callable[[Path], str]] = {
    "questions": questions,
    "notebooks": notebooks,
    "figures": figures,
    "journals": journals,
    "settings": settings,
    "datasets": datasets,
}
PAGES = ("README.md", "notebooks/README.md", "figures/README.md", "docs/assumptions.md", "docs/replication.md")


def headline(notebook: Mapping) -> str:
    """The first sentence that an executed notebook says, or nothing.

    Examples
    --------
    >>> said = {"output_type": "display_data", "data": {"text/markdown": ["**It fell.**"]}}
    >>> headline({"cells": [{"cell_type": "code", "outputs": [said]}]})
    'It fell.'
    """
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "text/markdown" in output.get("data", {}):
                return outputs.text_of(output["data"]["text/markdown"]).replace("**", "").strip()
    return ""


def first_sentence(notebook: Mapping) -> str:
    """The first sentence of an answer; a point between digits ends none.

    Examples
    --------
    >>> said = {"output_type": "display_data", "data": {"text/markdown": ["**It fell 1.5 percent. It rose.**"]}}
    >>> first_sentence({"cells": [{"cell_type": "code", "outputs": [said]}]})
    'It fell 1.5 percent.'
    """
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", headline(notebook))[0]


def renew(text: str, root: Path) -> str:
    """Return a page with its generated parts renewed.

    Raises
    ------
    InputError
        When the page asks for a part that nobody generates.
    """

    def part(match: re.Match) -> str:
        start, name, end = match.groups()
        if name not in PARTS:
            raise InputError(f"a page asks for a part {name!r}, which is not generated.{did_you_mean(name, PARTS)}")
        return f"{start}\n{PARTS[name](root)}\n{end}"

    return _BLOCK.sub(part, text)


def stale(root: Path) -> list[str]:
    """Pages whose generated parts are not current, and parts that no page has."""
    texts = {page: (root / page).read_text(encoding="utf-8") for page in PAGES}
    found = [f"{page} is not current; run `make readme`." for page, text in texts.items() if renew(text, root) != text]
    named = {match[2] for text in texts.values() for match in _BLOCK.finditer(text)}
    return found + [f"no page has the part {name!r}." for name in PARTS if name not in named]


def main(argv: list[str] | None = None) -> int:
    """Rewrite the generated parts, or with `--check` only name the pages that are stale (status 1)."""
    parser = argparse.ArgumentParser(prog="python -m tests.compendium.readme", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    arguments = parser.parse_args(argv)
    project.refuse_another(paths.NOTEBOOKS / "autogap")
    found = stale(paths.ROOT)
    for page in () if arguments.check else PAGES:
        text = (paths.ROOT / page).read_text(encoding="utf-8")
        write_whole(paths.ROOT / page, renew(text, paths.ROOT).encode())
    for one in found:
        print(one if arguments.check else one.replace(" is not current; run `make readme`", ": renewed"))
    return int(arguments.check and bool(found))


def _books(root: Path) -> list[Path]:
    return sorted((root / "notebooks").glob("[0-9]*.ipynb"))


def _publisher(source: str) -> str:
    """The publisher and product of a source's title, without the trail of how it was collected."""
    return re.split(r"; collected|, as carried by| \(", source)[0]


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in line)} |\n" for line in lines
    )


if __name__ == "__main__":
    sys.exit(cli.in_sentences(main))
