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
    return _sum((version,))


def change(before: int, dropped: Iterable[Version], kept: Iterable[Version]) -> int:
    """The fingerprint after `dropped` went and `kept` came."""
    return (before - _sum(dropped) + _sum(kept)) % _MODULUS


def _sum(versions: Iterable[Version]) -> int:
    total = 0
    for one in versions:
        if one.value is not None:
            named = f"{len(one.key)}:{one.key}{one.node}:{one.seq}:{one.cid}".encode()
            total += int.from_bytes(sha256(named).digest(), "big")
    return total
