"""Rules for the whole collection: what the Social Science Data Editors and the AEA check in a replication package.

Each function takes the project's folder and returns one sentence a fault.
https://social-science-data-editors.github.io/template_README/
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import yaml
from nbpoints import notebook as reading
from nbpoints.checks import exported_figures, outputs

LEFT_OUT = {
    ".git",
    "runs",
    "__pycache__",
    ".pytest_cache",
    ".ipynb_checkpoints",
    ".ruff_cache",
    "build",
    "dist",
}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".cff", ".json", ".csv", ".ipynb", ".txt", ""}
PACKED = {".zip", ".gz", ".tar", ".7z", ".rar", ".bz2", ".xz"}
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"}
# Files of data/ that describe the others and cannot hold their own hash.
DESCRIPTIONS = {"datapackage.json", "README.md", "CHANGES.md", "tables.yaml"}

# What a newcomer looks for, and a replicator by the template of the Social Science Data Editors.
SECTIONS = {
    "README.md": {
        "an overview of what the collection answers": r"\A# .+\n+\w[^\n]{40,}",
        "instructions in one command": r"^\s+make\b",
        "the questions with their answers": r"<!-- generated: questions -->\n+\|",
        "how to cite": r"^## Cite",
    },
    "notebooks/README.md": {"the table of notebooks": r"<!-- generated: notebooks -->\n+\|"},
    "figures/README.md": {"the map from programs to figures": r"<!-- generated: figures -->\n+\|"},
    "docs/replication.md": {
        "data availability": r"^## Data availability",
        "a statement of rights": r"^### Statement about rights",
        "the right to use the data": r"legitimate access to and permission to use",
        "the right to publish the data": r"permission to (?:redistribute|publish)",
        "the dataset list": r"^### Dataset list\n+<!-- generated: datasets -->\n+\|",
        "computational requirements": r"^## Computational requirements",
        "where random numbers get their seed": r"\bseed\b",
        "run times": r"\b\d+(?:\.\d+)?\s?(?:s|seconds|minutes|min)\b",
        "the machine on which they were measured": r"\b(?:\d+|two|four|eight)\b[^.\n]{0,30}\bcores?\b",
        "the memory of that machine": r"\b\d+(?:\.\d+)? ?G(?:i)?B\b",
        "references": r"^## References",
    },
}

_FOLDERS = "home|Users|root|work|mnt|Volumes|media|scratch|workspace"
_FROM_ROOT, _SLASH = "give it from the project's root", "write `/`"
# what a text must hold for the pattern to be worth the search, the pattern, the hint
_BAD_PATHS = (
    ("/", re.compile(rf"/(?<![\w.:/~<-]/)(?:{_FOLDERS})/[\w.-]+"), _FROM_ROOT),
    ("\\", re.compile(r"(?<![\w\\])[A-Z]:\\{1,2}\w{2}"), _FROM_ROOT),
    ("\\", re.compile(r"(?<![\w\\])(?:data|figures|notebooks|tests|runs)\\{1,2}\w{2}"), _SLASH),
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)(?:\s+\"[^\"]*\")?\)|<img[^>]*\bsrc=\"([^\"]+)\"")
_FENCED = re.compile(r"^(```|~~~).*?^\1|^(?: {4}|\t)[^\n]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def files(root: Path) -> list[Path]:
    """Every file that goes into a deposit of the project, sorted."""
    found = []
    for path in sorted(root.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith(".venv") or path.name.endswith(".egg-info"):
            continue
        found += files(path) if path.is_dir() else [path]
    return found


def machine_paths(root: Path) -> list[str]:
    """Paths of one machine, and paths with backslashes, in any text of the project.

    Tests are left out, which plant them, and notebooks, whose own rules look for them cell by cell.
    """
    found = []
    for path in files(root):
        inside = path.relative_to(root)
        if path.suffix not in TEXT - {".ipynb"} or inside.parts[0] == "tests":
            continue
        for first, text in _texts(path):
            for needed, pattern, hint in _BAD_PATHS:
                for hit in pattern.finditer(text) if needed in text else ():
                    number = first + text.count("\n", 0, hit.start())
                    found.append(f"{inside}: line {number} has the path {hit[0]!r}; {hint}.")
    return found


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """A text with the number of its first line; of Python the strings, in which a backslash no longer escapes."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return iter([(1, text)])
    constants = (node for node in _syntax(text) if isinstance(node, ast.Constant))
    return ((node.lineno, node.value) for node in constants if isinstance(node.value, str))


