"""Randomness, as the core is handed it (`random.Random` fits; the simulator gives a seeded one)."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """The few draws that the core makes."""

    def random(self) -> float:
        """Uniform in [0, 1)."""

    def getrandbits(self, k: int, /) -> int:
        """Uniform in [0, 2^k)."""

    def choice(self, seq: Sequence[T], /) -> T:
        """One of a non-empty sequence."""


def draw_id(chance: Chance) -> str:
    """A new node id (or tag): 16 hex digits, 64 bits. Two of a million nodes collide with p < 10^-7."""
    return f"{chance.getrandbits(64):016x}"


_NAMES: Final = tuple(
    """
    otter lynx heron wren finch ibis marten stoat badger beaver bison crane curlew dipper dunlin eider
    ermine falcon ferret gannet gecko godwit grouse hare hawk hoopoe jackal jay kestrel kite koala lark
    lemur linnet llama loon magpie martin merlin mink moose newt ocelot oriole osprey owl panda petrel
    pipit plover puffin quail rail raven robin sable seal shrike siskin swift tapir teal tern vole wombat
    """.split()  # noqa: SIM905 - sixty words read better so than as sixty strings
)


def name_for(node: str) -> str:
    """A word to call a node by until its owner names it: the same for the same id everywhere."""
    return _NAMES[int(node, 16) % len(_NAMES)]
