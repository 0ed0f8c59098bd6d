"""Why a key is as it is and how it came to be so: plain sentences, each with its evidence.

Everything here reads what this node holds, remembers and has heard; it asks nobody.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from decent_tui.core import operations as ops
from decent_tui.core.dials import dials_of
from decent_tui.core.errors import Refused
from decent_tui.core.lacks import all_known, views
from decent_tui.core.parts import Parts
from decent_tui.core.peers import Peer
from decent_tui.core.recollection import Remembered
from decent_tui.core.records import to_record
from decent_tui.core.tombstones import Reach, blockers
from decent_tui.core.version import Siblings, Version, in_conflict, visible
from decent_tui.core.why import Node, Sentence, ordinal, why

NAMED = 6
"""Nodes or writes named in one sentence; the rest is counted."""


def history(parts: Parts, key: str) -> ops.KeyHistory:
    """How a key came to be as it is; Refused when nothing is known of it."""
    held, remembered = _known(parts, key)
    changes = [entry for one in remembered for entry in _entries(parts, one)]
    return ops.KeyHistory(key, [to_record(version) for version in held], changes, parts.recollection.complete)


def reasons(parts: Parts, key: str) -> ops.KeyReasons:
    """Why a key is as it is; Refused when nothing is known of it."""
    held, remembered = _known(parts, key)
    voices = Voices(parts)
    lacks = lacking(parts, key, held)
    waiting = waits_for(parts, held)
    audience, alive = parts.audience(), {peer.node for peer in parts.alive_peers()}
    members, silent = len(audience) + 1, [node for node in audience if node not in alive]
    sentences = [_headline(held)]
    sentences += [voices.say(sentence) for sentence in why(views(parts, held), named=True)]
    if len(held) == 1:
        sentences += [voices.say(sentence) for sentence in _won(held[0], remembered)]
    sentences += _spread(voices, lacks, members, silent, held)
    if waiting:
        sentences.append(voices.say(_waiting(waiting)))
    elif not held:
        sentences.append("It was deleted, and every member has seen that, so nothing of it is kept.")
    return ops.KeyReasons(
        key=key,
        versions=[to_record(version) for version in held],
        sentences=sentences,
        held=members - len(lacks),
        members=members,
        lacking=lacks,
        waits_for=waiting,
    )


def _known(parts: Parts, key: str) -> tuple[Siblings, list[Remembered]]:
    held, remembered = parts.replica.store.siblings(key), parts.recollection.of(key)
    if not held and not remembered:
        raise Refused("nothing is known of that key here")
    return held, remembered


# ------------------------------------------------------------------ what happened


def _entries(parts: Parts, remembered: Remembered) -> list[ops.KeyChange]:
    """One entry for each version that came; one for all that only went."""
    change, at = remembered.change, remembered.at / 1000
    replaced = [_name(version) for version in change.dropped]
    if not change.kept:
        return [ops.KeyChange(at, "forgotten", remembered.source, None, None, replaced, len(change.after))]
    entries = []
    for version in change.kept:
        source = remembered.source or (version.author if version.author != version.node else "")
        entries.append(
            ops.KeyChange(
                at,
                "arrived" if source else "written",
                source,
                _name(version),
                to_record(version),
                replaced,
                len(change.after),
            )
        )
    return entries


def _name(version: Version) -> str:
    """A dot as it is written: node:number."""
    return f"{version.node}:{version.seq}"


def recall(parts: Parts, since: int, limit: int) -> ops.Happenings:
    """What happened from a number on."""
    first, remembered = parts.recollection.since(max(0, since), max(1, min(limit, 1000)))
    happened = [entry for one in remembered for entry in _happened(one)]
    return ops.Happenings(happened, first + len(remembered), max(0, first - since))


def _happened(remembered: Remembered) -> list[ops.Happened]:
    change, at, left = remembered.change, remembered.at / 1000, len(remembered.change.after)
    if remembered.text:
        return [ops.Happened(at, "", "network", "", "", 0, {}, at, False, 0, remembered.text)]
    if not change.kept:
        return [ops.Happened(at, change.key, "forgotten", remembered.source, "", 0, {}, at, False, left)]
    return [
        ops.Happened(
            at,
            change.key,
            "arrived" if remembered.source else "written",
            remembered.source,
            version.node,
            version.seq,
            dict(version.context),
            version.ts / 1000,
            version.deleted,
            left,
        )
        for version in change.kept
    ]


# ------------------------------------------------------------------ sentences


class Voices:
    """How nodes are called in sentences: by name where that is enough, else by address or id."""

    def __init__(self, parts: Parts) -> None:
        self._me = parts.replica.node
        known = {known.node: (known.name, known.address) for known in parts.members.all()}
        known |= {peer.node: (peer.name, peer.address) for peer in parts.peers if peer.node}
        names = Counter(name for name, _ in known.values())
        self._called = {
            node: name if name and names[name] == 1 else address or node
            for node, (name, address) in known.items()
        }

    def call(self, node: str) -> str:
        """One node."""
        if node in ("", self._me):
            return "this node"
        return self._called.get(node) or node.partition("@")[2] or node[:8]

    def say(self, sentence: Sentence) -> str:
        """The sentence with its nodes called by name."""
        text = "".join(self.call(part.id) if isinstance(part, Node) else part for part in sentence)
        return text[:1].upper() + text[1:] if text.startswith("this node") else text


def _headline(held: Siblings) -> str:
    shown = visible(held)
    if in_conflict(held):
        return f"It has {len(shown)} values that were written without knowing of each other."
    if shown:
        return "It has one value."
    return "It is deleted." if held else "Nothing of it is held any more."


def _won(version: Version, remembered: Sequence[Remembered]) -> list[Sentence]:
    """Why the one version that is left is the one."""
    change = next((r.change for r in reversed(remembered) if version in r.change.kept), None)
    verb = "deleted" if version.deleted else "wrote"
    if change is not None and change.dropped:
        parts: list[str | Node] = [Node(version.node), f" {verb} it having seen "]
        for at, dropped in enumerate(change.dropped[:NAMED]):
            parts += [" and " if at else "", Node(dropped.node), f"'s {ordinal(dropped.seq)} write"]
        if len(change.dropped) > NAMED:
            parts.append(f" and {len(change.dropped) - NAMED} more")
        parts.append(f", so {'that is' if len(change.dropped) == 1 else 'these are'} obsolete.")
        return [tuple(part for part in parts if part)]
    if version.context:
        parts = [Node(version.node), f" {verb} it having seen all of this key up to "]
        for at, (node, seq) in enumerate(sorted(version.context.items())[:NAMED]):
            parts += [" and " if at else "", Node(node), f"'s {ordinal(seq)} write"]
        parts.append("; whatever of that is met again is obsolete.")
        return [tuple(part for part in parts if part)]
    return [
        (Node(version.node), f" {verb} it with its {ordinal(version.seq)} write; nothing stood before it.")
    ]


def _spread(
    voices: Voices, lacking: Sequence[ops.Lacking], members: int, silent: Sequence[str], held: Siblings
) -> list[str]:
    """Who lacks it. Of the `silent` nobody knows more than when they were last heard."""
    if not held:
        return []
    if not lacking:
        names = [voices.call(node) for node in silent[:NAMED]]
        names += [f"{len(silent) - NAMED} more"] if len(silent) > NAMED else []
        heard = f", {' and '.join(names)} when last heard" if names else ""
        return [f"Every node has this ({members} of them){heard}."] if members > 1 else []
    return [
        f"{voices.call(each.node_id)} ({each.peer}) lacks it for {_seconds(each.since_s)}: {each.why}."
        for each in lacking
    ]


def _waiting(waits_for: Iterable[str]) -> Sentence:
    nodes = list(waits_for)
    parts: list[str | Node] = [
        "The mark of the deletion is kept until all before it is known to have reached "
    ]
    for at, node in enumerate(nodes[:NAMED]):
        parts += [" and " if at else "", Node(node)]
    if len(nodes) > NAMED:
        parts.append(f" and {len(nodes) - NAMED} more")
    parts.append(".")
    return tuple(part for part in parts if part)


# ------------------------------------------------------------------ who lacks it, and why


def lacking(parts: Parts, key: str, held: Siblings) -> list[ops.Lacking]:
    """The members that are not known to have all versions held of a key, since when, and why."""
    found = []
    remembered: list[Remembered] | None = None
    for node in parts.audience():
        known = parts.members[node]
        lacked = [version for version in held if not parts.has(node, version.dot)]
        if lacked:
            remembered = parts.recollection.of(key) if remembered is None else remembered
            oldest = min(_known_since(version, remembered) for version in lacked)
            since = max(0.0, (parts.clock.wall - oldest) / 1000)
            found.append(
                ops.Lacking(known.address or node, node, len(lacked), round(since, 1), _reason(parts, node))
            )
    return found


def _known_since(version: Version, remembered: Sequence[Remembered]) -> int:
    """When a version came to be known here; from before this run, what its author says."""
    return next((one.at for one in remembered if version in one.change.kept), version.ts)


def _reason(parts: Parts, node: str) -> str:
    """Why a member has not got everything, by what this node saw itself."""
    peer = parts.peers.of(node)
    if peer is None:
        return "no address is known for it any more"
    lasting = "" if peer.since is None else f" for {_seconds(parts.clock.now - peer.since)}"
    cuts = [view for view in dials_of(parts, peer) if view.dial == "cut"]
    if cuts:
        which = {"both": "the link is", "out": "what goes to it is", "in": "what comes from it is"}
        return f"{which[cuts[0].direction]} cut by you for {_seconds(cuts[0].since_s or 0)}"
    if peer.state == "alive":
        return _behind(parts, peer)
    if peer.state == "suspect":
        return f"no word came from it for {_seconds(parts.clock.now - (peer.heard or parts.clock.now))}"
    words = f"it is {peer.state}{lasting}"
    return f"{words} ({peer.error})" if peer.error else words


def _behind(parts: Parts, peer: Peer) -> str:
    count = sum(parts.lacks(peer.node, all_known(parts)).values())
    words = f"it is linked, {count:,} write{'' if count == 1 else 's'} behind, and catching up"
    hindered = [view.dial for view in dials_of(parts, peer) if view.dial in ("lag", "lose", "reorder")]
    return f"{words} in spite of your dials ({', '.join(dict.fromkeys(hindered))})" if hindered else words


def waits_for(parts: Parts, held: Siblings) -> list[str]:
    """For whose word the tombstones of a key wait."""
    reach = Reach(parts.replica.seen, parts.members.counted(parts.alive()))
    found: dict[str, None] = {}
    for version in held:
        if version.deleted:
            found |= dict.fromkeys(blockers(version.clock, reach, parts.members.forgotten()))
    return list(found)


def _seconds(seconds: float) -> str:
    """A time in words."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0.0, seconds):.0f} s"
