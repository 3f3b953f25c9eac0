"""How messages leave a kernel and are read: what Jupyter does otherwise, in ways that a batch would notice."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import datetime


def without_tcp(thread: type, address: str) -> type:
    """Use IPC for the output of processes that a notebook forks; ipykernel opens a TCP port for it."""
    import zmq
    from zmq.eventloop.zmqstream import ZMQStream

    class PubThread(thread):
        def _setup_pipe_in(self) -> None:
            self._pipe_uuid = os.urandom(16)
            pipe = self.socket.context.socket(zmq.PULL)
            pipe.linger = 0
            pipe.bind(address)
            self._pipe_in = ZMQStream(pipe, self.io_loop)
            self._pipe_in.on_recv(self._handle_pipe_msg)

        def _setup_pipe_out(self) -> tuple:
            context = zmq.Context()
            pipe = context.socket(zmq.PUSH)
            pipe.linger = 3000
            pipe.connect(address)
            return context, pipe

    return PubThread


def escaping_half_characters(pack: Callable[[object], bytes]) -> Callable[[object], bytes]:
    """Send a lone surrogate as its escape; ipykernel loses the message, and prints its own fault into a cell."""

    def packed(message: object) -> bytes:
        try:
            return pack(message)
        except UnicodeEncodeError:
            text = json.dumps(message, ensure_ascii=False, default=str)
            return re.sub("[\ud800-\udfff]", lambda half: f"\\\\u{ord(half[0]):04x}", text).encode()

    return packed


def reading_dates(unpack: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Read the date of a header; jupyter_client does it with a parser of any date, hundreds of times as slowly."""

    def unpacked(text: bytes) -> object:
        message = unpack(text)
        if isinstance(message, dict) and "msg_id" in message and isinstance(message.get("date"), str):
            message["date"] = datetime.fromisoformat(message["date"])
        return message

    return unpacked


def flushing_what_there_is(stream: type) -> type:
    """Skip flushing an empty stream; ipykernel waits for a thread at least twice per output."""

    class Stream(stream):
        _holds_text = False

        def write(self, string: str) -> int | None:
            written = super().write(string)
            self._holds_text = True
            return written

        def flush(self) -> None:
            if self._holds_text:
                self._holds_text = False
                super().flush()

    return Stream
