"""One command from the shell, carried out by a running node: `decent-tui put k 1 --node HOST:PORT`.

Exit codes: 0 when it is ok, 1 when it is refused, absent or timed out, 2 on wrong usage. Answers go to
stdout, with --json whatever they are; without it what went wrong goes to stderr.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from decent_tui.commands import flags, options
from decent_tui.commands.answers import Watching, explain
from decent_tui.commands.argv import Arguments
from decent_tui.commands.configuration import ConfigError, Configuration, configure
from decent_tui.commands.encode import encode_error, encode_event
from decent_tui.commands.option import Front
from decent_tui.commands.parse import find
from decent_tui.commands.progress_bar import shown
from decent_tui.commands.render import error_line, lines
from decent_tui.commands.scan import Word
from decent_tui.commands.session import Outcome, carry_out
from decent_tui.commands.table import Backup, Command, Exit, Export, Help, Import, Request, Watch, WrongUsage
from decent_tui.commands.watch import Watcher, in_text
from decent_tui.core.errors import Refused, Unreachable
from decent_tui.core.limits import MAX_LINE
from decent_tui.core.operations import GetPeer
from decent_tui.net.remote import RemoteNode

PATIENCE_S: Final = 30.0
"""Seconds for an answer, unless --timeout says otherwise."""

GRACE_S: Final = 5.0
"""Seconds for an answer to come beyond those that the operation itself may wait."""


class _Call(msgspec.Struct):
    """What the arguments say."""

    name: str = ""
    words: list[Word] = []
    flags: dict[str, str] = {}
    timeout: float | None = None
    as_json: bool = False
    explain: bool = False


def main(arguments: Sequence[str]) -> int:
    """Carry out one command; the exit code."""
    call = _Call(as_json="--json" in arguments)
    try:
        command = _read(arguments, call)
        if call.explain:
            _print([*lines("help", explain(Help(command.name))), "", *_flags()])
            return 0
        configuration = configure(call.flags)
        _settle(call, command, configuration)
        request = _parse(command, call)
    except (Refused, ConfigError) as error:
        return _finish(Outcome(call.name, error=str(error)), call, 2)
    try:
        return asyncio.run(_run(command.name, request, configuration, call))
    except BrokenPipeError:  # whoever read this has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


# ------------------------------------------------------------------ reading arguments


def _read(arguments: Sequence[str], call: _Call) -> Command:
    """Sort the arguments into the command's own and those of every command; raises Refused."""
    command: Command | None = None
    shared = {flag: option for option in flags.of(Front.COMMAND) for flag in flags.forms(option)}
    rest = iter(arguments)
    for argument in rest:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise Refused("an argument is not valid UTF-8") from None
        flag, equals, value = argument.partition("=")
        if argument == "--" and command:
            call.words += [Word(each, 0, quoted=True) for each in rest]
        elif argument in ("--help", "-h"):
            call.explain = True
        elif flag in shared:
            call.flags[shared[flag].name] = flags.take(shared[flag], flag, value if equals else None, rest)
        elif command is None:
            call.name = argument
            command = find(argument)
            call.name = command.name
        elif equals and flag in dict(command.flags):
            call.words += [Word(flag, 0), Word(value, 0, quoted=True)]
        else:
            call.words.append(Word(argument, 0))
    if command is None:
        raise Refused("a command is missing; decent-tui help lists them")
    return command


def _settle(call: _Call, command: Command, configuration: Configuration) -> None:
    """Take from the configuration how long to wait and how to answer. A --timeout of the command's own is
    the same flag."""
    call.as_json = configuration[options.JSON]
    call.timeout = configuration[options.TIMEOUT]
    flag = options.TIMEOUT.flag
    if call.timeout is not None and flag in dict(command.flags):
        call.words += [Word(flag, 0), Word(f"{call.timeout:f}", 0, quoted=True)]


