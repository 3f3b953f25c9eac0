"""A server on this machine in the place of every publisher: it can also cut, delay, redirect and misdeclare."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One answer; `cut` leaves that many bytes of the body out."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    states_whole_length: bool = True
    packs: bool = False
    delay: float = 0.0
    day: datetime = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


class Server:
    """Answers by path, with its query if that is known; a list is answered one by one, its last for good."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.asked: list[str] = []
        self.posted: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                answer = outer._next(self.path)
                self.close_connection = True
                if answer is None:
                    answer = Answer(b"<html>not found</html>", 404)
                outer._write(self, answer)

            def do_POST(self) -> None:
                outer.posted.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                self.do_GET()

            def log_message(self, *words: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_address[1]

    def _next(self, path: str) -> Answer | None:
        found = self.answers.get(path, self.answers.get(path.partition("?")[0]))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    @staticmethod
    def _write(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        time.sleep(answer.delay)
        body = gzip.compress(answer.body) if answer.packs else answer.body
        sent = body[: len(body) - answer.cut]
        handler.send_response_only(answer.status)
        handler.send_header("Date", format_datetime(answer.day, usegmt=True))
        handler.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if answer.packs:
            handler.send_header("Content-Encoding", "gzip")
        if answer.status != 204:
            if answer.states_whole_length:
                handler.send_header("Content-Length", str(len(body)))
            handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(sent)

    def put(self, url: str, body: bytes | str = b"", **more: object) -> None:
        """Answer an address of a publisher."""
        content = body.encode() if isinstance(body, str) else body
        self.answers["/" + url.removeprefix("https://")] = Answer(content, **more)


@contextmanager
def running(certificate: tuple[str, str] | None = None) -> Iterator[Server]:
    """A server in a thread, over TLS when a certificate and its key are given."""
    server = Server()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
        server.http.handle_error = lambda *one: None  # a client that refuses the certificate is what is tested
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()
