"""Rules for what stands in notebooks, pages and methods: nothing injected, nothing that hangs on day, machine or
chance.

Each function takes the project's folder and returns one sentence a fault.
"""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml
from nbpoints import notebook as reading
from nbpoints.parameters import declare

from tests.compendium import rules

# what a publisher of code scans for: https://docs.github.com/en/code-security/secret-scanning
_SECRET = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{20,}|sk-[\w-]{16,}|xox[abp]-[\w-]{10,}|AIza[\w-]{30,})"
    r"|-----BEGIN (?:\w+ )*PRIVATE KEY-----|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
    r"|(?i:\b(?:pass(?:word|wd)?|secret|token|api_?key|access_?key)\b\s*[:=]\s*\\?[\"'][^\"'\s{}<>]{6,}[\"'])"
    r"|://[^\s/:@\"'<>{}]+:[^\s/@\"'<>{}]+@"
)
# what runs, loads or hides something in a reader's browser
_ACTIVE = re.compile(
    r"<\s*(?:script|iframe|object|embed|form|link|meta|base|applet|svg|video|audio|input)\b|\bon[a-z]{3,}\s*=\s*[\"']"
    r"|javascript:|data:text/html|<img\b[^>]*\bsrc=[\"']?(?:https?:)?//|!\[[^\]]*\]\(\s*(?:https?:)?//"
    r"|url\(\s*[\"']?(?:https?:)?//|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0",
    re.IGNORECASE,
)
# marks that turn the order of letters round or do not show: https://trojansource.codes
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")

_CLOCK = r"(?:datetime|date|Timestamp|dt|Period|pd)\.(?:now|today|utcnow)"
_CLOCK += r"|time\.(?:time|time_ns|localtime|gmtime|ctime|strftime)"
_MACHINE = r"os\.(?:environ|getenv|cpu_count|getpid|uname|getlogin)|(?:platform|socket|getpass|locale|psutil)\.\w+"
_MACHINE += r"|sys\.(?:platform|version|version_info|maxsize)|Path\.home|\w+\.expanduser"
_CHANCE = r"random\.(?!default_rng|Generator|SeedSequence|PCG64)\w+|uuid\.\w+|secrets\.\w+|os\.urandom"
_OUTSIDE = r"requests\.\w+|httpx\.\w+|urllib\.request\.\w+|urlopen|subprocess\.\w+|os\.(?:system|popen)"
_FOREIGN = r"(?:pd\.|pickle\.|joblib\.)(?:read_pickle|loads?)|eval|exec|compile|__import__|get_ipython\(\)\.\w+"
_CALLS = {
    "reads the clock": re.compile(_CLOCK),
    "asks the machine": re.compile(_MACHINE),
    "depends on chance": re.compile(_CHANCE + r"|hash|id"),
    "reaches outside the project": re.compile(_OUTSIDE),
    "runs what it does not show": re.compile(_FOREIGN),
}
_SHELL = re.compile(
    r"^\s*(?:!|%(?:pip|conda|sx|system|run)\b|%%(?:bash|sh|script|html|javascript|js|writefile)\b)", re.MULTILINE
)
_NOW = re.compile(r"(?:to_datetime|Timestamp|Period|datetime64)\(\s*[\"'](?:now|today)[\"']")
_ADDRESS = re.compile(r"read_\w+\(\s*f?[\"'](?:https?|ftp|s3)://|open\(\s*f?[\"']https?://")
# months that the newest one only happens to be: a year after the spell under 27.5 percent
_LIKE_MONTHS = '"2026-04":"2026-08"'
_EVERY = re.compile(r"\b(?:each|every|all)\b", re.IGNORECASE)


def secrets(root: Path) -> list[str]:
    """Keys, passwords and tokens in any text of the project."""
    return [
        f"{place} holds what looks like a secret; revoke it and take it out."
        for place, text in _texts(root)
        if _SECRET.search(text)
    ]


def active_content(root: Path) -> list[str]:
    """Scripts, remote pictures and hidden text in what a reader's browser shows."""
    found = []
    for place, text in [*_pages(root), *_outputs(root)]:
        hit = _ACTIVE.search(re.sub(r"<style scoped>.*?</style>", "", text, flags=re.DOTALL))
        if hit:
            found.append(f"{place} has {hit[0]!r}, which runs, loads or hides something; take it out.")
    return found


