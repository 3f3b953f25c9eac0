"""Write everything that an author takes from some points into one folder."""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean
from nbpoints.files import sha256, write_whole
from nbpoints.mime import value_as_text
from nbpoints.records.layout import read_run
from nbpoints.scenarios import scenarios
from nbpoints.scenarios.point import Point
from nbpoints.scenarios.validate import ADHOC

from autogap.figures import journals
from autogap.publish import citing, points, reading, rights, sheets
from autogap.publish.export import numbers, tables
from autogap.publish.reading import Read
from autogap.publish.store import is_list_of_files, removed
from autogap.publish.theme import Theme

LOCK = "manuscript.lock"
WRITING = "writing"  # in a lock while its export is being written: the files that are about to be there
_AGAIN = "restore it, or export to another folder"
# what is read of each entry of a lock
_ENTRIES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "points": {"notebook": str, "parameters": dict},
    "numbers": {"value": object, "shown": str, "tolerance": (int, float)},
}


@dataclass(frozen=True)
class Journal:
    """Profile and forms of the figures of an export."""

    profile: str
    forms: tuple[str, ...]


_ASKED = {
    "aer": "AEA",
    "econometrica": "Econometrica",
    "elsevier": "Elsevier",
    "nature": "Nature",
    "plos": "PLOS",
    "springer": "Springer",
}
# what journals ask stands once, with its sources, beside the profiles; the manuscript itself reads a PDF
JOURNALS = {
    name: Journal(journals.JOURNALS[asked].profile, tuple(dict.fromkeys(("pdf", *journals.JOURNALS[asked].forms))))
    for name, asked in _ASKED.items()
}
JOURNALS["word"] = Journal("economics", ("png", "svg"))


def find(
    plans: scenarios.Scenarios, names: list[str], runs: Path, parameters: Mapping[str, object] | None = None
) -> list[Point]:
    """Find points by their names: in every scenario, and among all that has been run; a notebook is its default point.

    Parameters
    ----------
    plans : Scenarios
    names : list of str
        Points, or notebooks.
    runs : Path
        Folder of the runs.
    parameters : mapping of str to object, optional
        Values for the notebooks that are named.

    Raises
    ------
    InputError
        When there is no point of that name, or a value is refused.
    """
    if parameters:
        return plans.points(notebooks=names, overrides=parameters)
    known: dict[str, Point] = {}
    for plan in plans.plans:
        for point in plans.points([plan]):
            known.setdefault(point.name, point)
            if not point.passed:
                known.setdefault(point.notebook.stem, point)
    for name in names:
        if name not in known:
            known[name] = _executed(plans, name, runs, known)
    # one place for all of them, wherever they were found
    return list({known[name].name: replace(known[name], scenario=ADHOC) for name in names}.values())


def _executed(plans: scenarios.Scenarios, name: str, runs: Path, known: Mapping[str, Point]) -> Point:
    for record in filter(None, map(read_run, sorted(runs.glob(f"*/{glob.escape(name)}")))):
        stem = Path(record["notebook"]).stem
        if stem in plans.notebooks:
            found = again(plans, {name: {"notebook": stem, "parameters": record["parameters"]}})[0]
            if found.name == name:
                return found
    blocked = plans.plans[scenarios.BASELINE].blocked
    broken = [fault for stem, faults in blocked.items() if name in (stem, stem.partition("_")[2]) for fault in faults]
    if broken:
        raise InputError("\n".join(broken))
    raise InputError(
        f"no point {name!r}, neither in the scenarios (`autogap list SCENARIO`) nor in {runs}; give a notebook "
        f"with -p NAME=VALUE for one that was never run.{did_you_mean(name, known)}"
    )


def again(plans: scenarios.Scenarios, points: Mapping[str, dict]) -> list[Point]:
    """Find points by notebook and parameters, as a lock or a record states them."""
    return [
        point
        for each in points.values()
        for point in plans.points(notebooks=[each["notebook"]], overrides=each["parameters"])
    ]


