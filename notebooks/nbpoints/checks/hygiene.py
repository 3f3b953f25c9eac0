"""Rules that a stored notebook must meet before a comparison of its outputs means anything.

Each rule yields sentences that name the cell (counted from 1) and say how to fix it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Mapping

from nbpoints import notebook as reading
from nbpoints import program
from nbpoints.checks import content
from nbpoints.checks.outputs import PICTURES
from nbpoints.mime import FIGURE, RESULT, as_text
from nbpoints.notebook import text_of
from nbpoints.notebook.canonical import KEPT

SILENT_TAGS = ("raises-exception", "nbval-skip", "nbval-ignore-output", "nbval-raises-exception", "skip-execution")
SILENT_COMMENTS = ("NBVAL_SKIP", "NBVAL_IGNORE_OUTPUT", "NBVAL_RAISES_EXCEPTION", "PYTEST_VALIDATE_IGNORE_OUTPUT")
# of the notebook: what kernel it is for, a text file paired by Jupytext; of a cell: what Jupyter keeps for its readers
METADATA = {"kernelspec", "language_info", *KEPT}
CELL_METADATA = {"tags", "jupyter", "editable", "slideshow", "scrolled", "collapsed", "deletable", "name"}

_FOLDERS = "home|Users|tmp|root|work|mnt|opt|var|usr|srv|data|content|etc|private|Volumes|media|scratch|workspace"
_ABSOLUTE = re.compile(rf"(?<![\w.:/~<-])/(?:{_FOLDERS})/[\w.-]+|(?<!\w)[A-Z]:(?:\\{{1,2}}|/)\w{{2}}|file://")
_BACKSLASH = re.compile(
    r"""["'](?:(?:\.{1,2}|[\w-]+)\\{1,2})+[\w-]+\.(?:csv|json|ya?ml|png|svg|pdf|txt|py|ipynb|xlsx?|parquet)["']"""
)
_WARNING = re.compile(r"\b\w*Warning\b: ")
_REPR = re.compile(r"<(?:Axes|Figure|matplotlib\.|seaborn\.|pandas\.io\.formats\.style|[\w.]+ (?:object )?at 0x)")
_HIDING = re.compile(r"%%capture|(?:warnings\.)?(?:simplefilter|filterwarnings)\(\s*[\"']ignore|\bclear_output\(")
_SAVING = re.compile(r"\.savefig\(")


def faults(notebook: Mapping) -> list[str]:
    """Check one notebook against all rules.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4, as read from its file.

    Returns
    -------
    list of str
        One sentence a fault; empty when the notebook is in order.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "1 + 1;", "execution_count": 1, "outputs": [],
    ...         "metadata": {"tags": ["parameters"]}, "id": "c01"}
    >>> for fault in faults({"cells": [cell], "metadata": {}}):
    ...     print(fault)
    no cell has a stored output, so there is nothing to prove: run `nbpoints accept` on it and look at what it shows.
    cell 1 ends in `;`, which hides its output: show the value, or write `_ = ...`.
    """
    return [fault for rule in RULES for fault in rule(notebook)]


def has_outputs(notebook: Mapping) -> Iterator[str]:
    """A stripped notebook passes every comparison."""
    if not any(cell["outputs"] for _, cell in _code(notebook)):
        yield f"no cell has a stored output, so there is nothing to prove: {_accept()}."


def ran_in_order(notebook: Mapping) -> Iterator[str]:
    """Execution counts are 1, 2, ... n over the code cells that hold anything."""
    counts = [(i, cell.get("execution_count")) for i, cell in _code(notebook) if text_of(cell["source"]).strip()]
    unrun = [str(i) for i, count in counts if count is None]
    if unrun:
        yield f"cell {', '.join(unrun)} was never run: {_accept()}."
        return
    for place, (i, count) in enumerate(counts, 1):
        if count != place:
            yield (
                f"cell {i} ran as number {count} but stands as number {place}, so the cells were not run top to bottom "
                f"in a fresh kernel: {_accept()}."
            )
            return