def unwanted_files(root: Path) -> list[str]:
    """Empty files, files twice, archives, and what operating systems leave behind."""
    found, by_content = [], defaultdict(list)
    for path in files(root):
        inside = str(path.relative_to(root))
        content = path.read_bytes()
        if not content:
            found.append(f"{inside}: the file is empty; remove it or say in it why it is there.")
        elif path.suffix in PACKED:
            found.append(f"{inside}: an archive hides its content from the checks; put its files in plain.")
        elif LITTER & set(path.parts):
            found.append(f"{inside}: left behind by an operating system; remove it.")
        by_content[hashlib.sha256(content).digest()].append(inside)
    twins = [names for content, names in by_content.items() if len(names) > 1 and (root / names[0]).stat().st_size]
    return found + [f"{' and '.join(names)}: the same bytes; keep one." for names in twins]


def undeclared_imports(root: Path) -> list[str]:
    """Imports that no package of the lock provides."""
    lock = {
        _normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", _read(root / "requirements.txt"), re.MULTILINE)
    }
    providers, local = _providers(), _local(root)
    found = []
    for path in files(root):
        if path.suffix in (".py", ".ipynb"):
            for module in sorted(imports(path) - set(sys.stdlib_module_names) - local):
                if not {_normal(name) for name in providers.get(module, [])} & lock:
                    inside = path.relative_to(root)
                    found.append(f"{inside}: imports {module}, which no package of requirements.txt provides.")
    return found


@cache
def _providers() -> Mapping[str, list[str]]:
    # reads the records of every installed package
    return packages_distributions()


def imports(path: Path) -> set[str]:
    """Top-level names of what a module or a notebook imports.

    Examples
    --------
    >>> sorted(imports(Path(__file__)) & {"ast", "yaml", "numpy"})
    ['ast', 'yaml']
    """
    nodes = _nodes(path)
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return {name.split(".")[0] for name in names}


@cache
def _syntax(text: str) -> list[ast.AST]:
    # several rules read the same modules
    return list(ast.walk(ast.parse(text)))


def _nodes(path: Path) -> list[ast.AST]:
    """All nodes of the syntax of a module, or of the code cells of a notebook."""
    if path.suffix == ".py":
        return _syntax(path.read_text(encoding="utf-8"))
    trees = (reading.syntax(cell.source) for cell in reading.cells(path) if cell.kind == "code")
    return [node for tree in trees if tree for node in ast.walk(tree)]


def unlisted_data(root: Path) -> list[str]:
    """Files of data/ that the data package does not list, and files whose bytes are not those that it lists."""
    data = root / "data"
    listed = {one["path"]: one for one in json.loads(_read(data / "datapackage.json"))["resources"]}
    found = []
    for path in files(data):
        inside = path.relative_to(data).as_posix()
        if inside in DESCRIPTIONS:
            continue
        if inside not in listed:
            found.append(f"data/{inside}: not in datapackage.json; describe it and run `make package`.")
        elif listed[inside].get("hash") != f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}":
            found.append(
                f"data/{inside}: not the bytes that datapackage.json lists; see what changed, then `make package`."
            )
    return found + [
        f"data/{name}: listed in datapackage.json but not there." for name in listed if not (data / name).exists()
    ]