@contextmanager
def drawn_for(journal: Journal) -> Iterator[None]:
    """Let notebooks draw for a journal."""
    # a picture for the Word file goes along
    forms = ",".join(dict.fromkeys((*journal.forms, "png")))
    wanted = {"AUTOGAP_PROFILE": journal.profile, "AUTOGAP_FORMS": forms}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run(wanted: list[Point], runs: Path, journal: Journal, jobs: int | None = None) -> list[Read]:
    """Run what is not current in the journal's profile, and read all of it.

    Raises
    ------
    InputError
        When a point fails.
    """
    from nbpoints.run import runner

    out = runs / f"export-{journal.profile}-{'-'.join(journal.forms)}"
    with drawn_for(journal):
        if runner.run(wanted, jobs=jobs, out=out):
            raise InputError(f"{out}: a point failed, so nothing is exported; its folder tells why.")
    return [reading.read(point, out) for point in wanted]


def content(reads: list[Read], theme: Theme, journal: Journal) -> dict[str, bytes]:
    """Make every file of the export.

    Returns
    -------
    dict of str to bytes
        By path in the folder.
    """
    files: dict[str, bytes | str] = {
        f"{theme.macro}.sty": numbers.style(theme.macro),
        "numbers.tex": numbers.as_tex(reads, theme.macro),
        "numbers.csv": numbers.as_csv(reads),
        "numbers.json": numbers.as_json(reads),
        "numbers.do": numbers.as_stata(reads),
        "references.bib": citing.references(theme, [figure for read in reads for figure in read.figures]),
    }
    captions_tex, captions_md, pictures = [], [], {}
    for read in reads:
        if read.results:
            base = f"tables/{read.name}"
            files[f"{base}-tabular.tex"] = tables.fragment(read)
            files[f"{base}.tex"] = tables.floating(read, theme, f"{base}-tabular.tex")
            files[f"{base}.xlsx"] = tables.as_workbook(read, theme)
        for figure in read.figures:
            base = f"figures/{read.name}/{figure.stem}"
            for form in journal.forms:
                if form in figure.files:
                    files[f"{base}.{form}"] = figure.files[form]
            if rights.may_offer(figure.table, map(theme.terms, figure.data)) and figure.table:
                about = [
                    ("caption", tables.caption(figure)),
                    *((path, theme.terms(path).terms) for path in figure.data),
                ]
                files[f"{base}.csv"] = sheets.safe_csv(figure.files["csv"])
                files[f"{base}.xlsx"] = sheets.workbook(figure.table, about, chart=figure.title)
            path = f"{base}.{'pdf' if 'pdf' in journal.forms else 'png'}"
            captions_tex.append(points.latex(figure).replace(f"{{{figure.stem}.pdf}}", f"{{{path}}}"))
            captions_md.append(f"**{figure.stem}** ({read.name}). {tables.caption(figure)}\n\nAlt text: {figure.alt}\n")
            if "png" in figure.files:
                pictures[read.name, figure.stem] = figure.files["png"]
    files["captions.tex"] = "\n".join(captions_tex)
    files["captions.md"] = "\n".join(captions_md)
    files["manuscript.docx"] = tables.as_word(reads, theme, pictures)
    files["README.md"] = _readme(reads, theme)
    return {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}


def _readme(reads: list[Read], theme: Theme) -> str:
    """Fill in the list of tables and programs, https://social-science-data-editors.github.io/template_README/."""
    lines = [
        "# Figures, tables and numbers in the text",
        "",
        "## List of tables and programs",
        "",
        "| Figure/Table | Program | Cell | Output file | Data files |",
        "| --- | --- | --- | --- | --- |",
    ]
    for read in reads:
        for figure in read.figures:
            data = ", ".join(Path(path).name for path in figure.data)
            lines.append(
                f"| {figure.stem} ({read.name}) | {read.record['notebook']} | {figure.cell} "
                f"| figures/{read.name}/{figure.stem} | {data} |"
            )
        if read.results:
            cells = ", ".join(str(cell) for cell in sorted({result["cell"] for result in read.results}))
            lines.append(
                f"| Table and numbers in the text ({read.name}) | {read.record['notebook']} | {cells} "
                f"| tables/{read.name}.tex, numbers.tex | {_data_files(read)} |"
            )
    lines += ["", "## Data and their terms", "", "| File | Publisher | Terms |", "| --- | --- | --- |"]
    for path in dict.fromkeys(path for read in reads for path in read.record["fingerprint"]["files"]):
        if path in theme.data:
            terms = theme.terms(path)
            lines.append(f"| {path} | {terms.answerable} | {terms.terms} |")
    lines += [
        "",
        rights.RULE,
        "",
        "## In LaTeX",
        "",
        f"    \\usepackage{{{theme.macro}}}   % beside numbers.tex",
        "    \\input{numbers}",
        *(f"    \\{theme.macro}{{{read.name}/{read.results[0]['name']}}}" for read in reads[:1] if read.results),
        "",
        f"`{theme.name} export --check DIR` tells which numbers have moved since, which the manuscript does "
        "not use, and which it uses that do not exist.",
        "",
    ]
    lines += [f"To make them again: `{theme.name} export {' '.join(read.name for read in reads)} --to DIR`", ""]
    return "\n".join(lines)


