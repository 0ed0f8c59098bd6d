"""A random history of a small network: people who write, and everything that goes wrong meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable
from unittest import mock

from decent_tui.core import messages as wire
from decent_tui.core import operations as ops
from decent_tui.core import sync
from decent_tui.core.clocks import Dot
from decent_tui.core.errors import Refused
from decent_tui.core.version import in_conflict, live

from .network import Network, SimNode
from .oracle import Oracle

IDLE = {"HEARTBEAT", "PING", "PONG"}
"""All that passes between nodes that are level."""


class History:
    """One history; everything in it follows from its seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.draw = random.Random(f"history {seed}")
        self.net = Network(seed)
        self.oracle = Oracle()
        chunk = self.draw.choice((1, 150, 500, 2_000, 10_000))
        self.nodes: list[SimNode] = []
        for name in "abcde"[: self.draw.randint(2, 5)]:
            self.nodes.append(self.net.node(name, *self.nodes[-1:], chunk=chunk))
        self.keys = [f"k{number}" for number in range(self.draw.randint(1, 5))]
        self.net.lose_pushes = self.draw.choice((0.0, 0.2, 0.8))
        self.net.duplicate_pushes = self.draw.choice((0.0, 0.3))
        self.pauses = self.draw.choice(
            ((0.0, 0.01, 0.05), (0.0, 0.1, 1.0), (0.1, 2.0, 5.0), (0.05, 1.0, 40.0))
        )
        self.trouble = self.draw.choice((0.0, 0.1, 0.3, 0.5))
        self.forgets = self.draw.random() < 0.3
        self.troubles: list[Callable[[], None]] = [
            self._doom, self._crash, self._stop, self._restart, self._restart, self._cut, self._heal,
            self._part, self._join, self._reset, self._forget,
        ]  # fmt: skip
        self.log: list[str] = []

    # ------------------------------------------------------------------ what people do

    def write(self, node: SimNode, key: str, text: str | None) -> bool:
        """Put a value, or delete (None); whether that was acknowledged."""
        replica = node.engine.parts.replica
        before, dot = replica.store.siblings(key), Dot(replica.node, replica.counter + 1)
        answer = node.do(ops.Delete(key) if text is None else ops.Put(key, text))
        self.oracle.watch(node.store, before, dot)
        if not isinstance(answer, Refused):
            assert dot in self.oracle.made, f"{dot} was acknowledged but is not on disk"
        return not isinstance(answer, Refused)

    def _somebody(self) -> SimNode | None:
        up = [node for node in self.nodes if node.up]
        return self.draw.choice(up) if up else None

    def _put(self) -> None:
        node = self._somebody()
        if node is None:
            return
        torn = [key for key in self.keys if in_conflict(node.store.siblings(key))]
        key = self.draw.choice(torn if torn and self.draw.random() < 0.3 else self.keys)
        text = str(len(self.oracle.made)) if self.draw.random() < 0.9 else '"the same"'
        self._note(f"{node.address} puts {key} = {text}: {self.write(node, key, text)}")

    def _delete(self) -> None:
        node = self._somebody()
        keys = [key for key in self.keys if node and live(node.store.siblings(key))]
        if node and keys:
            key = self.draw.choice(keys)
            self._note(f"{node.address} deletes {key}: {self.write(node, key, None)}")

    # ------------------------------------------------------------------ what goes wrong

    def _doom(self) -> None:
        if node := self._somebody():
            node.doom = self.draw.choice(("before the commit", "amid the effects"))
            self._note(f"{node.address} will die {node.doom}")

    def _crash(self) -> None:
        if node := self._somebody():
            node.crash()
            self._note(f"{node.address} crashes")

    def _stop(self) -> None:
        if node := self._somebody():
            node.stop()
            self._note(f"{node.address} stops")

    def _restart(self) -> None:
        down = [node for node in self.nodes if not node.up]
        if down:
            node = self.draw.choice(down)
            self._note(f"{node.address} starts")
            node.start()

    def _cut(self) -> None:
        one, other = self.draw.sample(self.nodes, 2)
        if one.up and not isinstance(one.do(ops.Cut(other.address)), Refused):
            self._note(f"{one.address} cuts {other.address}")

    def _heal(self) -> None:
        if node := self._somebody():
            node.do(ops.Heal("all"))
            self._note(f"{node.address} heals all")

    def _part(self) -> None:
        one, other = self.draw.sample(self.nodes, 2)
        self.net.part(one, other)
        self._note(f"nothing passes between {one.address} and {other.address}")

    def _join(self) -> None:
        self.net.join()
        self._note("all can reach each other")

    def _reset(self) -> None:
        node = self._somebody()
        if node and node.wires:
            number = self.draw.choice(sorted(node.wires))
            self._note(f"a connection of {node.address} is reset")
            self.net.break_off(node, number)

    def _forget(self) -> None:
        one, other = self.draw.sample(self.nodes, 2)
        if self.forgets and one.up:
            answer = one.do(ops.Forget(other.engine.node))
            self._note(f"{one.address} forgets {other.address}: {answer}")

    def _gossip(self) -> None:
        if node := self._somebody():
            node.turn(lambda: node.engine.operate(0, ops.Gossip()))

    # ------------------------------------------------------------------ the course of it

    def _note(self, text: str) -> None:
        self.log.append(f"{self.net.now:8.3f}  {text}")

    def _act(self) -> None:
        people: tuple[Callable[[], None], ...] = (self._put, self._put, self._put, self._delete, self._gossip)
        self.draw.choice(self.troubles if self.draw.random() < self.trouble else people)()

    def run(self, actions: int) -> None:
        """So many actions, with pauses between them; the oracle looks at everybody after each."""
        for _ in range(actions):
            self._act()
            self.net.run(self.draw.choice(self.pauses) * self.draw.random())
            self.look()

    def look(self) -> None:
        """The oracle looks at everybody."""
        for node in self.nodes:
            if node.up:
                self.oracle.check(node.engine.parts.replica)

    def calm(self) -> None:
        """Everything that goes wrong stops."""
        self._note("calm")
        self.net.lose_pushes = self.net.duplicate_pushes = 0.0
        self.net.join()
        for node in self.nodes:
            node.doom = None
            if not node.up:
                node.start()
            node.do(ops.Heal("all"))
            node.do(ops.AddPeer(self.nodes[0].address))  # they may have forgotten each other

    def finish(self) -> None:
        """After the calm all become level, in bounded time; nothing is lost, resurrected or left over."""
        self.calm()
        self.net.settle(within=60)
        self.check_end()
        self.net.run_until(lambda: not self._tombstones(), within=90)
        self.net.settle(within=10)
        self.check_end()
        self.net.run_until(self._all_linked, within=20)
        self.net.run(2)
        already = len(self.net.sent)
        self.net.run(3)
        kinds = {wire.decode(line).type for _, _, line in self.net.sent[already:]}
        assert kinds <= IDLE, f"level, and still {kinds - IDLE}"

    def check_end(self) -> None:
        """What everybody holds is exactly what must be there."""
        replicas = [node.engine.parts.replica for node in self.nodes]
        for replica in replicas:
            self.oracle.check_end(replica)
            assert replica.seen == replicas[0].seen
            assert replica.fingerprint == replicas[0].fingerprint

    def _all_linked(self) -> bool:
        links = [{link.node for link in node.engine.parts.links.decent()} for node in self.nodes]
        ids = {node.engine.node for node in self.nodes}
        return all(linked | {node.engine.node} == ids for linked, node in zip(links, self.nodes, strict=True))

    def _tombstones(self) -> int:
        return sum(len(node.store.tombstones(Dot("", 0), 10_000)) for node in self.nodes)


def play(history: History) -> None:
    """One whole history; a failure tells the seed and the course of events."""
    try:
        with mock.patch.object(sync, "LIST_PAGE", history.draw.choice((1, 3, 4_096))):
            history.run(history.draw.randint(10, 60))
            history.finish()
    except BaseException as failure:
        failure.add_note(
            "\n".join([f"seed {history.seed}", *history.log[-40:], f"{history.net.now:8.3f}  it fails"])
        )
        raise
