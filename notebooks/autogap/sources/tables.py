"""The two tables that say what to ask and which series a reply fills: ``data/requests.csv``, ``data/selectors.csv``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from nbpoints.errors import InputError, did_you_mean

from autogap.data import reading

PARSERS = (
    "boj",
    "bls",
    "cabinet_office",
    "census_api",
    "census_workbook",
    "customs_press",
    "customs_series",
    "estat_area",
    "estat_files",
    "fred_graph",
    "fred_vintages",
    "labour_force",
    "treasury",
)
KINDS = ("csv", "html", "json", "xlsx", "xml")


@dataclass(frozen=True)
class Request:
    """One row of ``requests.csv``: an address and what is known of its replies.

    Attributes
    ----------
    request : str
        Name of the request.
    publisher : str
        Short name, for ``--only``.
    parser : str
        Module of this package.
    url : str
        Address; {year}, {month}, {yy}, {quarter}, {stage}, {start}, {key} are filled in. With {id} the row stands for
        one request a series: the ``id=`` of its selector.
    ask : str
        "once", or "month" or "quarter" with the stages to try, the best first: "month 6 5 4".
    body : str
        What to post, if it is a POST.
    kind : str
        csv, html, json, xlsx or xml.
    encoding : str
        Of text; decoded strictly.
    expect : str
        Words that must stand in the reply: the unit, the base year.
    key : str
        Environment variable that holds the key, if one is needed.
    key_page : str
        Where a key is to be had.
    optional_key : str
        "yes" where the publisher answers without a key too.
    rests_on : str
        What the parser was tried on: real reply, excerpt, description.
    terms : str
        Terms of use as the publisher states them.
    """

    request: str
    publisher: str
    parser: str
    url: str
    ask: str
    body: str
    kind: str
    encoding: str
    expect: str
    key: str
    key_page: str
    optional_key: str
    rests_on: str
    terms: str


@dataclass(frozen=True)
class Selector:
    """One row of ``selectors.csv``: which figure of which reply a series holds.

    Attributes
    ----------
    series : str
        Name in ``series.csv``.
    request : str
        Name in ``requests.csv``.
    selector : str
        ``key=value`` pairs joined by semicolons; ``a|b`` where a publisher writes either.
    factor : str
        Series = figure times factor.
    digits : str
        Decimals to round to, empty to keep what the publisher gives.
    required : str
        "yes": a period without it is a fault; "no": the publisher does not list it in every period.
    """

    series: str
    request: str
    selector: str
    factor: str
    digits: str
    required: str

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """The pairs of the selector, alternatives split."""
        pairs = (pair.partition("=") for pair in self.selector.split(";"))
        return {key.strip(): tuple(value.split("|")) for key, _, value in pairs}


def _read(data: Path, relative: str, columns: Sequence[str]) -> list[dict[str, str]]:
    (_, header), *body = reading.rows(data, relative) or [(1, [])]
    if header != list(columns):
        raise InputError(f"data/{relative}: the columns are {header}; they must be {list(columns)}.")
    reading.refuse(reading.ragged(data, relative))
    reading.refuse(reading.twice(data, relative, columns[:1]))
    return [dict(zip(header, row)) for _, row in body]


def read(data: Path) -> tuple[dict[str, Request], list[Selector]]:
    """Read and judge both tables.

    Raises
    ------
    InputError
        When a row names an unknown parser, kind or request, or a series has two selectors.
    """
    requests = {
        row["request"]: Request(**row) for row in _read(data, "requests.csv", [f.name for f in fields(Request)])
    }
    for one in requests.values():
        for word, known, what in ((one.parser, PARSERS, "parser"), (one.kind, KINDS, "kind")):
            if word not in known:
                raise InputError(
                    f"data/requests.csv, {one.request}: {what} {word!r} is not one of {', '.join(known)}."
                    f"{did_you_mean(word, known)}"
                )
        if not one.url.startswith("https://"):
            raise InputError(f"data/requests.csv, {one.request}: the url must begin with https://.")
    selectors = []
    for row in _read(data, "selectors.csv", [f.name for f in fields(Selector)]):
        one = Selector(**row)
        if one.request not in requests:
            raise InputError(
                f"data/selectors.csv, {one.series}: requests.csv has no request {one.request!r}."
                f"{did_you_mean(one.request, requests)}"
            )
        selectors.append(one)
    return _each(requests, selectors)


def _each(requests: dict[str, Request], selectors: list[Selector]) -> tuple[dict[str, Request], list[Selector]]:
    """Put one request for each series in the place of a row whose address has {id}."""
    told, chosen = dict(requests), []
    for one in selectors:
        row = requests[one.request]
        if "{id}" in row.url:
            name = one.wanted.get("id", ("",))[0]
            if not name:
                raise InputError(
                    f"data/selectors.csv, {one.series}: {one.selector!r} has no id=; {one.request} asks by it."
                )
            one = replace(one, request=f"{one.request}_{name}")
            told[one.request] = replace(
                row, request=one.request, url=row.url.replace("{id}", name), expect=row.expect.replace("{id}", name)
            )
        chosen.append(one)
    return {name: row for name, row in told.items() if "{id}" not in row.url}, chosen
