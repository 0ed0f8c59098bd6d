"""What goes wrong in a simulation, written down like what people do (see `people`)."""

from typing import Annotated, Final

import msgspec

from decent_tui.lab.deed import Deed, Scene
from decent_tui.lab.disk import Fullness
from decent_tui.lab.sim_node import Doom
from decent_tui.lab.weather import Seconds

YEAR: Final = 365 * 86_400_000
"""In milliseconds: by so much a wall clock may be wrong here."""


class Crash(Deed, frozen=True):
    """The process dies: what was not committed is gone."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.up:
            return ""
        sim.dies(node)
        node.crash()
        return f"{node.name} crashes"


class PowerLoss(Deed, frozen=True):
    """The machine dies: what was not durable is gone, and nobody is told."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.up:
            return ""
        sim.dies(node)
        node.lose_power()
        return f"{node.name} loses power"


class Dooms(Deed, frozen=True):
    """The next turn with something to say will end in a crash."""

    node: int
    moment: Doom

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.up or node.volatile:  # what a volatile node has in memory would be lost unseen
            return ""
        node.doom = self.moment
        return f"{node.name} will die {self.moment}"


class Stop(Deed, frozen=True):
    """A node stops in order."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.awake:
            return ""
        sim.dies(node)
        node.stop()
        return f"{node.name} stops"


class Freeze(Deed, frozen=True):
    """A node does nothing at all for a while, and does not know it."""

    node: int
    seconds: Seconds

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.up:
            return ""
        node.frozen_until = sim.net.now + self.seconds
        return f"{node.name} freezes for {self.seconds} s"


class Jump(Deed, frozen=True):
    """A wall clock is set wrong."""

    node: int
    milliseconds: Annotated[int, msgspec.Meta(ge=-YEAR, le=YEAR)]

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        node.jump = self.milliseconds
        return f"the wall clock of {node.name} is wrong by {self.milliseconds / 1000} s"


class Reset(Deed, frozen=True):
    """A connection breaks by itself."""

    node: int
    pick: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.wires:
            return ""
        numbers = sorted(node.wires)
        sim.net.break_off(node, numbers[self.pick % len(numbers)])
        return f"a connection of {node.name} is reset"


class Part(Deed, frozen=True):
    """From now on nothing passes from one node to another (`both`: nor back), and neither is told."""

    node: int
    other: int
    both: bool = False

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, other = sim.node(self.node), sim.node(self.other)
        if node is other:
            return ""
        sim.net.part(node.address, other.address)
        if self.both:
            sim.net.part(other.address, node.address)
        return f"nothing passes from {node.name} to {other.name}{' and back' if self.both else ''}"


class Mend(Deed, frozen=True):
    """All cuts and slow links of the network itself are mended."""

    def do(self, sim: Scene) -> str:
        """Do it."""
        sim.net.mend()
        return "the network is mended"


class Slow(Deed, frozen=True):
    """A link becomes slow."""

    node: int
    other: int
    seconds: Seconds

    def do(self, sim: Scene) -> str:
        """Do it."""
        node, other = sim.node(self.node), sim.node(self.other)
        if node is other:
            return ""
        sim.net.slow(node.address, other.address, self.seconds)
        return f"between {node.name} and {other.name} everything takes {self.seconds} s longer"


class FullDisk(Deed, frozen=True):
    """There is no room on a node's disk for a while: nothing that it writes is kept."""

    node: int
    seconds: Seconds
    fullness: Fullness = "at the commit"

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not node.up or node.volatile:
            return ""
        node.full_until, node.fullness = sim.net.now + self.seconds, self.fullness
        return f"the disk of {node.name} is full for {self.seconds} s"


class Backup(Deed, frozen=True):
    """An image is made of a node's disk."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if node.volatile:
            return ""
        sim.images.append((node, node.disk.image()))
        return f"a backup is made of {node.name}"


class Restore(Deed, frozen=True):
    """A data file is put back from a backup; its marker is not."""

    pick: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        if not sim.images or not sim.sets_back:
            return ""
        node, image = sim.images[self.pick % len(sim.images)]
        sim.set_back(node, lambda: node.disk.restore(image))
        state = node.store.load()
        if node.disk.fits and state is not None and sim.oracle is not None:
            # a loss of power took back what the marker knew: nothing here can tell
            sim.oracle.set_back(state.root.node, state.root.counter)
        return f"the file of {node.name} is restored from a backup"


class RollBack(Deed, frozen=True):
    """A whole machine is set back to an earlier state: nothing on it can tell."""

    pick: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        if not sim.images or not sim.sets_back:
            return ""
        node, image = sim.images[self.pick % len(sim.images)]
        state = image.file.load()
        if state is not None and sim.oracle is not None:
            sim.oracle.set_back(state.root.node, state.root.counter)
        sim.set_back(node, lambda: node.disk.roll_back(image))
        return f"the machine of {node.name} is rolled back"


class Wipe(Deed, frozen=True):
    """A data file is lost, and its marker with it."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if not sim.sets_back:
            return ""
        sim.set_back(node, node.disk.wipe)
        return f"the disk of {node.name} is lost"


class CopyFiles(Deed, frozen=True):
    """The files of a node are copied to another machine, and a node is started there."""

    node: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        node = sim.node(self.node)
        if node.volatile or len(sim.nodes) >= sim.most_nodes:
            return ""
        copy = sim.add_node()
        copy.disk.copy_from(node.disk)
        sim.start(copy)
        return f"the files of {node.name} are copied, and {copy.name} starts on them"


class ClassicCrash(Deed, frozen=True):
    """A node of the original program ends, and forgets everything."""

    peer: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        up = [peer for peer in sim.classics if peer.up]
        if not up:
            return ""
        peer = up[self.peer % len(up)]
        peer.crash()
        return f"{peer.address} (classic) crashes"


class ClassicStart(Deed, frozen=True):
    """A node of the original program starts anew, with nothing and under another id."""

    peer: int

    def do(self, sim: Scene) -> str:
        """Do it."""
        down = [peer for peer in sim.classics if not peer.up]
        if not down:
            return ""
        peer = down[self.peer % len(down)]
        peer.start()
        return f"{peer.address} (classic) starts"
