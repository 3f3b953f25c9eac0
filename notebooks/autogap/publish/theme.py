"""What a publisher is told from outside: names, languages, labels, terms. It has defaults for anybody's folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import yaml

from autogap.publish.reading import prettified
from autogap.publish.rights import Terms

HERE = Path(__file__).parent
LANGUAGES = ("en", "ja")


@dataclass(frozen=True)
class DataFile:
    """A page of the site about one data file."""

    terms: Terms
    description: str = ""
    series: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class Theme:
    """Names and words of one collection.

    Attributes
    ----------
    title, about : dict of str to str
        By language.
    name : str
        Short name, which also begins citation keys.
    version, released : str
    author, address : str
        Who is cited, and the web address of the collection, empty where it has none.
    licence : str
    command : str
        How its points are run.
    macro : str
        Name of the macro in LaTeX.
    labels : dict
        ``kind/name`` -> label by language; kinds are question, parameter, choice.
    data : dict of str to DataFile
        By path relative to the project.
    methods : tuple of dict
        name, summary, functions (name and summary).
    judged : callable
        Judges the claims and returns a dict each: id, statement, quoted, unit, computed, verdict, notebook, result.
    made_of : str
        Hash of the files that claims are judged from, so that a site knows them without judging.
    """

    title: dict[str, str]
    about: dict[str, str] = field(default_factory=dict)
    name: str = "collection"
    version: str = "0"
    released: str = ""
    author: str = ""
    address: str = ""
    licence: str = ""
    command: str = "nbpoints run"
    macro: str = "point"
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    data: dict[str, DataFile] = field(default_factory=dict)
    methods: tuple[dict, ...] = ()
    judged: Callable[[], tuple[dict, ...]] = field(default=tuple, repr=False, compare=False)
    made_of: str = ""

    @cached_property
    def claims(self) -> tuple[dict, ...]:
        """The claims, judged when they are first asked for."""
        return self.judged()

    def label(self, kind: str, name: str, language: str = "en") -> str:
        """Return a label in a language, else in English, else words made of the name."""
        known = self.labels.get(f"{kind}/{name}", {})
        return known.get(language) or known.get("en") or (name if kind == "choice" else prettified(name))

    def says(self, kind: str, name: str, language: str) -> str | None:
        """Return a label only where it is there in this very language."""
        return self.labels.get(f"{kind}/{name}", {}).get(language)

    def terms(self, path: str) -> Terms:
        """Return the terms of a data file; a file that nothing is said about has none stated."""
        known = self.data.get(path)
        return known.terms if known else Terms(path, Path(path).stem, "not stated", is_stated=False)


def of_folder(folder: Path) -> Theme:
    """Make a theme of a stranger's folder of notebooks, about which nothing is known but its name."""
    name = folder.resolve().name
    return Theme({"en": prettified(name)}, name=name, command=f"nbpoints run --dir {name}")


@cache
def strings() -> dict[str, dict[str, str]]:
    """Return the table of the interface's words: key -> language -> text."""
    return yaml.safe_load((HERE / "strings.yaml").read_text(encoding="utf-8"))


def words(language: str) -> dict[str, str]:
    """Return the words of the interface in one language."""
    return {key: texts[language] for key, texts in strings().items()}
