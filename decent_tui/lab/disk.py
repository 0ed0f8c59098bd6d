"""A disk in memory: one node's data file and the marker beside it, and all that can happen to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from decent_tui.core.chance import Chance, draw_id
from decent_tui.core.errors import StorageError
from decent_tui.core.identity import Identified, Identity, Record, identify, mismatch
from decent_tui.core.memory import MemoryStore
from decent_tui.core.store import Change, State

NO_ROOM: Final = "the disk is full"

Fullness = Literal["at the commit", "at once"]
"""When a disk without room says so: at the end of a turn, or in the midst of it."""

_EVERYTHING: Final = 1_000_000
"""More keys than any simulated node holds."""


class SimMarker:
    """A marker file. What was written survives the process; what was flushed, the machine."""

    def __init__(self, inode: str) -> None:
        self._inode = inode
        self.written: Record | None = None
        self.flushed: Record | None = None

    @property
    def inode(self) -> str:
        """Which file this is."""
        return self._inode

    def read(self) -> Record | None:
        """What is written."""
        return self.written

    def write(self, record: Record) -> None:
        """Write the record."""
        self.written = record

    def flush(self) -> None:
        """What is written survives the machine from now on."""
        self.flushed = self.written


class SimFile(MemoryStore):
    """A data file: transactions survive the process once committed, and the machine once made durable."""

    def __init__(self, marker: SimMarker | None = None) -> None:
        super().__init__()
        self.marker = marker
        self._identity = Identity("", "")
        self._log: list[Change] = []
        self._unsaved: list[list[Change]] = []
        self._durable: State | None = None
        self.full: Fullness | None = None
        """Where writing fails, while there is no room on the disk."""

    def identity(self) -> Identity:
        """What is recorded of the marker."""
        return self._identity

    def save_identity(self, identity: Identity) -> None:
        """Record it."""
        self._identity = identity

    def replace(self, changes: Sequence[Change]) -> None:
        """Carry the changes out, and note them for whoever watches."""
        if self.full == "at once":
            raise StorageError(NO_ROOM)
        super().replace(changes)
        self._log += changes

    def rollback(self) -> None:
        """Undo the open transaction."""
        super().rollback()
        self._log.clear()

    def commit(self) -> bool:
        """End the open transaction."""
        if self.full and self._open is not None:
            raise StorageError(NO_ROOM)
        committed = super().commit()
        if committed:
            self._unsaved.append(self._log)
            self._log = []
        return committed

    def make_durable(self) -> None:
        """Flush; then the marker learns the number that is safe now, as the real one does."""
        self._unsaved.clear()
        self._durable = self.load()
        was = self.marker.read() if self.marker else None
        if self.marker and was and self._durable:
            root = self._durable.root
            if (was.node, was.counter) != (root.node, root.counter):
                self.marker.write(Record(was.tags, root.node, root.counter))

    @property
    def unwatched(self) -> list[Change]:
        """What the transactions changed that are committed and not yet durable, in order."""
        return [change for changes in self._unsaved for change in changes]

    def lose_power(self) -> None:
        """What is not durable is gone; a torn transaction fails its checksum and counts as not there."""
        self.rollback()
        for change in reversed(self.unwatched):
            self._carry_out(Change(change.key, change.after, change.before, change.kept, change.dropped))
        self._unsaved.clear()
        if self._durable is not None:
            self._state = self._durable

    def copy(self, marker: SimMarker | None) -> "SimFile":
        """The file as it is now, byte for byte, beside a marker."""
        copied = SimFile(marker)
        held = self.page(wanted="all", limit=_EVERYTHING)
        MemoryStore.replace(copied, [Change.of(key, (), self.siblings(key)) for key in held])
        copied._state = self._state
        copied._identity = self._identity
        MemoryStore.commit(copied)
        copied._durable = copied._state
        return copied


@dataclass(frozen=True, slots=True)
class Image:
    """A disk as it was at some time: a backup, or a snapshot of a whole machine."""

    file: SimFile
    marker: Record | None


class Disk:
    """One node's place on a disk."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._new()

    def _new(self) -> None:
        self.marker = SimMarker(draw_id(self._chance))
        self.file = SimFile(self.marker)

    @property
    def fits(self) -> bool:
        """Whether data and marker belong together, as far as can be told here."""
        state = self.file.load()
        known = self.file.identity(), self.marker.inode, self.marker.read()
        return state is not None and not mismatch(state.root, *known)

    def open(self) -> Identified:
        """Settle who the node is, by the same rule as the real one."""
        return identify(self.file, self.marker, draw_id(self._chance), draw_id(self._chance))

    def crash(self) -> None:
        """The process dies: what is not committed is gone."""
        self.file.rollback()

    def lose_power(self, draw: Random) -> None:
        """The machine dies: what is not durable is gone; the marker may be the newest or the last flushed
        one, and rarely it is damaged."""
        self.file.lose_power()
        fate = draw.random()
        if fate < 0.05:
            self.marker.written = self.marker.flushed = None
        elif fate < 0.5:
            self.marker.written = self.marker.flushed

    def wipe(self) -> None:
        """The file is gone, and its marker with it."""
        self._new()

    def image(self) -> Image:
        """A copy of it all as it is now. Between two turns only."""
        return Image(self.file.copy(None), self.marker.written)

    def restore(self, image: Image) -> None:
        """The data file is put back from a backup; the marker is the one of today."""
        self.file = image.file.copy(self.marker)

    def roll_back(self, image: Image) -> None:
        """The whole machine is as it was, marker and all: nothing here can tell."""
        self.restore(image)
        self.marker.written = self.marker.flushed = image.marker

    def copy_from(self, other: "Disk") -> None:
        """Both files are copied from another disk: the marker is another file than before."""
        self._new()
        self.file = other.file.copy(self.marker)
        self.marker.written = self.marker.flushed = other.marker.written
