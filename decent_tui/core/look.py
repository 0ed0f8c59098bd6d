"""Operations that only look: keys, peers, status, and what the dashboard shows. Nothing here changes
anything, and none of it costs more than the page it answers with."""

from itertools import takewhile
from typing import Final

from decent_tui.core import operations as ops
from decent_tui.core.dials import dials_of
from decent_tui.core.errors import Refused
from decent_tui.core.exchange import Exchange
from decent_tui.core.lacks import all_known, convergence, in_ms, missing, views
from decent_tui.core.limits import ANSWER
from decent_tui.core.members import Known
from decent_tui.core.paging import after_prefix
from decent_tui.core.parts import Parts
from decent_tui.core.peers import Peer
from decent_tui.core.records import to_records
from decent_tui.core.settling import percentile
from decent_tui.core.store import Wanted
from decent_tui.core.telling import history, lacking, reasons, recall, waits_for
from decent_tui.core.version import Siblings, visible

_PAGE: Final = 1000
_FEW: Final = 50


class Look:
    """Answers the operations that change nothing."""

    def __init__(self, parts: Parts, exchange: Exchange) -> None:
        self._parts = parts
        self._exchange = exchange

    def answer(self, operation: ops.AnyOperation) -> ops.AnyAnswer:
        """Answer one operation; raises TypeError for one that is not of this kind."""
        match operation:
            case ops.Keys():
                return self._keys(operation)
            case ops.Entries():
                return self._entries(operation)
            case ops.Peers(after=after, limit=limit):
                return self._peers(after, limit)
            case ops.Status():
                return self._status()
            case ops.Measure():
                return self._measure()
            case ops.Snapshot():
                return self._snapshot()
            case ops.Rows():
                return self._rows(operation)
            case ops.Count():
                return self._count(operation)
            case ops.Convergence():
                return convergence(self._parts, self._exchange.waits_for, self._settled())
            case ops.Why(key=key):
                return reasons(self._parts, key)
            case ops.History(key=key):
                return history(self._parts, key)
            case ops.Recall(since=since, limit=limit):
                return recall(self._parts, since, limit)
            case ops.Inspect(key=key):
                return self._inspect(key)
            case ops.ReadCopy():  # where there is a file, whoever runs the node answers it
                raise Refused("this node keeps nothing in a file that could be copied; use export")
            case _:
                raise TypeError(f"nobody carries out {operation!r}")

    # ------------------------------------------------------------------ keys

    def _keys(self, operation: ops.Keys) -> ops.KeyList:
        wanted: Wanted = "conflicts" if operation.conflicts else "live"
        start = max(operation.after, operation.prefix)
        found = self._parts.replica.store.page(
            wanted=wanted,
            prefix=operation.prefix,
            start=start,
            inclusive=start != operation.after or not operation.after,
            limit=operation.limit + 1,
        )
        return ops.KeyList(found[: operation.limit], len(found) > operation.limit)

    def _entries(self, operation: ops.Entries) -> ops.EntryPage:
        store = self._parts.replica.store
        entries: list[ops.Versions] = []
        size, after = 0, operation.after
        while True:
            start = max(after, operation.prefix)
            inclusive = start != after or not after
            keys = store.page(prefix=operation.prefix, start=start, inclusive=inclusive, limit=_FEW)
            for key, siblings in store.siblings_of(keys).items():
                records = to_records(visible(siblings))
                size += len(key) + sum(len(bytes(record.value)) + 256 for record in records)
                if entries and size > ANSWER // 2:
                    return ops.EntryPage(entries, more=True)
                entries.append(ops.Versions(key, records))
            if len(keys) < _FEW:
                return ops.EntryPage(entries, more=False)
            after = keys[-1]

    def _snapshot(self) -> ops.SnapshotAnswer:
        parts = self._parts
        store = parts.replica.store
        data = {}
        page = store.page(limit=_PAGE)
        while page:
            for key, siblings in store.siblings_of(page).items():
                data[key] = to_records(visible(siblings))
            page = store.page(start=page[-1], inclusive=False, limit=_PAGE)
        return ops.SnapshotAnswer(
            ops.ClassicSnapshot(parts.replica.node, parts.replica.lamport, parts.clock.at, data)
        )

    def _rows(self, operation: ops.Rows) -> ops.RowPage:
        store = self._parts.replica.store
        keys = self._page(operation)
        held = store.siblings_of(keys)
        counted = self._parts.audience()
        rows = [self._row(key, held[key], operation.preview, counted) for key in keys]
        counts = store.counts()
        totals = {
            "live": counts.keys,
            "conflicts": counts.conflicts,
            "deleted": counts.deleted,
            "all": counts.keys + counts.deleted,
        }
        filtered = operation.prefix or operation.without
        return ops.RowPage(rows, None if filtered else totals[operation.wanted])

    def _page(self, operation: ops.Rows) -> list[str]:
        """The keys of a page. What is to be left out is one stretch of them, passed over in one step."""

        def page(start: str, inclusive: bool, limit: int) -> list[str]:
            return self._parts.replica.store.page(
                wanted=operation.wanted,
                prefix=operation.prefix,
                start=start,
                inclusive=inclusive,
                backwards=operation.backwards,
                limit=limit,
            )

        found = page(operation.start, operation.inclusive, operation.limit)
        if not operation.without:
            return found
        kept = list(takewhile(lambda key: not key.startswith(operation.without), found))
        if len(kept) == len(found):
            return kept
        beyond = operation.without if operation.backwards else after_prefix(operation.without)
        if beyond is None:
            return kept
        return kept + page(beyond, not operation.backwards, operation.limit - len(kept))

    def _count(self, operation: ops.Count) -> ops.KeyCount:
        counted = self._parts.replica.store.count(
            wanted=operation.wanted, prefix=operation.prefix, after=operation.after, limit=operation.limit
        )
        return ops.KeyCount(counted.keys, counted.last)

    def _row(self, key: str, siblings: Siblings, preview: int, counted: list[str]) -> ops.KeyRow:
        shown = visible(siblings)
        text = (shown[0].value or b"")[: 4 * preview].decode(errors="ignore")[:preview] if shown else ""
        dots = [version.dot for version in siblings]
        held = sum(all(self._parts.has(node, dot) for dot in dots) for node in counted)
        return ops.KeyRow(key, len(shown), text, held + 1, len(counted) + 1)

    def _inspect(self, key: str) -> ops.Inspection:
        parts = self._parts
        held = parts.replica.store.siblings(key)
        members = [parts.replica.node, *parts.audience()]
        return ops.Inspection(
            key, views(parts, held), members, lacking(parts, key, held), waits_for(parts, held)
        )

    # ------------------------------------------------------------------ peers

    def _peers(self, after: str, limit: int | None) -> ops.PeerList:
        found = sorted(self._listed(), key=lambda one: (one[0], one[1].node or ""))
        if limit is not None:
            found = [one for one in found if one[0] > after]
            last = found[limit - 1][0] if limit < len(found) else None
            found = [one for at, one in enumerate(found) if at < limit or one[0] == last]
        return ops.PeerList(
            [self._peer(one) if isinstance(one, Peer) else self._absent(at, one) for at, one in found]
        )

    def _listed(self) -> list[tuple[str, Peer | Known]]:
        """Every peer with its address, and the members that are at no address any more: an id that its owner
        gave up, or that left."""
        parts = self._parts
        listed = {peer.node for peer in parts.peers} | parts.members.forgotten()
        found: list[tuple[str, Peer | Known]] = [(peer.address, peer) for peer in parts.peers]
        for known in parts.members.all():
            if known.node not in listed and not known.volatile and not known.classic:
                ours = known.node in parts.replica.former
                found.append((parts.me.listen if ours else known.address, known))
        return found

    def _absent(self, address: str, known: Known) -> ops.PeerView:
        return ops.PeerView(
            address=address,
            node_id=known.node,
            name=known.name or None,
            state="left" if known.standing == "left" else "down",
            behind=known.seen.lacks_count(self._parts.replica.seen),
        )

    def _peer(self, peer: Peer) -> ops.PeerView:
        parts = self._parts
        known = parts.members.get(peer.node)
        mine = parts.replica.seen
        digest_heard = known is not None and not known.classic
        cut = parts.faults.is_cut(peer.node, peer.address)
        link = None if peer.link is None else parts.links.get(peer.link)
        return ops.PeerView(
            address=peer.address,
            node_id=peer.node,
            name=peer.name or None,
            state=peer.state,
            rtt_ms=None if peer.rtt is None else round(peer.rtt * 1000, 3),
            behind=sum(parts.lacks(peer.node, mine).values()) if digest_heard else 0,
            ahead=mine.lacks_count(known.seen) if known and digest_heard else 0,
            classic=peer.classic,
            last_error=peer.error,
            cut=cut,
            heard_s=None if peer.heard is None else max(0.0, parts.clock.now - peer.heard),
            retry_s=None if peer.link is not None or cut else max(0.0, peer.retry_at - parts.clock.now),
            sent=peer.sent,
            received=peer.received,
            dials=dials_of(parts, peer),
            since_s=None if peer.since is None else max(0.0, parts.clock.now - peer.since),
            waiting=len(link.outbox.waiting) if link else 0,
            waiting_bytes=link.outbox.size if link else 0,
            key="old" if link and link.certified and link.certified.old else "",
        )

    # ------------------------------------------------------------------ status

    def _status(self) -> ops.NodeStatus:
        parts, replica = self._parts, self._parts.replica
        counts = replica.store.counts()
        waits = self._exchange.waits_for
        recent = parts.settling.recent(parts.clock.now)
        states = [peer.state for peer in parts.peers]
        return ops.NodeStatus(
            node_id=replica.node,
            name=parts.me.name,
            address=parts.me.listen,
            keys=counts.keys,
            conflicts=counts.conflicts,
            deleted=counts.deleted,
            versions=counts.versions,
            lamport=replica.lamport,
            counter=replica.counter,
            writes=parts.tally.writes,
            applied=parts.tally.applied,
            peers_alive=states.count("alive"),
            peers_known=len(states),
            settled=self._settled(),
            sent=parts.tally.sent,
            received=parts.tally.received,
            tombstones=sum(waits.values()) and max(waits.values()),
            waits_for=sorted(node for node in waits if node),
            alarms=list(parts.tally.alarms),
            data=parts.me.data,
            digest=replica.digest(),
            dials=[view for peer in parts.peers for view in dials_of(parts, peer)],
            settle_p50_ms=in_ms(percentile(recent, 50)),
            settle_p95_ms=in_ms(percentile(recent, 95)),
            in_flight=parts.settling.in_flight,
            missing=missing(parts, all_known(parts)),
            bytes=replica.store.size(),
            max_bytes=parts.quota.most,
        )

    def _measure(self) -> ops.Measures:
        parts, replica, settling = self._parts, self._parts.replica, self._parts.settling
        counts = replica.store.counts()
        return ops.Measures(
            node_id=replica.node,
            name=parts.me.name,
            address=parts.me.listen,
            keys=counts.keys,
            conflicts=counts.conflicts,
            deleted=counts.deleted,
            versions=counts.versions,
            lamport=replica.lamport,
            counter=replica.counter,
            writes=parts.tally.writes,
            applied=parts.tally.applied,
            obsolete=replica.obsolete,
            sent=parts.tally.sent,
            received=parts.tally.received,
            bounds=settling.took.bounds,
            settled=tuple(settling.took.counts),
            settled_s=settling.took.total,
            in_flight=settling.in_flight,
            oldest_s=settling.oldest(parts.clock.now),
            waits_for=dict(self._exchange.waits_for),
            bytes=replica.store.size(),
            max_bytes=parts.quota.most,
        )

    def _settled(self) -> float:
        """The share of all writes that all counted members have, as far as we heard (1 when alone)."""
        mine = self._parts.replica.seen
        total = sum(high - low + 1 for _, held in mine.items() for low, high in held)
        counted = self._parts.audience()
        if not total or not counted:
            return 1.0
        lacking = sum(self._parts.members[node].seen.lacks_count(mine) for node in counted)
        return 1.0 - lacking / (total * len(counted))
