"""What the comment beside a parameter says: its help, its range, its choices, and papermill's type."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from typing import Any

from nbpoints.errors import InputError
from nbpoints.parameters import periods, types

# at the end of a comment, a full stop behind it forgiven
_END = r"\s*[.;,]?\s*$"
_RANGE = re.compile(r"\s*\[(?!\.{3,}\])([^\[\]]*?)\.\.([^\[\]]*?)\]" + _END)
_CHOICES = re.compile(r"\s*(?<![\w^\\$])\{([^{}]*)\}" + _END)
_ONE_CHOICE = re.compile(r'"[^"]*"|[^,\s][^,]*')
_VALUE = r"(?:[-+]?[0-9]|FY[0-9])[\w.-]*"
# near misses, which would be read as prose, so that every value would be allowed; "[...]" is an omission
_NEAR_RANGE = re.compile(
    rf"\[(?!\.*\])[^\[\]]*(?:\.\.|\u2026)[^\[\]]*\]|\(\s*{_VALUE}\s*(?:\.\.|\u2026)\s*{_VALUE}\s*\)|{_VALUE}\.\.{_VALUE}"
)
_BRACKETED_PAIR = re.compile(rf"\[\s*{_VALUE}\s*(?:,|;|:|-|\u2013|to)\s*{_VALUE}\s*\]")
# LaTeX such as x_{1} is prose
_NEAR_CHOICES = re.compile(r"(?<![\w^\\$])\{[^{}]*\}")
# https://papermill.readthedocs.io/en/latest/usage-inspect.html
_PAPERMILL_TYPE = re.compile(r"type:\s*(\S+)\s*")
_MYPY = re.compile(r"ignore(\[|$)")
_COLAB = re.compile(r"@param\b")


@dataclass(frozen=True)
class Comment:
    """The parts of a parameter's comment.

    Attributes
    ----------
    help : str
    choices : tuple
        Empty when there are none.
    low, high : int, float, str or None
        Ends of the range, both included.
    """

    help: str = ""
    choices: tuple = ()
    low: object = None
    high: object = None


def by_line(source: str) -> dict[int, str]:
    """Return the comments of a cell by their line, from 1, without the sign.

    An indented line that holds nothing but a comment continues the comment above it.

    Examples
    --------
    >>> by_line("a = 1  # how many\\n       # of them\\nb = '#'")
    {1: 'how many of them'}
    """
    found: dict[int, str] = {}
    above, begins = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type != tokenize.COMMENT:
                continue
            (line, column), text = token.start, token.string.lstrip("#").strip()
            if column and above and above == line - 1 and not token.line[:column].strip():
                found[begins] += f" {text}"
            else:
                found[line], begins = text, line
            above = line
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return found
    return found


def split_type(comment: str) -> tuple[str, str]:
    """Part papermill's ``type: name`` from the rest of a comment; mypy's ``type: ignore`` states no type.

    Examples
    --------
    >>> split_type("type: float share of the total [0..1]"), split_type("share")
    (('float', 'share of the total [0..1]'), ('', 'share'))
    """
    found = _PAPERMILL_TYPE.match(comment)
    if not found or _MYPY.match(found[1]):
        return "", comment
    return found[1], comment[found.end() :]


def read(name: str, comment: str, kind: types.Kind) -> Comment:
    """Split a comment into help, choices and range.

    Parameters
    ----------
    name : str
        Of the parameter, for errors.
    comment : str
    kind : Kind
        Type of the parameter, which decides how the ends and choices are read.

    Raises
    ------
    InputError
        When an end or a choice does not fit the type, or something looks like a range or choices and cannot be read
        as such: taken as prose, it would allow every value without a word.

    Examples
    --------
    >>> read("share", "share of the total [0..1]", types.parse("float"))
    Comment(help='share of the total', choices=(), low=0, high=1)
    """
    if _COLAB.match(comment):
        raise InputError(
            f"{name}: `@param` is the form of Google Colab, which is not read here; write what the parameter means and "
            "then [low..high] or {a, b}."
        )
    if found := _RANGE.search(comment):
        low, high = _ends(name, found, kind.scalars())
        return Comment(_prose(name, comment[: found.start()]), (), low, high)
    if found := _CHOICES.search(comment):
        texts = [text.strip() for text in _ONE_CHOICE.findall(found[1])]
        if not texts:
            raise InputError(f"{name}: {found[0].strip()} names no choice; write the choices as {{a, b}}.")
        return Comment(_prose(name, comment[: found.start()]), tuple(_choice(name, text, kind) for text in texts))
    parts = kind.parts if kind.head == "union" else (kind,)
    literals = [choice for part in parts if part.head == "literal" for choice in part.parts]
    only_literals = all(part.head in ("literal", "None") for part in parts)
    return Comment(_prose(name, comment), tuple(literals) if only_literals else ())


def _prose(name: str, text: str) -> str:
    """Return the help, once nothing in it looks like a bound."""
    if found := _NEAR_RANGE.search(text) or _BRACKETED_PAIR.search(text):
        raise InputError(
            f"{name}: {found[0]!r} looks like a range but is not read as one; write [low..high], with two dots, at the "
            "end of the comment."
        )
    if found := _NEAR_CHOICES.search(text):
        raise InputError(
            f"{name}: {found[0]!r} looks like choices but does not stand at the end of the comment; move it there."
        )
    return text.strip()


def _ends(name: str, found: re.Match, scalars: set[str]) -> list[Any]:
    whole = found[0].strip()
    if any(text.startswith(".") and not text[1:2].isdigit() or text.endswith(".") for text in found.groups()):
        raise InputError(f"{name}: {whole} has more than two dots; write the range as [low..high].")
    if "..." in whole:
        raise InputError(f"{name}: {whole} may begin at 0.1 or at 1; write the range as [low..high], with two dots.")
    ends = [_end(name, text.strip(), scalars) for text in found.groups()]
    given = [end for end in ends if end is not None]
    if not given:
        raise InputError(f"{name}: {whole} has no end; give at least one, as in [0..].")
    if len({periods.form(end) for end in given}) > 1 or len(given) == 2 and given[0] > given[1]:
        raise InputError(f"{name}: {whole} is not a range; give the lower and then the upper end, in one form.")
    return ends


def _end(name: str, text: str, scalars: set[str]) -> Any:
    if not text:
        return None
    if scalars & {"int", "float"}:
        number = types.number(text)
        if number is None:
            raise InputError(f"{name}: the end {text!r} of its range is not a number.")
        return number
    if "str" in scalars and periods.form(text):
        return text
    raise InputError(f"{name}: the end {text!r} of its range is neither a number nor a period such as 2025-05.")


def _choice(name: str, text: str, kind: types.Kind) -> object:
    scalars = kind.scalars()
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if type(value).__name__ in scalars - {"str"}:
        return value
    if type(value) is int and "float" in scalars:
        return float(value)
    if "str" in scalars:
        return value if isinstance(value, str) else text
    raise InputError(f"{name}: the choice {text!r} in its comment is not of the parameter's type, {kind}.")
