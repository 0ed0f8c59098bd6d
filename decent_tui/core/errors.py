"""Two kinds of wrong: what the person here asked for, and what a peer sent."""

from collections.abc import Sequence
from typing import ClassVar


class Refused(Exception):
    """A request that cannot be carried out.

    The text is one plain sentence for the person who asked: what was wrong and what to do.
    Nothing was changed, unless it is `Unreachable`. `kind` names the refusals that a program tells apart; it
    is what crosses the wire.
    """

    kind: ClassVar[str] = ""


class NoValue(Refused):
    """The key has no value."""

    kind = "absent"


class Stale(Refused):
    """The writer had seen other values than the ones held; `cids` are the visible ones, where known."""

    kind = "stale"

    def __init__(self, text: str, cids: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.cids = tuple(cids)


class Unreachable(Refused):
    """The node has stopped, or is elsewhere and cannot be reached, or the connection ended before its answer
    came: what was asked may have been done or not."""


_KINDS = {each.kind: each for each in (NoValue, Stale)}


def refusal(text: str, kind: str) -> Refused:
    """The refusal of that kind, as it was before it crossed the wire."""
    return _KINDS.get(kind, Refused)(text)


class ProtocolError(Exception):
    """A peer sent what no honest peer sends; the text says what, for the answer and the log.

    `fatal` is true when the link must close at once (broken limits), false when the link lives
    on (a line that is not JSON, an unknown type).
    """

    def __init__(self, text: str, *, fatal: bool = False) -> None:
        super().__init__(text)
        self.fatal = fatal


class StorageError(Exception):
    """The disk did not do what it should (full, read-only, damaged); one plain sentence.

    It `lasts` if later writes that succeed are no sign that it is over: a file is damaged in one place.
    """

    def __init__(self, text: str, *, lasts: bool = False) -> None:
        super().__init__(text)
        self.lasts = lasts
