"""The faults: what a slip of the hand, a bad merge or a wish could do to notebooks, data, figures and methods."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from autogap.checks.outputs import FIGURE, RESULT
from autogap.results import as_text
from tests.mutation.tree import Tree, code, displays

Plant = Callable[[Tree], None]


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Parameters
    ----------
    kind, name : str
        What sort of fault, and which one.
    plant : callable
        Plants it into a `Tree`.
    book : str
        The notebook that can show it; the harness runs this one.
    renews : bool
        Whether its author also ran `make package`, so that the hashes of data/ agree again.
    """

    kind: str
    name: str
    plant: Plant
    book: str
    renews: bool = False


FAULTS: list[Fault] = []


def fault(kind: str, name: str, book: str, renews: bool = False, /, **arguments: object) -> Callable[[Callable], Callable]:
    """Take a planting function into the list, with some of its arguments set."""

    def take(plant: Callable) -> Callable:
        FAULTS.append(Fault(kind, name, functools.partial(plant, **arguments), book, renews))
        return plant

    return take


def each(kind: str, name: str, books: list[str]) -> Callable[[Callable], Callable]:
    """The same fault in several notebooks."""

    def take(plant: Callable) -> Callable:
        for book in books:
            FAULTS.append(Fault(kind, f"{name} ({book})", functools.partial(plant, book=book), book))
        return plant

    return take


GAP, AUTOS, DECLINE = "01_trade_gap", "02_autos_in_the_gap", "03_export_decline"
SECTOR, TARIFFS = "04_auto_sector", "05_tariff_schedule"


# --- stored outputs ---------------------------------------------------------------------------------------------------


@each("stored number edited", "a recorded result up by a thousandth, its printed form with it", [GAP, AUTOS, DECLINE, TARIFFS])
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
            output["data"][mime] = [_bump("".join(output["data"][mime]))]
    tree.notebook(book, change)


@each("stored table edited", "one cell of the first table, last digit", [GAP, AUTOS, SECTOR, TARIFFS])
def edit_table(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        output = next(displays(notebook, "text/html"))
        html = "".join(output["data"]["text/html"])
        output["data"]["text/html"] = re.sub(r"(<td>[^<]*\d\.\d[^<]*</td>)", lambda cell: _bump(cell[0]), html, count=1)
        output["data"]["text/html"] = output["data"]["text/html"].splitlines(keepends=True)
    tree.notebook(book, change)


@each("two columns swapped", "headings of two columns in a stored table", [GAP, AUTOS])
def swap_headings(tree: Tree, book: str) -> None:
    def change(notebook: dict) -> None:
        output = next(displays(notebook, "text/html"))
        html = "".join(output["data"]["text/html"])
        first, second = [head for head in re.findall(r"<th>([a-z]\w+)</th>", html)][-2:]
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
        first["metadata"] = {"image/png": {**second["metadata"]["image/png"], "alt": first["metadata"]["image/png"]["alt"]}}
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
    ("sign in a notebook", "imports less exports", GAP,
     'japan["exports_jpy_mn"] - japan["imports_jpy_mn"]', 'japan["imports_jpy_mn"] - japan["exports_jpy_mn"]'),
    ("scale in a notebook", "million taken for thousand", GAP, 'us["deficit_usd_mn"]).dropna() / 1e3',
     'us["deficit_usd_mn"]).dropna() / 1e6'),
    ("series swapped", "the two lines of a figure", GAP, 'ax, long["us_deficit"]', 'ax, long["japan_surplus"]'),
    ("series swapped", "exports read in place of imports", GAP, '"imports_jpy_mn": "imports.total"',
     '"imports_jpy_mn": "exports.total"'),
    ("colour swapped", "the two countries' colours", GAP, 'long["us_deficit"], "us"', 'long["us_deficit"], "japan"'),
    ("label changed", "the legend of a line", GAP, '"US deficit with Japan (Census)"', '"US deficit with the world"'),
    ("legend lost", "a figure without its legend", GAP, 'figures.legend(ax, "below")\n', ""),
    ("axis shifted", "an axis that does not begin at zero", GAP, "ylim=(0, None)", "ylim=(40, None)"),
    ("unit changed", "the label of an axis", GAP, "trillion yen (billion USD)", "trillion yen (billion JPY)"),
    ("source note changed", "a publisher dropped from the source line", GAP,
     'source="US Census Bureau; Ministry of Finance, Japan, as reported', 'source="Ministry of Finance, Japan, as reported'),
    ("period changed", "one month of a window left out", GAP, 'daily.loc["2025-06-12":', 'daily.loc["2025-06-13":'),
    ("default changed", "the first year of the charts", GAP, "start_year: int = 1985", "start_year: int = 1986"),
    ("default changed", "net for gross", AUTOS, "net: bool = True", "net: bool = False"),
    ("default changed", "another month", DECLINE, 'month: str = "2025-05"', 'month: str = "2025-06"'),
    ("result dropped", "a number that the ledger needs is no longer recorded", GAP,
     'record("balance_2024_usd_bn_at_publication"', '_ = ("balance_2024_usd_bn_at_publication"'),
    ("output silenced", "a table hidden by a semicolon", GAP, "check.round(2)", "check.round(2);"),
    ("check switched off", "a comment that makes nbval skip the cell", GAP, "by_month = balance",
     "# NBVAL_SKIP\nby_month = balance"),
    ("warnings hidden", "a filter in the imports cell", GAP, "import pandas as pd\n",
     "import warnings\n\nimport pandas as pd\n\nwarnings.simplefilter('ignore')\n"),
    ("absolute path", "a file of one machine", GAP, "import pandas as pd\n",
     "import pandas as pd\n\nMINE = '/home/ann/gap/data.csv'\n"),
    ("backslash path", "a path that only one system reads", GAP, "import pandas as pd\n",
     "import pandas as pd\n\nMINE = 'data\\\\gap.csv'\n"),
    ("undeclared import", "a package that the lock does not have", GAP, "import pandas as pd\n",
     "import pandas as pd\n\ntry:\n    import polars\nexcept ImportError:\n    polars = None\n"),
    ("figure saved by hand", "savefig beside the one function", GAP, 'fig, ax = figures.new("double")\n',
     'fig, ax = figures.new("double")\nfig.savefig("mine.png")\n'),
]

