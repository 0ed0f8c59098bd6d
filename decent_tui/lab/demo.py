"""`decent-tui demo`: the guided story, for as many nodes as wished."""

import argparse
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from decent_tui.commands.arguments import Parser
from decent_tui.lab.play import SHIPPED, speed
from decent_tui.lab.scenario import Expect, Scenario, Step, read

NAMES: Final = ("anna", "ben", "cleo", "dora", "emil", "fay", "gus", "hana", "ivo")
"""What the nodes are called."""

FEWEST: Final = 2
MOST: Final = len(NAMES)
"""How many nodes there can be: alone there is nothing to see, and a picture has room for so many."""

Show = Callable[[Scenario, float], int]
"""Shows a scenario at a speed; the exit code."""


def demo(nodes: int = 3) -> Scenario:
    """The story, written for three, with as many nodes as wished.

    More are on the island of ben and cleo. With two there is no cleo, and ben does what she does.
    """
    told = read(SHIPPED / "demo.toml")
    steps = told.step
    if nodes == FEWEST:
        steps = [_without_cleo(step) for step in steps if not _ben_alone(step)]
    return msgspec.structs.replace(told, nodes=list(NAMES[:nodes]), step=steps)


def _ben_alone(step: Step) -> bool:
    """Whether ben is looked at while cleo is away: of two, he is the one who is away then."""
    return step.expect is not None and step.expect.node == "ben" and not step.expect.values


def _without_cleo(step: Step) -> Step:
    """Ben plays cleo."""

    def ben(name: str) -> str:
        return "ben" if name == "cleo" else name

    caption = step.caption.replace("Cleo", "Ben")
    expect: Expect | None = step.expect
    if expect is not None:
        expect = msgspec.structs.replace(expect, node=ben(expect.node))
    return msgspec.structs.replace(
        step, caption=caption, node=ben(step.node), stop=ben(step.stop), start=ben(step.start), expect=expect
    )


def parser() -> Parser:
    """The arguments of `decent-tui demo`."""
    made = Parser(
        prog="decent-tui demo",
        description="A guided story of a minute: real nodes in one terminal, a network that breaks, and why "
        "there are two values.",
        allow_abbrev=False,
    )
    made.add_argument("--nodes", type=_nodes, default=3, help=f"how many, {FEWEST} to {MOST} (default 3)")
    made.add_argument("--speed", type=speed, default=1.0, help="how many times as fast (default 1)")
    return made


def _nodes(text: str) -> int:
    if not text.isdecimal() or not FEWEST <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"a number from {FEWEST} to {MOST}, not {text!r}")
    return int(text)


def main(arguments: Sequence[str], show: Show) -> int:
    """Run `decent-tui demo`; the exit code."""
    options = parser().parse_args(arguments)
    return show(demo(options.nodes), options.speed)
