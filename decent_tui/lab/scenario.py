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
from typing import Annotated, Any, Final

import msgspec

from decent_tui.commands.command import Exit, Watch
from decent_tui.commands.parse import parse
from decent_tui.core.errors import Refused
from decent_tui.lab.scenario_lines import headers, line_of, near, plain, plain_toml

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


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step; see the module. `line` is where it stands in the file."""

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
    line: int = 0


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole scenario. `step` is in the order of the file."""

    title: str
    nodes: Annotated[list[_Name], msgspec.Meta(min_length=1, max_length=9)]
    step: Annotated[list[Step], msgspec.Meta(min_length=1)]
    about: str = ""


def read(path: Path) -> Scenario:
    """Read a scenario; ScenarioError for whatever is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from None
    return scenario(text, str(path))


def scenario(text: str, name: str = "the scenario") -> Scenario:
    """The scenario in a text."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}, {plain_toml(str(error))}") from None
    lines = text.splitlines()
    begun = headers(lines)
    try:
        found = msgspec.convert(content, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(
            f"{name}, line {line_of(str(error), lines, begun)}: {plain(str(error))}"
        ) from None
    if len(set(found.nodes)) < len(found.nodes):
        raise ScenarioError(f"{name}, line {near('nodes', lines, 0)}: two nodes have one name")
    if len(begun) != len(found.step):
        raise ScenarioError(
            f"{name}, line {near('step', lines, 0)}: each step is written as [[step]], on a line"
        )
    steps = [msgspec.structs.replace(step, line=at) for step, at in zip(found.step, begun, strict=True)]
    for step, (field, sentence) in _wrong(steps, found.nodes):
        raise ScenarioError(f"{name}, line {near(field, lines, step.line)}: {sentence}")
    return msgspec.structs.replace(found, step=steps)


def _wrong(steps: list[Step], nodes: list[str]) -> Iterator[tuple[Step, tuple[str, str]]]:
    """What is wrong with the steps, one by one and in their order: the field, and a sentence."""
    off: set[str] = set()
    saved: set[str] = set()
    for step in steps:
        for problem in (*_problems(step, nodes), *_out_of_order(step, off, saved)):
            yield step, problem


def _out_of_order(step: Step, off: set[str], saved: set[str]) -> Iterator[tuple[str, str]]:
    """What cannot be done at this point, with these nodes switched `off` and the files of these `saved`; both
    are brought up to date."""
    off |= {step.stop} - {""}
    for field, name in (("save", step.save), ("restore", step.restore)):
        if name and name not in off:
            yield field, f"{name} runs: its file is saved and put back while it is switched off"
    saved |= {step.save} - {""}
    if step.restore and step.restore not in saved:
        yield "restore", f"no file of {step.restore} was saved"
    off -= {step.start}
    if step.node and step.node in off:
        yield "node", f"{step.node} is switched off here"


def _problems(step: Step, nodes: list[str]) -> list[tuple[str, str]]:
    """What is wrong with a step: the field, and a sentence."""
    found: list[tuple[str, str]] = []
    for field in ("node", "stop", "start", "save", "restore"):
        name = getattr(step, field)
        if name and name not in nodes:
            found.append((field, f"there is no node {name!r}; there are {', '.join(nodes)}"))
    if bool(step.node) != bool(step.do):
        found.append(("node" if step.node else "do", "node and do go together"))
    if step.do:
        found += [("do", why) for why in _refusal(step.do)]
    if step.refused and not step.do:
        found.append(("refused", "there is nothing to refuse without do"))
    if step.expect is not None:
        found += _wrong_expectations(step.expect, nodes)
    elif step == Step(line=step.line):
        found.append(("step", "this step does nothing"))
    return found


def _refusal(line: str) -> Iterator[str]:
    """Why a line of the command language has no place in a scenario, if it has not."""
    try:
        request = parse(line).request
    except Refused as refusal:
        yield str(refusal)
        return
    if isinstance(request, Exit | Watch):
        yield "exit and watch are for a person at a node; a scenario has stop and expect"


def _wrong_expectations(expect: Expect, nodes: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if expect.node and expect.node not in nodes:
        found.append(("expect", f"there is no node {expect.node!r}; there are {', '.join(nodes)}"))
    if bool(expect.key) != (expect.values is not None):
        found.append(("expect", "key and values go together"))
    if expect.id and (expect.id not in ("same", "new") or not expect.node):
        found.append(("expect", 'id is "same" or "new", of a node'))
    if not (expect.level or expect.key or expect.id or expect.tombstones is not None):
        found.append(("expect", "nothing is expected"))
    return found
