"""The base of all operations (the operations themselves are in `operations`)."""

from typing import Generic, TypeVar

import msgspec

A = TypeVar("A")


class Operation(msgspec.Struct, Generic[A], frozen=True, tag_field="op", tag=str.lower):
    """The base of all operations, by what answers them; on the wire the lower-case name is the `op`."""
