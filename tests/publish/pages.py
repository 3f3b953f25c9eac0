"""What can be wrong with a folder of pages without opening a browser: links, anchors, pictures, what is loaded."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "use": "href",
}


class Page(HTMLParser):
    """Ids, links, loaded things and pictures of one page."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: set[str] = set()
        self.twice: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.silent = 0
        self.scripts_inside = 0
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        if about.get("id"):
            self.twice |= self.ids & {about["id"]}
            self.ids.add(about["id"])
        self.handlers += [name for name in about if name.startswith("on") or name == "style"]
        if tag == "a" and about.get("href"):
            self.links.append(about["href"])
        if tag in _LOADS and about.get(_LOADS[tag]) and about.get("rel") not in ("canonical", "alternate"):
            self.loads.append(about[_LOADS[tag]])
        if tag == "img" and "alt" not in about:
            self.silent += 1
        if tag == "img" and about.get("alt") == "" and about.get("loading") != "lazy":
            self.silent += 1
        if tag == "script" and "src" not in about:
            self.scripts_inside += 1


def faults(folder: Path) -> list[str]:
    """Everything wrong with the pages of a folder, a line each; case matters, as on most servers."""
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    pages = {name: Page((folder / name).read_text(encoding="utf-8")) for name in files if name.endswith(".html")}
    found = []
    for name, page in sorted(pages.items()):
        found += [f"{name}: id {identity} twice" for identity in sorted(page.twice)]
        found += [f"{name}: {handler} in a tag" for handler in page.handlers]
        found += [f"{name}: a picture without words"] * page.silent
        found += [f"{name}: a script inside the page"] * page.scripts_inside
        found += [f"{name}: loads {target} from outside" for target in page.loads if _is_outside(target)]
        for target in [*page.links, *page.loads]:
            if not _is_outside(target) and not target.startswith("data:"):
                found += _missing(name, target, files, pages)
    return found


def _is_outside(target: str) -> bool:
    return bool(urlsplit(target).netloc)


def _missing(name: str, target: str, files: set[str], pages: dict[str, Page]) -> list[str]:
    parts = urlsplit(target)
    if parts.scheme or parts.path.startswith("/"):
        return [f"{name}: {target} is bound to one place"]
    there = name
    if parts.path:
        steps = [*name.split("/")[:-1], *unquote(parts.path).split("/")]
        path: list[str] = []
        for step in steps:
            if step == "..":
                if not path:
                    return [f"{name}: {target} leads out of the site"]
                path.pop()
            elif step != ".":
                path.append(step)
        there = "/".join(path)
    if there not in files:
        return [f"{name}: {target} is not there"]
    if parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].ids:
        return [f"{name}: {target} has no such anchor"]
    return []
