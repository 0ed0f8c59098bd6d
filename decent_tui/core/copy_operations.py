"""The operation that a backup is made of: a copy of the data, read part by part."""

from typing import Annotated, ClassVar

import msgspec

from decent_tui.core.operation import Operation

Offset = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""Bytes before the part that is asked for."""


class CopyPart(msgspec.Struct, frozen=True):
    """A part of the copy with this name, which has `size` bytes and holds `keys` live keys. It is gone once
    its last byte was read."""

    copy: str
    size: int
    keys: int
    data: bytes


class ReadCopy(Operation[CopyPart], frozen=True):
    """A part of a consistent copy of the data file; without a name one is made, and this is its beginning.
    Refused by a node without a file, and while a copy of somebody else is made or read."""

    looks: ClassVar[bool] = True
    copy: str = ""
    offset: Offset = 0
