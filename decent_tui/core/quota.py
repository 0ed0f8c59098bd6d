"""How much of its disk a node lets others fill.

A node whose data has reached the limit takes nothing in any more: no put, no push, no answer to a pull and so
no claim either (a claim without the versions before it would lose them). It never takes one version and not
another. Reads, deletes, and what others pull from here go on as always, and as soon as there is room again so
does the rest.
"""

from typing import Final

from decent_tui.core.errors import Refused
from decent_tui.core.store import Store

FULL: Final = (
    "the data has reached --max-bytes ({:,}): nothing is written or synced here until something is deleted "
    "or the limit is raised"
)


class Quota:
    """The limit in bytes on what a store holds (None: there is none). Bytes on the disk, and about: the turn
    that reaches it is still written, and the log of the database comes on top."""

    def __init__(self, store: Store, most: int | None) -> None:
        self._store = store
        self.most = most

    def is_full(self) -> bool:
        """Whether nothing more may be taken in."""
        return self.most is not None and self._store.size() >= self.most

    def check(self) -> None:
        """Raise Refused if nothing more may be written."""
        if self.is_full():
            raise Refused(self.sentence)

    @property
    def sentence(self) -> str:
        """What to tell a person."""
        return FULL.format(self.most or 0)