for _kind, _name, _book, _old, _new in SOURCES:
    def _plant(tree: Tree, book: str, old: str, new: str) -> None:
        tree.source(book, old, new)

    fault(_kind, _name, _book, book=_book, old=_old, new=_new)(_plant)


@fault("parameters tag lost", "the cell is an ordinary one", DECLINE)
def lose_tag(tree: Tree) -> None:
    tree.notebook(DECLINE, lambda notebook: code(notebook)[0]["metadata"].clear())


@fault("exception expected", "a tag that lets a cell fail", SECTOR)
def expect_exception(tree: Tree) -> None:
    tree.notebook(SECTOR, lambda notebook: code(notebook)[3]["metadata"].update(tags=["raises-exception"]))


# --- methods ----------------------------------------------------------------------------------------------------------

METHODS = [
    ("sign in a method", "growth taken the wrong way round", DECLINE, "balance",
     "100 * (values / earlier.where(earlier > 0) - 1)", "100 * (1 - values / earlier.where(earlier > 0))"),
    ("sign in a method", "imports added to exports", AUTOS, "balance",
     "return value - taken, low", "return value + taken, low"),
    ("sign in a method", "yen multiplied by the rate", GAP, "bilateral",
     'values / rate if to == "USD" else values * rate', 'values * rate if to == "USD" else values / rate'),
    ("factor in a method", "percent without the hundred", DECLINE, "decompose",
     "shares = 100 * (flows", "shares = (flows"),
    ("factor in a method", "duty over value in parts of a thousand", TARIFFS, "tariffs",
     "100 * calculated_duty", "1000 * calculated_duty"),
    ("rank off by one", "the largest is number zero", GAP, "balance", ".sum()) + 1", ".sum())"),
    ("mean for another", "the arithmetic mean in an exact split", DECLINE, "decompose",
     "np.where(near, (a + b) / 2, (a - b) / np.where(near, 1.0, logs))", "(a + b) / 2"),
    ("weights changed", "a chain of thirteen months for twelve", GAP, "balance", "periods: int = 12", "periods: int = 13"),
]

for _kind, _name, _book, _module, _old, _new in METHODS:
    def _plant(tree: Tree, module: str, old: str, new: str) -> None:
        tree.replace(f"notebooks/autogap/methods/{module}.py", old, new)

    fault(_kind, _name, _book, module=_module, old=_old, new=_new)(_plant)


@fault("colour swapped", "two roles of the house style", GAP)
def swap_roles(tree: Tree) -> None:
    tree.replace("notebooks/autogap/style.py", '"japan": "#12355b",\n    "us": "#d9701a"', '"japan": "#d9701a",\n    "us": "#12355b"')


