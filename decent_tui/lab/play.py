"""`decent-tui play FILE`: scenarios on a screen, or (`--check`) without one and as fast as they go."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from decent_tui.commands.arguments import Parser, fail
from decent_tui.core.text import printable
from decent_tui.lab.cluster import Cluster
from decent_tui.lab.player import Failed, play
from decent_tui.lab.scenario import Scenario, ScenarioError, read
from decent_tui.lab.virtual import VirtualStage
from decent_tui.net.settings import StartError

SHIPPED = Path(__file__).parent / "scenarios"
"""The scenarios that come with the program."""


def parser() -> Parser:
    """The arguments of `decent-tui play`."""
    names = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.toml")))
    made = Parser(
        prog="decent-tui play",
        description="Plays a scenario: a story told with real nodes.",
        epilog=f"Scenarios that come with the program, by name: {names}.",
        allow_abbrev=False,
    )
    made.add_argument("file", metavar="FILE", type=_file, help="a TOML file, or a shipped one by name")
    made.add_argument("--check", action="store_true", help="no screen, as fast as it goes; exit code 0 or 1")
    made.add_argument("--virtual", action="store_true", help="in the simulator, on virtual time")
    made.add_argument("--speed", type=speed, default=1.0, help="on the screen: how many times as fast")
    return made


def _file(text: str) -> Path:
    shipped = SHIPPED / f"{text}.toml"
    return shipped if shipped.is_file() and not Path(text).exists() else Path(text)


def speed(text: str) -> float:
    """A number of times as fast, checked."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"a number from 0.1 to 1000, not {text!r}")
    return value


def _nowhere(scenario: Scenario, speed: float) -> int:
    return fail("there is no screen here; --check goes without one", 2)


def main(arguments: Sequence[str], show: Callable[[Scenario, float], int] = _nowhere) -> int:
    """Run `decent-tui play`, on a screen by `show` (it gets a scenario and a speed); the exit code."""
    options = parser().parse_args(arguments)
    try:
        scenario = read(options.file)
    except ScenarioError as error:
        return fail(str(error), 2)
    if not options.check and not options.virtual:
        return show(scenario, options.speed)
    try:
        asyncio.run(_check(scenario, options))
    except (Failed, StartError) as error:
        return fail(f"{scenario.title}: {error}", 1)
    sys.stdout.write(f"{printable(scenario.title)}: all {len(scenario.step)} steps went as they should\n")
    return 0


async def _check(scenario: Scenario, options: argparse.Namespace) -> None:
    if options.virtual:
        await play(scenario, VirtualStage(scenario.nodes))
        return
    async with Cluster(scenario.nodes) as cluster:
        await play(scenario, cluster)