def has_parameters(notebook: Mapping) -> Iterator[str]:
    """Papermill puts its cell after the one that is tagged; without a tag it goes on top, where defaults undo it."""
    code = list(_code(notebook))
    tagged = [i for i, cell in code if "parameters" in _tags(cell)]
    if not tagged:
        yield "no code cell has the tag `parameters`: tag the cell that holds the defaults, the first code cell."
    elif len(tagged) > 1:
        yield f"cells {', '.join(map(str, tagged))} all have the tag `parameters`: keep one, the first code cell."
    elif tagged[0] != code[0][0]:
        yield f"cell {tagged[0]} has the tag `parameters` but is not the first code cell: move it before the imports."


def no_silent_tags(notebook: Mapping) -> Iterator[str]:
    """Tags and comments that switch a check off."""
    for i, cell in _code(notebook):
        for tag in _tags(cell):
            if tag in SILENT_TAGS:
                yield f"cell {i} has the tag `{tag}`, which switches a check off: remove the tag and fix the cell."
        for word in SILENT_COMMENTS:
            if re.search(rf"^\s*#\s*{word}\b", text_of(cell["source"]), re.MULTILINE):
                yield f"cell {i} has the comment `{word}`, which switches a check off: remove it and fix the cell."


def no_silenced_output(notebook: Mapping) -> Iterator[str]:
    """A trailing `;`, a captured cell, an ignored warning: what is hidden is not checked."""
    for i, cell in _code(notebook):
        source = text_of(cell["source"])
        if _last_token(source) == ";":
            yield f"cell {i} ends in `;`, which hides its output: show the value, or write `_ = ...`."
        hidden = _HIDING.search(source)
        if hidden:
            yield f"cell {i} hides output or warnings with `{hidden[0]}`: remove it and fix what it hid."


def no_noise(notebook: Mapping) -> Iterator[str]:
    """Warnings, errors, object representations and widgets in outputs."""
    for i, output in _outputs(notebook):
        if output["output_type"] == "error":
            yield f"cell {i} stored the error {output['ename']}: fix the cell, then {_accept()}."
            continue
        if output["output_type"] == "stream" and output["name"] == "stderr":
            text = _start(output["text"])
            yield f"cell {i} wrote to stderr ({text}): fix the cause of the message, then {_accept()}."
            continue
        text = content.texts(output)
        if found := _WARNING.search(text):
            yield f"cell {i} shows a warning ({_start(text[found.start() :])}): fix its cause."
        if found := _REPR.search(text):
            yield (
                f"cell {i} shows the object {_start(text[found.start() :])}: end the cell with "
                "`figures.save(...)` or `_ = ...`."
            )
        if any("widget" in mime for mime in output.get("data", {})):
            yield f"cell {i} shows a widget or progress bar, which no reader of the file sees: remove it."


def no_absolute_paths(notebook: Mapping) -> Iterator[str]:
    """Paths of one machine in sources or outputs, and paths that only one system reads."""
    for i, cell in enumerate(notebook["cells"], 1):
        for text, what in [
            (text_of(cell["source"]), "source"),
            *((content.texts(one), "output") for one in cell.get("outputs", [])),
        ]:
            path = _ABSOLUTE.search(text)
            if path:
                where = f"the {what} of cell {i}"
                yield f"{where} names a path of one machine ({path[0]!r}): give it from the project's root."
        path = _BACKSLASH.search(text_of(cell["source"])) if cell["cell_type"] == "code" else None
        if path:
            yield f"the source of cell {i} has a path with backslashes ({path[0]}): write `/`."


def figures_are_saved(notebook: Mapping) -> Iterator[str]:
    """Pictures carry what they draw, their own hash, and words for those who cannot see them."""
    for i, cell in _code(notebook):
        if _SAVING.search(text_of(cell["source"])):
            yield f"cell {i} calls savefig: end it with `figures.save(fig, ...)`, which can be checked."
    for i, output in _outputs(notebook):
        data = output.get("data", {})
        pictures = [mime for mime in PICTURES if mime in data]
        if pictures and FIGURE not in data:
            yield f"cell {i} shows a picture not saved through figures.save, which cannot be checked: use that."
        yield from (f"cell {i}: {fault}" for fault in _figure_faults(output))


def results_show_what_they_record(notebook: Mapping) -> Iterator[str]:
    """The number that a reader quotes is the number that was recorded, rounded."""
    for i, output in _outputs(notebook):
        yield from (f"cell {i}: {fault}" for fault in _result_faults(output))


