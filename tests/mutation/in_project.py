"""Faults in methods, house style, data, exported figures and the pages around them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.mutation.fault import AUTOS, DECLINE, GAP, TARIFFS, bump, fault
from tests.mutation.tree import Tree

METHODS = [
    (
        "sign in a method",
        "growth taken the wrong way round",
        DECLINE,
        "balance",
        "100 * (values / earlier.where(earlier > 0) - 1)",
        "100 * (1 - values / earlier.where(earlier > 0))",
    ),
    (
        "sign in a method",
        "imports added to exports",
        AUTOS,
        "balance",
        "return value - taken, low",
        "return value + taken, low",
    ),
    (
        "sign in a method",
        "yen multiplied by the rate",
        GAP,
        "bilateral",
        'values / rate if to == "USD" else values * rate',
        'values * rate if to == "USD" else values / rate',
    ),
    (
        "factor in a method",
        "percent without the hundred",
        DECLINE,
        "decompose",
        "part / (before / 100)",
        "part / before",
    ),
    (
        "factor in a method",
        "duty over value in parts of a thousand",
        TARIFFS,
        "tariffs",
        "100 * calculated_duty",
        "1000 * calculated_duty",
    ),
    ("rank off by one", "the largest is number zero", GAP, "balance", ".sum()) + 1", ".sum())"),
    (
        "mean for another",
        "the arithmetic mean in an exact split",
        DECLINE,
        "decompose",
        "np.where(near, (a + b) / 2, (a - b) / np.where(near, 1.0, logs))",
        "(a + b) / 2",
    ),
    (
        "weights changed",
        "a chain of thirteen months for twelve",
        GAP,
        "balance",
        "periods: int = 12",
        "periods: int = 13",
    ),
]

for _kind, _name, _book, _module, _old, _new in METHODS:
    fault(_kind, _name, _book, name=f"notebooks/autogap/methods/{_module}.py", old=_old, new=_new)(Tree.replace)


@fault("colour swapped", "two roles of the house style", GAP)
def swap_roles(tree: Tree) -> None:
    tree.replace(
        "notebooks/autogap/figures/style.py",
        '"japan": "#12355b",\n    "us": "#d9701a"',
        '"japan": "#d9701a",\n    "us": "#12355b"',
    )


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
    (
        "duty doubled in one month",
        TARIFFS,
        "census_naics336",
        "census.jp.naics336.calculated_duty",
        "2025-06",
        lambda value: 2 * value,
    ),
]
for _name, _book, _file, _series, _period, _change in FIGURES:
    for _renews in (False, True):
        _told = f"{_name}, {'hashes renewed' if _renews else 'hash not renewed'}"
        fault(
            "figure in data changed", _told, _book, _renews, file=_file, series=_series, period=_period, change=_change
        )(_edit_value)


@fault(
    "series off by one period",
    "exports a month late, hashes renewed",
    DECLINE,
    True,
    file="mof_us_trade",
    series="mof.us.exports.motor_vehicles",
)
@fault(
    "series off by one period",
    "the rate a month late, hashes renewed",
    GAP,
    True,
    file="frb_exchange_rates",
    series="frb.jpy_per_usd",
)
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

    tree.rows("data/tables/claims/japan_times_2025-06-19.csv", edit)


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
    tree.replace("notebooks/autogap/data/known.py", 'duplicated(keep="last")', 'duplicated(keep="first")')


# --- exported figures and the compendium ------------------------------------------------------------------------------


@fault("exported figure changed", "a number in the csv", DECLINE)
def edit_csv(tree: Tree) -> None:
    tree.write("figures/fig-export-growth.csv", bump(tree.read("figures/fig-export-growth.csv")))


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
    tree.write(name, tree.read("data/tables/claims/japan_times_2025-06-19.csv") if content is None else content)


README_EDITS = [
    (
        "README stale",
        "the answer of a notebook reworded",
        "README.md",
        r"(01_trade_gap\.ipynb\)[^|]*\| )",
        r"\1Perhaps: ",
    ),
    (
        "README section lost",
        "the right to publish",
        "docs/replication.md",
        "permission to redistribute",
        "plans to show",
    ),
    ("README section lost", "references", "docs/replication.md", "## References", "## More"),
    ("link broken", "to the codebook", "README.md", r"\(data/README\.md\)", "(data/CODEBOOK.md)"),
]
for _kind, _name, _page, _old, _new in README_EDITS:

    def _plant(tree: Tree, page: str, old: str, new: str) -> None:
        text, hits = re.subn(old, new, tree.read(page))
        if not hits:
            raise ValueError(f"{page}: does not have {old}")
        tree.write(page, text)

    fault(_kind, _name, GAP, page=_page, old=_old, new=_new)(_plant)


@fault("citation wrong", "another version than the code's", GAP)
def wrong_citation(tree: Tree) -> None:
    tree.write(
        "CITATION.cff", re.sub(r"^version: .*$", "version: 9.9.9", tree.read("CITATION.cff"), flags=re.MULTILINE)
    )


@fault(
    "seed lost",
    "a method that draws without one",
    "08_tariff_scenarios",
    name="notebooks/autogap/methods/sensitivity.py",
    old="rng=np.random.default_rng(seed)).random_base2",
    new="rng=np.random.default_rng()).random_base2",
)
def lose_seed(tree: Tree, name: str, old: str, new: str) -> None:
    tree.replace(name, old, new)
