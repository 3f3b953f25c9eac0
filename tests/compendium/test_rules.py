"""Each rule for the collection: a small project in order has no fault, a planted one gets its sentence."""

from __future__ import annotations

import hashlib
import json

import books
import pytest
from nbpoints.errors import InputError
from nbpoints.notebook import canonical

from tests.compendium import content, readme
from tests.compendium import rules as compendium

PART = "<!-- generated: {} -->\n<!-- /generated -->\n"
PAGES = {
    "README.md": f"""# gap

A collection of notebooks on the gap in trade, with everything that they need.

    make

See [the data](data/README.md#rights-of-use) and ![a figure](figures/fig-a.png). Code: `[no](link.md)`.

{PART.format("questions")}
## Cite it
""",
    "notebooks/README.md": PART.format("notebooks"),
    "figures/README.md": PART.format("figures") + PART.format("journals"),
    "docs/assumptions.md": PART.format("settings"),
    "docs/replication.md": f"""# For replicators

## Data availability

### Statement about rights

We have legitimate access to and permission to use the data, and permission to redistribute them.

### Dataset list

{PART.format("datasets")}
## Computational requirements

It takes 40 seconds on 2 cores with 8 GB. Random methods take a seed.

## References
""",
}
CFF = """cff-version: 1.2.0
message: Please cite.
title: gap
authors:
  - family-names: Doe
    given-names: Ann
version: 0.1.0
date-released: "2026-11-23"
"""


@pytest.fixture
def project(tmp_path):
    """A small project in order."""
    files = {
        **PAGES,
        "CITATION.cff": CFF,
        "pyproject.toml": '[project]\nname = "gap"\nversion = "0.1.0"\n',
        "requirements.txt": "numpy==2.4.6 \\\n    --hash=sha256:00\npyyaml==6.0\n",
        "data/README.md": "# Data\n\n## Rights of use\n",
        "data/observations/a.csv": "period,value\n2025-05,1\n",
        "notebooks/autogap/model.py": "import json\n\nimport numpy as np\n\nTEXT = 'a\\nb'\n\n\ndef draw(seed):\n    "
        "return np.random.default_rng(seed)\n",
    }
    for form in ("pdf", "svg", "png", "csv"):
        files[f"figures/fig-a.{form}"] = f"{form} of a"
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    hashes = {f"fig-a.{form}": digest(f"{form} of a") for form in ("pdf", "svg", "png", "csv")}
    facts = {"files": hashes, "title": "It rises", "data": {"data/observations/a.csv": "0"}}
    (tmp_path / "figures/fig-a.json").write_text(json.dumps(facts), encoding="utf-8")
    listed = {
        "path": "observations/a.csv",
        "title": "A | B",
        "description": "1 series, vintages: 2, 2025-05 to 2026-09-16",
        "hash": f"sha256:{digest(files['data/observations/a.csv'])}",
        "sources": [{"title": "Census; collected from x"}],
        "licenses": [{"name": "other-pd", "title": "public domain"}],
    }
    (tmp_path / "data/datapackage.json").write_text(json.dumps({"resources": [listed]}), encoding="utf-8")
    book = books.book(
        books.prose("# Does it rise?"),
        books.code("say('It rises.')", books.display(markdown="**It rises** by 1.")),
        books.code("figures.save(fig)", books.figure("fig-a", {"axes": [{}]})),
    )
    canonical.save(book, books.write(tmp_path, book, "01_rise.ipynb"))
    for page in map(tmp_path.joinpath, readme.PAGES):
        page.write_text(readme.renew(page.read_text(encoding="utf-8"), tmp_path), encoding="utf-8")
    return tmp_path


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


RULES = [*compendium.RULES, readme.stale]


def faults(project) -> list[str]:
    return [fault for rule in RULES for fault in rule(project)]


def test_project_in_order_has_no_fault(project):
    """No rule cries wolf."""
    assert faults(project) == []
    pages = {page: (project / page).read_text(encoding="utf-8") for page in readme.PAGES}
    assert "| [01](notebooks/01_rise.ipynb) Does it rise? | It rises by 1. |" in pages["README.md"]
    assert "| [01_rise](01_rise.ipynb)<br>Does it rise? | It rises by 1. | <img src=" in pages["notebooks/README.md"]
    assert "| It rises | [01_rise](../notebooks/01_rise.ipynb), cell 4 | a |" in pages["figures/README.md"]
    assert (
        "| [01](../notebooks/01_rise.ipynb) | `month` | `'2025-05'` | month of the figures |"
        in pages["docs/assumptions.md"]
    )
    assert "| A \\| B | Census | 2026-09-16 | public domain | yes |" in pages["docs/replication.md"]


def edit(name: str, old: str, new: str):
    def apply(project):
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return apply


def add(name: str, text: str):
    return lambda project: (project / name).write_text(text, encoding="utf-8")


