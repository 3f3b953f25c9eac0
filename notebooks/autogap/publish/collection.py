"""This collection's theme: its citation file, labels, data package, claims and methods."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import hashlib
import json
from pathlib import Path

import yaml
from nbpoints.errors import InputError

from autogap.figures import credit
from autogap.paths import DATA, NOTEBOOKS, ROOT
from autogap.publish.rights import Terms
from autogap.publish.theme import HERE, DataFile, Theme

NOT_STATED = "not stated"


def theme() -> Theme:
    """Read the collection's own words about itself; its claims are judged when they are asked for."""
    cited = _citation()
    words = yaml.safe_load((HERE / "labels.yaml").read_text(encoding="utf-8"))
    labels = {f"{kind}/{name}": texts for kind, table in words["labels"].items() for name, texts in table.items()}
    return Theme(
        title=words["title"],
        about=words["about"],
        name="autogap",
        version=str(cited["version"]),
        released=str(cited["date-released"]),
        author=" and ".join(_author(author) for author in cited["authors"]),
        address=credit.address(cited),
        licence=str(cited["license"]),
        command="autogap run",
        macro="autogap",
        labels=labels,
        data=_data_files(),
        methods=tuple(_methods(NOTEBOOKS / "autogap" / "methods")),
        judged=_claims,
        made_of=_made_of(),
    )


def _citation() -> dict:
    """Read the citation file, with the fields that a site and a report state."""
    cited = credit.citation()
    for field in ("version", "date-released", "authors", "license"):
        if not cited.get(field):
            raise InputError(f"{credit.CITATION}: {field} is missing.")
    try:
        dt.date.fromisoformat(str(cited["date-released"]))
    except ValueError:
        raise InputError(
            f"{credit.CITATION}: date-released: {cited['date-released']} is not a valid date (expected YYYY-MM-DD)."
        ) from None
    authors = cited["authors"]
    if not isinstance(authors, list) or not all(
        isinstance(author, dict) and ("name" in author or "family-names" in author) for author in authors
    ):
        raise InputError(f"{credit.CITATION}: authors: expected a list in which each has a name or family-names.")
    return cited


def _author(author: dict) -> str:
    return author.get("name") or f"{author.get('given-names', '')} {author['family-names']}".strip()


def _data_files() -> dict[str, DataFile]:
    package = json.loads((DATA / "datapackage.json").read_bytes())
    series: dict[str, list[dict[str, str]]] = {}
    named: dict[str, dict[str, None]] = {}
    for row in _rows("series"):
        named.setdefault(f"data/{row['file']}", {})[row["publisher"]] = None
        series.setdefault(f"data/{row['file']}", []).append(
            {
                "name": row["name"],
                "title": row["title"],
                "unit": row["unit"],
                "from": row["first_period"],
                "to": row["last_period"],
                "licence": row["licence"],
            }
        )
    homes, found = _homes(), {}
    for resource in package["resources"]:
        path = f"data/{resource['path']}"
        terms = "; ".join(dict.fromkeys(licence["title"] for licence in resource["licenses"]))
        sources = dict.fromkeys(source["title"].partition("; collected from")[0] for source in resource["sources"])
        stated = NOT_STATED not in terms
        found[path] = DataFile(
            Terms(
                path,
                resource["title"],
                terms,
                "; ".join(sources),
                stated,
                homes.get(path, ""),
                _newest(resource),
                "; ".join(named.get(path, sources)),
            ),
            resource.get("description", ""),
            tuple(series.get(path, ())),
        )
    return found


def _homes() -> dict[str, str]:
    """Where the publishers have the series of a file, by the requests that renew them; the first of several."""
    asked = {row["request"]: row["url"] for row in _rows("requests")}
    files = {row["name"]: row["file"] for row in _rows("series")}
    found: dict[str, str] = {}
    for row in _rows("selectors"):
        # an address that differs from release to release is cut before what differs
        url = asked[row["request"]].partition("{")[0].rpartition("/")[0] + "/"
        found.setdefault(f"data/{files[row['series']]}", url)
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _newest(resource: dict) -> str:
    """Read the newest vintage from what the package says about a file."""
    told = resource.get("description", "").partition("vintages: ")[2]
    return told.partition(" to ")[2] or told.partition(", ")[2]


def _made_of() -> str:
    """Hash the data, the notebooks and the code: what the verdict on a claim may rest on."""
    digest = hashlib.sha256()
    for pattern in ("data/**/*.csv", "data/*.json", "notebooks/*.ipynb", "notebooks/*/**/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _claims() -> tuple[dict, ...]:
    """Every claim of every article, in our own words, judged against the stored notebooks."""
    from autogap import claims, data, results  # pandas takes as long as all else of a site that has not changed

    checks = data.table("claim_checks")
    stored = [NOTEBOOKS / f"{name}.ipynb" for name in sorted(set(checks["notebook"]))]
    strays = results.strays(stored)
    recorded = results.read_all(stored)
    recorded = recorded[~recorded["notebook"].isin(strays)]
    rows = []
    for path in sorted((DATA / "tables" / "claims").glob("*.csv")):
        day = claims.articles.day(path.stem)
        named = f"{claims.articles.outlet(path.stem)}, {day}"
        table, own = claims.read(path.stem), checks[checks["article"] == path.stem]
        try:
            judged = claims.judge(table, claims.evidence(table, own, recorded, day))
        except InputError as error:
            raise InputError(f"{path.relative_to(ROOT)}: {error}") from None
        for row in judged.reset_index().to_dict("records"):
            wanted = ("statement", "quoted", "unit", "computed", "definition", "source")
            shown = {name: "" if row.get(name) is None or row[name] != row[name] else str(row[name]) for name in wanted}
            if isinstance(row.get("computed"), float):
                shown["computed"] = f"{row['computed']:.4g}".replace("-", "\N{MINUS SIGN}")
            elif isinstance(row.get("computed"), bool):
                shown["computed"] = "yes" if row["computed"] else "no"
            notebook, _, result = shown.pop("source").partition(": ")
            verdict = claims.VERDICTS.get(row["verdict"], row["verdict"])
            rows.append(
                {"id": str(row["claim_id"]), "article": named, "verdict": verdict}
                | shown
                | {"notebook": notebook, "result": result}
            )
    return tuple(rows)


def _methods(folder: Path):
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [
            {"name": node.name, "summary": _first(node)}
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        if functions:
            yield {"name": path.stem, "summary": _first(tree), "functions": functions}


def _first(node: ast.Module | ast.FunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n\n")[0].replace("\n", " ")
