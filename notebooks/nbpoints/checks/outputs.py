"""Compare the stored outputs of cells and notebooks with new ones: results, tables and figures as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from nbpoints.checks import artists, tables
from nbpoints.checks.compare import REL, Difference, quoted, texts, values
from nbpoints.errors import counted
from nbpoints.mime import FIGURE, RESULT
from nbpoints.notebook.outputs import Output, by_mime, merged, numbered, text_of

PICTURES = ("image/png", "image/jpeg", "image/svg+xml", "application/pdf")
# What a figure says; its artists are compared apart. Its hash follows fonts and libraries.
SAID = ("stem", "alt", "has_picture")


def compare(was: Sequence[Output], now: Sequence[Output], rel: float = REL) -> list[Difference]:
    """Compare the stored outputs of one cell with those of a new run.

    Parameters
    ----------
    was, now : sequence of dict
        Outputs as in a notebook file.
    rel : float
        Relative tolerance of numbers; a recorded result declares its own.

    Returns
    -------
    list of Difference
        Places are inside the cell: ``"result share_pct"``, ``"row 2025-05, column share_pct"``.

    Examples
    --------
    >>> old = [{"output_type": "stream", "name": "stdout", "text": "0.3"}]
    >>> new = [{"output_type": "stream", "name": "stdout", "text": "0.30000000000000004"}]
    >>> compare(old, new)
    []
    >>> [str(found) for found in compare(old, [])]
    ["printed text is missing: '0.3'"]
    """
    old, new = merged(was), merged(now)
    names = [[_name(one) for one in outs] for outs in (old, new)]
    found: list[Difference] = []
    for step, i1, i2, j1, j2 in SequenceMatcher(None, names[0], names[1], autojunk=False).get_opcodes():
        if step == "equal":
            for name, a, b in zip(names[0][i1:i2], old[i1:i2], new[j1:j2], strict=True):
                found += _output(name, a, b, rel)
            continue
        gone, came = range(i1, i2), range(j1, j2)
        found += [_alone(names[0][i], old[i], "is missing") for i in gone]
        found += [_alone(names[1][j], new[j], "is new") for j in came]
    return found


def compare_notebooks(was: Mapping, now: Mapping, rel: float = REL) -> list[Difference]:
    """Compare two executed notebooks cell by cell; code cells pair by their source.

    Returns
    -------
    list of Difference
        Places name the cell by its number in the notebook (see `notebook.numbered`).
    """
    pairs = [[(i, cell) for i, cell in numbered(book["cells"]) if cell["cell_type"] == "code"] for book in (was, now)]
    sources = [[text_of(cell["source"]) for _, cell in side] for side in pairs]
    found: list[Difference] = []
    for step, i1, i2, j1, j2 in SequenceMatcher(None, sources[0], sources[1], autojunk=False).get_opcodes():
        old, new = pairs[0][i1:i2], pairs[1][j1:j2]
        if step == "equal" or (step == "replace" and len(old) == len(new)):
            for (number, a), (_, b) in zip(old, new, strict=True):
                found += [one.inside(f"cell {number}") for one in compare(a["outputs"], b["outputs"], rel)]
        else:
            found += [Difference("text", f"cell {i}", "", "the code cell is gone") for i, _ in old]
            found += [Difference("text", f"cell {j}", "", "the code cell is new") for j, _ in new]
    return found


def results(notebook: Mapping) -> Iterator[dict]:
    """Yield each recorded result of an executed notebook."""
    return (result for _, result in by_mime(notebook, RESULT))


def figures(notebook: Mapping) -> Iterator[dict]:
    """Yield the description of each saved figure of an executed notebook."""
    return (figure for _, figure in by_mime(notebook, FIGURE))


def _name(output: Output) -> str:
    data = output.get("data", {})
    if RESULT in data:
        return f"result {data[RESULT].get('name')}"
    if FIGURE in data:
        return f"figure {data[FIGURE].get('stem')}"
    if any(mime in data for mime in PICTURES):
        return "picture"
    if "text/html" in data and "<table" in text_of(data["text/html"]):
        return "table"
    if output["output_type"] == "stream":
        return "printed text" if output["name"] == "stdout" else "warning"
    if output["output_type"] == "error":
        return "error"
    return "sentence" if "text/markdown" in data else "value"


def _alone(name: str, output: Output, state: str) -> Difference:
    kind = {"result": "number", "table": "number", "figure": "figure", "picture": "figure"}.get(name.split()[0], "text")
    if output["output_type"] == "error":
        return Difference(kind, name, "", f"{output['ename']}: {output['evalue']} ({state.removeprefix('is ')})")
    data = output.get("data", {})
    text = text_of(output.get("text") or data.get("text/markdown") or data.get("text/plain") or "")
    return Difference(kind, "", "", f"{name} {state}" + (f": {quoted(text.strip())}" if text else ""))


def _output(name: str, was: Output, now: Output, rel: float) -> list[Difference]:
    if "data" not in was:
        before, after = (text_of(one.get("text") or one.get("evalue", "")) for one in (was, now))
        return [one.inside(name) for one in texts(before, after, rel)]
    old, new = was["data"], now["data"]
    if RESULT in old:
        return [one.inside(name) for one in _result(old, new, rel)]
    if FIGURE in old:
        found = _figure(old[FIGURE], new[FIGURE], rel) + _alt(was, now)
        return [one.inside(name) for one in found]
    if name == "picture":
        return [Difference("figure", "picture", "", "was not saved through figures.save and cannot be compared")]
    return _plain(old, new, rel)


def _result(old: Mapping, new: Mapping, rel: float) -> list[Difference]:
    """Compare values within the tighter of both tolerances; of the printed form the words, for its number follows."""
    was, now = dict(old[RESULT]), dict(new[RESULT])
    declared = [one["tolerance"] for one in (was, now) if one.get("tolerance") is not None]
    found = values(was.pop("value", None), now.pop("value", None), min(declared, default=rel))
    printed = [text_of(one.get("text/plain", "")) for one in (old, new)]
    return found + values(was, now, 0.0) + [one for one in texts(printed[0], printed[1], rel) if one.kind == "text"]


def _figure(was: Mapping, now: Mapping, rel: float) -> list[Difference]:
    drawn = artists.compare(was.get("artists", {}), now.get("artists", {}), rel)
    said = {key: [side.get(key) for side in (was, now)] for key in SAID}
    spoken = [one for key, (old, new) in said.items() for one in values(old, new, rel, key)]
    return [Difference("figure", "", "", line) for line in drawn] + spoken


def _alt(was: Output, now: Output) -> list[Difference]:
    """Compare what screen readers are told, whichever form of the picture is shown."""
    about = [[of for of in one.get("metadata", {}).values() if "alt" in of] for one in (was, now)]
    old, new = (found[0]["alt"] if found else None for found in about)
    return values(old, new, REL, "alt text")


def _plain(old: Mapping, new: Mapping, rel: float) -> list[Difference]:
    """Compare the forms of one display; the first form that differs says it, the others would repeat it."""
    forms = [mime for mime in ("text/html", "text/markdown", "text/plain", "text/latex") if mime in old or mime in new]
    forms += [mime for mime in [*old, *new] if mime not in forms and mime not in PICTURES]
    for mime in dict.fromkeys(forms):
        if mime not in old or mime not in new:
            return [Difference("text", "", "", f"{mime} {'is new' if mime in new else 'is missing'}")]
        if mime in ("text/html", "text/markdown"):
            found = _marked(mime, text_of(old[mime]), text_of(new[mime]), rel)
        elif mime.startswith("text/"):
            found = texts(text_of(old[mime]), text_of(new[mime]), rel)
        else:
            found = values(old[mime], new[mime], rel, mime)
        if found:
            return found
    return []


def _marked(mime: str, was: str, now: str, rel: float) -> list[Difference]:
    read = tables.from_html if mime == "text/html" else tables.from_markdown
    (old, old_rest), (new, new_rest) = read(was), read(now)
    if len(old) != len(new):
        return [Difference("number", "", counted(len(old), "table"), counted(len(new), "table"))]
    found = []
    for i, (a, b) in enumerate(zip(old, new, strict=True), 1):
        found += [one.inside(f"table {i}") if len(old) > 1 else one for one in tables.compare(a, b, rel)]
    return found + texts(old_rest, new_rest, rel)
