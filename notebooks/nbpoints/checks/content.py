"""What no notebook should hold: content that runs or loads in its reader's browser, secrets, reads of the clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from nbpoints.notebook import syntax, text_of

_ACTIVE = re.compile(
    r"<(?:script|iframe|object|embed|form|base|meta|link)\b|\bjavascript:|<[a-z]\w*\s[^>]*\bon\w+\s*=", re.I
)
_REMOTE = re.compile(
    r"!\[[^\]]*\]\(\s*<?(?:https?:)?//[^)\s]*|<(?:img|audio|video|source)\b[^>]*?\b(?:src|srcset)\s*=\s*[\"']?(?:https?:)?//[^\"'\s>]*"
    r"|\burl\(\s*[\"']?(?:https?:)?//[^)\s\"']*",
    re.I,
)
# forms of keys that services publish, so that scanners find them, and names to which a long text is assigned
_SECRETS = re.compile(
    r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}|\bsk-[A-Za-z0-9_-]{20,}|\bxox[abp]-[\w-]{10,}"
    r"|\bAIza[\w-]{35}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:api_?key|access_?key|auth_?token|token|secret|password|passwd)\b[\"']?\s*[=:]\s*[\"'][^\"'\s{}]{12,}[\"']",
    re.I,
)
# begins a paragraph or a point of a list that a skeleton leaves to the author
_UNWRITTEN = re.compile(r"^(?:[-*] )?(WRITE\b.{0,40})", re.MULTILINE)
_CLOCK = {"now", "today", "utcnow", "gmtime", "localtime", "strftime_now", "ctime"}
_CLOCK_CALLS = {"time.time", "time.time_ns", "date.today"}
_TODAY_TEXTS = {"now", "today"}
_MACHINE_CALLS = {
    *("socket.gethostname", "platform.node", "platform.platform", "platform.uname", "platform.machine"),
    *("getpass.getuser", "os.getlogin", "os.uname", "os.cpu_count", "uuid.uuid1", "uuid.uuid4"),
}


def no_active_content(notebook: Mapping) -> Iterator[str]:
    """Scripts, frames and pictures from elsewhere: whoever opens the page runs or loads them."""
    for number, what, text in _pages(notebook):
        if found := _ACTIVE.search(text):
            yield f"{what} of cell {number} holds {found[0]!r}, which runs or loads something in a browser: remove it."
        if found := _REMOTE.search(text):
            yield (
                f"{what} of cell {number} loads {found[0][-60:]!r} from another server, which may change or watch its "
                "readers: store the file beside the notebook."
            )


def no_secrets(notebook: Mapping) -> Iterator[str]:
    """Keys and passwords; a notebook is published."""
    for number, cell in enumerate(notebook["cells"], 1):
        parts = [text_of(cell["source"])]
        parts += [texts(output) for output in cell.get("outputs", ())]
        if any(_SECRETS.search(part) for part in parts):
            yield f"cell {number} holds what looks like a key or a password: remove it, and have the key replaced."


def nothing_unwritten(notebook: Mapping) -> Iterator[str]:
    """The words of a skeleton, which begin with WRITE."""
    for number, cell in enumerate(notebook["cells"], 1):
        found = _UNWRITTEN.search(text_of(cell["source"])) if cell["cell_type"] == "markdown" else None
        if found:
            yield f"cell {number} still says {found[1]!r}, as the skeleton does: write it."


def no_clock(notebook: Mapping) -> Iterator[str]:
    """The day and the machine: a stored output that follows them is wrong tomorrow, or elsewhere."""
    for number, cell in enumerate(notebook["cells"], 1):
        tree = syntax(text_of(cell["source"])) if cell["cell_type"] == "code" else None
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and (what := _depends_on(node)):
                call = ast.unparse(node)[:60]
                yield f"cell {number} calls {call}, so its output follows {what}: make it a parameter."


def _depends_on(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    last = name.rpartition(".")[2]
    if name in _MACHINE_CALLS:
        return "the machine or chance"
    first = call.args[0] if call.args else None
    of_today = isinstance(first, ast.Constant) and first.value in _TODAY_TEXTS
    if of_today and last in ("Timestamp", "to_datetime", "datetime64", "Period"):
        return "the day"
    return "the day" if name in _CLOCK_CALLS or "." in name and last in _CLOCK else ""


def _pages(notebook: Mapping) -> Iterator[tuple[int, str, str]]:
    """Yield what a browser shows as a page: prose, and outputs of HTML, SVG and Markdown."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield number, "the text", _without_code(text_of(cell["source"]))
        for output in cell.get("outputs", ()):
            for mime in ("text/html", "text/markdown", "image/svg+xml"):
                if mime in output.get("data", {}):
                    yield number, "an output", text_of(output["data"][mime])
            if "application/javascript" in output.get("data", {}):
                yield number, "an output", "<script>"


def _without_code(text: str) -> str:
    """Markdown shows code as it is."""
    return re.sub(r"^(```|~~~).*?^\1|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)


def texts(output: Mapping) -> str:
    """Join what a reader of an output sees as text."""
    data = output.get("data", {})
    parts = [output.get("text", ""), *(value for mime, value in data.items() if mime.startswith("text/"))]
    return "\n".join(text_of(part) for part in parts)