@fault("sentence reworded", "a house word for lists", GAP)
def reword(tree: Tree) -> None:
    tree.replace("notebooks/autogap/words.py", "} and {items[-1]}", "} or {items[-1]}")


# --- data -------------------------------------------------------------------------------------------------------------


def _edit_value(tree: Tree, file: str, series: str, period: str, change: Callable[[float], float]) -> None:
    def edit(rows: list[dict]) -> None:
        hit = [row for row in rows if row["series"] == series and row["period"] == period]
        if not hit:
            raise ValueError(f"{file}: no {series} in {period}")
        for row in hit:
            row["value"] = f"{change(float(row['value'])):.10g}"
    tree.rows(f"data/observations/{file}.csv", edit)


FIGURES = [
    ("one digit of a month", DECLINE, "mof_us_trade", "mof.us.exports.total", "2025-05", lambda value: value + 1),
    ("a sign", GAP, "census_bilateral", "census.jp.exports", "2024-03", lambda value: -value),
    ("a rate with its point moved", GAP, "frb_exchange_rates", "frb.jpy_per_usd", "2024-06", lambda value: value / 10),
    ("duty doubled in one month", TARIFFS, "census_naics336", "census.jp.naics336.calculated_duty", "2025-06",
     lambda value: 2 * value),
]
for _name, _book, _file, _series, _period, _change in FIGURES:
    for _renews in (False, True):
        _told = f"{_name}, {'hashes renewed' if _renews else 'hash not renewed'}"
        fault("figure in data changed", _told, _book, _renews, file=_file, series=_series, period=_period,
              change=_change)(_edit_value)


@fault("series off by one period", "exports a month late, hashes renewed", DECLINE, True,
       file="mof_us_trade", series="mof.us.exports.motor_vehicles")
@fault("series off by one period", "the rate a month late, hashes renewed", GAP, True,
       file="frb_exchange_rates", series="frb.jpy_per_usd")
def shift_series(tree: Tree, file: str, series: str) -> None:
    def edit(rows: list[dict]) -> None:
        mine = [row for row in rows if row["series"] == series]
        earlier = [row["value"] for row in mine]
        for row, value in zip(mine[1:], earlier, strict=False):
            row["value"] = value
    tree.rows(f"data/observations/{file}.csv", edit)


@fault("two columns swapped", "exports and imports in the data, hashes renewed", GAP, True)
def swap_flows(tree: Tree) -> None:
    def edit(rows: list[dict]) -> None:
        swap = {"mof.us.exports.total": "mof.us.imports.total", "mof.us.imports.total": "mof.us.exports.total"}
        for row in rows:
            row["series"] = swap.get(row["series"], row["series"])
        rows.sort(key=lambda row: (row["series"], row["period"], row["vintage"]))
    tree.rows("data/observations/mof_us_trade.csv", edit)


@fault("figure in data dropped", "a month is gone, hashes renewed", GAP, True)
def drop_month(tree: Tree) -> None:
    def edit(rows: list[dict]) -> None:
        rows[:] = [row for row in rows if (row["series"], row["period"]) != ("census.jp.exports", "2024-03")]
    tree.rows("data/observations/census_bilateral.csv", edit)


@fault("unit changed", "of a series in the catalogue, hashes renewed", GAP, True)
def change_unit(tree: Tree) -> None:
    def edit(rows: list[dict]) -> None:
        next(row for row in rows if row["name"] == "census.jp.exports")["unit"] = "thousand USD"
    tree.rows("data/series.csv", edit)


@fault("claim's tolerance widened", "hash not renewed", "13_claims_ledger", column="accept_high", to="99")
@fault("claim's tolerance widened", "hashes renewed", "13_claims_ledger", True, column="accept_high", to="99")
@fault("claim's figure changed", "hashes renewed", "13_claims_ledger", True, column="value", to="9.6")
def widen_claim(tree: Tree, column: str, to: str) -> None:
    def edit(rows: list[dict]) -> None:
        next(row for row in rows if row["claim_id"] == "C03")[column] = to
    tree.rows("data/tables/claims.csv", edit)


