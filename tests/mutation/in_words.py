"""Faults that no computation shows: prose, provenance, scope, injected content, day, machine, chance, the rules.

They are planted by structure rather than by wording, so that they outlive a new sentence. `CATCHERS` names for each
kind the rule that must see it without running anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from nbpoints.notebook import canonical

from tests.mutation.fault import DECLINE, GAP, fault
from tests.mutation.tree import Tree, code

LEDGER = "13_claims_ledger"

CATCHERS = {
    "secret left in": "secrets",
    "active content": "active_content",
    "unseen character": "unseen_marks",
    "reads the clock": "same_everywhere",
    "asks the machine": "same_everywhere",
    "depends on chance": "same_everywhere",
    "reaches outside": "same_everywhere",
    "dependency not locked": "lock_holds_all",
    "scope shortened": "whole_scope",
    "test weakened": "tests_are_whole",
    "alternative text of another figure": "own_alternative_texts",
    "number in prose": "numbers_without_source",
    "prose changed": "signed",
    "words of a result changed": "signed",
    "provenance changed": "signed",
    "data changed without a word": "signed",
    "rights changed": "signed",
    "rule weakened": "signed",
}


def _append(tree: Tree, stem: str, kind: str, text: str) -> None:
    def change(book: dict) -> None:
        cell = [one for one in book["cells"] if one["cell_type"] == kind][1]
        cell["source"] = canonical.lines("".join(cell["source"]).rstrip("\n") + "\n" + text)

    tree.notebook(stem, change)


def in_text(kind: str, name: str, text: str, stem: str = GAP) -> None:
    """Plant a line into a text cell."""
    fault(kind, name, stem)(lambda tree: _append(tree, stem, "markdown", text))


def in_code(kind: str, name: str, text: str, stem: str = GAP) -> None:
    """Plant a line into a code cell, whose stored outputs stay."""
    fault(kind, name, stem)(lambda tree: _append(tree, stem, "code", text))


def in_file(kind: str, name: str, path: str, text: str, stem: str = GAP) -> None:
    """Plant a line at the end of a file."""
    fault(kind, name, stem)(lambda tree: tree.write(path, tree.read(path).rstrip("\n") + "\n" + text + "\n"))


def swapped(kind: str, name: str, path: str, pattern: str, new: str, stem: str = GAP, renews: bool = False) -> None:
    """Replace the first match of a pattern in a file that must have one."""

    def plant(tree: Tree) -> None:
        text, hits = re.subn(pattern, new, tree.read(path), count=1, flags=re.MULTILINE)
        if not hits:
            raise ValueError(f"{path}: has no {pattern}")
        tree.write(path, text)

    fault(kind, name, stem, renews)(plant)


def in_rows(kind: str, name: str, path: str, change: Callable[[list[dict]], None], stem: str = GAP) -> None:
    """Change a CSV file as rows, with the hashes renewed."""
    fault(kind, name, stem, True)(lambda tree: tree.rows(path, change))


def in_prose(kind: str, name: str, pattern: str, new: str, stem: str = GAP) -> None:
    """Replace the first match of a pattern in the text cells of a notebook."""

    def plant(tree: Tree) -> None:
        def change(book: dict) -> None:
            for cell in book["cells"]:
                text, hits = re.subn(pattern, new, "".join(cell["source"]), count=1)
                if cell["cell_type"] == "markdown" and hits:
                    cell["source"] = canonical.lines(text)
                    return
            raise ValueError(f"{stem}: no text cell has {pattern}")

        tree.notebook(stem, change)

    fault(kind, name, stem)(plant)


def in_sources(kind: str, name: str, pattern: str, new: str, stem: str = GAP) -> None:
    """Replace the first match of a pattern in the code cells of a notebook."""

    def plant(tree: Tree) -> None:
        def change(book: dict) -> None:
            for cell in code(book):
                text, hits = re.subn(pattern, new, "".join(cell["source"]), count=1)
                if hits:
                    cell["source"] = canonical.lines(text)
                    return
            raise ValueError(f"{stem}: no code cell has {pattern}")

        tree.notebook(stem, change)

    fault(kind, name, stem)(plant)


def _set(column: str, value: str, where: Callable[[dict], bool] = lambda row: True) -> Callable[[list[dict]], None]:
    def change(rows: list[dict]) -> None:
        next(row for row in rows if where(row) and row[column] != value)[column] = value

    return change


# written in two parts, so that a scanner of this project's own text does not find them here
in_code("secret left in", "an access key in a cell", 'key = "AKIA' + 'IOSFODNN7EXAMPLE"')
in_code("secret left in", "a password in a cell", 'password = "correct-' + 'horse"')
in_file("secret left in", "a token in the README", "README.md", "ghp_" + "a1" * 18)
in_file("secret left in", "a private key in a page", "data/CHANGES.md", "-----BEGIN " + "PRIVATE KEY-----")
in_file("secret left in", "a password in an address", "data/tables.yaml", "# https://me:" + "hunter2@example.org/a.csv")

in_text("active content", "a script in a text cell", "<script>new Image().src = '//example.org'</script>")
in_text("active content", "a remote pixel in a text cell", '<img src="https://example.org/p.gif" width="1">')
in_text("active content", "a remote picture in Markdown", "![badge](https://example.org/p.svg)")
in_text("active content", "a handler on a picture", '<img src="a.png" onerror="alert(1)">')
in_text("active content", "hidden words", '<span style="display:none">or not</span>')
in_text("active content", "a link that runs", "[source](javascript:alert(1))")
in_file("active content", "a remote frame in the README", "README.md", '<iframe src="https://example.org"></iframe>')

in_text("number in prose", "a figure that nothing computes", "Cars were 87.3 percent of it.")
in_text("number in prose", "a count", "The article quotes 347 figures.", DECLINE)
in_text("number in prose", "a rate that was never law", "The rate on cars was 26.25 percent until then.", DECLINE)

in_text("unseen character", "letters turned round in a text cell", "The gap \u202eworran\u202c.")
in_file("unseen character", "a blank of no width in the README", "README.md", "US\u200bD")

in_code("reads the clock", "the time of day in a sentence", "now = pd.Timestamp.now()")
in_code("reads the clock", "today by a word", 'now = pd.to_datetime("today")')
in_file("reads the clock", "today in a method", "notebooks/autogap/methods/balance.py", "TODAY = dt.date.today()")

in_code("asks the machine", "the number of cores", "jobs = os.cpu_count()")
in_code("asks the machine", "a variable of the environment", 'rate = os.environ["RATE"]')
in_file("asks the machine", "its name in a method", "notebooks/autogap/methods/balance.py", "HOST = platform.node()")

in_code("depends on chance", "a random number of the standard library", "noise = random.gauss(0, 1)")
in_code("depends on chance", "a hash that each process salts", "order = hash(side)")
in_file("depends on chance", "an id in a method", "notebooks/autogap/methods/balance.py", "KEY = uuid.uuid4()")

in_code("reaches outside", "a table from an address", 'table = pd.read_csv("https://example.org/a.csv")')
in_code("reaches outside", "a request", 'page = httpx.get("https://example.org")')
in_code("reaches outside", "a command of the shell", "!curl https://example.org")
in_code("reaches outside", "a pickle", 'model = pd.read_pickle("model.pkl")')
in_code("reaches outside", "code out of text", 'value = eval("1 + 1")')
in_file(
    "reaches outside", "a program in a method", "notebooks/autogap/methods/balance.py", 'GIT = subprocess.run(["git"])'
)

swapped(
    "dependency not locked",
    "stated but not pinned",
    "pyproject.toml",
    r'^    "pandas",',
    '    "leftpad",\n    "pandas",',
)
swapped(
    "dependency not locked", "pinned outside what is stated", "requirements.txt", r"^numpy==2\.4\.\d+", "numpy==2.5.5"
)
swapped(
    "dependency not locked",
    "a pin without hashes",
    "requirements.txt",
    r"^(pandas==[^ ]+) .*(?:\n    --hash.*)+",
    r"\1",
)

swapped(
    "scope shortened",
    "half of each month",
    "notebooks/scenarios.yaml",
    r"(export_months:(?:\n  .*)+?\n    month: \{from: 2025-05)",
    r"\1, to: 2025-12",
    DECLINE,
)
swapped(
    "scope shortened",
    "the last months of each",
    "notebooks/scenarios.yaml",
    r"(site_exports:(?:\n  .*)+?\n    month: \{from: 2025-05)",
    r"\1, to: 2026-05",
    DECLINE,
)

swapped(
    "test weakened", "a test that may fail", "tests/test_run.py", r"^def test_", "@pytest.mark." + "xfail\ndef test_"
)
swapped(
    "test weakened", "warnings let pass", "pyproject.toml", r'filterwarnings = \["error"', 'filterwarnings = ["ignore"'
)
swapped(
    "test weakened",
    "a test left out by the Makefile",
    "Makefile",
    r"tests \|\| status=1",
    "--deselect tests/data tests || status=1",
)
swapped("test weakened", "a failure forgiven in CI", ".ci/run", r"^exit .*$", "exit 0")


@fault("alternative text of another figure", "in the description", DECLINE)
def swap_alt(tree: Tree) -> None:
    names = sorted(path.name for path in (tree.root / "figures").glob("fig-export-*.json"))
    first, second = (json.loads(tree.read(f"figures/{name}")) for name in names[:2])
    first["alt"] = second["alt"]
    tree.write(f"figures/{names[0]}", json.dumps(first, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


in_prose("prose changed", "a number", r"(?<!\d)20(\d\d)(?!\d)", r"19\1", DECLINE)
in_prose("prose changed", "a limit reversed", r" not ", " ")
in_prose("prose changed", "a limit dropped", r"\n- [^\n]+\n", "\n")
in_prose("prose changed", "the question", r"^# \w+", "# Why")
in_prose("prose changed", "FOB for CIF", r"FOB", "CIF", DECLINE)
swapped("prose changed", "a run time", "docs/replication.md", r"\b\d+ (seconds|minutes|min|s)\b", r"1 \1")

in_sources("words of a result changed", "a unit", r'unit="percent"', 'unit="percentage points"', DECLINE)
in_sources("words of a result changed", "the source under a figure", r"source=[^,)]+", 'source="IMF"', DECLINE)
in_sources("words of a result changed", "the alternative text in the cell", r"alt=", 'alt="Not so: " + ', DECLINE)
in_sources("words of a result changed", "a tolerance", r'unit="percent"', 'unit="percent", tolerance=0.5', DECLINE)
in_sources("words of a result changed", "a default", r'^(month: str = )"2025-05"', r'\1"2025-06"', DECLINE)

CATALOGUE = "data/series.csv"
in_rows(
    "provenance changed",
    "a licence upgraded",
    CATALOGUE,
    _set("licence", "public domain (work of the US federal government)"),
)
in_rows("provenance changed", "a source misattributed", CATALOGUE, _set("source", "OECD"))
in_rows("provenance changed", "an address", CATALOGUE, _set("collected_from", "https://example.org"))
in_rows("provenance changed", "official for press", CATALOGUE, _set("vintage_kind", "release"))
in_rows("provenance changed", "an event misdated", "data/tables/timeline.csv", _set("date", "2025-04-04"))
swapped("provenance changed", "a table's note", "data/tables.yaml", r"note: '", "note: 'Not ", GAP, True)
swapped(
    "provenance changed",
    "a table's licence",
    "data/tables.yaml",
    r"licence: public.*$",
    "licence: own compilation",
    GAP,
    True,
)

in_rows(
    "data changed without a word",
    "a day of release",
    "data/observations/frb_exchange_rates.csv",
    _set("vintage", "2026-07-22"),
)
in_rows(
    "data changed without a word",
    "a claim's wording",
    "data/tables/claims/japan_times_2025-06-19.csv",
    _set("statement", "Something else"),
    LEDGER,
)

swapped("rights changed", "the licence of the code", "LICENSE", r"without restriction", "with restriction")
swapped("rights changed", "an author", "CITATION.cff", r"name: .*$", "name: Somebody")
swapped(
    "rights changed",
    "the statement for replicators",
    "docs/replication.md",
    r"permission to (redistribute|publish)",
    r"no objection to \1 and permission to \1",
)

swapped(
    "rule weakened",
    "a tolerance of all comparisons",
    "notebooks/nbpoints/checks/compare.py",
    r"^REL = .*$",
    "REL = 1e-2",
)
swapped(
    "rule weakened",
    "what plausibility lets pass",
    "notebooks/autogap/data/gate.py",
    r"^RISES, FALLS = .*$",
    "RISES, FALLS = 1e9, 1e-9",
)
swapped("rule weakened", "a rule of the collection", "tests/compendium/rules.py", r"    return found$", "    return []")
swapped("rule weakened", "what a page must have", "tests/compendium/rules.py", r'^ *"references": .*\n', "")
