"""Where replies come from, the net or a folder, and which addresses a request stands for."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from nbpoints.files import write_whole
from nbpoints.parameters import periods

from autogap.sources import http
from autogap.sources.figure import Figure, NotYet, SourceError
from autogap.sources.http import Reply
from autogap.sources.tables import Request

_HEAD = re.compile(rb"\AHTTP/1.1 200\r?\n(.*?)\r?\n\r?\n", re.DOTALL)


class Source(Protocol):
    """Anything that answers."""

    def get(self, label: str, url: str, request: Request, kind: str, body: str) -> Reply:
        """Give the reply to one address; see `http.fetch` for what it raises."""


@dataclass
class Net:
    """The publishers, or a server on this machine in their place; every reply is kept by its hash."""

    client: httpx.Client
    raw: Path
    now: datetime
    record: Path | None = None
    pause: float = 1.0
    asked: dict[str, float] = field(default_factory=dict)

    def get(self, label: str, url: str, request: Request, kind: str, body: str) -> Reply:
        """Fetch, and keep the bytes; between two calls of a host goes a pause."""
        host = urlsplit(url).netloc
        time.sleep(max(0.0, self.pause - (time.monotonic() - self.asked.get(host, -self.pause))))
        self.asked[host] = time.monotonic()
        reply = http.fetch(
            self.client,
            url,
            kind=kind,
            encoding=request.encoding,
            expect=request.expect if kind == request.kind else "",
            key=request.key,
            body=body,
            may_lack=request.ask != "once",
            now=self.now,
            pause=self.pause,
            keep=self.recorder(label),
        )
        digest = hashlib.sha256(reply.body).hexdigest()
        self.raw.mkdir(parents=True, exist_ok=True)
        write_whole(self.raw / f"{digest}.http", pack(label, reply))
        return reply

    def recorder(self, label: str) -> Callable[[Reply], None]:
        """What keeps a reply for ``--record``, before its form is judged: one that differs is what one wants to see."""

        def keep(reply: Reply) -> None:
            if self.record is not None:
                self.record.mkdir(parents=True, exist_ok=True)
                write_whole(self.record / f"{label.replace('/', '_')}.http", pack(label, reply))

        return keep


@dataclass
class Folder:
    """Replies kept earlier by `Net`, the newest of each label."""

    path: Path

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise SourceError(f"--from: {self.path} is not a folder.")
        self.replies: dict[str, Reply] = {}
        for file in sorted(self.path.glob("*.http")):
            label, reply = unpack(file.read_bytes(), file.name)
            if label not in self.replies or self.replies[label].day <= reply.day:
                self.replies[label] = reply

    def get(self, label: str, url: str, request: Request, kind: str, body: str) -> Reply:
        """Look the reply up, and judge its form again."""
        if label not in self.replies:
            raise NotYet(f"{label}: not in {self.path}.")
        reply = self.replies[label]
        http.form(reply.body, kind, request.encoding, request.expect if kind == request.kind else "", label)
        return reply


def pack(label: str, reply: Reply) -> bytes:
    """Write a reply as a file: a head of four lines, a blank one, the body.

    Examples
    --------
    >>> unpack(pack("fred/1", Reply(b"a,b", "2026-09-01", "https://x")), "x")
    ('fred/1', Reply(body=b'a,b', day='2026-09-01', url='https://x', status=200, warning=''))
    """
    return f"HTTP/1.1 200\nrequest: {label}\nurl: {reply.url}\ndate: {reply.day}\n\n".encode() + reply.body


def unpack(content: bytes, name: str) -> tuple[str, Reply]:
    """Read what `pack` wrote."""
    head = _HEAD.match(content)
    told = dict(line.split(": ", 1) for line in head[1].decode().splitlines() if ": " in line) if head else {}
    if not head or not {"request", "url", "date"} <= set(told) or periods.form(told["date"]) != "day":
        raise SourceError(
            f"{name}: this is not a kept reply (expected HTTP/1.1 200, request, url, date, a blank line, the body)."
        )
    return told["request"], Reply(content[head.end() :], told["date"], told["url"])


def parser(request: Request) -> ModuleType:
    """The module that reads the replies of a request."""
    return importlib.import_module(f"autogap.sources.{request.parser}")


def parsed(request: Request, reply: Reply) -> list[Figure]:
    """Read a reply by the module of its publisher, which is told the address that was asked.

    Raises
    ------
    SourceError
        Also when the reply has another layout than the module was written for.
    """
    try:
        return parser(request).parse(reply.body, replace(request, url=reply.url))
    except SourceError:  # a sentence already
        raise
    except Exception as error:  # parsers only compute: whatever they stumble over is in the reply, or a fault of theirs
        raise SourceError(
            f"{request.request}: the reply has another layout than {request.parser}.py reads, which rests on "
            f"{request.rests_on} ({type(error).__name__}: {error}); keep it with --record and compare."
        ) from None


def first(request: Request, today: str) -> str:
    """The period to begin with where the package holds nothing: of three months or two quarters, or this year."""
    what = request.ask.split()[0]
    return today[:7] if what == "once" else periods.text(what, _last(what, today) - {"month": 2, "quarter": 1}[what])


def lacks_key(request: Request) -> bool:
    """Whether the key that a request needs is not in the environment."""
    return bool(request.key) and request.optional_key != "yes" and not os.environ.get(request.key)


def read_env(path: Path) -> None:
    """Take keys from a ``.env`` file that git ignores; what the environment has already goes first."""
    with suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if re.fullmatch(r"[A-Z][A-Z0-9_]*_KEY", name.strip()) and value.strip():
                os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def replies(request: Request, newest: str, today: str, source: Source) -> Iterator[Reply]:
    """Ask all that one request stands for, oldest period first.

    Parameters
    ----------
    request : Request
        The row of ``requests.csv``.
    newest : str
        Newest period that the package has of its series; asked again, for it may be revised.
    today : str
        ISO day; later months and quarters are not asked for.
    source : Source
        The net or a folder.
    """
    what, *stages = request.ask.split()
    if what == "once":
        yield _chain(
            request,
            request.request,
            _filled(request.url, newest, today, ""),
            _filled(request.body, newest, today, ""),
            source,
        )
        return
    number, last = periods.ordinal(newest), _last(what, today)
    while number <= last:
        period = periods.text(what, number)
        reply = _best(request, period, stages or [""], today, source)
        if reply is None and number > periods.ordinal(newest):
            return
        if reply is not None:
            yield reply
        number += 1


def _last(what: str, today: str) -> int:
    """The last period that is over."""
    month = periods.ordinal(today[:7]) - 1
    return month if what == "month" else (month + 1) // 3 - 1


def _best(request: Request, period: str, stages: list[str], today: str, source: Source) -> Reply | None:
    for stage in stages:
        label = f"{request.request}/{period}/{stage}".rstrip("/")
        with suppress(NotYet):
            return _chain(request, label, _filled(request.url, period, today, stage), "", source)
    return None


def _filled(template: str, period: str, today: str, stage: str) -> str:
    year = period[:4]
    fill = {
        "year": year,
        "yy": year[2:],
        "month": period[5:7],
        "quarter": period[5:6],
        "period": period,
        "stage": stage,
        "second": "_2" if stage == "2" else "",
        "start": f"{int(year) - 1}",
        "end": today[:4],
        "day": f"{period[:7]}-01",
    }
    return re.sub(r"\{([a-z]+)\}", lambda found: fill.get(found[1], found[0]), template)


def _chain(request: Request, label: str, url: str, body: str, source: Source) -> Reply:
    """Get a reply; where the parser knows a way over pages (e-Stat), go it to the file."""
    follow = getattr(parser(request), "follow", None)
    if follow is None:
        return source.get(label, url, request, request.kind, body)
    for step in range(1, 5):
        is_file = "file-download" in url
        reply = source.get(f"{label}/{step}", url, request, request.kind if is_file else "html", body)
        following = follow(reply.body, url)
        if following is None:
            return reply
        url = following
    raise SourceError(f"{label}: the way to the file has more than four pages.")
