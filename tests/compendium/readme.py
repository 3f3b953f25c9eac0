"""The generated parts of README.md: `python -m tests.compendium.readme` rewrites them, `--check` says if one is stale.

A part stands between ``<!-- generated: NAME -->`` and ``<!-- /generated -->``; everything else is written by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nbpoints import notebook as reading
from autogap import paths
from nbpoints.checks import canonical as stable, outputs
from nbpoints.errors import InputError, did_you_mean

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def notebooks(root: Path) -> str:
    """A table of the notebooks: question, first answer, first figure."""
    rows = []
    for path in _books(root):
        book = stable.load(path)
        link = f"[{path.stem}](notebooks/{path.name})"
        question = reading.question(reading.cells(path))
        first = next(outputs.figures(book), None)
        picture = (
            f'<img src="figures/{first["stem"]}.png" width="220" alt="{_attribute(first["alt"])}">' if first else ""
        )
        rows.append([f"{link}<br>{question}", headline(book), picture])
    return _table(["Notebook and question", "Answer, computed from its default parameters", "A figure"], rows)


def figures(root: Path) -> str:
    """The map from programs to figures: which cell of which notebook draws what, from which data files."""
    rows = []
    for path in _books(root):
        for number, cell in enumerate(stable.load(path)["cells"], 1):
            for one in outputs.figures({"cells": [cell]}):
                facts = json.loads((root / "figures" / f"{one['stem']}.json").read_text(encoding="utf-8"))
                used = [Path(name).stem for name in facts["data"] if name != "data/series.csv"]
                rows.append(
                    [
                        f"[{one['stem']}](figures/{one['stem']}.svg)",
                        facts["title"],
                        f"[{path.stem}](notebooks/{path.name}), cell {number}",
                        ", ".join(used),
                    ]
                )
    return _table(["Figure", "What it shows", "Program", "Data files"], rows)


def datasets(root: Path) -> str:
    """The dataset list: every file of data/, its publisher, its terms; all are provided."""
    package = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    rows = []
    for one in package["resources"]:
        link = f"[{one['path']}](data/{one['path']})"
        terms = "; ".join(licence.get("title", licence["name"]) for licence in one.get("licenses", []))
        sources = dict.fromkeys(_publisher(source["title"]) for source in one.get("sources", []))
        rows.append([link, one.get("title", ""), "; ".join(sources), terms, "yes"])
    return _table(["File", "Content", "Source", "Terms", "Provided"], rows)


PARTS: dict[str, Callable[[Path], str]] = {"notebooks": notebooks, "figures": figures, "datasets": datasets}


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


def renew(text: str, root: Path) -> str:
    """Return a page with its generated parts made anew.

    Raises
    ------
    InputError
        When the page asks for a part that nobody generates.
    """

    def part(match: re.Match) -> str:
        start, name, end = match.groups()
        if name not in PARTS:
            raise InputError(f"README.md: nobody generates a part {name!r}.{did_you_mean(name, PARTS)}")
        return f"{start}\n{PARTS[name](root)}\n{end}"

    return _BLOCK.sub(part, text)


def stale(root: Path) -> list[str]:
    """Names of the generated parts of README.md that are missing or not current."""
    text = (root / "README.md").read_text(encoding="utf-8")
    old = {match[2]: match[0] for match in _BLOCK.finditer(text)}
    new = {match[2]: match[0] for match in _BLOCK.finditer(renew(text, root))}
    return [name for name in PARTS if name not in old or old[name] != new[name]]


def main(argv: list[str] | None = None) -> int:
    """Rewrite the generated parts, or with `--check` only name those that are stale (status 1)."""
    parser = argparse.ArgumentParser(prog="python -m tests.compendium.readme", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    arguments = parser.parse_args(argv)
    try:
        names = stale(paths.ROOT)
        if arguments.check:
            for name in names:
                print(f"README.md: the part {name!r} is missing or not current; run `make readme`.")
            return int(bool(names))
        page = paths.ROOT / "README.md"
        page.write_text(renew(page.read_text(encoding="utf-8"), paths.ROOT), encoding="utf-8")
        print(f"README.md: {', '.join(names) or 'nothing'} renewed.")
        return 0
    except InputError as error:
        print(error, file=sys.stderr)
        return 2


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
    sys.exit(main())
