"""A scenario: a story told with real nodes, as a TOML file.

    title = "First conflict"
    about = "Two people write at once, and neither is lost."
    nodes = ["anna", "ben"]

    [[step]]
    caption = "Anna writes."
    node = "anna"
    do = 'put colour "red"'

    [[step]]
    expect = { key = "colour", values = ["red"] }

A step may say something (`caption`), wait (`after` seconds, for whoever watches; a check does not wait), stop
or start a node, save the file of a stopped node or put it back (`save`, `restore`), have a node do something
(`node` and `do`, a line of the command language; `refused` if it must be), and expect something to be so
within some seconds. It does so in this order: say, stop, save, restore, start, do, expect.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import msgspec

from decent_tui.commands.command import Exit, Request, Watch
from decent_tui.commands.new_file import reason
from decent_tui.commands.parse import first_word, parse
from decent_tui.core.errors import Refused
from decent_tui.core.operations import Cut, Duplicate, Forget, GetPeer, Heal, Lag, Lose, Reorder
from decent_tui.lab.scenario_lines import Lines, plain

WITHIN: Final = 20.0
"""Seconds in which an expectation must come true unless the scenario says otherwise."""

_Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,15}$")]


class ScenarioError(ValueError):
    """A file that holds no scenario: one plain sentence that names the line."""


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must come to be so within some seconds.

    `level`: every running node has what every other has, and all are linked. `key` and `values`: each node
    (or only `node`) holds just these values for the key, in any order; none if it is deleted or was never
    there. `tombstones`: so many deleted keys are still remembered anywhere. `id` says of a `node` that it
    has the id it started the scenario with ("same") or another ("new").
    """

    level: bool = False
    node: str = ""
    key: str = ""
    values: list[Any] | None = None
    tombstones: int | None = None
    id: str = ""
    within: Annotated[float, msgspec.Meta(gt=0, le=600)] = WITHIN


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step as it is written; see the module."""

    after: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0.0
    caption: str = ""
    node: str = ""
    do: str = ""
    refused: bool = False
    stop: str = ""
    start: str = ""
    save: str = ""
    restore: str = ""
    expect: Expect | None = None


class Step(_Written, frozen=True):
    """One step, and the lines of the file on which it begins, on which its `do` and its `expect` stand."""

    line: int = 0
    do_line: int = 0
    expect_line: int = 0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    nodes: Annotated[list[_Name], msgspec.Meta(min_length=1, max_length=9)]
    step: Annotated[list[_Written], msgspec.Meta(min_length=1)]
    about: str = ""


class Scenario(msgspec.Struct, frozen=True):
    """A whole scenario. `step` is in the order of the file."""

    title: str
    nodes: list[str]
    step: list[Step]
    about: str = ""


class _Problem(NamedTuple):
    """What is wrong: in which field of a step, in one sentence, and at which word of it, if at one."""

    field: str
    sentence: str
    word: str = ""


def read(path: Path) -> Scenario:
    """Read a scenario; ScenarioError for whatever is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {reason(error)}") from None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{path}, line {line}: this is no text in UTF-8") from None
    return scenario(text.replace("\r\n", "\n"), str(path))


def scenario(text: str, name: str = "the scenario") -> Scenario:
    """The scenario in a text."""
    lines = Lines(text)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}, {lines.plain_toml(str(error))}") from None
    except RecursionError:
        raise ScenarioError(f"{name}, line {lines.of_depth()}: it is nested too deeply") from None
    try:
        found = msgspec.convert(content, _File)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{name}, line {lines.of_error(str(error))}: {plain(str(error))}") from None
    if len(set(found.nodes)) < len(found.nodes):
        raise ScenarioError(f"{name}, line {lines.of('nodes')}: two nodes have one name")
    if len(lines.steps) != len(found.step):
        raise ScenarioError(f"{name}, line {lines.of('step')}: each step is written as [[step]], on a line")
    steps = [_placed(step, lines, at) for step, at in zip(found.step, lines.steps, strict=True)]
    for step, problem in _wrong(steps, found.nodes):
        line = lines.of_word(problem.word, problem.field, step.line)
        raise ScenarioError(f"{name}, line {line}: {problem.sentence}")
    return Scenario(found.title, found.nodes, steps, found.about)


