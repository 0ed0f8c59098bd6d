"""What people do in a simulation: one small value each, so that a course of events can be written down.

Nodes, keys and classic peers are meant by number, modulo how many there are: a course of events from which
some were taken out still makes sense. `do` returns what was done in words, or "" if there was nothing to do.
"""

from typing import Final, Literal

from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused
from decent_tui.core.version import in_conflict, live, visible
from decent_tui.lab.deed import Deed, Scene


class Put(Deed, frozen=True):
    """Write a value; to a key in conflict rather than to `key`, if `settle` and there is one. Values are all
    different, unless `same`."""

    node: int
    key: int
    settle: bool = False
    same: bool = False

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.awake:
            return ""
        torn = [key for key in sim.keys if self.settle and in_conflict(node.store.siblings(key))]
        key = torn[0] if torn else sim.key(self.key)
        text = '"the same"' if self.same and not sim.sets_back else str(sim.fresh_value())
        return f"{node.name} puts {key} = {text}{sim.write(node, key, ops.Put(key, text))}"


class CompareAndSet(Deed, frozen=True):
    """Write a value only over what the writer has read, on another node."""

    node: int
    other: int
    key: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, other, key = sim.node(self.node), sim.node(self.other), sim.key(self.key)
        if not node.awake:
            return ""
        saw = tuple(version.cid for version in visible(other.store.siblings(key)))
        stale = set(saw) != {version.cid for version in visible(node.store.siblings(key))}
        text = str(sim.fresh_value())
        said = sim.write(node, key, ops.Put(key, text, saw), stale=stale)
        return f"{node.name} puts {key} = {text} over what was read on {other.name}{said}"


class Resolve(Deed, frozen=True):
    """Settle a conflict by choosing one of the values."""

    node: int
    pick: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        torn = [key for key in sim.keys if node.awake and in_conflict(node.store.siblings(key))]
        if not torn or sim.sets_back:  # of equal values under numbers used twice the oracle cannot tell which
            return ""
        key = torn[0]
        values = visible(node.store.siblings(key))
        chosen = values[self.pick % len(values)]
        said = sim.write(node, key, ops.Resolve(key, cid=chosen.cid))
        return f"{node.name} resolves {key} by {(chosen.value or b'').decode()}{said}"


class Unresolve(Deed, frozen=True):
    """Put two values side by side, in the place of what is there."""

    node: int
    key: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, key = sim.node(self.node), sim.key(self.key)
        if not node.awake:
            return ""
        texts = (str(sim.fresh_value()), str(sim.fresh_value()))
        said = sim.write(node, key, ops.Unresolve(key, texts))
        return f"{node.name} puts {' and '.join(texts)} side by side in {key}{said}"


class Delete(Deed, frozen=True):
    """Delete a key, if it has a value there."""

    node: int
    key: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.awake:
            return ""
        keys = [key for key in sim.keys if live(node.store.siblings(key))]
        if not keys:
            return ""
        key = keys[self.key % len(keys)]
        return f"{node.name} deletes {key}{sim.write(node, key, ops.Delete(key))}"


class Gossip(Deed, frozen=True):
    """Exchange everything now."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.awake:
            return ""
        node.turn(lambda: node.engine.operate(0, ops.Gossip()))
        return f"{node.name} gossips"


class ClassicPut(Deed, frozen=True):
    """Somebody writes on a node of the original program."""

    peer: int
    key: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        if not sim.classics:
            return ""
        peer = sim.classics[self.peer % len(sim.classics)]
        if not peer.up:
            return ""
        key, value = sim.key(self.key), sim.fresh_value()
        peer.put(key, value)
        return f"{peer.address} (classic) puts {key} = {value}"


class Cut(Deed, frozen=True):
    """Cut a peer off."""

    node: int
    other: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, other = sim.node(self.node), sim.node(self.other)
        if not node.awake or node is other or isinstance(node.do(ops.Cut(other.address)), Refused):
            return ""
        return f"{node.name} cuts {other.name} off"


_DIALS: Final = {"lag": ops.Lag, "lose": ops.Lose, "duplicate": ops.Duplicate, "reorder": ops.Reorder}


class Dial(Deed, frozen=True):
    """Turn a dial of a link: some of what passes is late, lost, doubled or overtaken."""

    node: int
    other: int
    kind: Literal["lag", "lose", "duplicate", "reorder"]
    amount: float

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, other = sim.node(self.node), sim.node(self.other)
        turn = _DIALS[self.kind]
        if not node.awake or node is other or isinstance(node.do(turn(other.address, self.amount)), Refused):
            return ""
        return f"{node.name} dials {self.kind} {self.amount:g} towards {other.name}"


class Heal(Deed, frozen=True):
    """Heal all that was cut or dialled there."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.awake:
            return ""
        healed = node.do(ops.Heal("all"))
        return f"{node.name} heals all" if isinstance(healed, ops.Addresses) and healed.peers else ""


class Leave(Deed, frozen=True):
    """Retire a node: it leaves for good, and stops."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.awake or not sim.goodbyes:
            return ""
        if isinstance(node.do(ops.Leave()), Refused):
            return ""
        sim.dies(node)
        if node.up:
            node.stop()
        return f"{node.name} leaves"


class Forget(Deed, frozen=True):
    """Forget another node, whether it is there or not."""

    node: int
    other: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, other = sim.node(self.node), sim.node(self.other)
        if not node.awake or node is other or not sim.goodbyes:
            return ""
        answer = node.do(ops.Forget(other.replica.node))
        return "" if isinstance(answer, Refused) else f"{node.name} forgets {other.name}"


class Start(Deed, frozen=True):
    """Start a node that is down."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        down = [node for node in sim.nodes if not node.up]
        if not down:
            return ""
        node = down[self.node % len(down)]
        sim.start(node)
        return f"{node.name} starts"