FAULTS = [
    (add("notebooks/x.py", "PATH = '/home/ann/gap'\n"), "notebooks/x.py: line 1 has the path '/home/ann'"),
    (add("notes.md", "in data\\gap.csv\n"), "notes.md: line 1 has the path 'data"),
    (add("notebooks/x.py", "PATH = 'data\\\\gap.csv'\n"), "notebooks/x.py: line 1 has the path 'data"),
    (add("notebooks/x.py", ""), "notebooks/x.py: the file is empty"),
    (add("data/observations/b.zip", "PK"), "data/observations/b.zip: an archive"),
    (add("figures/.DS_Store", "x"), "left behind by an operating system"),
    (add("notes.md", "pdf of a"), "figures/fig-a.pdf and notes.md: the same bytes"),
    (add("notebooks/x.py", "import pandas\n"), "notebooks/x.py: imports pandas, which no package"),
    (edit("data/observations/a.csv", ",1", ",2"), "data/observations/a.csv: not the bytes that datapackage.json lists"),
    (add("data/observations/b.csv", "x\n"), "data/observations/b.csv: not in datapackage.json"),
    (lambda project: (project / "data/observations/a.csv").unlink(), "listed in datapackage.json but not there"),
    (add("figures/fig-b.csv", "x\n"), "figures/fig-b: no notebook draws it"),
    (add("figures/fig-a.svg", "other"), "fig-a: fig-a.svg is not the file that was written with fig-a.json"),
    (lambda project: (project / "figures/fig-a.pdf").unlink(), "fig-a: fig-a.pdf is missing"),
    (
        edit("docs/replication.md", "permission to redistribute", "a wish to show"),
        "docs/replication.md: the right to publish the data is missing",
    ),
    (edit("docs/replication.md", "40 seconds", "a while"), "docs/replication.md: run times is missing"),
    (edit("docs/replication.md", "## References", ""), "docs/replication.md: references is missing"),
    (edit("README.md", "It rises by 1.", "It rises by 2."), "README.md is not current"),
    (edit("notebooks/README.md", "It rises by 1.", "It rises by 2."), "notebooks/README.md is not current"),
    (edit("docs/assumptions.md", "month of the figures", "month"), "docs/assumptions.md is not current"),
    (edit("figures/README.md", ", cell ", ", cel "), "figures/README.md is not current"),
    (
        edit("notebooks/autogap/model.py", "default_rng(seed)", "default_rng()"),
        "draws with np.random.default_rng and no seed",
    ),
    (edit("notebooks/autogap/model.py", "default_rng(seed)", "normal()"), "draws with np.random.normal and no seed"),
    (edit("CITATION.cff", "version: 0.1.0", "version: 0.2.0"), "CITATION.cff: version is 0.2.0"),
    (edit("README.md", "(data/README.md#rights-of-use)", "(data/README.md#rights)"), "has no such heading"),
    (edit("README.md", "(figures/fig-a.png)", "(figures/fig-c.png)"), "the link figures/fig-c.png leads nowhere"),
]


@pytest.mark.parametrize(("plant", "sentence"), FAULTS, ids=[sentence[:50] for _, sentence in FAULTS])
def test_planted_fault_gets_its_sentence(project, plant, sentence):
    """One fault, one sentence."""
    plant(project)
    assert any(sentence in fault for fault in faults(project)), faults(project)


def test_an_unknown_part_is_bad_input(project):
    """With the near names."""
    edit("figures/README.md", "generated: figures", "generated: figure")(project)
    with pytest.raises(InputError, match="Did you mean 'figures'"):
        readme.stale(project)


def test_the_newest_month_is_not_written_where_the_next_would_make_it_wrong(tmp_path):
    """In code or a range of scenarios; the cell of parameters has it, and `make ranges` renews it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/series.csv").write_text("name,last_period\nmof.us.exports.total,2031-02\nx,2031-09\n")
    cells = [books.code("values['2031-02']"), books.code("values['2031-01']")]
    books.write(tmp_path, books.book(*cells))
    (tmp_path / "notebooks/scenarios.yaml").write_text("a: {matrix: {month: {from: 2030-01, to: 2031-02}}}\n")
    told = content.no_last_month_written(tmp_path)
    assert [fault.split(":")[0] for fault in told] == [
        "01_small.ipynb, cell 2 names 2031-02, the newest month; ask the data for it.",
        "notebooks/scenarios.yaml",
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("Census Bureau (2026-09-16)", ""),
        ("OECD, edition of 2021", ""),
        ("Claims table and results of this collection", ""),
        ("Census Bureau", "'Census Bureau' tells no release"),
        ("Census Bureau (2026-09-17)", "2026-09-17 stands in the source line"),
    ],
)
def test_a_source_line_tells_a_release_that_the_data_hold(tmp_path, source, told):
    for folder in ("figures", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data/a.csv").write_text("2026-08,a,1,2026-09-16\n", encoding="utf-8")
    facts = {"source": source, "data": {"data/a.csv": "0"}}
    (tmp_path / "figures/fig-a.json").write_text(json.dumps(facts), encoding="utf-8")
    found = content.sources_without_release(tmp_path)
    assert [told in fault for fault in found] == [True] * bool(told)


def test_a_pattern_for_digits_of_every_script_is_told(tmp_path):
    path = tmp_path / "notebooks" / "a.py"
    path.parent.mkdir()
    for text, told in ((r're.match(r"\d+", x)', 1), (r're.match(r"[0-9]+\s", x)', 0), (r"'\detokenize'", 0)):
        path.write_text(text, encoding="utf-8")
        assert len(content.digits_of_all_scripts(tmp_path)) == told, text
