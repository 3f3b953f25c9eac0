"""What a batch shows while it runs and in the end: one changing line on a terminal, a line for each point in a log."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from nbpoints.errors import counted

DONE = ("ran", "current")
_MOST_ROWS = 60
_ERASE = "\r\x1b[K"


@dataclass(frozen=True)
class Row:
    """A line of the table in the end."""

    point: str
    status: str
    seconds: float | None = None
    results: int | None = None
    figures: int | None = None
    detail: str = ""


class Screen:
    """A stream that may be closed, or whose reader may leave: what cannot be shown does not stop a batch.

    Parameters
    ----------
    stream : file or None
        None when the program was started without one.
    """

    def __init__(self, stream: TextIO | None):
        self._stream = stream
        self.is_terminal = False
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self.is_terminal = stream.isatty()

    def write(self, text: str) -> None:
        """Show a text at once, as far as the stream can."""
        if self._stream is None:
            return
        try:
            try:
                self._stream.write(text)
            except UnicodeEncodeError:
                self._stream.write(text.encode(self._stream.encoding, "backslashreplace").decode(self._stream.encoding))
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = None


class Progress:
    """Follow a batch.

    Parameters
    ----------
    total : int
        Points to run.
    screen : Screen
        A terminal gets one line that is written over; anything else a line for each finished point.
    """

    def __init__(self, total: int, screen: Screen):
        self._total, self._screen = total, screen
        self._live = screen.is_terminal
        self._done = 0
        self._began = time.monotonic()

    def show(self, current: Iterable[str]) -> None:
        """Renew the line on a terminal with the points that run now."""
        if not self._live:
            return
        text = f"{self._done}/{self._total}{self._left()}  {', '.join(current)}"
        width = shutil.get_terminal_size().columns - 1
        self._screen.write(_ERASE + (text if len(text) <= width else text[: width - 1] + "…"))

    def finished(self, point: str, status: str, seconds: float) -> None:
        """Count a point, and give it a line in a log."""
        self._done += 1
        if not self._live:
            width = len(str(self._total))
            self.note(f"{self._done:{width}}/{self._total} {point} {status} in {seconds:.2f} s")

    def note(self, text: str) -> None:
        """Write a line that stays."""
        self._screen.write(f"{_ERASE if self._live else ''}{text}\n")

    def close(self) -> None:
        """Take the changing line away."""
        if self._live:
            self._screen.write(_ERASE)

    def _left(self) -> str:
        if not self._done:
            return ""
        left_s = (time.monotonic() - self._began) / self._done * (self._total - self._done)
        return f", {left_s:.0f} s left" if left_s < 120 else f", {left_s / 60:.0f} min left"


def table(rows: list[Row], screen: Screen) -> None:
    """Write the table in the end; of many points, those that failed and a count of the others."""
    text = ""
    bad = [row for row in rows if row.status not in DONE]
    shown = [row for row in rows if row.status != "current"] if len(rows) <= _MOST_ROWS else bad[:_MOST_ROWS]
    if shown:
        width = max(len("point"), *(len(row.point) for row in shown))
        text += f"{'point':{width}}  status   seconds  results  figures\n"
        for row in shown:
            numbers = f"{_text(row.seconds, '.2f'):>7}  {_text(row.results):>7}  {_text(row.figures):>7}"
            text += f"{row.point:{width}}  {row.status:7}  {numbers}  {row.detail}".rstrip() + "\n"
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    parts = ", ".join(f"{count} {status}" for status, count in counts.items()) or "nothing to run"
    screen.write(f"{text}{counted(len(rows), 'point')}: {parts}.\n")


def _text(value: float | None, form: str = "") -> str:
    return "" if value is None else format(value, form)