def figures_without_program(root: Path) -> list[str]:
    """Figures that no notebook draws, figures that a notebook shows but that are not there, files that were changed."""
    books = sorted((root / "notebooks").glob("*.ipynb"))
    shown = {one["stem"]: path.name for path in books for one in outputs.figures(reading.load(path))}
    stored = exported_figures.stems(root / "figures")
    found = [f"figures/{stem}: no notebook draws it; remove its files." for stem in stored if stem not in shown]
    missing = [stem for stem in shown if stem not in stored]
    found += [
        f"figures/{stem}: {shown[stem]} shows it but its files are missing; run `make accept`." for stem in missing
    ]
    return found + exported_figures.tampered(root / "figures")


def page_sections(root: Path) -> list[str]:
    """What a newcomer or a replicator looks for in the pages and does not find."""
    return [
        f"{page}: {what} is missing."
        for page, sections in SECTIONS.items()
        for what, pattern in sections.items()
        if not re.search(pattern, _read(root / page), re.MULTILINE)
    ]


def unseeded(root: Path) -> list[str]:
    """Random numbers that come without a seed."""
    found = []
    for path in (path for path in files(root / "notebooks") if path.suffix in (".py", ".ipynb")):
        for call in (node for node in _nodes(path) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            legacy = re.search(
                r"\b(?:np|numpy)\.random\.(?!default_rng|Generator|SeedSequence|PCG64|seed|[gs]et_state)\w+$", name
            )
            bare = name.split(".")[-1] in ("default_rng", "RandomState", "Sobol") and not _has_seed(call)
            if legacy or bare:
                found.append(
                    f"{path.relative_to(root)}: line {call.lineno} draws with {name} and no seed; pass one on."
                )
    return found


def citation(root: Path) -> list[str]:
    """A version in CITATION.cff that is not the project's; its form is checked by its published schema."""
    cff = yaml.safe_load(_read(root / "CITATION.cff"))
    version = tomllib.loads(_read(root / "pyproject.toml"))["project"]["version"]
    if str(cff.get("version")) == version:
        return []
    return [f"CITATION.cff: version is {cff.get('version')}, that of pyproject.toml is {version}."]


def broken_links(root: Path) -> list[str]:
    """Links and pictures of the project's pages and notebooks that lead nowhere inside it."""
    found = []
    for path in files(root):
        if path.suffix == ".md":
            text = _read(path)
        elif path.suffix == ".ipynb":
            text = "\n\n".join(cell.source for cell in reading.cells(path) if cell.kind == "markdown")
        else:
            continue
        for target in _targets(text):
            place, _, anchor = target.partition("#")
            aim = (path.parent / place).resolve() if place else path
            if not aim.exists() or not aim.is_relative_to(root.resolve()):
                found.append(f"{path.relative_to(root)}: the link {target} leads nowhere.")
            elif anchor and aim.suffix == ".md" and anchor not in _anchors(_read(aim)):
                found.append(f"{path.relative_to(root)}: {target} has no such heading.")
    return found


def _targets(text: str) -> Iterator[str]:
    for one, other in _LINK.findall(_FENCED.sub("", text)):
        target = one or other
        if not re.match(r"[a-z][a-z+.-]*:", target):
            yield target


def _anchors(text: str) -> set[str]:
    """Headings as GitHub turns them into anchors: lower case, words joined by hyphens, other marks dropped."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _has_seed(call: ast.Call) -> bool:
    named = {keyword.arg for keyword in call.keywords}
    return bool(named & {"seed", "rng", None}) or (bool(call.args) and ast.unparse(call.func).split(".")[-1] != "Sobol")


def _local(root: Path) -> set[str]:
    """Modules of the project itself: the shared package, and those of its tests."""
    return {"autogap", "nbpoints", "tests"} | {path.stem for path in (root / "tests").rglob("*.py")}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


RULES = [
    machine_paths,
    unwanted_files,
    undeclared_imports,
    unlisted_data,
    figures_without_program,
    page_sections,
    unseeded,
    citation,
    broken_links,
]
