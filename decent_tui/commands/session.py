"""One line in, one outcome out: the command language against any node.

What few lines need is imported by the first that does: the dashboard is there sooner for it.
"""

import logging
from collections.abc import Iterator
from typing import Final, NamedTuple, cast

from decent_tui.commands.answers import Answer, explain, shortfall
from decent_tui.commands.parse import first_word, is_blank, parse
from decent_tui.commands.progress import Progress, untold
from decent_tui.commands.table import Backup, Exit, Export, Help, Import, Request, Watch
from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.operations import AnyAnswer, Done, Leave, Operation
from decent_tui.net.interface import NodeInterface

_log: Final = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What became of one line: an answer, or the sentence that says why there is none.

    `ends` is true when the process should end now (`exit`, and `leave` when it was done).
    """

    command: str
    answer: Answer | None = None
    error: str = ""
    ends: bool = False

    @property
    def ok(self) -> bool:
        """Whether the command did what was asked."""
        return self.answer is not None and not shortfall(self.answer)

    @property
    def stale(self) -> bool:
        """Whether a compare-and-set was refused because the key has changed."""
        return self.error.startswith("stale:")

    def json(self) -> Iterator[bytes]:
        """The outcome as one JSON object on one line, in pieces, without the newline."""
        from decent_tui.commands.encode import encode, encode_error

        if self.answer is None:
            return iter((encode_error(self.command, self.error),))
        return encode(self.command, self.answer)

    def text(self) -> Iterator[str]:
        """The outcome for a person, line by line, safe to show."""
        from decent_tui.commands.render import error_line, lines

        if self.answer is None:
            return iter((error_line(self.command, self.error),))
        return lines(self.command, self.answer)


async def run_line(node: NodeInterface, line: str) -> Outcome | None:
    """Carry out one line; None for an empty one. Whatever is wrong with it is in the outcome."""
    if is_blank(line):
        return None
    try:
        command, request = parse(line)
    except Refused as error:
        return Outcome(first_word(line), error=str(error))
    return await carry_out(node, command.name, request)


async def carry_out(
    node: NodeInterface, command: str, request: Request, progress: Progress = untold
) -> Outcome:
    """Carry out what was parsed; calls whose first steps come in some order take effect in that order.
    `progress` is told how an export, import or backup goes."""
    try:
        if isinstance(request, Exit):
            return Outcome(command, Done(), ends=True)
        if isinstance(request, Help):
            return Outcome(command, explain(request))
        if isinstance(request, Watch):
            return Outcome(command, error="here every change is shown anyway; watch is for scripts")
        if isinstance(request, Export):
            from decent_tui.commands.exporting import export_to

            return Outcome(command, await export_to(node, request.file, request.prefix, progress))
        if isinstance(request, Import):
            from decent_tui.commands.importing import import_from

            return Outcome(command, await import_from(node, request.file, progress))
        if isinstance(request, Backup):
            from decent_tui.commands.backup import back_up

            return Outcome(command, await back_up(node, request.file, progress))
        # mypy cannot see through a union that each operation is an Operation of one of the answers
        answer: AnyAnswer = await node.run(cast("Operation[AnyAnswer]", request))
        return Outcome(command, answer, ends=isinstance(request, Leave))
    except (Refused, StorageError) as error:
        return Outcome(command, error=str(error))
    except Exception as error:  # noqa: BLE001  # a bug: it must cost this answer, not all that follow it
        _log.exception("%s failed", command)
        return Outcome(command, error=f"the node failed at this ({type(error).__name__}); its log says more")
