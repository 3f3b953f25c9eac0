"""Ask a publisher over HTTP: never follow, retry with patience, trust no reply before its form was judged.

``AUTOGAP_SOURCES_BASE=http://127.0.0.1:PORT`` sends every request there, the publisher's host as the first part of the
path: for tests, on this machine only. There is no switch that accepts a bad certificate.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import stamina

from autogap.sources.figure import NotYet, SourceError

BASE = "AUTOGAP_SOURCES_BASE"
AGENT = "Mozilla/5.0 (compatible; autogap; statistics for research)"  # Japan Customs refuses agents it does not know
LONGEST_WAIT = 60  # seconds that a publisher may ask us to wait
CLOCK = timedelta(minutes=10)
_STARTS = {"xml": (b"<?xml", b"<hodoxml"), "json": (b"{", b"["), "xlsx": (b"PK",), "html": (b"<",)}


@dataclass(frozen=True)
class Reply:
    """A whole reply that has the form it should have."""

    body: bytes
    day: str  # the publisher's, or ours where it did not tell
    url: str  # without a key
    status: int = 200
    warning: str = ""


class _Again(Exception):
    def __init__(self, why: str, wait: float | None = None):
        super().__init__(why)
        self.wait = wait


def _wait(error: Exception) -> bool | float:
    return isinstance(error, _Again) and (True if error.wait is None else error.wait)


stamina.instrumentation.set_on_retry_hooks([])  # its log lines mean nothing to a reader


@contextmanager
def client() -> Iterator[httpx.Client]:
    """A client that follows nothing and checks every certificate."""
    with httpx.Client(
        follow_redirects=False,
        timeout=httpx.Timeout(30, read=60),
        headers={"User-Agent": AGENT},
        trust_env=BASE not in os.environ,
    ) as made:
        yield made


def _address(url: str) -> str:
    base = os.environ.get(BASE)
    if not base:
        return url
    if urlsplit(base).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SourceError(f"{BASE}: {base!r} is not on this machine (expected http://127.0.0.1:PORT).")
    parts = urlsplit(url)
    return f"{base.rstrip('/')}/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def fetch(
    made: httpx.Client,
    url: str,
    *,
    kind: str,
    encoding: str = "utf-8",
    expect: str = "",
    key: str = "",
    body: str = "",
    may_lack: bool = False,
    now: datetime,
    pause: float = 1.0,
    keep: Callable[[Reply], None] = lambda reply: None,
) -> Reply:
    """Get one reply, whole and of the right form.

    Parameters
    ----------
    made : httpx.Client
        From `client`.
    url : str
        Address; ``{key}`` is replaced by the value of the variable `key` and shown to nobody.
    kind, encoding, expect : str
        What the reply must be, as in ``requests.csv``.
    key : str
        Environment variable with the key.
    body : str
        What to post; nothing for GET.
    may_lack : bool
        Whether status 404 means "not published yet": the address is of one period.
    now : datetime.datetime
        The time on this machine, to compare with the publisher's.
    pause : float
        Seconds before the first retry.
    keep : callable
        Given the reply before its form is judged.

    Raises
    ------
    NotYet
        The publisher does not have it yet.
    SourceError
        One sentence: what came, and what was expected.
    """
    secret = os.environ.get(key, "") if key else ""
    address = _address(url.replace("{key}", secret))
    try:
        for attempt in stamina.retry_context(
            on=_wait, attempts=4, timeout=None, wait_initial=pause, wait_max=20 * pause, wait_jitter=0.1 * pause
        ):
            with attempt:
                status, headers, content = _once(made, address, _posted(body, secret), key)
    except _Again as error:
        raise SourceError(f"{_shown(url)}: {error}.") from None
    except SourceError as error:
        raise SourceError(f"{_shown(url)}: {error}") from None
    if status == 204 or status == 404 and may_lack:
        raise NotYet(f"{_shown(url)}: not published yet (status {status}).")
    if status != 200:
        told = " with an empty body" if not content else ""
        raise SourceError(f"{_shown(url)}: status {status}{told}; only 200 brings data.")
    day, warning = _day(headers, now)
    reply = Reply(content, day, _shown(url), warning=warning)
    keep(reply)
    form(content, kind, encoding, expect, _shown(url))
    return reply


def _posted(body: str, secret: str) -> str:
    """The body with its key; a field for a key that we do not have is left out."""
    return body.replace("{key}", secret) if secret else re.sub(r',"[a-z]+":"\{key\}"', "", body)


def _once(made: httpx.Client, address: str, body: str, key: str) -> tuple[int, httpx.Headers, bytes]:
    method = "POST" if body else "GET"
    got = None
    try:
        with made.stream(
            method, address, content=body or None, headers={"Content-Type": "application/json"} if body else None
        ) as got:
            content = b"".join(got.iter_bytes())
    except httpx.RemoteProtocolError:
        there = f"{got.num_bytes_downloaded:,} of {got.headers.get('content-length', '?')} bytes" if got else "no reply"
        raise _Again(f"the reply was cut off after {there}") from None
    except httpx.DecodingError:
        raise _Again("the reply cannot be unpacked; it was cut off or is not what its header says") from None
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error).upper() or "SSL" in str(error).upper():
            raise SourceError("the certificate of the publisher is not valid; the connection was refused.") from None
        raise _Again("no connection") from None
    except httpx.TimeoutException:
        raise _Again("no answer in time") from None
    except httpx.TransportError as error:
        raise _Again(f"the connection broke ({type(error).__name__})") from None
    if got.is_redirect:
        raise SourceError(_redirected(got, key))
    if got.status_code == 429:
        raise _Again("status 429: asked too often", _asked(got))
    if got.status_code >= 500:
        raise _Again(f"status {got.status_code}: the publisher's server failed")
    return got.status_code, got.headers, content


def _redirected(got: httpx.Response, key: str) -> str:
    if key:
        return (
            f"status {got.status_code}, sent elsewhere: the key in {key} is missing or not accepted (or the address "
            "moved)."
        )
    return f"status {got.status_code}, sent elsewhere: the address moved; correct it in data/requests.csv."


def _asked(got: httpx.Response) -> float | None:
    text = got.headers.get("retry-after", "")
    if not re.fullmatch(r"[0-9]{1,6}", text):
        return None
    if int(text) > LONGEST_WAIT:
        raise SourceError(f"status 429: the publisher asks to wait {int(text)} seconds; try again later.")
    return float(text)


def _shown(url: str) -> str:
    """The address without anything that could be a key."""
    return re.sub(r"([?&])(key|api_key|appId|UserID)=[^&]*&?", r"\1", url).rstrip("?&")


def _day(headers: httpx.Headers, now: datetime) -> tuple[str, str]:
    try:
        told = parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return now.date().isoformat(), ""
    if abs(told - now.astimezone(UTC)) > CLOCK:
        return (
            told.date().isoformat(),
            f"the clock of this machine differs from the publisher's ({told:%Y-%m-%d %H:%M} UTC)",
        )
    return told.date().isoformat(), ""


def form(content: bytes, kind: str, encoding: str, expect: str, where: str) -> None:
    """Judge whether a body is what it should be, to its end.

    Raises
    ------
    SourceError
        When it is another kind of file, is cut off, is not in its encoding, or lacks the words expected.

    Examples
    --------
    >>> form(b"a,b\\n1,2\\n3", "csv", "utf-8", "", "x.csv")
    Traceback (most recent call last):
    autogap.sources.figure.SourceError: x.csv: the last line is cut off ('3').
    """
    start = content[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start:
        raise SourceError(f"{where}: the reply is empty.")
    if kind != "html" and (
        start[:1] == b"<" and kind != "xml" or start[:14].lower().startswith((b"<!doctype html", b"<html"))
    ):
        title = re.search(rb"<title>([^<]*)", start, re.IGNORECASE)
        told = f" ({title[1].decode('ascii', 'replace').strip()!r})" if title else ""
        raise SourceError(
            f"{where}: a web page{told} came instead of {kind}; the publisher may have refused the request."
        )
    if kind in _STARTS and not start.startswith(_STARTS[kind]):
        raise SourceError(f"{where}: the reply begins with {start[:20]!r}; that is not {kind}.")
    if kind == "xlsx":
        _whole_zip(content, where)
        return
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"{where}: byte {error.start} is not {encoding}.") from None
    _ends(text, kind, where)
    if expect and not all(words in text for words in expect.split("|")):
        raise SourceError(f"{where}: {expect!r} does not stand in the reply; its unit or base year may have changed.")


def _whole_zip(content: bytes, where: str) -> None:
    try:
        bad = zipfile.ZipFile(io.BytesIO(content)).testzip()
    except zipfile.BadZipFile:
        raise SourceError(f"{where}: the workbook is cut off.") from None
    except Exception as error:  # each way of packing raises errors of its own
        raise SourceError(
            f"{where}: the workbook cannot be unpacked ({type(error).__name__}: {error}); it may be damaged or locked "
            "by a password."
        ) from None
    if bad:
        raise SourceError(f"{where}: {bad} in the workbook is damaged.")


def _ends(text: str, kind: str, where: str) -> None:
    stripped = text.rstrip()
    if kind == "json":
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{where}: the JSON is cut off or broken ({error}).") from None
    if kind in ("xml", "html") and not stripped.endswith(">"):
        raise SourceError(f"{where}: the {kind} is cut off; it ends with {stripped[-20:]!r}.")
    if kind == "csv" and not text.endswith("\n"):
        raise SourceError(f"{where}: the last line is cut off ({text.splitlines()[-1][:40]!r}).")