@fault("law misdated", "the 15 percent car rate a month early, hashes renewed", TARIFFS, True)
def misdate(tree: Tree) -> None:
    def edit(rows: list[dict]) -> None:
        cars = [row for row in rows if row["product_group"] == "passenger_vehicles"]
        early = next(row for row in cars if row["effective_to"] == "2025-09-15")
        late = next(row for row in cars if row["effective_from"] == "2025-09-16")
        early["effective_to"], late["effective_from"] = "2025-08-06", "2025-08-07"
    tree.rows("data/tables/tariff_schedule_japan.csv", edit)


@fault("vintage ignored", "the first release read for the latest", "10_recession_risk")
def first_vintage(tree: Tree) -> None:
    tree.replace("notebooks/autogap/data/__init__.py",
                 'rows[rows["vintage"] == known[-1]], known[-1]', 'rows[rows["vintage"] == known[0]], known[0]')


# --- exported figures and the compendium --------------------------------------------------------------------------------


@fault("exported figure changed", "a number in the csv", DECLINE)
def edit_csv(tree: Tree) -> None:
    tree.write("figures/fig-export-growth.csv", _bump(tree.read("figures/fig-export-growth.csv")))


@fault("exported figure changed", "the svg of another figure", DECLINE)
def swap_svg(tree: Tree) -> None:
    tree.write("figures/fig-export-growth.svg", tree.bytes("figures/fig-export-split.svg"))


@fault("exported figure changed", "the png of another figure", DECLINE)
def swap_png(tree: Tree) -> None:
    tree.write("figures/fig-export-growth.png", tree.bytes("figures/fig-export-split.png"))


@fault("exported figure changed", "what it says to draw", DECLINE)
def edit_artists(tree: Tree) -> None:
    facts = json.loads(tree.read("figures/fig-export-growth.json"))
    facts["artists"]["axes"][0]["ylabel"] = "billion USD"
    tree.write("figures/fig-export-growth.json", json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


@fault("exported figure lost", "the pdf is gone", DECLINE)
def lose_pdf(tree: Tree) -> None:
    tree.write("figures/fig-export-growth.pdf", None)


@fault("figure without program", "a picture that no notebook draws", DECLINE)
def add_figure(tree: Tree) -> None:
    tree.write("figures/fig-by-hand.png", b"\x89PNG drawn elsewhere")


@fault("data file not listed", "a table beside the package", GAP)
def add_data(tree: Tree) -> None:
    tree.write("data/tables/mine.csv", "a,b\n1,2\n")


@fault("empty or double file", "a file without content", GAP, name="data/tables/empty.csv", content="")
@fault("empty or double file", "a copy of a table", GAP, name="notebooks/claims.csv", content=None)
def add_file(tree: Tree, name: str, content: str | None) -> None:
    tree.write(name, tree.read("data/tables/claims.csv") if content is None else content)


README_EDITS = [
    ("README stale", "the answer of a notebook reworded", r"(01_trade_gap\.ipynb\)<br>[^|]*\| )", r"\1Perhaps: "),
    ("README section lost", "the right to publish", "permission to redistribute", "plans to show"),
    ("README section lost", "references", "## References", "## More"),
    ("link broken", "to the codebook", r"\(data/README\.md\)", "(data/CODEBOOK.md)"),
]
for _kind, _name, _old, _new in README_EDITS:
    def _plant(tree: Tree, old: str, new: str) -> None:
        text, hits = re.subn(old, new, tree.read("README.md"))
        if not hits:
            raise ValueError(f"README.md: does not have {old}")
        tree.write("README.md", text)

    fault(_kind, _name, GAP, old=_old, new=_new)(_plant)


@fault("citation wrong", "another version than the code's", GAP)
def wrong_citation(tree: Tree) -> None:
    tree.write("CITATION.cff", re.sub(r"^version: .*$", "version: 9.9.9", tree.read("CITATION.cff"), flags=re.MULTILINE))


@fault("seed lost", "a method that draws without one", GAP)
def lose_seed(tree: Tree) -> None:
    name = next(
        path.relative_to(tree.root).as_posix()
        for path in sorted((tree.root / "notebooks/autogap/methods").glob("*.py"))
        if re.search(r"default_rng\(\w+\)", path.read_text(encoding="utf-8"))
    )
    tree.write(name, re.sub(r"default_rng\(\w+\)", "default_rng()", tree.read(name)))


def _bump(text: str) -> str:
    """Raise the last digit of the first number with a decimal point."""

    def up(match: re.Match) -> str:
        return f"{match[1]}{(int(match[2]) + 1) % 10}"

    return re.sub(r"(\d\.\d*?)(\d)(?!\d)", up, text, count=1)
