"""What an author pastes into a manuscript: it compiles, it opens in Word and Excel, and it tells when it is old."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from autogap.publish import citing, collection
from autogap.publish.export import check, numbers, package, tables
from autogap.publish.export.package import JOURNALS
from nbpoints.errors import InputError

pytestmark = pytest.mark.slow

NAMES = ("export_decline", "export_decline@month=2025-06")
PAPER = r"""\documentclass{article}
\usepackage{booktabs,graphicx,autogap}
\input{numbers}
\begin{document}
\section{In May exports moved by \autogap{export_decline/exports_yoy_pct} \autogapunit{export_decline/exports_yoy_pct}}
In June by \autogap{export_decline@month=2025-06/exports_yoy_pct}. % \autogap{not/used}
\input{captions}
\input{tables/export_decline.tex}
\nocite{*}
\bibliographystyle{plain}
\bibliography{references}
\end{document}
"""


@pytest.fixture(scope="module")
def export(site, tmp_path_factory) -> tuple[Path, list]:
    """The export of two points, from runs that are there already."""
    reads = [read for name in NAMES for read in site.reads if read.name == name]
    folder = tmp_path_factory.mktemp("manuscript")
    journal = package.Journal("briefing", ("pdf", "svg"))
    package.write(folder, package.content(reads, collection.theme(), journal), reads, "aer")
    return folder, reads


def compiled(folder: Path, paper: str, name: str = "paper") -> subprocess.CompletedProcess:
    if shutil.which("pdflatex") is None:
        pytest.skip("NO LATEX: the sample paper was not compiled. Install texlive-latex-recommended, as .ci/run does.")
    (folder / f"{name}.tex").write_text(paper, encoding="utf-8")
    return subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )


def test_the_sample_paper_compiles_and_prints_the_recorded_numbers(export, tmp_path):
    folder, reads = export
    shutil.copytree(folder, tmp_path / "paper")
    done = compiled(tmp_path / "paper", PAPER)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Overfull \\hbox" not in "".join(line for line in done.stdout.splitlines() if "numbers.tex" in line)
    words = subprocess.run(
        ["pdftotext", tmp_path / "paper" / "paper.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    for read in reads:
        result = next(result for result in read.results if result["name"] == "exports_yoy_pct")
        assert f"{abs(result['value']):.{result['digits']}f}" in words
    assert reads[0].figures[0].title.split()[0] in words


def test_a_wrong_name_is_an_error_of_the_compiler(export, tmp_path):
    shutil.copytree(export[0], tmp_path / "paper")
    done = compiled(tmp_path / "paper", PAPER.replace("export_decline/exports_yoy_pct", "export_decline/exports_yoi"))
    assert done.returncode != 0
    assert "No number 'export_decline/exports_yoi'" in done.stdout.replace("\n", "")


def test_the_references_are_read_by_bibtex(export, tmp_path):
    if shutil.which("bibtex") is None:
        pytest.skip("NO BIBTEX: the references were not read.")
    folder = tmp_path / "paper"
    shutil.copytree(export[0], folder)
    compiled(folder, PAPER)
    done = subprocess.run(["bibtex", "paper"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not re.search("error|warning", done.stdout.lower()), done.stdout
    entries = re.findall(r"@(\w+)\{([^,]+),", (folder / "references.bib").read_text(encoding="utf-8"))
    assert [kind for kind, _ in entries] == ["misc"] * len(entries)
    assert entries[0][1].startswith("data-") and entries[-1][1] == "autogap"


def test_csv_json_and_stata_hold_every_recorded_number(export):
    folder, reads = export
    recorded = {f"{read.name}/{name}": value for read in reads for name, value in read.values().items()}
    by_json = json.loads((folder / "numbers.json").read_bytes())
    assert {key: entry["value"] for key, entry in by_json.items()} == recorded
    rows = list(csv.DictReader(io.StringIO((folder / "numbers.csv").read_text(encoding="utf-8"))))
    assert [row["key"] for row in rows] == list(recorded)
    stata = re.findall(
        r'^\* (\S+)\nglobal (\w{1,32}) "(.*)"$', (folder / "numbers.do").read_text(encoding="utf-8"), re.M
    )
    assert [key for key, _, _ in stata] == list(recorded)
    assert len({name for _, name, _ in stata}) == len(recorded)
    for key, _, text in stata:
        if isinstance(recorded[key], float):
            assert float(text) == pytest.approx(recorded[key], rel=1e-14)


def test_the_word_file_reads_back_and_is_the_same_twice(export):
    import docx

    folder, reads = export
    document = docx.Document(folder / "manuscript.docx")
    assert len(document.tables) == len(reads)
    for table, read in zip(document.tables, reads, strict=True):
        got = [tuple(cell.text for cell in row.cells) for row in table.rows]
        assert got == [tables.HEADS, *tables.rows(read)]
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert all(tables.caption(figure) in words for read in reads for figure in read.figures)
    again = package.content(reads, collection.theme(), package.Journal("briefing", ("pdf", "svg")))
    assert again["manuscript.docx"] == (folder / "manuscript.docx").read_bytes()
    assert all((folder / path).read_bytes() == content for path, content in again.items())


def test_pictures_in_the_word_file_carry_their_alternative_text(export):
    import docx
    from PIL import Image

    reads = export[1]
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(buffer, "png")
    pictures = {(read.name, figure.stem): buffer.getvalue() for read in reads for figure in read.figures}
    made = tables.as_word(reads, collection.theme(), pictures)
    shapes = docx.Document(io.BytesIO(made)).inline_shapes
    told = [shape._inline.docPr.get("descr") for shape in shapes]
    assert told == [figure.alt for read in reads for figure in read.figures]


def test_the_workbook_behind_a_figure_has_its_data_a_chart_and_its_terms(export):
    import openpyxl

    folder, reads = export
    figure = next(figure for figure in reads[0].figures if figure.stem == "fig-export-growth")
    book = openpyxl.load_workbook(folder / "figures" / reads[0].name / f"{figure.stem}.xlsx")
    assert [cell.value for cell in book["data"][1]] == figure.table[0]
    assert book["data"].max_row == len(figure.table) and len(book["data"]._charts) == 1
    about = {row[0].value for row in book["notes"].rows}
    assert set(figure.data) <= about
    book.close()


def test_the_readme_lists_every_figure_with_program_cell_and_data(export):
    folder, reads = export
    text = (folder / "README.md").read_text(encoding="utf-8")
    for read in reads:
        for figure in read.figures:
            assert f"| {figure.stem} ({read.name}) | {read.record['notebook']} | {figure.cell} |" in text


def test_check_tells_what_moved_what_is_missing_and_what_was_edited(export, tmp_path):
    folder = tmp_path / "manuscript"
    shutil.copytree(export[0], folder)
    reads, lock = export[1], package.locked(folder)
    paper = tmp_path / "paper.tex"
    paper.write_text(PAPER, encoding="utf-8")
    sources = check.sources_of(folder, lock)
    assert sources == [paper.resolve()]
    found = check.compare(folder, lock, reads, sources, "autogap")
    assert found.is_in_order and len(found.unused) == len(lock["numbers"]) - 2

    lock["numbers"]["export_decline/exports_yoy_pct"] |= {"value": -10.0, "shown": "-10.0"}
    paper.write_text(PAPER.replace("not/used}", "}\n\\autogap{no/such}"), encoding="utf-8")
    (folder / "numbers.tex").write_text("% mine", encoding="utf-8")
    (folder / "captions.md").unlink()
    found = check.compare(folder, lock, reads, sources, "autogap")
    assert [line.partition(":")[0] for line in found.moved] == ["export_decline/exports_yoy_pct"]
    assert found.missing == ["paper.tex: no number 'no/such'"]
    assert found.edited == ["captions.md: is gone", "numbers.tex: was edited by hand"]
    assert not found.is_in_order


def test_a_file_of_the_author_is_never_overwritten(export, tmp_path):
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    journal = JOURNALS["aer"]
    with pytest.raises(InputError, match=r"README\.md: is there and was not made by an export"):
        package.write(tmp_path, package.content(export[1], collection.theme(), journal), export[1], "aer")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_an_unknown_point_is_told_with_the_nearest(tmp_path):
    from autogap.paths import NOTEBOOKS
    from nbpoints.scenarios import scenarios

    plans = scenarios.load(NOTEBOOKS / "scenarios.yaml", NOTEBOOKS)
    assert [point.name for point in package.find(plans, ["03_export_decline"], tmp_path)] == ["export_decline"]
    with pytest.raises(InputError, match="no point 'export_declin'.*Did you mean 'export_decline'"):
        package.find(plans, ["export_declin"], tmp_path)


def test_an_export_to_a_file_is_refused_before_anything_runs(tmp_path, capsys):
    from autogap.__main__ import main

    file = tmp_path / "thesis.tex"
    file.write_text("mine", encoding="utf-8")
    assert main(["export", "export_decline", "--to", str(file), "--runs", str(tmp_path / "runs")]) == 2
    assert capsys.readouterr().err == f"--to: {file} is a file; name a folder.\n"
    assert file.read_text(encoding="utf-8") == "mine" and not (tmp_path / "runs").exists()


def test_a_point_of_no_scenario_is_found_among_the_runs_or_by_its_parameters(site, tmp_path):
    from autogap.paths import NOTEBOOKS
    from nbpoints.scenarios import scenarios

    plans = scenarios.load(tmp_path / "none.yaml", NOTEBOOKS, missing_ok=True)
    wanted = "export_decline@month=2025-06"
    (found,) = package.find(plans, [wanted], site.runs)
    (asked,) = package.find(plans, ["03_export_decline"], tmp_path, {"month": "2025-06"})
    assert found == asked and found.name == wanted
    with pytest.raises(InputError, match=f"no point '{wanted}', neither in the scenarios.* nor in .*-p NAME=VALUE"):
        package.find(plans, [wanted], tmp_path)
    lock = {wanted: {"notebook": found.notebook.stem, "parameters": found.parameters}}
    assert package.again(plans, lock) == [found]


def test_an_export_does_not_read_claims_and_a_bad_claim_is_told_with_its_file(monkeypatch):
    from autogap import claims

    def broken(*_):
        raise InputError("C01: no such series.")

    monkeypatch.setattr(claims, "evidence", broken)
    whole = collection.theme()
    with pytest.raises(InputError, match=r"^data/tables/claims/\w+-\d\d-\d\d\.csv: C01: no such series\.$"):
        whole.claims  # noqa: B018 (judged when asked for)


def test_a_cell_has_the_number_that_it_has_in_the_notebook(export):
    for read in export[1]:
        own = json.loads(read.point.notebook.read_bytes())["cells"]
        for figure in read.figures:
            assert figure.stem in "".join(own[figure.cell - 1]["source"])
        for result in read.results:
            assert "record(" in "".join(own[result["cell"] - 1]["source"])


def test_a_data_file_is_cited_with_its_address_and_its_newest_release(export):
    entry = (
        (export[0] / "references.bib").read_text(encoding="utf-8").split("@misc{data-mof-us-trade")[1].split("\n}")[0]
    )
    assert "url = {https://www.customs.go.jp/" in entry and "releases up to 20" in entry


def test_the_author_of_a_data_file_is_its_publisher():
    theme = collection.theme()
    authors = {path: citing.data_file(theme, file.terms).split("author = {{")[1] for path, file in theme.data.items()}
    assert authors["data/observations/census_bilateral.csv"].startswith("US Census Bureau}}")
    assert authors["data/tables/timeline.csv"].startswith("White House, Federal Register, ")
    assert [path for path, author in authors.items() if author.startswith(theme.data[path].terms.title)] == []


def test_every_journal_names_a_profile_that_there_is():
    from autogap.figures import export as drawing
    from autogap.figures.style import PROFILES

    for journal in JOURNALS.values():
        assert journal.profile in PROFILES and set(journal.forms) <= set(drawing.FORMS)


@pytest.mark.parametrize("name", JOURNALS)
def test_captions_name_only_drawings_that_go_along(export, name):
    files = package.content(export[1], collection.theme(), JOURNALS[name])
    named = re.findall(r"\\includegraphics\[.*?\]\{(.*?)\}", files["captions.tex"].decode())
    # the runs of these tests draw svg and pdf; what a journal asks for beyond that is not here
    assert named and {path.rpartition(".")[2] for path in named} <= {*JOURNALS[name].forms}


def test_stata_names_stay_apart_when_they_are_cut():
    taken: set[str] = set()
    long = "a" * 40
    assert numbers._global(long, taken) == "a" * 32
    assert numbers._global(long, taken) == "a" * 30 + "_2"
