"""The base of all operations (the operations themselves are in `operations`)."""

from typing import Annotated, ClassVar, Generic, TypeVar

import msgspec

A = TypeVar("A")

Limit = Annotated[int, msgspec.Meta(ge=1, le=10**18)]
"""How many at most; no list has more, and the number fits into the 64 bits of a database."""


class Operation(msgspec.Struct, Generic[A], frozen=True, tag_field="op", tag=str.lower):
    """The base of all operations, by what answers them; on the wire the lower-case name is the `op`. `looks`
    is true of those that change nothing."""

    looks: ClassVar[bool] = False
