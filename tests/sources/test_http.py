"""What a server can do to us, and the one sentence that each ends in."""

from __future__ import annotations

import csv
import io
import subprocess
import time
import zipfile
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from autogap.paths import DATA
from autogap.sources import ask, http, law, tables
from autogap.sources.figure import NotYet, SourceError

from tests.sources import server as servers
from tests.sources.server import Answer

URL = "https://publisher.test/table"
PATH = "/publisher.test/table"
CSV = b"month,value\n2026-06-01,160.8\n2026-07-01,161.2\n"
NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


def fetch(server, answer, **more):
    server.answers[PATH] = answer
    with http.client() as client:
        return http.fetch(client, URL, **{"kind": "csv", "now": NOW, "pause": 0.01} | more)


def test_a_whole_reply_comes_with_the_publisher_s_day(server):
    reply = fetch(server, Answer(CSV))
    assert (reply.body, reply.day, reply.warning) == (CSV, "2026-11-27", "")


def test_a_packed_reply_is_unpacked(server):
    assert fetch(server, Answer(CSV * 50, packs=True)).body == CSV * 50


@pytest.mark.parametrize(
    ("answer", "more", "told"),
    [
        (Answer(CSV, cut=9), {}, r"the reply was cut off after 37 of 46 bytes"),
        (Answer(CSV, cut=9, states_whole_length=False), {}, r"the last line is cut off \('2026-07-'\)"),
        (Answer(b'{"a": [1, 2', kind="application/json"), {"kind": "json"}, "the JSON is cut off or broken"),
        (Answer(b"<?xml version='1.0'?><a><b>1</"), {"kind": "xml"}, "the xml is cut off; it ends with"),
        (Answer(b"PK\x03\x04half a workbook"), {"kind": "xlsx"}, "the workbook is cut off"),
        (
            Answer(b"<html><head><title>Request Rejected</title>"),
            {},
            r"a web page \('Request Rejected'\) came instead of csv",
        ),
        (
            Answer(b"<!DOCTYPE html><title>Sign in</title>"),
            {"kind": "xml"},
            r"a web page \('Sign in'\) came instead of xml",
        ),
        (Answer(b"month,value\n"), {"kind": "json"}, "the reply begins with b'month,value"),
        (Answer(b"", 202), {}, "status 202 with an empty body; only 200 brings data"),
        (Answer(b""), {}, "the reply is empty"),
        (Answer(b"gone", 404), {}, "status 404; only 200 brings data"),
        (
            Answer(b"", 302, headers={"Location": "https://elsewhere.test/"}),
            {},
            "status 302, sent elsewhere: the address moved",
        ),
        (
            Answer(b"", 302, headers={"Location": "https://x.test/"}),
            {"key": "SOME_KEY"},
            "the key in SOME_KEY is missing or not",
        ),
        (Answer(b"", 429, headers={"Retry-After": "7200"}), {}, "asks to wait 7200 seconds; try again later"),
        (Answer(b"down", 503), {}, "status 503: the publisher's server failed"),
        (Answer("月,値\n㈱,1\n".encode("cp932")), {"encoding": "shift_jis"}, "is not shift_jis"),
        (
            Answer(CSV),
            {"expect": "(a thousand yen)"},
            r"'\(a thousand yen\)' does not stand in the reply; its unit or base year",
        ),
    ],
)
def test_each_ends_in_one_sentence_with_the_address(server, answer, more, told):
    with pytest.raises(SourceError, match=told) as caught:
        fetch(server, answer, **more)
    assert str(caught.value).startswith(URL) and "\n" not in str(caught.value)


def test_a_packed_reply_cut_in_the_middle_with_a_consistent_length_is_noticed(server):
    """The client unpacks the half without a word: the form of the reply tells."""
    import gzip

    half = gzip.compress(b"month,value\n" + b"".join(b"2026-06-%02d,%d\n" % (n % 28, n * 7919) for n in range(4000)))[
        :9000
    ]
    with pytest.raises(SourceError, match="cut off"):
        fetch(server, Answer(half, headers={"Content-Encoding": "gzip"}))


@pytest.mark.parametrize(("status", "may_lack"), [(204, False), (204, True), (404, True)])
def test_not_published_yet_is_no_failure(server, status, may_lack):
    with pytest.raises(NotYet, match="not published yet"):
        fetch(server, Answer(b"", status), may_lack=may_lack)


def test_nothing_is_followed(server):
    fetch_elsewhere = Answer(b"", 302, headers={"Location": f"http://127.0.0.1:{server.port}/trap"})
    server.answers["/trap"] = Answer(CSV)
    with pytest.raises(SourceError, match="sent elsewhere"):
        fetch(server, fetch_elsewhere)
    assert server.asked == [PATH]


def test_too_often_is_tried_again_after_the_time_asked(server):
    busy = Answer(b"", 429, headers={"Retry-After": "0"})
    assert fetch(server, [busy, busy, Answer(CSV)]).body == CSV
    assert len(server.asked) == 3


def test_a_server_that_failed_once_is_asked_again(server):
    assert fetch(server, [Answer(b"", 502), Answer(CSV, cut=5), Answer(CSV)]).body == CSV


@pytest.mark.parametrize(("minutes", "warns"), [(5, False), (-9, False), (11, True), (-60 * 24 * 400, True)])
def test_a_wrong_clock_is_told_and_the_publisher_s_day_taken(server, minutes, warns):
    reply = fetch(server, Answer(CSV), now=NOW + timedelta(minutes=minutes))
    assert reply.day == "2026-11-27" and bool(reply.warning) == warns


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate, monkeypatch):
    with servers.running(certificate) as server:
        monkeypatch.setenv(http.BASE, f"https://127.0.0.1:{server.port}")
        with pytest.raises(SourceError, match="the certificate of the publisher is not valid"):
            fetch(server, Answer(CSV))
        assert server.asked == []