def unseen_marks(root: Path) -> list[str]:
    """Characters that do not show or reverse the order of letters."""
    return [
        f"{place} has the unseen character U+{ord(hit[0]):04X}; take it out."
        for place, text in _texts(root)
        if (hit := _UNSEEN.search(text))
    ]


def same_everywhere(root: Path) -> list[str]:
    """Code of notebooks and methods that depends on the day, the machine, chance, or something outside the project."""
    found = []
    for place, source in _code(root):
        for what, pattern in _CALLS.items():
            found += [
                f"{place} {what} with {name}; pass a parameter or a file of the project."
                for name in _names(source)
                if pattern.fullmatch(name)
            ]
        for what, pattern in (("reads the clock", _NOW), ("reads an address", _ADDRESS), ("runs a command", _SHELL)):
            hit = pattern.search(source)
            if hit:
                found.append(f"{place} {what} with {hit[0].strip()}; pass a parameter or a file of the project.")
    return found


def lock_holds_all(root: Path) -> list[str]:
    """Dependencies that pyproject.toml states and requirements.txt does not pin, or pins outside what is stated."""
    from packaging.requirements import Requirement

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = [
        *project.get("dependencies", []),
        *(one for extra in project.get("optional-dependencies", {}).values() for one in extra),
    ]
    lock = (root / "requirements.txt").read_text(encoding="utf-8")
    pinned: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE):
        pinned.setdefault(rules._normal(name), []).append(version)
    found = [
        f"requirements.txt: {entry.split()[0]} has no hash; run `make lock`."
        for entry in re.split(r"\n(?=\S)", lock)
        if "==" in entry and "--hash=sha256:" not in entry
    ]
    for requirement in map(Requirement, stated):
        versions = pinned.get(rules._normal(requirement.name), [])
        if not versions or not all(requirement.specifier.contains(version) for version in versions):
            found.append(f"requirements.txt: does not pin {requirement}, which pyproject.toml states; run `make lock`.")
    return found


def whole_scope(root: Path) -> list[str]:
    """Scenarios that say each, every or all and end before the parameter's range does."""
    scenarios = yaml.safe_load((root / "notebooks/scenarios.yaml").read_text(encoding="utf-8"))
    found = []
    for name, scenario in scenarios.items():
        if not _EVERY.search(scenario.get("about", "")) or not isinstance(scenario.get("notebooks"), str):
            continue
        path = root / f"notebooks/{scenario['notebooks']}.ipynb"
        declared = declare.read(path) if path.is_file() else {}
        for parameter, values in scenario.get("matrix", {}).items():
            high = declared[parameter].high if parameter in declared else None
            if isinstance(values, dict) and high is not None and str(values.get("to", high)) != str(high):
                found.append(
                    f"notebooks/scenarios.yaml: {name} says {scenario['about']!r}, but {parameter} ends at "
                    f"{values.get('to')} and not at {high}; cover the range or say what is left out."
                )
    return found


def no_last_month_written(root: Path) -> list[str]:
    """Notebooks and scenarios that name the newest month of the data, which the next month would make wrong."""
    with (root / "data/series.csv").open(newline="", encoding="utf-8") as stream:
        last = max(row["last_period"] for row in csv.DictReader(stream) if row["name"].startswith("mof.us.exports"))
    found = []
    for place, source in _code(root):
        source = re.sub(r"^\w+:.*", "", source.replace(_LIKE_MONTHS, ""), flags=re.MULTILINE)
        if f'"{last}"' in source or f"'{last}'" in source:
            found.append(f"{place} names {last}, the newest month; ask the data for it.")
    scenarios = (root / "notebooks/scenarios.yaml").read_text(encoding="utf-8").splitlines()
    return found + [
        f"notebooks/scenarios.yaml: line {number} ends at {last}, the newest month; leave `to` out."
        for number, line in enumerate(scenarios, 1)
        if re.search(rf"to: *{last}\b", line)
    ]


