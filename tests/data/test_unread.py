"""Every file of the package is read by a notebook, or says what it is kept for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from autogap.data import package
from autogap.data.vocabulary import KEPT_FOR
from autogap.paths import DATA, ROOT


def unread(root: Path, data: Path) -> set[str]:
    """Files that stand behind no stored figure and of which no cell of code names a series or the table.

    A name may be put together: ``f"mof.us.{way}.index_{kind}"``.
    """
    sidecars = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / "figures").glob("*.json"))]
    behind = {name.removeprefix("data/") for one in sidecars for name in one.get("data", {})}
    code = ""
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code += "".join(line for cell in cells if cell["cell_type"] == "code" for line in cell["source"])
    # what has words of its own in its last part; `mof.{country}.exports.{good}` may be any file
    texts = [
        text for text in re.findall(r'f"(\w+\.\w+\.[^"]*)"', code) if re.sub(r"{.*?}", "", text.rpartition(".")[2])
    ]
    composed = [re.compile(re.sub(r"{.*?}", r"\\w+", text.replace(".", r"\."))) for text in texts]
    named = {
        row["file"]
        for row in package.read_catalogue(data)
        if f'"{row["name"]}"' in code or any(one.fullmatch(row["name"]) for one in composed)
    }
    files = {path.relative_to(data).as_posix() for path in data.glob("observations/*.csv")}
    tables = {path.relative_to(data).as_posix() for path in data.glob("tables/**/*.csv")}
    named |= {name for name in tables if f'"{name.removeprefix("tables/").removesuffix(".csv")}"' in code}
    return (files | tables) - behind - named


def missing(found: set[str], reasons: dict[str, str]) -> list[str]:
    return [
        *(f"data/{name}: no notebook reads it, and vocabulary.KEPT_FOR has no reason" for name in found - set(reasons)),
        *(f"data/{name}: a notebook reads it now; take it out of vocabulary.KEPT_FOR" for name in set(reasons) - found),
    ]


def test_a_file_that_no_notebook_reads_says_what_it_is_kept_for():
    assert not missing(unread(ROOT, DATA), KEPT_FOR)


@pytest.mark.parametrize(
    ("drop", "add", "told"),
    [
        ("observations/ver_history.csv", "", "data/observations/ver_history.csv: no notebook reads it"),
        ("", "observations/mof_us_trade.csv", "data/observations/mof_us_trade.csv: a notebook reads it now"),
    ],
)
def test_a_reason_too_few_or_too_many_is_told(drop, add, told):
    reasons = {name: why for name, why in KEPT_FOR.items() if name != drop} | ({add: "x"} if add else {})
    (sentence,) = missing(unread(ROOT, DATA), reasons)
    assert sentence.startswith(told)


def test_the_codebook_shows_every_reason():
    book = (DATA / "README.md").read_text(encoding="utf-8")
    assert [name for name, why in KEPT_FOR.items() if f"kept for {why}." not in book] == []