def _data_files(read: Read) -> str:
    return ", ".join(Path(path).name for path in read.record["fingerprint"]["files"] if path.startswith("data/"))


def write(folder: Path, files: Mapping[str, bytes], reads: list[Read], journal: str) -> None:
    """Write the export and its lock.

    While the files are written, a lock says what is about to be written, so that the next export goes on after one
    that was stopped.

    Raises
    ------
    InputError
        When the folder holds files of the same names that no export made, or that were edited since.
    """
    before = _read_lock(folder) if (folder / LOCK).exists() else {"files": {}}
    sums = {path: hashlib.sha256(made).hexdigest() for path, made in sorted(files.items())}
    stopped = before.get(WRITING, {})
    ours = before["files"] | stopped
    _refuse_foreign(folder, sums, ours)
    _refuse_edited(folder, ours, (before["files"], stopped, sums))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / LOCK, json.dumps(before | {WRITING: stopped | sums}, indent=1) + "\n")
    for path, made in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / path, made)
    for path in ours:
        if path not in files:
            removed(folder, path)
    lock = {
        "for": journal,
        "points": {read.name: {"notebook": read.stem, "parameters": read.point.parameters} for read in reads},
        "numbers": {
            key: {
                "value": result["value"],
                "shown": value_as_text(result),
                "tolerance": result["tolerance"],
            }
            for key, _, result in numbers.entries(reads)
        },
        "files": sums,
    }
    write_whole(folder / LOCK, json.dumps(lock, indent=1, ensure_ascii=False) + "\n")


def _refuse_foreign(folder: Path, files: Iterable[str], ours: Iterable[str]) -> None:
    for path in files:
        if path not in ours and (folder / path).exists():
            raise InputError(f"{folder / path}: is there and was not made by an export; choose another folder.")


def _refuse_edited(folder: Path, ours: Iterable[str], known: Iterable[Mapping[str, str]]) -> None:
    """Refuse files of an export that have another content than any of those that we know."""
    edited = [
        path
        for path in sorted(ours)
        if (folder / path).is_file() and sha256(folder / path) not in [sums.get(path) for sums in known]
    ]
    if edited:
        raise InputError(
            f"{folder}: edited since the last export: {', '.join(edited)}; choose another folder, or move "
            f"{'this file' if len(edited) == 1 else 'these files'} away."
        )


def locked(folder: Path) -> dict:
    """Read the lock of a whole export.

    Raises
    ------
    InputError
        When there is none, it was stopped, or the lock is not one that an export writes.
    """
    lock = _read_lock(folder)
    if WRITING in lock:
        raise InputError(f"{folder}: this export was stopped before it was whole; export again to this folder.")
    fault = _fault(lock)
    if fault:
        raise InputError(f"{folder / LOCK}: {fault}; {_AGAIN}.")
    return lock


def _read_lock(folder: Path) -> dict:
    """Read a lock as far as it lists files: all that an export to the same folder needs to know."""
    path = folder / LOCK
    try:
        lock = json.loads(path.read_bytes())
    except OSError:
        raise InputError(f"{path}: no export here; `autogap export POINT... --to DIR` makes one.") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: not valid JSON; {_AGAIN}.") from None
    if not isinstance(lock, dict) or not all(map(is_list_of_files, (lock.get("files"), lock.get(WRITING, {})))):
        raise InputError(f"{path}: lists no files of an export; {_AGAIN}.")
    return lock


def _fault(lock: dict) -> str:
    """Say what of a lock cannot be read, or nothing."""
    journal = lock.get("for")
    if journal not in list(JOURNALS):
        return f"for: {journal!r} is not a journal (expected {', '.join(JOURNALS)})"
    for part, needed in _ENTRIES.items():
        entries = lock.get(part)
        if not isinstance(entries, dict):
            return f"{part} is missing"
        for key, entry in entries.items():
            for name, kind in needed.items():
                if not isinstance(entry, dict) or name not in entry or not isinstance(entry[name], kind):
                    return f"{part}: {key}: {name} is missing or wrong"
    return ""
