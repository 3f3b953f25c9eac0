"""Prose, tables and numbers as HTML in which nothing runs: every text is escaped, every tag is one of a short list."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote

from markdown_it import MarkdownIt

_TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td", "caption", "br", "b", "i", "em", "strong", "sub", "sup"}
_SPANS = {"colspan", "rowspan"}
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_MINUS = "\N{MINUS SIGN}"


def address(name: str) -> str:
    """Spell a point's name in an address; its signs ``@ = , + ~`` may stand in a path as they are.

    Examples
    --------
    >>> address("export_decline@month=2025-08")
    'export_decline@month=2025-08'
    """
    return quote(name, safe="@=,+~")


def prose(markdown: str, link: Callable[[str], str | None], shift: int = 0) -> str:
    """Turn markdown into HTML; HTML inside it is shown as text.

    Parameters
    ----------
    markdown : str
    link : callable
        Turns a target into where it leads from this page, or None to keep only the words.
    shift : int
        Levels by which headings sink, since the page has a title of its own.
    """
    tokens = _PARSER.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
        _relink(token.children or [], link)
    return _PARSER.renderer.render(tokens, _PARSER.options, {})


def sentence(markdown: str, link: Callable[[str], str | None] = lambda target: None) -> str:
    """Turn one paragraph of markdown into HTML without a paragraph around it; bold words become plain."""
    tokens = _PARSER.parseInline(re.sub(r"\A\*\*(.*)\*\*\Z", r"\1", markdown.strip(), flags=re.DOTALL))
    for token in tokens:
        _relink(token.children or [], link)
    return _PARSER.renderer.render(tokens, _PARSER.options, {}).strip()


def plain(markdown: str) -> str:
    """Return the words of markdown, for titles and descriptions."""
    return html.unescape(re.sub(r"<[^>]+>", "", sentence(markdown))).strip()


def _relink(children: list, link: Callable[[str], str | None]) -> None:
    dropped = False
    for token in children:
        if token.type == "link_open":
            target = link(str(token.attrs.get("href", "")))
            dropped = target is None
            if dropped:
                token.type, token.tag, token.attrs = "html_inline", "", {}
                token.content = ""
            else:
                token.attrs["href"] = target
                if target.startswith(("http:", "https:")):
                    token.attrs["rel"] = "noopener"
        elif token.type == "link_close" and dropped:
            token.type, token.tag, token.content, dropped = "html_inline", "", "", False
        elif token.type == "image":
            # a picture from elsewhere would be a request to outside
            token.type, token.tag, token.content = "text", "", token.content


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in ("style", "script"):
            self.skipping += 1
        elif tag in _TABLE_TAGS:
            spans = "".join(f' {name}="{int(value)}"' for name, value in attrs if name in _SPANS and value.isdecimal())
            self.parts.append(f"<{tag}{spans}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.skipping = max(0, self.skipping - 1)
        elif tag in _TABLE_TAGS and tag != "br":
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.parts.append(html.escape(data))


def table(markup: str) -> str:
    """Keep the table of an HTML output and drop whatever could run, load or restyle.

    Examples
    --------
    >>> table('<div><table onclick="x()"><tr><td colspan="2">a<script>b</script></td></tr></table></div>')
    '<table><tr><td colspan="2">a</td></tr></table>'
    """
    parser = _Tables()
    parser.feed(markup)
    parser.close()
    text = re.sub(r"\s*\n\s*", "", "".join(parser.parts))
    # an empty head cell says nothing to those who hear the page
    return text.replace("<th></th>", "<td></td>")


def cell(text: str) -> str:
    """Write a value of a figure's table: six digits do for reading, the file keeps all."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", text) or "." not in text and "e" not in text:
        return text
    return f"{value:.6g}".replace("-", _MINUS)
