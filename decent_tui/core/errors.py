"""Two kinds of wrong: what the person here asked for, and what a peer sent."""


class Refused(Exception):
    """A request that cannot be carried out.

    The text is one plain sentence for the person who asked: what was wrong and what to do.
    Nothing was changed.
    """


class ProtocolError(Exception):
    """A peer sent what no honest peer sends; the text says what, for the answer and the log.

    `fatal` is true when the link must close at once (broken limits), false when the link lives
    on (a line that is not JSON, an unknown type).
    """

    def __init__(self, text: str, *, fatal: bool = False) -> None:
        super().__init__(text)
        self.fatal = fatal


class StorageError(Exception):
    """The disk did not do what it should (full, read-only, damaged); one plain sentence."""