def tests_are_whole(root: Path) -> list[str]:
    """Tests that cannot fail, and settings under which less is tested."""
    found = []
    for path in sorted((root / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for word in re.findall(r"mark\.xfail|mark\.skip\(|pytest\.xfail|collect_ignore|assert True\b|norun", text):
            if path.name not in ("content.py", "in_words.py"):
                found.append(f"{path.relative_to(root)}: {word.strip('(')} lets a fault pass; mend what fails.")
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {}).get("pytest", {})
    filters = settings.get("ini_options", {}).get("filterwarnings", ["error"])
    if filters[0] != "error" or any(one.startswith("ignore") for one in filters):
        found.append('pyproject.toml: filterwarnings must begin with "error" and ignore nothing; fix the warning.')
    for name in ("Makefile", ".ci/run"):
        text = (root / name).read_text(encoding="utf-8") if (root / name).exists() else ""
        proving = [line for line in text.splitlines() if re.search(r"pytest|make |nbval|^exit", line)]
        for line in proving:
            hits = re.findall(r"\|\| *true\b|--deselect|--ignore\b|-k +\S+|^exit 0", line)
            found += [f"{name}: {hit} lets a fault pass; take it out." for hit in hits]
    return found


def own_alternative_texts(root: Path) -> list[str]:
    """Alternative texts that two figures share, or that only repeat the title."""
    import json

    seen: dict[str, str] = {}
    found = []
    for path in sorted((root / "figures").glob("fig-*.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        alt, title = described.get("alt", ""), described.get("title", "")
        if alt and alt == title:
            found.append(f"figures/{path.stem}: the alternative text repeats the title; say what the picture shows.")
        if alt and alt in seen:
            found.append(f"figures/{path.stem}: has the alternative text of {seen[alt]}; say what this picture shows.")
        seen.setdefault(alt, path.stem)
    return found


def sources_without_release(root: Path) -> list[str]:
    """Source lines of figures that tell no release or edition, or a day that the data they name do not hold."""
    import json

    found = []
    for path in sorted((root / "figures").glob("fig-*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        source = facts.get("source", "")
        days = re.findall(r"\b[12][0-9]{3}(?:-[0-9]{2}){1,2}\b", source)
        if not re.search(r"\b[12][0-9]{3}\b|\bresults of this collection\b", source):
            found.append(f"figures/{path.stem}: {source!r} tells no release; add data.released(...).")
        held = "".join((root / name).read_text(encoding="utf-8") for name in facts["data"]) if days else ""
        found += [
            f"figures/{path.stem}: {day} stands in the source line, but in none of its data files."
            for day in days
            if day not in held
        ]
    return found


def digits_of_all_scripts(root: Path) -> list[str]:
    r"""Patterns with ``\d``, which lets full-width and Arabic digits through where machine data are ASCII."""
    return [
        f"{place} has a pattern with {hit[0]!r}, which matches digits of every script; write [0-9]."
        for place, source in [*_code(root), *_modules(root)]
        if (hit := re.search(r"(?<!\\)\\d(?![a-z])", source))
    ]


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Texts of the project but those of tests, which plant what they look for."""
    for path in rules.files(root):
        inside = path.relative_to(root)
        if path.suffix in rules.TEXT | {".yml", ".tex"} and inside.parts[0] != "tests":
            yield inside.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def _pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.glob("**/*.md")):
        if not any(part.startswith(".venv") or part in rules.LEFT_OUT for part in path.relative_to(root).parts):
            yield (
                path.relative_to(root).as_posix(),
                re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL),
            )
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for cell in reading.cells(path):
            if cell.kind == "markdown":
                yield f"{path.name}, cell {cell.number}", cell.source


def _outputs(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(reading.load(path)["cells"], 1):
            for output in cell.get("outputs", []):
                for mime in ("text/html", "text/markdown"):
                    if mime in output.get("data", {}):
                        yield f"{path.name}, output of cell {number}", "".join(output["data"][mime])


def _code(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        yield from (
            (f"{path.name}, cell {cell.number}", cell.source) for cell in reading.cells(path) if cell.kind == "code"
        )
    for path in sorted((root / "notebooks/autogap").glob("methods/*.py")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    for name in ("claims", "words", "results"):
        path = root / f"notebooks/autogap/{name}.py"
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def _modules(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "notebooks").rglob("*.py")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def _names(source: str) -> list[str]:
    """What a source calls or looks up, with what it is called on: ``pd.Timestamp.now`` gives its last two words too."""
    tree = reading.syntax(source)
    nodes = list(ast.walk(tree)) if tree else []
    called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    looked = [ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)]
    names = dict.fromkeys(called + looked)
    return list(dict.fromkeys(short for name in names for short in (name, ".".join(name.split(".")[-2:]))))


RULES = [
    secrets,
    active_content,
    unseen_marks,
    same_everywhere,
    lock_holds_all,
    whole_scope,
    no_last_month_written,
    tests_are_whole,
    own_alternative_texts,
    sources_without_release,
    digits_of_all_scripts,
]
