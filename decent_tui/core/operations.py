"""What can be asked of a node, as values, and the answers.

Operations are what the commands, the dashboard and other programs speak to a node: one struct
each, the same for a node in this process and for one elsewhere. An operation either gets its answer
or is `Refused` with one plain sentence.

A PEER (`peer` below) is host:port, a node id, a unique beginning of one, or a name.
"""

from typing import Any, cast

from decent_tui.core.convergence_operations import Convergence as Convergence
from decent_tui.core.convergence_operations import ConvergenceView as ConvergenceView
from decent_tui.core.convergence_operations import LackRow as LackRow
from decent_tui.core.convergence_operations import Wait as Wait
from decent_tui.core.convergence_operations import Waited as Waited
from decent_tui.core.copy_operations import CopyPart as CopyPart
from decent_tui.core.copy_operations import ReadCopy as ReadCopy
from decent_tui.core.dial_operations import Addresses as Addresses
from decent_tui.core.dial_operations import Cut as Cut
from decent_tui.core.dial_operations import DialView as DialView
from decent_tui.core.dial_operations import Duplicate as Duplicate
from decent_tui.core.dial_operations import Heal as Heal
from decent_tui.core.dial_operations import Lag as Lag
from decent_tui.core.dial_operations import Lose as Lose
from decent_tui.core.dial_operations import Reorder as Reorder
from decent_tui.core.dial_operations import Way as Way
from decent_tui.core.key_operations import ClassicSnapshot as ClassicSnapshot
from decent_tui.core.key_operations import Delete as Delete
from decent_tui.core.key_operations import Entries as Entries
from decent_tui.core.key_operations import EntryPage as EntryPage
from decent_tui.core.key_operations import Get as Get
from decent_tui.core.key_operations import KeyList as KeyList
from decent_tui.core.key_operations import KeyOnly as KeyOnly
from decent_tui.core.key_operations import Keys as Keys
from decent_tui.core.key_operations import Pair as Pair
from decent_tui.core.key_operations import Put as Put
from decent_tui.core.key_operations import PutAll as PutAll
from decent_tui.core.key_operations import Resolve as Resolve
from decent_tui.core.key_operations import Snapshot as Snapshot
from decent_tui.core.key_operations import SnapshotAnswer as SnapshotAnswer
from decent_tui.core.key_operations import Unresolve as Unresolve
from decent_tui.core.key_operations import Versions as Versions
from decent_tui.core.key_operations import Written as Written
from decent_tui.core.operation import A
from decent_tui.core.operation import Limit as Limit
from decent_tui.core.operation import Operation as Operation
from decent_tui.core.peer_operations import AddPeer as AddPeer
from decent_tui.core.peer_operations import Address as Address
from decent_tui.core.peer_operations import Done as Done
from decent_tui.core.peer_operations import Exchange as Exchange
from decent_tui.core.peer_operations import Exchanges as Exchanges
from decent_tui.core.peer_operations import Forget as Forget
from decent_tui.core.peer_operations import GetPeer as GetPeer
from decent_tui.core.peer_operations import Gossip as Gossip
from decent_tui.core.peer_operations import Leave as Leave
from decent_tui.core.peer_operations import PeerList as PeerList
from decent_tui.core.peer_operations import Peers as Peers
from decent_tui.core.peer_operations import PeerState as PeerState
from decent_tui.core.peer_operations import PeerVersions as PeerVersions
from decent_tui.core.peer_operations import PeerView as PeerView
from decent_tui.core.screen_operations import Count as Count
from decent_tui.core.screen_operations import Inspect as Inspect
from decent_tui.core.screen_operations import Inspection as Inspection
from decent_tui.core.screen_operations import KeyCount as KeyCount
from decent_tui.core.screen_operations import KeyRow as KeyRow
from decent_tui.core.screen_operations import Measure as Measure
from decent_tui.core.screen_operations import Measures as Measures
from decent_tui.core.screen_operations import NodeStatus as NodeStatus
from decent_tui.core.screen_operations import RowPage as RowPage
from decent_tui.core.screen_operations import Rows as Rows
from decent_tui.core.screen_operations import SiblingView as SiblingView
from decent_tui.core.screen_operations import Status as Status
from decent_tui.core.why_operations import Happened as Happened
from decent_tui.core.why_operations import Happenings as Happenings
from decent_tui.core.why_operations import History as History
from decent_tui.core.why_operations import KeyChange as KeyChange
from decent_tui.core.why_operations import KeyHistory as KeyHistory
from decent_tui.core.why_operations import KeyReasons as KeyReasons
from decent_tui.core.why_operations import Lacking as Lacking
from decent_tui.core.why_operations import Recall as Recall
from decent_tui.core.why_operations import Why as Why

AnyOperation = (
    Put | PutAll | Delete | Get | Keys | Entries | Resolve | Unresolve | Snapshot
    | Peers | AddPeer | GetPeer | Gossip | Forget | Leave
    | Cut | Heal | Lag | Lose | Duplicate | Reorder
    | Status | Measure | Rows | Count | Inspect | Wait | Convergence | Why | History | Recall
    | ReadCopy
)  # fmt: skip


AnyAnswer = (
    Versions | Written | KeyOnly | KeyList | EntryPage | PeerVersions | PeerList | Address | Addresses
    | DialView | Exchanges | SnapshotAnswer | Done | NodeStatus | Measures | RowPage | KeyCount | Inspection
    | Waited | ConvergenceView | KeyReasons | KeyHistory | Happenings | CopyPart
)  # fmt: skip


def answer_type(operation: Operation[A]) -> type[A]:
    """The struct that answers an operation: what its class says in `Operation[…]`."""
    (base,) = cast("Any", type(operation)).__orig_bases__  # from Python 3.12 on there is a function for it
    return cast("type[A]", base.__args__[0])
