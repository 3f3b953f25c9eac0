"""Faults in notebooks: in what they stored, and in what they would compute."""

from __future__ import annotations

import re

from autogap.results import as_text
from nbpoints.checks.outputs import FIGURE, RESULT

from tests.mutation.fault import AUTOS, DECLINE, GAP, SECTOR, TARIFFS, bump, each, fault
from tests.mutation.tree import Tree, code, displays


@each(
    "stored number edited",
    "a recorded result up by a thousandth, its printed form with it",
    [GAP, AUTOS, DECLINE, TARIFFS],
)
def edit_result(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        for output in displays(notebook, RESULT):
            result = output["data"][RESULT]
            if isinstance(result["value"], float):
                result["value"] *= 1.001
                output["data"]["text/plain"] = [as_text(result)]
                return

    tree.notebook(book, change)


@each("stored number edited", "the number in the first sentence", [GAP, DECLINE, SECTOR])
def edit_sentence(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        output = next(displays(notebook, "text/markdown"))
        for mime in ("text/markdown", "text/plain"):
            output["data"][mime] = [bump("".join(output["data"][mime]))]

    tree.notebook(book, change)


@each("stored table edited", "one cell of the first table, last digit", [GAP, AUTOS, SECTOR, TARIFFS])
def edit_table(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        output = next(displays(notebook, "text/html"))
        html = "".join(output["data"]["text/html"])
        output["data"]["text/html"] = re.sub(r"(<td>[^<]*\d\.\d[^<]*</td>)", lambda cell: bump(cell[0]), html, count=1)
        output["data"]["text/html"] = output["data"]["text/html"].splitlines(keepends=True)

    tree.notebook(book, change)


@each("two columns swapped", "headings of two columns in a stored table", [GAP, AUTOS])
def swap_headings(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        output = next(displays(notebook, "text/html"))
        html = "".join(output["data"]["text/html"])
        first, second = dict.fromkeys(re.findall(r"<th>([^<]*[A-Za-z][^<]*)</th>", html)[:2])
        html = html.replace(f"<th>{first}</th>", "<th>?</th>").replace(f"<th>{second}</th>", f"<th>{first}</th>")
        output["data"]["text/html"] = html.replace("<th>?</th>", f"<th>{second}</th>").splitlines(keepends=True)

    tree.notebook(book, change)


@each("picture replaced", "the stored picture is another figure's", [GAP, AUTOS, DECLINE])
def swap_picture(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        first, second, *_ = displays(notebook, FIGURE)
        first["data"]["image/png"] = second["data"]["image/png"]

    tree.notebook(book, change)


@fault("picture replaced", "picture and its hash are another figure's", GAP)
def swap_picture_and_hash(tree: Tree) -> None:
    def change(notebook: dict) -> None:
        first, second, *_ = displays(notebook, FIGURE)
        first["data"]["image/png"] = second["data"]["image/png"]
        first["metadata"] = {
            "image/png": {**second["metadata"]["image/png"], "alt": first["metadata"]["image/png"]["alt"]}
        }

    tree.notebook(GAP, change)


@fault("picture replaced", "no picture, and the word that there is none", GAP)
def disown_picture(tree: Tree) -> None:
    def change(notebook: dict) -> None:
        first = next(iter(displays(notebook, FIGURE)))
        del first["data"]["image/png"]
        first["metadata"] = {}
        first["data"][FIGURE]["has_picture"] = False

    tree.notebook(GAP, change)


@each("stripped", "every output cleared", [GAP, TARIFFS])
def strip(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        for cell in code(notebook):
            cell.update(outputs=[], execution_count=None)

    tree.notebook(book, change)


@each("stripped", "the outputs of one cell cleared", [GAP, DECLINE, SECTOR])
def strip_cell(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        [cell for cell in code(notebook) if cell["outputs"]][2]["outputs"] = []

    tree.notebook(book, change)


@each("cell never run", "one cell cleared, its count with it", [AUTOS, TARIFFS])
def unrun(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        [cell for cell in code(notebook) if cell["outputs"]][3].update(outputs=[], execution_count=None)

    tree.notebook(book, change)


@each("cells re-ordered", "two neighbouring code cells", [GAP, DECLINE, SECTOR])
def reorder(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        cells = notebook["cells"]
        first, second, *_ = [i for i, cell in enumerate(cells) if cell.get("outputs")][2:]
        cells[first], cells[second] = cells[second], cells[first]

    tree.notebook(book, change)


@fault("result renamed", "a recorded result under another name", DECLINE, what="name", to="exports_growth")
@fault("unit changed", "a recorded result in another unit", DECLINE, what="unit", to="percentage points")
@fault("result's tolerance widened", "from a millionth to a tenth", DECLINE, what="tolerance", to=0.1)
@fault("digits changed", "a recorded result shown with more digits", DECLINE, what="digits", to=3)
def edit_declaration(tree: Tree, what: str, to: object) -> None:
    def change(notebook: dict) -> None:
        output = next(displays(notebook, RESULT))
        output["data"][RESULT][what] = to
        output["data"]["text/plain"] = [as_text(output["data"][RESULT])]

    tree.notebook(DECLINE, change)


@fault("alternative text lost", "in the stored output", GAP)
def lose_alt(tree: Tree) -> None:
    tree.notebook(GAP, lambda notebook: next(displays(notebook, FIGURE))["metadata"].clear())


@fault("marks of a run left in", "a papermill block and a cell's times", SECTOR)
def leave_marks(tree: Tree) -> None:
    def change(notebook: dict) -> None:
        notebook["metadata"]["papermill"] = {"duration": 3.2, "output_path": "out.ipynb"}
        code(notebook)[1]["metadata"]["execution"] = {"iopub.status.busy": "2026-11-23T09:00:00Z"}

    tree.notebook(SECTOR, change)


@fault("warning in an output", "a FutureWarning on stderr", SECTOR)
def leave_warning(tree: Tree) -> None:
    def change(notebook: dict) -> None:
        text = ["FutureWarning: this will change\n"]
        code(notebook)[2]["outputs"].append({"output_type": "stream", "name": "stderr", "text": text})

    tree.notebook(SECTOR, change)


# --- sources of notebooks ---------------------------------------------------------------------------------------------

SOURCES = [
    (
        "sign in a notebook",
        "imports less exports",
        GAP,
        'japan["exports_jpy_mn"] - japan["imports_jpy_mn"]',
        'japan["imports_jpy_mn"] - japan["exports_jpy_mn"]',
    ),
    (
        "scale in a notebook",
        "million taken for thousand",
        GAP,
        'us["deficit_usd_mn"]).dropna() / 1e3',
        'us["deficit_usd_mn"]).dropna() / 1e6',
    ),
    ("series swapped", "the two lines of a figure", GAP, 'ax, long["us_deficit"]', 'ax, long["japan_surplus"]'),
    (
        "series swapped",
        "exports read in place of imports",
        GAP,
        '"imports_jpy_mn": "imports.total"',
        '"imports_jpy_mn": "exports.total"',
    ),
    ("colour swapped", "the two countries' colours", GAP, 'long["us_deficit"], "us"', 'long["us_deficit"], "japan"'),
    ("label changed", "the name of a line", GAP, '"US deficit with Japan (Census)"', '"US deficit with the world"'),
    (
        "note lost",
        "a figure without the note on its lines",
        GAP,
        'figures.note(ax, "thin line',
        '_ = (ax, "thin line',
    ),
    ("axis shifted", "an axis that does not begin at zero", GAP, "ylim=(0, None)", "ylim=(40, None)"),
    ("unit changed", "the label of an axis", GAP, "trillion yen (billion USD)", "trillion yen (billion JPY)"),
    (
        "source note changed",
        "a publisher dropped from the source line",
        GAP,
        "source=f\"US Census Bureau ({data.released('census')}); Ministry",
        'source=f"Ministry',
    ),
    ("period changed", "one month of a window left out", GAP, 'daily.loc["2025-06-12":', 'daily.loc["2025-06-13":'),
    ("default changed", "the first year of the charts", GAP, "start_year: int = 1985", "start_year: int = 1986"),
    ("default changed", "net for gross", AUTOS, "net: bool = True", "net: bool = False"),
    ("default changed", "another month", DECLINE, 'month: str = "2025-05"', 'month: str = "2025-06"'),
    (
        "result dropped",
        "a number that the ledger needs is no longer recorded",
        GAP,
        'record("balance_2024_usd_bn_at_publication"',
        '_ = ("balance_2024_usd_bn_at_publication"',
    ),
    ("output silenced", "a table hidden by a semicolon", GAP, "check.round(2)", "check.round(2);"),
    (
        "check switched off",
        "a comment that makes nbval skip the cell",
        GAP,
        "by_month = balance",
        "# NBVAL_SKIP\nby_month = balance",
    ),
    (
        "warnings hidden",
        "a filter in the imports cell",
        GAP,
        "import pandas as pd\n",
        "import warnings\n\nimport pandas as pd\n\nwarnings.simplefilter('ignore')\n",
    ),
    (
        "absolute path",
        "a file of one machine",
        GAP,
        "import pandas as pd\n",
        "import pandas as pd\n\nMINE = '/home/ann/gap/data.csv'\n",
    ),
    (
        "backslash path",
        "a path that only one system reads",
        GAP,
        "import pandas as pd\n",
        "import pandas as pd\n\nMINE = 'data\\\\gap.csv'\n",
    ),
    (
        "undeclared import",
        "a package that the lock does not have",
        GAP,
        "import pandas as pd\n",
        "import pandas as pd\n\ntry:\n    import polars\nexcept ImportError:\n    polars = None\n",
    ),
    (
        "figure saved by hand",
        "savefig beside the one function",
        GAP,
        'fig, ax = figures.new("double")\n',
        'fig, ax = figures.new("double")\nfig.savefig("mine.png")\n',
    ),
]

for _kind, _name, _book, _old, _new in SOURCES:
    fault(_kind, _name, _book, stem=_book, old=_old, new=_new)(Tree.source)


@fault("parameters tag lost", "the cell is an ordinary one", DECLINE)
def lose_tag(tree: Tree) -> None:
    tree.notebook(DECLINE, lambda notebook: code(notebook)[0]["metadata"].clear())


@fault("exception expected", "a tag that lets a cell fail", SECTOR)
def expect_exception(tree: Tree) -> None:
    tree.notebook(SECTOR, lambda notebook: code(notebook)[3]["metadata"].update(tags=["raises-exception"]))
