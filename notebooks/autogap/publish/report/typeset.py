"""Texts as Typst in which nothing runs: every word stands in a string, every tag is one of a short list."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKS = {"strong_open": "#strong[", "em_open": "#emph[", "strong_close": "]", "em_close": "]", "link_close": "]"}
_BLOCKS = {
    "bullet_list_open": "#list(",
    "ordered_list_open": "#enum(",
    "bullet_list_close": ")\n\n",
    "ordered_list_close": ")\n\n",
    "list_item_open": "[",
    "list_item_close": "], ",
    "heading_close": "]\n\n",
    "blockquote_open": "#quote(block: true)[",
    "blockquote_close": "]\n\n",
}


def string(text: str) -> str:
    """Write a text as a string of Typst.

    Examples
    --------
    >>> string('5 "percent" #x')
    '"5 \\\\"percent\\\\" #x"'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def words(text: str) -> str:
    """Write a text as content; the semicolon ends the expression whatever follows.

    Examples
    --------
    >>> words("a * b")
    '#"a * b";'
    """
    return f"#{string(text)};"


def markdown(text: str, level: int = 2) -> str:
    """Turn prose into Typst: paragraphs, lists, headings, emphasis, code and links to the web; the rest as words.

    Examples
    --------
    >>> markdown("Up **5** percent")
    '#"Up ";#strong[#"5";]#" percent";'
    """
    tokens = MarkdownIt("commonmark", {"html": False}).parse(text)
    return "".join(_block(token, level) for token in tokens).strip()


def _block(token: Token, level: int) -> str:
    if token.type == "inline":
        return _inline(token.children or [])
    if token.type == "paragraph_close":
        return "\n\n" if not token.hidden else ""
    if token.type == "heading_open":
        return f"#heading(level: {min(5, int(token.tag[1]) + level - 1)}, outlined: false)["
    if token.type in ("fence", "code_block"):
        return f"#raw({string(token.content.rstrip())}, block: true)\n\n"
    return _BLOCKS.get(token.type, "")


def _inline(children: list[Token]) -> str:
    parts = []
    for token in children:
        if token.type == "text":
            parts.append(words(token.content))
        elif token.type == "code_inline":
            parts.append(f"#raw({string(token.content)});")
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "link_open":
            target = str(token.attrs.get("href", ""))
            parts.append(f"#link({string(target)})[" if target.startswith(("http://", "https://")) else "#[")
        elif token.type == "image":
            parts.append(words(token.content))
        else:
            parts.append(_MARKS.get(token.type, ""))
    return "".join(parts)
