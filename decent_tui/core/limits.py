"""The limits of the protocol: constants that every node shares.

A peer that breaks one of these is faulty, because no honest node can make such a message; that
is why they are not configurable (a node with its own idea of "too large" would refuse one version
out of many, and replication must never do that).
"""

from typing import Final

MAX_LINE: Final = 1024 * 1024
"""Bytes in one line on the wire, newline included."""

MAX_KEY: Final = 1024
"""Bytes of a key in UTF-8."""

MAX_VALUE: Final = 256 * 1024
"""Bytes of a value's JSON text in UTF-8."""

MAX_DEPTH: Final = 128
"""Nesting of a value. JSON itself has no limit, but Python's recursion has one (about 1,000, less
what the caller already used), and two nodes must never differ about what they can read."""

MAX_DIGITS: Final = 1_000
"""Digits of one integer in a value. Python refuses to convert more than 4,300 by default."""

MAX_NUMBER: Final = 2**53
"""Sequence numbers and lamports: what every JSON reader holds exactly."""

MAX_ID: Final = 128
"""Bytes of a node id. Ours have 16; the original program's are `8 hex @ host:port`."""

MAX_NAME: Final = 64
"""Characters of a node's display name."""

MAX_CLOCK: Final = 64 * 1024
"""Bytes of the context of a version (see `clocks.weight`): some 2,000 entries, where a key written by fifty
nodes has fifty. With it one version, and all that an answer says besides, always fit into a line."""

SIBLINGS_WARN: Final = 25
"""Siblings of one key from which the screen warns."""

SIBLINGS_MAX: Final = 100
"""A local write (or an import from a classic peer) that would leave more is refused."""

CHUNK: Final = 256 * 1024
"""Bytes of versions in one answer to a sync, at most (but at least one version)."""

CLASSIC_LINE: Final = 60_000
"""Bytes of a line to a classic peer. It reads with asyncio's default limit of 64 KiB."""

ANSWER: Final = 512 * 1024
"""Bytes of an answer that lists things (KEYS, VALUE, PEERS) before it says `more`."""

MAX_NODES: Final = 8_000
"""Node ids in one seen-set. A claim names each twice (in `seen` and in the floor, in at most 75 bytes
together), beside the largest version that there can be, in one line."""

TOLD_RANGES: Final = 16_000
"""Ranges of one seen-set that are told to others, at most: half a line. Less is told of a fuller one, which
costs bytes and never data."""

MAX_RANGES: Final = 50_000
"""Ranges in one claim that is taken over: half a megabyte. A replica that is level has one for each
writer."""

MAX_TOLD_BY_ONE: Final = 256
"""Addresses learned from one other host, where nobody has answered yet: enough for all peers of any cluster
this is made for, and a liar cannot fill the whole list."""

MAX_LEARNED_PEERS: Final = 1_024
"""Addresses known, from which none is learned from others any more; the operator may still give some."""
