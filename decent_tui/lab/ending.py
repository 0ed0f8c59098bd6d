"""How a simulated history must end, once nothing goes wrong any more.

Within bounded time everybody must be level, hold exactly what the oracle says, have forgotten what may be
forgotten, and have nothing more to send.
"""

from collections.abc import Sequence
from typing import Final

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core import sync
from decent_tui.core.clocks import Dot, by_node, is_classic
from decent_tui.core.tuning import Tuning
from decent_tui.core.version import Version
from decent_tui.lab.checks import Broken, verify
from decent_tui.lab.classic_node import ClassicNode
from decent_tui.lab.mutate import SIGNS
from decent_tui.lab.network import Network
from decent_tui.lab.oracle import Oracle
from decent_tui.lab.sim_node import SimNode

LEVEL: Final = 60.0
"""Virtual seconds within which all must be level after the troubles stopped: a dial waits 5 s at most, a
silent link is given up after 12 s, a pull after 10 s, and every hop takes one check (1 s)."""

FORGOTTEN: Final = 60.0
"""Virtual seconds within which every tombstone that nobody needs must be gone after that."""

IDLE: Final = 1.5
"""Virtual seconds without anything but signs of life, after which all is quiet."""


class Ending:
    """The end of one history. All nodes are up; without an oracle nobody knows what is right."""

    def __init__(
        self, net: Network, oracle: Oracle | None, nodes: Sequence[SimNode], classics: Sequence[ClassicNode]
    ) -> None:
        self._net = net
        self._oracle = oracle
        self._nodes = nodes
        self._classics = classics

    def judge(self) -> None:
        """Let it all come true; raises Broken for what does not."""
        self._settle(LEVEL)
        self._right()
        self._forget_the_dead()
        if not self._net.agenda.run_until(lambda: not self._waiting(), FORGOTTEN):
            left = self._waiting()
            raise Broken("tombstones", f"{len(left)} are left, {left[0].key} among them")
        self._settle(LEVEL)
        self._right()
        self._nothing_to_send()
        self._idle()

    def _settle(self, within: float) -> None:
        """Let time pass until all are level."""
        begun = self._net.now
        if not self._net.agenda.run_until(self._level, within):
            seen = {repr(sorted(node.replica.seen.items())) for node in self._nodes}
            what = "seen" if len(seen) > 1 else "values"
            raise Broken("level", f"after {within:.0f} s without trouble they differ in {what}")
        self._net.tally["seconds until level"] += round(self._net.now - begun)

    def _level(self) -> bool:
        return len({node.replica.digest() for node in self._nodes}) == 1

    def _right(self) -> None:
        """Everybody holds what the oracle says."""
        if self._oracle is not None:
            for node in self._nodes:
                verify(self._oracle, node)

    def _forget_the_dead(self) -> None:
        """Ids that are given up stay members until a person forgets them; so do classic peers."""
        alive = {node.replica.node for node in self._nodes} | {peer.id for peer in self._classics}
        for node in self._nodes:
            for known in node.engine.parts.members.all():
                if known.standing == "member" and known.node not in alive:
                    node.do(ops.Forget(known.node))

    def _waiting(self) -> list[Version]:
        """The tombstones that are left though everybody could forget them: not those that name a classic peer
        or lie above a number that is lost for ever."""
        bases = self._nodes[0].replica.seen
        left = (one for node in self._nodes for one in node.store.tombstones(Dot("", 0), 10_000))
        forgotten = self._nodes[0].engine.parts.members.forgotten()
        return [
            one
            for one in left
            if bases.bases_cover(by_node(one.clock))
            and all(not is_classic(name) or name in forgotten for name in one.clock)
        ]

    def _nothing_to_send(self) -> None:
        """The next sync of anybody with anybody sends no version."""
        for asked in self._nodes:
            for asker in self._nodes:
                question = wire.Sync(asker.replica.seen.to_wire())
                said = sync.answer(asked.replica, question, Tuning())
                if said.batch.keys or said.seen is None:
                    raise Broken("sync", f"{asker.name} is level, and {asked.name} would still send versions")

    def _idle(self) -> None:
        """Soon nothing but signs of life passes between nodes that are level."""
        if self._classics:
            return  # they never go quiet
        last, kind = self._net.now, ""

        def note(sender: str, to: str, line: bytes) -> None:
            nonlocal last, kind
            if not line.startswith(SIGNS):
                last, kind = self._net.now, wire.decode(line).type

        self._net.carried.append(note)
        if not self._net.agenda.run_until(lambda: self._net.now - last >= IDLE, LEVEL):
            raise Broken("idle", f"all are level, and there is still {kind}")