def clean_metadata(notebook: Mapping) -> Iterator[str]:
    """Run times, papermill blocks and editors' marks change with every run and say nothing of the result."""
    extra = sorted(set(notebook.get("metadata", {})) - METADATA)
    if extra:
        yield f"the notebook's metadata hold {', '.join(extra)}, which change from run to run: {_accept()}."
    for i, cell in enumerate(notebook["cells"], 1):
        extra = sorted(set(cell.get("metadata", {})) - CELL_METADATA)
        if extra:
            yield f"the metadata of cell {i} hold {', '.join(extra)}, which change from run to run: {_accept()}."


RULES: tuple[Callable[[Mapping], Iterator[str]], ...] = (
    has_outputs,
    ran_in_order,
    has_parameters,
    no_silent_tags,
    no_silenced_output,
    no_noise,
    no_absolute_paths,
    figures_are_saved,
    results_show_what_they_record,
    content.no_active_content,
    content.no_secrets,
    content.no_clock,
    content.nothing_unwritten,
    clean_metadata,
)


def damaged(output: Mapping) -> bool:
    """Tell whether a stored output contradicts itself: a picture or a number that its cell did not write so."""
    return any(True for check in (_figure_faults, _result_faults) for _ in check(output))


def _figure_faults(output: Mapping) -> Iterator[str]:
    if FIGURE not in output.get("data", {}):
        return
    figure = output["data"][FIGURE]
    form = next((form for form in ("image/png", "image/svg+xml") if form in output["data"]), "image/png")
    picture, about = output["data"].get(form), output.get("metadata", {}).get(form, {})
    if form == "image/svg+xml" and picture is not None:
        picture = base64.b64encode(text_of(picture).encode()).decode()
    name, has_picture = f"figure {figure.get('stem')}", figure.get("has_picture", True)
    if picture is None and has_picture:
        yield f"the stored picture of {name} is gone: {_accept()}."
    elif picture is not None and not _is_own(picture, figure, about):
        yield f"the stored picture of {name} is not the one that its cell drew: {_accept()}."
    if not figure.get("artists"):
        yield f"nothing is written down of what {name} draws: {_accept()}."
    if not (about if has_picture else figure).get("alt"):
        yield f"{name} has no alternative text: pass `alt=` to figures.save, saying what the picture shows."


def _result_faults(output: Mapping) -> Iterator[str]:
    data = output.get("data", {})
    if RESULT not in data:
        return
    shown, recorded = text_of(data.get("text/plain", "")).strip(), as_text(data[RESULT])
    # a browser writes -11.0 as -11 when it saves a notebook; the digits are those of the float
    value = data[RESULT]["value"]
    as_float = as_text(data[RESULT] | {"value": float(value)}) if type(value) is int else recorded
    if shown not in (recorded, as_float):
        yield f"it shows {shown!r} but recorded {recorded!r}: {_accept()}."


def _is_own(picture: str | list[str], figure: Mapping, about: Mapping) -> bool:
    """Whether a picture has the hash that was stored, and names this figure in its id, ``point/stem#digest``."""
    drawn = base64.b64decode(text_of(picture))
    is_stored = about.get("sha256") == hashlib.sha256(drawn).hexdigest()
    return is_stored and f"/{figure.get('stem')}#".encode() in drawn


def _last_token(source: str) -> str:
    """The last token of a code cell that is not a comment; magics and broken code have none."""
    if reading.syntax(source) is None:
        return ""
    blank = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT, tokenize.INDENT}
    source = reading.MAGIC.sub(r"\1pass", source)
    try:
        tokens = [one for one in tokenize.generate_tokens(io.StringIO(source).readline) if one.type not in blank]
    except (tokenize.TokenError, IndentationError):
        return ""
    return tokens[-1].string if tokens else ""


def _code(notebook: Mapping) -> Iterator[tuple[int, Mapping]]:
    return ((i, cell) for i, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "code")


def _outputs(notebook: Mapping) -> Iterator[tuple[int, Mapping]]:
    return ((i, output) for i, cell in _code(notebook) for output in cell["outputs"])


def _tags(cell: Mapping) -> list[str]:
    return cell.get("metadata", {}).get("tags", [])


def _start(text) -> str:
    first = text_of(text).strip().splitlines()[0] if text_of(text).strip() else ""
    return first if len(first) <= 70 else first[:67] + "..."


def _accept() -> str:
    return f"run `{program.name()} accept` on it and look at what it shows"
