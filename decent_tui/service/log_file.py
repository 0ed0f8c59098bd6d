"""A log in a file: one JSON object a line, rotated, safe to show.

    {"time": "2026-01-31T12:00:00.123Z", "level": "warning", "logger": "decent_tui.node", "event": "alarm",
     "message": "…"}

Beside these a line has what the event itself tells, and `error` (a traceback) where something failed. It is
pure ASCII: whatever else stands in a text is escaped as JSON has it, so no name from elsewhere acts on a
terminal. Keys are named, their values never.
"""

import json
import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from decent_tui.net.connection import in_words
from decent_tui.net.settings import StartError

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a file before the next one is begun."""

KEPT: Final = 5
"""Files kept beside the newest: FILE.1 is the last one, FILE.5 the oldest."""

WAITING: Final = 10_000
"""Lines that wait for a slow disk at most; those beyond are lost, and counted."""

LONGEST: Final = 4_096
"""Characters of one text in a line."""


@contextmanager
def log_to_file(path: Path, largest: int = LARGEST) -> Iterator[None]:
    """Have everything from level INFO on logged there too, by a thread: a slow disk holds nobody up. What
    ends the block is the last that is logged. Raises StartError when the file cannot be opened."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writing = _Private(path, maxBytes=largest, backupCount=KEPT, encoding="ascii")
    except OSError as error:
        raise StartError(f"cannot write the log to {path}: {in_words(error)}") from None
    waiting = _Waiting(logging.INFO)
    waiting.setFormatter(JsonLines())
    thread = logging.handlers.QueueListener(waiting.queue, writing)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(waiting)
    logging.raiseExceptions = False  # a disk that is full is no reason to write over a dashboard
    thread.start()
    try:
        yield
    except Exception as error:  # told to a person by whoever catches it; here for who looks later
        traceback = None if isinstance(error, StartError) else sys.exc_info()
        waiting.say(logging.ERROR, str(error), exc_info=traceback)
        raise
    finally:
        root.removeHandler(waiting)
        root.setLevel(level)
        thread.stop()
        writing.close()


class _Private(logging.handlers.RotatingFileHandler):
    """Files that only their owner can read: they name keys."""

    def _open(self) -> TextIOWrapper:
        file = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return open(file, "a", encoding=self.encoding)


class JsonLines(logging.Formatter):
    """A record as one line of JSON; `extra={"fields": {…}}` gives it what an event tells."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without its newline."""
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        fields: Mapping[str, object] = getattr(record, "fields", {})
        if "event" in fields:
            line["event"] = fields["event"]
        line["message"] = record.getMessage()
        line |= fields
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        text = json.dumps({name: _short(value) for name, value in line.items()}, default=str)
        return text.replace("\x7f", "\\u007f")  # the one ASCII control that JSON lets stand


def _short(value: object) -> object:
    return value if not isinstance(value, str) or len(value) <= LONGEST else f"{value[:LONGEST]}…"


class _Waiting(logging.handlers.QueueHandler):
    """Lines on their way to the disk, at most so many."""

    queue: "SimpleQueue[logging.LogRecord]"

    def __init__(self, level: int) -> None:
        super().__init__(SimpleQueue())
        self.setLevel(level)
        self._lost = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """A record that says the whole line."""
        return logging.makeLogRecord({"msg": self.format(record)})

    def enqueue(self, record: logging.LogRecord) -> None:
        """Have it written, if not too many wait; then how many were lost is said first."""
        if self.queue.qsize() >= WAITING:
            self._lost += 1
            return
        if self._lost:
            lost, self._lost = self._lost, 0
            told = f"lines lost, because the disk was too slow: {lost:,}"
            self.say(logging.WARNING, told, fields={"event": "lost", "count": lost})
        self.queue.put(record)

    def say(self, level: int, message: str, **more: object) -> None:
        """Have a line of the log's own written."""
        known = {"name": __name__, "levelno": level, "levelname": logging.getLevelName(level)}
        self.handle(logging.makeLogRecord({**known, "msg": message, **more}))
