"""Words of the interface inside parts that all languages share: marks that a page, or its script, puts words for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from autogap.publish.theme import strings, words

# signs for private use, which no notebook and no publisher has a meaning for
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\w+){_CLOSE}")
PLACES = ("root", "here")
"""Marks for where things are from a page: the site, and the pages of its language."""


def mark(key: str) -> Markup:
    """Make the mark of a word or a place."""
    return Markup(f"{_OPEN}{key}{_CLOSE}")


def marks() -> dict[str, Markup]:
    """Return a mark for every word of the interface, to be used where the words themselves are."""
    return {key: mark(key) for key in strings()}


def worded(text: str, said: Mapping[str, str]) -> str:
    """Put words and places for the marks of a text; a mark that is not among them stays.

    Examples
    --------
    >>> worded(f"<a href='{mark('root')}x.csv'>{mark('source')}</a>", {"root": "../", "source": "Source"})
    "<a href='../x.csv'>Source</a>"
    """
    return _MARK.sub(lambda found: str(said.get(found[1], found[0])), text)


def said(language: str, root: str, here: str) -> dict[str, str]:
    """Return words, ready to stand in HTML, and places of one page."""
    return {key: str(escape(text)) for key, text in words(language).items()} | {"root": root, "here": here}


def script(texts: Iterable[str], language: str) -> str:
    """Write the words that the script of pages puts for marks: those that are used."""
    used = sorted({key for text in texts for key in _MARK.findall(text)} - set(PLACES))
    known = said(language, "", "")
    content = json.dumps({key: known[key] for key in used}, ensure_ascii=False, separators=(",", ":"))
    return f"window.WORDS={content};\n"
