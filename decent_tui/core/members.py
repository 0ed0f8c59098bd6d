"""The membership: who is counted, what each was last heard to have seen, and who is gone.

Members are the nodes whose digest was heard and that have neither left nor been forgotten. What a
member last said of its `seen` tells, without further traffic, how many writes it is behind, whether it
holds a version, and whether a tombstone may go. All of it is kept in the file; claims heard since the
last save may be lost, and that only delays a collection.
"""

from collections.abc import Mapping

import msgspec

from decent_tui.core.claims import read_seen
from decent_tui.core.clocks import is_classic, owner
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_LEARNED_PEERS, MAX_NODES, MAX_RANGES
from decent_tui.core.messages import Flat
from decent_tui.core.seen import Seen
from decent_tui.core.store import Member, Standing, Store


class Known(msgspec.Struct):
    """One node that was met: its last digest, and its standing."""

    node: str
    name: str = ""
    address: str = ""
    standing: Standing = "member"
    seen: Seen = msgspec.field(default_factory=Seen)
    volatile: bool = False
    classic: bool = False
    level: str = ""
    """The digest of this very node at which `seen` was found to be the same as its own, if nothing more was
    heard since."""

    def row(self) -> Member:
        """The form in the store."""
        return Member(
            self.node,
            self.name,
            self.address,
            self.standing,
            dict(self.seen.items()),
            self.volatile,
            self.classic,
        )


class Membership:
    """Every node that was ever met, this one excluded."""

    def __init__(self, rows: Mapping[str, Member]) -> None:
        self._known = {
            row.node: Known(
                row.node, row.name, row.address, row.standing, Seen(row.seen), row.volatile, row.classic
            )
            for row in rows.values()
        }
        self._gone = {known.node for known in self._known.values() if known.standing != "member"}
        self._met: dict[str, Known] = {}
        """Nodes that said who they are, but not yet what they have seen. A stranger can say a name; only a
        digest makes a member, for whom tombstones wait."""
        self._dirty: set[str] = set()
        self.is_new = False
        """Whether a node became a member since the last save. That must not wait: who is killed, and had not
        noted who counts, would collect tombstones without them."""

    def __getitem__(self, node: str) -> Known:
        return self._known[node]

    def get(self, node: str | None) -> Known | None:
        """The node, if it was ever met."""
        return self._known.get(node or "")

    def all(self) -> list[Known]:
        """Every node that was ever met."""
        return list(self._known.values())

    def meet(
        self, node: str, *, name: str = "", address: str = "", volatile: bool = False, classic: bool = False
    ) -> Known:
        """A node said who it is. It is a member once its digest was heard; a classic peer has none and is
        noted at once. That does not change the standing: an id that is gone stays gone, and its owner takes a
        new one as soon as it hears of it."""
        known = self._known.get(node)
        if known is None:
            known = Known(node)
            if classic and self._has_room_for_classic():
                self._known[node] = known
                self._dirty.add(node)
            elif not classic:
                self._met[node] = known
                while len(self._met) > MAX_LEARNED_PEERS:
                    del self._met[next(iter(self._met))]
        before = known.row()
        known.name, known.address = name or known.name, address or known.address
        known.volatile, known.classic = volatile, classic
        if node in self._known and known.row() != before:
            self._dirty.add(node)
        return known

    def _has_room_for_classic(self) -> bool:
        """Whether one more classic peer is noted. It says any id that it likes, a new one in every line; and
        one that is not noted can be forgotten all the same."""
        classic = sum(known.classic and known.standing == "member" for known in self._known.values())
        return classic < MAX_LEARNED_PEERS and len(self._known) < MAX_NODES

    def keep(self, node: str, name: str, seen: Seen) -> None:
        """Count a former id of this very node, with what it had seen, until it is forgotten."""
        self._known[node] = Known(node, name, seen=seen.copy())
        self._gone.discard(node)
        self._dirty.add(node)

    def heard(self, node: str, seen: Seen) -> None:
        """This is what a member has seen."""
        known = self._known.get(node)
        if known is None:
            known = self._met.pop(node, None)
            if known is None or len(self._known) >= MAX_NODES:
                return
            self._known[node] = known
            self.is_new = True
        known.seen, known.level = seen, ""
        self._dirty.add(node)

    def heard_wire(self, node: str, flat: Flat, *, whole: bool) -> Seen:
        """A member said what it has seen: all of it, or (`whole` false) what has changed; returns what was
        said. Raises ProtocolError, also where all that it ever said comes to more than any replica has."""
        said = seen = read_seen(flat)
        if not whole and (known := self.get(node)) is not None:
            seen = known.seen.copy()
            seen.join(said)
        if len(seen) > MAX_NODES or seen.size() > MAX_RANGES:
            raise ProtocolError("it tells of more ranges than any replica has", fatal=True)
        self.heard(node, seen)
        return said

    def mark(self, node: str, standing: Standing) -> bool:
        """Set a node's standing; whether that is news. `forgotten` is final, `left` gives way to it.

        An id never met is noted too, if room is left: its node may come one day, and a classic peer that only
        others met may be named in a tombstone here.
        """
        if node not in self._known and (owner(node) != node or len(self._gone) >= MAX_LEARNED_PEERS):
            return False
        known = self._known.setdefault(node, Known(node, classic=is_classic(node)))
        if standing == "member" or known.standing in (standing, "forgotten"):
            return False
        known.standing = standing
        self._gone.add(node)
        self._dirty.add(node)
        return True

    def gone(self) -> dict[str, str]:
        """The nodes that left or were forgotten, as they are told to others."""
        return {node: self._known[node].standing for node in sorted(self._gone)}

    def forgotten(self) -> frozenset[str]:
        """The ids that were forgotten."""
        return frozenset(known.node for known in self._known.values() if known.standing == "forgotten")

    def counted(self, alive: frozenset[str]) -> dict[str, Seen]:
        """What each member that counts for a collection has last been heard to have seen: not classic peers
        (they have no digest), and `--memory` nodes only while they are alive."""
        return {
            known.node: known.seen
            for known in self._known.values()
            if known.standing == "member"
            and not known.classic
            and (not known.volatile or known.node in alive)
        }

    def save(self, store: Store) -> None:
        """Write what has changed into the store's open transaction."""
        if self._dirty:
            store.save(members=[self._known[node].row() for node in sorted(self._dirty)])
            self._dirty.clear()
            self.is_new = False