def _placed(step: _Written, lines: Lines, at: int) -> Step:
    do = lines.of_word(first_word(step.do), "do", at)
    return Step(**msgspec.structs.asdict(step), line=at, do_line=do, expect_line=lines.of("expect", at))


def _wrong(steps: list[Step], nodes: list[str]) -> Iterator[tuple[Step, _Problem]]:
    """What is wrong with the steps, one by one and in their order."""
    off: set[str] = set()
    saved: set[str] = set()
    for step in steps:
        for problem in (*_problems(step, nodes), *_out_of_order(step, off, saved)):
            yield step, problem


def _out_of_order(step: Step, off: set[str], saved: set[str]) -> Iterator[_Problem]:
    """What cannot be done at this point, with these nodes switched `off` and the files of these `saved`; both
    are brought up to date."""
    off |= {step.stop} - {""}
    for field, name in (("save", step.save), ("restore", step.restore)):
        if name and name not in off:
            yield _Problem(field, f"{name} runs: its file is saved and put back while it is switched off")
    saved |= {step.save} - {""}
    if step.restore and step.restore not in saved:
        yield _Problem("restore", f"no file of {step.restore} was saved")
    off -= {step.start}
    if step.node and step.node in off:
        yield _Problem("node", f"{step.node} is switched off here")


def _problems(step: Step, nodes: list[str]) -> list[_Problem]:
    """What is wrong with a step by itself."""
    found: list[_Problem] = []
    for field in ("node", "stop", "start", "save", "restore"):
        name = getattr(step, field)
        if name and name not in nodes:
            found.append(_Problem(field, f"there is no node {name!r}; there are {', '.join(nodes)}"))
    if bool(step.node) != bool(step.do):
        found.append(_Problem("node" if step.node else "do", "node and do go together"))
    if step.do:
        found += _refusal(step, nodes)
    if step.refused and not step.do:
        found.append(_Problem("refused", "there is nothing to refuse without do"))
    if step.expect is not None:
        found += [_Problem("expect", why) for why in _wrong_expectations(step.expect, nodes)]
    elif step == Step(line=step.line, do_line=step.do_line, expect_line=step.expect_line):
        found.append(_Problem("step", "this step does nothing"))
    return found


def _refusal(step: Step, nodes: list[str]) -> Iterator[_Problem]:
    """Why what a node is to do has no place in a scenario, if it has not."""
    try:
        request = parse(step.do).request
    except Refused as refusal:
        yield _Problem("do", str(refusal), first_word(step.do))
        return
    if isinstance(request, Exit | Watch):
        why = "exit and watch are for a person at a node; a scenario has stop and expect"
        yield _Problem("do", why, first_word(step.do))
    peer = _peer(request)
    others = [name for name in nodes if name != step.node]
    met = ":" in peer or peer in others or (peer == "all" and isinstance(request, Cut | Heal))
    if peer and not met and not step.refused:
        yield _Problem(
            "do", f"there is no peer {peer!r}; {step.node}'s are {', '.join(others) or 'none'}", peer
        )


def _peer(request: Request) -> str:
    """The peer that a command is about; empty if it is about none."""
    match request:
        case Cut() | Heal() | Lag() | Lose() | Duplicate() | Reorder() | GetPeer() | Forget():
            return request.peer
        case _:
            return ""


def _wrong_expectations(expect: Expect, nodes: list[str]) -> list[str]:
    found: list[str] = []
    if expect.node and expect.node not in nodes:
        found.append(f"there is no node {expect.node!r}; there are {', '.join(nodes)}")
    if bool(expect.key) != (expect.values is not None):
        found.append("key and values go together")
    if expect.id and (expect.id not in ("same", "new") or not expect.node):
        found.append('id is "same" or "new", of a node')
    if not (expect.level or expect.key or expect.id or expect.tombstones is not None):
        found.append("nothing is expected")
    return found
