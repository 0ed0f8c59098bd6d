"""`why`, `history` and `wait` as a person reads them (the lines still pass the one door, in `render`)."""

from collections.abc import Iterator
from time import localtime, strftime

from decent_tui.commands.answers import shortfall
from decent_tui.commands.scan import quote
from decent_tui.core.operations import KeyChange, KeyHistory, KeyReasons, Waited
from decent_tui.core.records import Record


def waited(answer: Waited, command: str) -> Iterator[str]:
    """Whether everybody has it, and who does not."""
    if answer.converged:
        yield f"{command}: {_everybody(answer.peers)}"
    else:
        yield f"{command}: {shortfall(answer)}"
    for address, count in answer.away.items():
        yield f"  {address} is away and lacks {count:,}"


def _everybody(peers: int) -> str:
    if not peers:
        return "no peer is alive, so there is nobody to wait for"
    return f"the {peers:,} peers that are alive have it all" if peers > 1 else "the one peer alive has it all"


def reasons(answer: KeyReasons, command: str) -> Iterator[str]:
    """The sentences, and below them the versions that they speak of."""
    yield f"{quote(answer.key)}:"
    yield from answer.sentences
    yield from (f"  {_version(record)}" for record in answer.versions)


def history(answer: KeyHistory, command: str) -> Iterator[str]:
    """The changes, oldest first, and then what is held."""
    yield f"{quote(answer.key)}:"
    if not answer.complete:
        yield "older changes are not remembered any more"
    yield from (f"  {_change(change)}" for change in answer.changes)
    if not answer.changes:
        yield "  unchanged since this node was started"
    yield f"held now ({len(answer.versions)}):" if answer.versions else "nothing of it is held now"
    yield from (f"  {_version(record)}" for record in answer.versions)


def _change(change: KeyChange) -> str:
    when = moment(change.at)
    if change.record is None:
        return f"{when}  forgotten: {', '.join(change.replaced)}, which everybody had"
    words = f"{when}  {change.what}"
    words += f" from {change.source}" if change.source else ""
    words += f"  {change.dot}  {value(change.record)}"
    if change.replaced:
        words += f"  in place of {', '.join(change.replaced)}"
    return words + (f"  (now {change.left} versions)" if change.left > 1 else "")


def _version(record: Record) -> str:
    clock = " ".join(f"{node}:{number}" for node, number in record.vc.items())
    return f"{value(record)}  by {record.node_id} at {moment(record.ts)}, clock {clock}"


def value(record: Record) -> str:
    """The value as JSON, or what a tombstone says."""
    return "(deleted)" if record.deleted else bytes(record.value).decode()


def moment(seconds: float) -> str:
    """Local time; a peer's clock may say anything."""
    try:
        return strftime("%Y-%m-%d %H:%M:%S", localtime(seconds))
    except (ValueError, OverflowError, OSError):
        return "an impossible time"
