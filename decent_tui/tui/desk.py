"""Where commands are carried out and answered; what nothing undoes is asked about first."""

from typing import Final

from textual.message import Message

from decent_tui.commands.parse import question
from decent_tui.commands.session import Outcome, run_line
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.answer import AnswerView

PATIENCE: Final = 15.0
"""Seconds that a question waits: a yes that comes later may be meant for something else."""


class Desk(AnswerView):
    """Shows each command with its answer. Commands that come before the node is open wait for it."""

    class Done(Message):
        """A command was carried out, or refused."""

        def __init__(self, outcome: Outcome) -> None:
            super().__init__()
            self.outcome = outcome

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._node: NodeInterface | None = None
        self._early: list[str] = []

    def attach(self, node: NodeInterface) -> None:
        """Carry out commands on this node, those first that waited for it."""
        self._node = node
        early, self._early = self._early, []
        for line in early:
            self.run(line, sure=True)

    def run(self, line: str, *, sure: bool = False) -> None:
        """Carry out one line of the command language and show what came of it; ask before what nothing
        undoes, unless the person is `sure`."""
        if not sure and (why := question(line)):
            self.ask(line, why)
            self.set_timer(PATIENCE, lambda: self.withdraw(line))
        else:
            self.withdraw()
            if self._node is None:
                self._early.append(line)
                self.show(f": {line}", ("waits until the node is open …",), "dim")
                return
            self.show(f": {line}", ("…",), "dim")
            self.run_worker(self._carry_out(self._node, line), group="commands")
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

    async def _carry_out(self, node: NodeInterface, line: str) -> None:
        outcome = await run_line(node, line)
        if outcome is None:
            return
        if not outcome.ends:
            brief = outcome.ok and outcome.command in ("put", "resolve")  # the value was typed a moment ago
            self.show(f": {line}", outcome.text(), "text" if outcome.ok else "red", brief=brief)
        self.post_message(self.Done(outcome))
