"""What the further views are about: a node, as the screen below them sees it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from decent_tui.net.interface import NodeInterface
from decent_tui.tui.roster import Roster

if TYPE_CHECKING:
    from decent_tui.lab.chronicle import Chronicle


class Subject(msgspec.Struct, frozen=True):
    """A node, who is who, the key and the peer (an address) that are selected, and, where several nodes are
    seen at once, the chronicle of all of them."""

    node: NodeInterface
    roster: Callable[[], Roster]
    key: str = ""
    peer: str = ""
    chronicle: "Chronicle | None" = None