def _flags() -> list[str]:
    """The help of the flags that go with every command."""
    told = ["everywhere:"]
    for option in flags.of(Front.COMMAND):
        told.append(f"  {f'{option.flag} {option.metavar}':18} {flags.explained(option)}")
    told.append(f"  {'--':18} what follows are no flags: for a key that begins with --")
    return [*told, "A value that is - is read from stdin."]


def _parse(command: Command, call: _Call) -> Request:
    try:
        return command.parse(Arguments(call.words, _stdin))
    except WrongUsage:
        raise Refused(f"usage: decent-tui {command.usage}") from None


def _stdin() -> str:
    """A value on stdin."""
    text = sys.stdin.buffer.read(MAX_LINE)
    try:
        return text.decode().strip()
    except UnicodeDecodeError:
        raise Refused("what came on stdin is not valid UTF-8") from None


# ------------------------------------------------------------------ carrying out


async def _run(name: str, request: Request, configuration: Configuration, call: _Call) -> int:
    if isinstance(request, Help):
        try:
            return _finish(Outcome(name, explain(request)), call, 1)
        except Refused as error:
            return _finish(Outcome(name, error=str(error)), call, 1)
    if isinstance(request, Exit):
        why = "this ends a node from where it runs; stop its process there, or retire it for good with leave"
        return _finish(Outcome(name, error=why), call, 1)
    where, cluster_key = configuration[options.NODE], configuration[options.CLUSTER_KEY]
    patience = PATIENCE_S if call.timeout is None else call.timeout
    try:
        async with RemoteNode(where, wanted=["changed"], cluster_key=cluster_key) as node:
            if isinstance(request, Watch):
                return await _watch(node, request, call)
            long = call.timeout is None and isinstance(request, Export | Import | Backup)
            limit = None if long else max(patience, getattr(request, "timeout_s", 0.0) + GRACE_S)
            with shown(name) as progress:
                async with asyncio.timeout(limit):
                    outcome = await carry_out(node, name, request, progress)
            return _finish(outcome, call, 1)
    except TimeoutError:
        return _finish(Outcome(name, error=too_late(str(where), request, patience)), call, 1)
    except Unreachable as error:
        return _finish(Outcome(name, error=str(error)), call, 1)


def too_late(where: str, request: Request, patience: float) -> str:
    """What is said when no answer came in time: of a `getpeer` it is more likely the peer that is silent."""
    if isinstance(request, GetPeer):
        return f"{where} had no answer from {request.peer} within {patience:g} s"
    return f"{where} gave no answer within {patience:g} s; what was asked may have been done or not"


async def _watch(node: RemoteNode, request: Watch, call: _Call) -> int:
    """Print what changes, until the connection ends (or for --timeout seconds, if they are given)."""
    try:
        async with asyncio.timeout(call.timeout), Watcher(node, request.prefix) as changes:
            _finish(Outcome("watch", Watching(request.prefix)), call, 1)
            async for told in changes:
                if call.as_json:
                    _write([encode_event(told), b"\n"])
                else:
                    _print(in_text(told))
    except TimeoutError:
        return 0
    return 1


# ------------------------------------------------------------------ printing


def _finish(outcome: Outcome, call: _Call, code: int) -> int:
    """Print the outcome; 0 if it is ok, else `code`."""
    if call.as_json:
        _write(outcome.json() if outcome.answer is not None else [encode_error(call.name, outcome.error)])
        _write([b"\n"])
    elif outcome.answer is not None:
        _print(outcome.text())
    else:
        line = error_line(outcome.command or "decent-tui", outcome.error)
        sys.stderr.write(line.encode(sys.stderr.encoding, "replace").decode(sys.stderr.encoding) + "\n")
    return 0 if outcome.ok else code


def _print(text: Sequence[str] | Iterator[str]) -> None:
    _write(line.encode() + b"\n" for line in text)


def _write(pieces: Sequence[bytes] | Iterator[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
