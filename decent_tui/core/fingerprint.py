"""The fingerprint: one number that is equal on two replicas that hold the same live versions.

The sum, modulo 2^256, of a hash of (key, dot, cid) over the live versions that are not tombstones.
A sum can be kept up incrementally and does not depend on order (an additive set hash; Bellare and
Micciancio 1997, LtHash is the stronger relative). It finds bugs and broken disks, not forgers.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from decent_tui.core.version import Version

EMPTY: Final = 0
_MODULUS: Final = 2**256


def of(version: Version) -> int:
    """What one version adds: 0 for a tombstone."""
    if version.value is None:
        return 0
    text = f"{len(version.key)}:{version.key}{version.node}:{version.seq}:{version.cid}"
    return int.from_bytes(sha256(text.encode()).digest(), "big")


def change(before: int, dropped: Iterable[Version], kept: Iterable[Version]) -> int:
    """The fingerprint after `dropped` went and `kept` came."""
    return (before - sum(map(of, dropped)) + sum(map(of, kept))) % _MODULUS
