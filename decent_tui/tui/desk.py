"""Where commands are carried out, answered and taken back; some are asked about first."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.message import Message

from decent_tui.core.operations import Versions
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.answer import AnswerView
from decent_tui.tui.lines import Line, Span
from decent_tui.tui.roster import Roster
from decent_tui.tui.undo import Undo

if TYPE_CHECKING:
    from decent_tui.commands.session import Outcome

PATIENCE: Final = 15.0
"""Seconds that a question waits: a yes that comes later may be meant for something else."""

WRITES: Final = ("put", "resolve", "unresolve", "delete")
"""Commands whose answer is brief (what they wrote was typed a moment ago) and that can be undone."""


TOLD: Final = ("why", "history", "get")
"""Commands whose answer tells of nodes, by their ids: a person knows them by their labels."""


class Desk(AnswerView):
    """Shows each command with its answer. Commands that come before the node is open wait for it."""

    class Done(Message):
        """A command was carried out, or refused; `key` is what it leads to, if anything."""

        def __init__(self, outcome: "Outcome", key: str = "") -> None:
            super().__init__()
            self.outcome = outcome
            self.key = key

    def __init__(self, *, id: str, undo: Undo | None = None, roster: Callable[[], Roster] = Roster) -> None:
        super().__init__(id=id)
        self._node: NodeInterface | None = None
        self._early: list[str] = []
        self._roster = roster
        self.undone = undo or Undo()
        """What can be taken back; the views of one node share it."""

    @property
    def can_undo(self) -> bool:
        """Whether there is a write to take back."""
        return self.undone.is_possible

    @property
    def readonly(self) -> bool:
        """Whether commands that change anything are refused: nothing needs to be asked about then."""
        return self._node is not None and self._node.readonly

    def attach(self, node: NodeInterface) -> None:
        """Carry out commands on this node, those first that waited for it."""
        self._node = node
        self.screen.refresh_bindings()
        early, self._early = self._early, []
        for line in early:
            self.run(line, sure=True)

    def run(self, line: str, *, sure: bool = False) -> None:
        """Carry out one line of the command language and show what came of it; where the table of
        commands wants it, ask before, unless the person is `sure`."""
        from decent_tui.commands.parse import question

        if not sure and not self.readonly and (why := question(line)):
            self.ask(line, why)
            self.set_timer(PATIENCE, lambda: self.withdraw(line))
        else:
            self.withdraw()
            if self._node is None:
                self._early.append(line)
                self.show(f": {line}", ("waits until the node is open …",), "dim")
                return
            self.show(f": {line}", ("…",), "dim")
            alongside(self, partial(self.carry_out, line), "commands")
        self.screen.refresh_bindings()

    def confirm(self) -> None:
        """Carry out what was asked about."""
        if self.question:
            self.run(self.take_back(), sure=True)

    def withdraw(self, line: str = "") -> None:
        """Take a question back (this one, if a line is given) that was not answered."""
        if self.question and line in ("", self.question):
            self.show(f": {self.take_back()}", ("was not carried out",), "dim")
            self.screen.refresh_bindings()

    def tell(self, sentence: str) -> None:
        """Say something of the program itself."""
        self.show("", (sentence,), "dim")

    async def carry_out(self, line: str) -> "Outcome | None":
        """Carry out one line, without a question; None when there was nothing to do or no node to do it."""
        outcome = None if self._node is None else await self.undone.run(self._node, line)
        if outcome is None:
            return None
        key = ""
        if not outcome.ends:
            brief = outcome.ok and outcome.command in WRITES
            ink = "text" if outcome.ok else "red"
            tail = _offer("undo") if brief else ()
            names = self._roster() if outcome.command in TOLD else None
            told = outcome.text() if outcome.ok else (outcome.error,)  # the command stands beside it
            self.show(f": {line}", told, ink, brief=brief, tail=tail, names=names)
            if outcome.command in ("put", "unresolve") and isinstance(outcome.answer, Versions):
                key = outcome.answer.key
        self.post_message(self.Done(outcome, key))
        return outcome

    def undo(self) -> None:
        """Take back the last write made here; the next one does it again."""
        if self._node is not None:
            alongside(self, partial(self._take_back, self._node), "commands")

    async def _take_back(self, node: NodeInterface) -> None:
        done = await self.undone.back(node)
        if done is not None:
            ink, tail = ("text", _offer("redo")) if done.outcome.ok else ("red", ())
            self.show(f": {done.line}", (done.told,), ink, brief=True, tail=tail)
            self.post_message(self.Done(done.outcome, done.key))


def _offer(word: str) -> Line:
    return (Span(" "), Span("u", "bold accent"), Span(f" {word} ", "dim"))
