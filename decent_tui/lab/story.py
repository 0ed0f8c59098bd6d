"""A history as a file: its world, its course of events, and what it must come to.

A failure that was found is written down so, as small as it could be made, and the tests play it for ever
(`tests/regressions`).
"""

from pathlib import Path
from typing import Final

import msgspec

from decent_tui.lab.simulation import Outcome, play
from decent_tui.lab.world import Step, World, draw_steps, draw_world

FORMAT: Final = 1
"""What this program writes; another number is refused."""


class Story(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A history and, in words, what went wrong in it when it was found."""

    world: World
    course: list[Step]
    found: str = ""
    format: int = FORMAT

    def play(self) -> Outcome:
        """Play it."""
        return play(self.world, self.course)


def of_seed(seed: int, nodes: int | None = None, steps: int | None = None) -> Story:
    """The story of a seed."""
    world = draw_world(seed, nodes)
    return Story(world, draw_steps(world, steps))


def save(story: Story, path: Path) -> None:
    """Write a story down; OSError if that cannot be done."""
    path.write_text(written(story), encoding="utf-8")


def written(story: Story) -> str:
    """A story as its file holds it, one deed a line."""
    world = msgspec.json.encode(story.world).decode()
    deeds = ",\n    ".join(msgspec.json.encode(step).decode() for step in story.course)
    found = msgspec.json.encode(story.found).decode()
    parts = (
        f'"format": {story.format}',
        f'"found": {found}',
        f'"world": {world}',
        f'"course": [\n    {deeds}\n  ]',
    )
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


def load(path: Path) -> Story:
    """Read a story; ValueError, in one sentence, if the file holds none."""
    try:
        story = msgspec.json.decode(path.read_bytes(), type=Story)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path} holds no story: {error}") from None
    if story.format != FORMAT:
        raise ValueError(f"{path} is of format {story.format}; this program reads {FORMAT}")
    return story
