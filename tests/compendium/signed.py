"""What no computation can prove, signed off by a person: facts of provenance, prose, scope, the project's own rules.

`make sign` shows what changed since it was last signed and writes ``signed.json``. A fact about data is signed only
together with a new text of ``data/CHANGES.md``.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml
from autogap.paths import NOTEBOOKS, ROOT
from nbpoints import cli, project
from nbpoints import notebook as reading
from nbpoints.errors import InputError
from nbpoints.files import read_text, write_whole

LOCK = "tests/compendium/signed.json"
CHANGES = "data/CHANGES.md"
# what follows from the observations, and changes with every month that is added
_DERIVED = ("first_period", "last_period")
_RULES = ("tests/compendium/*.py", "tests/notebooks/*.py", "tests/conftest.py", "notebooks/conftest.py")
_RULES += ("notebooks/nbpoints/checks/*.py", "notebooks/nbpoints/notebook/*.py", "notebooks/autogap/data/gate.py")
_RULES += ("notebooks/autogap/data/vocabulary.py", "Makefile", ".ci/run", ".gitignore")
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GENERATED = re.compile(r"<!-- generated: .*?<!-- /generated -->", re.DOTALL)
# words of a call that a reader sees and that no number proves
_WORDS = {"figures.save": ("title", "subtitle", "alt", "source"), "record": ("unit", "label", "digits", "tolerance")}


def facts(root: Path) -> dict[str, str]:
    """Every fact by name, with a hash of what it says; names under ``data/`` need a line in CHANGES.md."""
    found = {name: _hash(said) for part in (_data, _prose, _project) for name, said in part(root)}
    return dict(sorted(found.items()))


def unsigned(root: Path) -> list[str]:
    """Facts that are not as they were signed, a sentence each."""
    signed = mapping(root, LOCK, json.loads, ("facts", "changes"))
    now = facts(root)
    changed = [name for name in sorted({*now, *signed["facts"]}) if now.get(name) != signed["facts"].get(name)]
    return [f"{name}: {_how(name, now, signed['facts'])} since it was signed; {_hint(name)}." for name in changed]


def main() -> int:
    """Show what changed and sign it; status 1 when a fact about data changed and CHANGES.md says nothing."""
    project.refuse_another(NOTEBOOKS / "autogap")
    place = ROOT / LOCK
    told = unsigned(ROOT) if place.exists() else []
    print(*told, sep="\n")
    log = _hash((ROOT / CHANGES).read_text(encoding="utf-8"))
    if any(line.startswith("data/") for line in told) and log == mapping(ROOT, LOCK, json.loads)["changes"]:
        print(f"Nothing is signed: say in {CHANGES} why the facts under data/ changed, then run `make sign` again.")
        return 1
    write_whole(place, json.dumps({"changes": log, "facts": facts(ROOT)}, indent=0, sort_keys=True) + "\n")
    print(f"Signed: {len(told)} changed facts of {len(facts(ROOT))}.")
    return 0


def mapping(root: Path, relative: str, parse: Callable[[str], object], keys: Iterable[str] = ()) -> dict:
    """Read a file of the project that holds a mapping, as JSON or YAML.

    Raises
    ------
    InputError
        When it is missing, broken, or lacks one of the keys.
    """
    text = read_text(root / relative)
    try:
        found = parse(text)
    except (ValueError, yaml.YAMLError) as error:
        raise InputError(f"{relative}: cannot be read ({' '.join(str(error).split())}).") from None
    if not isinstance(found, dict):
        raise InputError(f"{relative}: holds no mapping of names to values.")
    for key in keys:
        if key not in found:
            raise InputError(f"{relative}: {key!r} is missing.")
    return found


def _yaml(text: str) -> object:
    return yaml.load(text, _YAML)


def _how(name: str, now: dict, then: dict) -> str:
    return "new" if name not in then else "gone" if name not in now else "changed"


def _hint(name: str) -> str:
    said = (
        f"say why in {CHANGES} and run `make sign`" if name.startswith("data/") else "read it again and run `make sign`"
    )
    return f"if it is meant, {said}"


def _data(root: Path) -> Iterator[tuple[str, str]]:
    with (root / "data/series.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield f"data/series.csv, {row['name']}", json.dumps({k: v for k, v in row.items() if k not in _DERIVED})
    for name, table in mapping(root, "data/tables.yaml", _yaml).items():
        yield f"data/tables.yaml, {name}", json.dumps(table, default=str)
    for path in sorted((root / "data").rglob("*.csv")):
        if path.name != "series.csv":
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def _prose(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        for number, cell in enumerate(reading.cells(path), 1):
            name = f"notebooks/{path.name}, cell {number}"
            if cell.kind == "markdown":
                yield name, cell.source
            elif words := "\n".join(_said(cell.source)):
                yield f"{name}, words of its results and figures", words
            if "parameters" in cell.tags:
                yield f"notebooks/{path.name}, parameters", cell.source
    for path in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "notebooks").rglob("*.md")]):
        for part in re.split(r"^(?=## )", _GENERATED.sub("", path.read_text(encoding="utf-8")), flags=re.MULTILINE):
            yield f"{path.relative_to(root).as_posix()}, {part.splitlines()[0].strip('# ')}", part


def _said(source: str) -> Iterator[str]:
    for call in (node for node in ast.walk(reading.syntax(source) or ast.Module([], [])) if isinstance(node, ast.Call)):
        called = _text(source, call.func)
        for keyword in call.keywords:
            if keyword.arg in _WORDS.get(called, ()):
                named = _text(source, call.args[1 if "save" in called else 0])
                yield f"{named}: {keyword.arg}={_text(source, keyword.value)}"


def _text(source: str, node: ast.expr) -> str:
    # not ast.unparse, which quotes f-strings otherwise from Python 3.12 on
    return " ".join((ast.get_source_segment(source, node) or "").split())


def _project(root: Path) -> Iterator[tuple[str, str]]:
    for name in ("LICENSE", "CITATION.cff"):
        yield name, (root / name).read_text(encoding="utf-8")
    for name, scenario in mapping(root, "notebooks/scenarios.yaml", _yaml).items():
        yield f"notebooks/scenarios.yaml, {name}", json.dumps(scenario, default=str)
    pytest_settings = (root / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.pytest.ini_options]")[2]
    yield "pyproject.toml, pytest", pytest_settings.partition("\n[")[0]
    for path in sorted(path for pattern in _RULES for path in root.glob(pattern)):
        yield f"{path.relative_to(root).as_posix()}, a rule", path.read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(cli.in_sentences(main))
