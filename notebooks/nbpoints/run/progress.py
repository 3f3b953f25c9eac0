"""What a batch tells while it runs and in the end: one line that changes on a terminal, quiet lines in a log."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

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


class Progress:
    """Follow a batch.

    Parameters
    ----------
    total : int
        Points to run.
    jobs : int
        How many run at a time.
    stream : file
        A terminal gets one line that is written over; anything else a line for each finished point.
    """

    def __init__(self, total: int, jobs: int, stream: TextIO):
        self._total, self._jobs, self._stream = total, max(jobs, 1), stream
        self._live = stream.isatty()
        self._done = 0
        self._began = time.monotonic()

    def show(self, current: Iterable[str]) -> None:
        """Renew the line on a terminal with the points that run now."""
        if not self._live:
            return
        text = f"{self._done}/{self._total}{self._left()}  {', '.join(current)}"
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(_ERASE + (text if len(text) <= width else text[: width - 1] + "…"))
        self._stream.flush()

    def finished(self, point: str, status: str, seconds: float) -> None:
        """Count a point, and give it a line in a log."""
        self._done += 1
        if not self._live:
            width = len(str(self._total))
            self.note(f"{self._done:{width}}/{self._total} {point} {status} in {seconds:.2f} s")

    def note(self, text: str) -> None:
        """Write a line that stays."""
        self._stream.write(f"{_ERASE if self._live else ''}{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Take the changing line away."""
        if self._live:
            self._stream.write(_ERASE)
            self._stream.flush()

    def _left(self) -> str:
        if not self._done:
            return ""
        left_s = (time.monotonic() - self._began) / self._done * (self._total - self._done)
        return f", {left_s:.0f} s left" if left_s < 120 else f", {left_s / 60:.0f} min left"


def table(rows: list[Row], stream: TextIO) -> None:
    """Write the table in the end; of many points, those that failed and a count of the others.

    Parameters
    ----------
    rows : list of Row
    stream : file
    """
    bad = [row for row in rows if row.status not in ("ran", "current")]
    shown = [row for row in rows if row.status != "current"] if len(rows) <= _MOST_ROWS else bad[:_MOST_ROWS]
    if shown:
        width = max(len("point"), *(len(row.point) for row in shown))
        stream.write(f"{'point':{width}}  status   seconds  results  figures\n")
        for row in shown:
            numbers = f"{_text(row.seconds, '.2f'):>7}  {_text(row.results):>7}  {_text(row.figures):>7}"
            stream.write(f"{row.point:{width}}  {row.status:7}  {numbers}  {row.detail}".rstrip() + "\n")
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    parts = ", ".join(f"{count} {status}" for status, count in counts.items()) or "nothing to run"
    stream.write(f"{len(rows)} point{'' if len(rows) == 1 else 's'}: {parts}.\n")
    stream.flush()


def _text(value: float | None, form: str = "") -> str:
    return "" if value is None else format(value, form)
