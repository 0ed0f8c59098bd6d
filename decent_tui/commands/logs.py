"""Logs of a node without a screen."""

import logging

from decent_tui.core.text import printable


def log_to_stderr() -> None:
    """Send warnings and worse to stderr, in lines that are safe to show."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # another handler may want more
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.raiseExceptions = False  # a log that nobody can read any more is no reason for more words


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # the newlines of a message came from outside and are shown; those of a traceback are obeyed
        record.msg, record.args = printable(record.getMessage()), ()
        return "\n".join(map(printable, super().format(record).split("\n")))
