"""One step back: what the last write from this dashboard replaced, and the command that brings it back.

Nothing can be unwritten in a store whose writes are on other nodes already. So an undo is a write too: it
puts what was there before, and several siblings side by side as siblings again (`unresolve`). It is a
compare-and-set against what our own write left: if anybody wrote since, nothing is undone. And as it is a
write like any other, the next undo takes it back.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.operations import Delete, Get, Put, Resolve, Unresolve, Versions
from decent_tui.core.records import Record
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.words import plural

if TYPE_CHECKING:
    from decent_tui.commands.session import Outcome

SHOWN: Final = 300
"""Characters of a command that are shown."""

Write = Put | Delete | Resolve | Unresolve
"""What can be taken back."""


class Step(msgspec.Struct, frozen=True):
    """A write that was done here: the values it replaced (JSON texts) and the cids it left."""

    key: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def back(self) -> Write:
        """The write that brings back what was there before, if nobody wrote since."""
        match self.before:
            case ():
                return Delete(self.key, self.after)
            case (only,):
                return Put(self.key, only, self.after)
            case values:
                return Unresolve(self.key, values, self.after)


class Done(msgspec.Struct, frozen=True):
    """What an undo came to: the command it was, its outcome, and what to tell a person."""

    key: str
    line: str
    outcome: "Outcome"
    told: str


class Undo:
    """Carries out lines, and remembers of the last write what it takes to undo it."""

    def __init__(self) -> None:
        self._step: Step | None = None

    @property
    def is_possible(self) -> bool:
        """Whether there is a write to take back."""
        return self._step is not None

    async def run(self, node: NodeInterface, line: str) -> "Outcome | None":
        """Like `run_line`; of a write, what it replaces is kept."""
        from decent_tui.commands.session import run_line

        write = _write(line)
        if write is None:
            return await run_line(node, line)
        # started together, so that nothing comes between the reading and the write
        before, outcome = await asyncio.gather(_values(node, write.key), run_line(node, line))
        if outcome is not None:
            self._keep(write.key, before, outcome)
        return outcome

    async def back(self, node: NodeInterface) -> Done | None:
        """Take the last write back; None when there is none."""
        from decent_tui.commands.session import carry_out

        step = self._step
        if step is None:
            return None
        write = step.back()
        command = type(write).__name__.lower()
        before, outcome = await asyncio.gather(_values(node, step.key), carry_out(node, command, write))
        self._keep(step.key, before, outcome)
        return Done(step.key, _line(command, write), outcome, _told(step, outcome))

    def _keep(self, key: str, before: Sequence[Record], outcome: "Outcome") -> None:
        if outcome.ok:
            values = tuple(bytes(record.value).decode() for record in before)
            after = outcome.answer.versions if isinstance(outcome.answer, Versions) else []
            self._step = Step(key, values, tuple(record.cid for record in after))


def _write(line: str) -> Write | None:
    """What the line writes; None when it writes nothing."""
    from decent_tui.commands.parse import is_blank, parse

    if is_blank(line):
        return None
    try:
        request = parse(line).request
    except Refused:
        return None
    return request if isinstance(request, Write) else None


async def _values(node: NodeInterface, key: str) -> list[Record]:
    try:
        return (await node.run(Get(key))).versions
    except (Refused, StorageError):
        return []


def _line(command: str, write: Write) -> str:
    """The command as it would be typed, as far as it is shown."""
    from decent_tui.commands.scan import quote

    words = [command, quote(write.key)]
    match write:
        case Put(value=value):
            words.append(value[:SHOWN])
        case Unresolve(values=values):
            words += [value[:SHOWN] for value in values[:10]]
        case _:
            pass
    if write.saw is not None:
        words += ["--saw", *(write.saw[:10] or ["none"])]
    return " ".join(words)


def _told(step: Step, outcome: "Outcome") -> str:
    """What came of it, in one sentence."""
    from decent_tui.commands.scan import quote

    if not outcome.ok:
        if outcome.stale or outcome.error == "no value":
            return f"nothing was undone: {quote(step.key)} was written again since"
        return f"nothing was undone: {outcome.error}"
    match len(step.before):
        case 0:
            return f"undone: {quote(step.key)} is deleted, as it had no value before"
        case 1:
            return f"undone: {quote(step.key)} has its value back, as a new write"
        case count:
            return f"undone: {quote(step.key)} has its {plural(count, 'value')} back, as new writes"