@pytest.mark.parametrize(("year", "told"), [("2040", ""), ("2021", "the certificate of the publisher is not valid")])
def test_a_certificate_that_has_expired_is_refused(tmp_path, monkeypatch, year, told):
    """One that this machine trusts: only its day differs."""
    config = (
        "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index\nserial=serial\ndefault_md=sha256\npolicy=p\n"
        "x509_extensions=e\n[p]\ncommonName=supplied\n[req]\ndistinguished_name=n\nprompt=no\n[n]\nCN=127.0.0.1\n"
        "[e]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:true\n"
    )
    for name, text in (("conf", config), ("index", ""), ("serial", "01\n")):
        (tmp_path / name).write_text(text)
    span = f"-startdate 20200101000000Z -enddate {year}0101000000Z"
    for words in (
        "req -new -newkey rsa:2048 -nodes -keyout key.pem -out a.csr -config conf",
        f"ca -batch -selfsign -keyfile key.pem -in a.csr -out a.pem -notext -config conf {span}",
    ):
        subprocess.run(["openssl", *words.split()], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "a.pem"))
    with servers.running((str(tmp_path / "a.pem"), str(tmp_path / "key.pem"))) as server:
        monkeypatch.setenv(http.BASE, f"https://127.0.0.1:{server.port}")
        with pytest.raises(SourceError, match=told) if told else nullcontext():
            assert fetch(server, Answer(CSV)).body == CSV


def test_between_two_calls_of_a_host_goes_a_pause(server, tmp_path):
    """The Bank of Japan asks for a second, and Customs blocks who asks too fast."""
    request = tables.read(DATA)[0]["boj_tankan"]
    server.answers[PATH] = Answer(b"{}")
    with http.client() as client:
        net = ask.Net(client, tmp_path, NOW, pause=0.3)
        began = time.monotonic()
        for _ in range(3):
            net.get("a", URL, request, "json", "")
    assert 0.6 <= time.monotonic() - began


@pytest.mark.parametrize(("key", "sent"), [("k3y", b'{"a":"b","registrationkey":"k3y"}'), ("", b'{"a":"b"}')])
def test_an_optional_key_is_posted_or_left_out(server, monkeypatch, key, sent):
    monkeypatch.setenv("BLS_API_KEY", key)
    fetch(server, Answer(CSV), key="BLS_API_KEY", body='{"a":"b","registrationkey":"{key}"}')
    assert server.posted == [sent]


def test_a_server_that_is_not_there_is_told(monkeypatch):
    with servers.running() as server:
        port = server.port
    monkeypatch.setenv(http.BASE, f"http://127.0.0.1:{port}")
    with pytest.raises(SourceError, match="no connection"):
        fetch(server, Answer(CSV))


def test_an_address_is_shown_without_its_key():
    assert http._shown("https://a.test/x?get=A&key={key}") == "https://a.test/x?get=A"
    assert http._shown("https://a.test/x?api_key=1&id=2") == "https://a.test/x?id=2"


def workbook(*, packing: int = zipfile.ZIP_DEFLATED, change: tuple[int, int] = (0, 0)) -> bytes:
    """A zip of one member, and one byte of it changed: counted from the member's directory entry, or its data."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as made:
        made.writestr("a", b"figures " * 200)
    content, (place, value) = bytearray(out.getvalue()), change
    if place:
        content[place if place > 0 else content.index(b"PK\x01\x02") - place] = value
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "kind", "told"),
    [
        (workbook(change=(31, 0xFF)), "xlsx", "cannot be unpacked (error: "),
        (workbook(change=(-8, 1)), "xlsx", "cannot be unpacked (RuntimeError: "),  # locked by a password
        (workbook(change=(-10, 99)), "xlsx", "cannot be unpacked (NotImplementedError: "),
        (workbook(packing=zipfile.ZIP_LZMA, change=(40, 0xFF)), "xlsx", "cannot be unpacked ("),
        (b"[" * 100_000, "json", "the JSON is cut off or broken"),
    ],
)
def test_a_reply_that_cannot_be_unpacked_is_a_sentence(content, kind, told):
    with pytest.raises(SourceError) as fault:
        http.form(content, kind, "utf-8", "", "x")
    assert str(fault.value).startswith("x: the ") and told in str(fault.value)


@pytest.mark.parametrize("error", [StopIteration(), RecursionError("deep"), SyntaxError("xml"), csv.Error("too long")])
def test_whatever_a_parser_stumbles_over_fails_its_request_and_is_named(monkeypatch, error):
    """An empty workbook, nested JSON, broken XML, a field longer than `csv` takes."""
    request = next(iter(tables.read(DATA)[0].values()))

    def parse(content, request):
        raise error

    monkeypatch.setattr(ask.parser(request), "parse", parse)
    with pytest.raises(SourceError, match=rf"another layout than .* \({type(error).__name__}: "):
        ask.parsed(request, http.Reply(b"", "2026-11-20", "https://x"))


@pytest.mark.parametrize("reply", [b'[{"name": 5}]', b"[5]", b"{}"])
def test_a_list_of_the_law_in_another_form_is_a_sentence(reply):
    with pytest.raises(SourceError):
        law.releases(reply)


@pytest.mark.parametrize("day", ["null", "5", "[]"])
def test_a_document_of_the_law_in_another_form_is_a_sentence(day):
    reply = f'{{"results": [{{"publication_date": {day}, "document_number": "1", "title": "T"}}]}}'
    with pytest.raises(SourceError, match="another layout"):
        law.documents(reply.encode(), "2026-07-01")
