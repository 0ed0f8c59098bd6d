"""Links: one connection each, and the rule of one link per pair of nodes."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from decent_tui.core.push import Outbox
from decent_tui.core.ranges import Ranges
from decent_tui.core.seen import Seen
from decent_tui.core.sync import Pull

Kind = Literal["new", "decent", "classic", "guest"]
"""Who is at the other end: nobody knows yet; one of us; a classic peer that we dialled; or somebody who
dialled us and speaks the original protocol (a classic peer's own connection, a person with `nc`)."""


class Certified(msgspec.Struct, frozen=True):
    """What the certificate at the other end of a connection says: of which node it is, and whether it was
    made with an `old` cluster key."""

    node: str
    old: bool = False


class Link(msgspec.Struct):
    """One connection. `remote` is where it comes from or leads to, `dialled` the address if we dialled it."""

    id: int
    remote: str
    dialled: str | None
    opened: float
    kind: Kind = "new"
    node: str | None = None
    tag: str = ""
    address: str = ""
    claimed: tuple[str | None, str] | None = None
    """The id and address in its HANDSHAKE, though a dial may have kept that from arriving: what follows it is
    from the same node."""
    bad_lines: int = 0
    pull: Pull | None = None
    outbox: Outbox = msgspec.field(default_factory=Outbox)
    told: dict[str, Ranges] = {}
    """What of our `seen` was last told on this link."""
    told_digest: str = ""
    """The digest at which that was all of it; empty where it never was, or all is to be told again."""
    fed: float = -1e9
    """When versions last came on this link."""
    owes_word: bool = False
    """Versions came on this link and its peer has not been told yet that we have them."""
    next_word: float = 0.0
    """From when on it may be told."""
    digest: str = ""
    """The peer's digest as last heard."""
    unlike: int = 0
    """Heartbeats in a row at which the peer's digest was not ours, since it was last told everything."""
    asked: float | None = None
    """When an answer was asked for at once (by an echo or a PING) that has not come yet."""
    next_echo: float = 0.0
    doubted: float | None = None
    """When another process came under the same id, and this one was asked whether it still runs."""
    owes_answers: int = 0
    """How many answers from it are on their way at most until one shows that it does."""
    sent_versions: int = 0
    received_versions: int = 0
    """Versions that went and came on this link so far."""
    spoke: bool = False
    """Whether a message came on it."""
    certified: Certified | None = None
    """None where connections are made without a cluster key."""

    def untold(self, seen: Seen, unsent: str = "") -> dict[str, Ranges]:
        """What of `seen` has changed since it was last told on this link; it counts as told from now on. Not
        that of the node `unsent`, whose writes still wait here: they come first."""
        news = {node: held for node, held in seen.items() if self.told.get(node) != held and node != unsent}
        self.told.update(news)
        return news

    def tell_again(self) -> None:
        """Let all of `seen` count as untold."""
        self.told.clear()
        self.told_digest = ""


class Links:
    """The connections of a node, by number and by the node at the other end."""

    def __init__(self) -> None:
        self._links: dict[int, Link] = {}
        self._of_kind: dict[Kind, list[Link]] = {}
        """The links of the kinds that were asked for since a link came, went or became of another kind."""
        self._stirred: set[int] = set()

    def open(self, link: Link) -> None:
        """Count a new connection in."""
        self._links[link.id] = link
        self._of_kind.clear()

    def become(self, link: Link, kind: Kind) -> None:
        """Who is at the other end was found out."""
        link.kind = kind
        self._of_kind.clear()

    def get(self, number: int) -> Link | None:
        """The connection, unless it is closed."""
        return self._links.get(number)

    def close(self, number: int) -> Link | None:
        """Count a connection out."""
        self._of_kind.clear()
        self._stirred.discard(number)
        return self._links.pop(number, None)

    def stir(self, link: Link) -> None:
        """There is something to say on a link: versions wait, or some came and their sender must be told."""
        self._stirred.add(link.id)

    def settle(self, link: Link) -> None:
        """There is nothing to say on it any more."""
        self._stirred.discard(link.id)

    def stirred(self) -> Sequence[Link]:
        """The links to nodes of our kind with something to say, as they were opened. In most turns
        that is none, or one."""
        return [link for link in self.decent() if link.id in self._stirred] if self._stirred else ()

    def all(self) -> list[Link]:
        """Every open connection."""
        return list(self._links.values())

    def decent(self) -> Sequence[Link]:
        """The links to nodes of our kind, in the order in which they were opened."""
        return self._all("decent")

    def new(self) -> Sequence[Link]:
        """The connections of which nobody knows yet who is at the other end."""
        return self._all("new")

    def classic(self) -> Sequence[Link]:
        """The links that we opened to classic peers."""
        return self._all("classic")

    def _all(self, kind: Kind) -> Sequence[Link]:
        """Asked in every turn and of every write."""
        found = self._of_kind.get(kind)
        if found is None:
            found = self._of_kind[kind] = [link for link in self._links.values() if link.kind == kind]
        return found

    def to(self, node: str) -> Link | None:
        """The link to a node."""
        return next((link for link in self.decent() if link.node == node), None)


def superseded(me: str, old: Link, new: Link) -> Link:
    """Which of two links to one node must go.

    After a restart of the peer (another tag) the old one is dead, whatever still waits in it. Otherwise, on
    a simultaneous dial, the connection dialled by the smaller node id stays, which both sides decide alike;
    of two that the same side dialled the newer one stays, because the dialler has given up the older.
    """
    if old.tag != new.tag or (old.dialled is None) == (new.dialled is None):
        return old
    smaller_is_me = me < (new.node or "")
    new_is_right = (new.dialled is not None) == smaller_is_me
    return old if new_is_right else new
