"""A node of the soak, and who writes to it: what was sent, what was acknowledged."""

import contextlib
from collections import Counter, deque
from random import Random

from tests.system.harness import Json, Node, put

KEYS = 2_000
"""Keys that everybody writes to."""


class Writer:
    """One node, up or down, with the commands that wait for their answers.

    Beside the common keys each writer counts in a key of its own: at the end it must hold at least the last
    number that was acknowledged, whatever happened meanwhile.
    """

    def __init__(self, node: Node, name: str, chance: Random) -> None:
        self.node = node
        self.own = f"own:{name}"
        self.count = 0
        self.acknowledged = 0
        """The newest number of the own key that was answered with ok."""
        self.frozen = False
        self.tally: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.memory: list[int] = []
        """MiB, as they were measured."""
        self._chance = chance
        self._waiting: deque[tuple[str, int]] = deque()

    @property
    def ready(self) -> bool:
        """Whether it takes commands."""
        return self.node.running() and not self.frozen

    def write(self, number: int) -> None:
        """One command: mostly a put to a common key, sometimes a delete, sometimes the own count."""
        draw = self._chance.random()
        if draw < 0.05:
            self.count += 1
            self.send("own", put(self.own, self.count), self.count)
        elif draw < 0.20:
            self.send("delete", f"delete k{self._chance.randrange(KEYS)}")
        else:
            value = {"by": self.own, "n": number, "text": "x" * self._chance.randrange(200)}
            self.send("put", put(f"k{self._chance.randrange(KEYS)}", value))

    def send(self, kind: str, line: str, number: int = 0) -> None:
        """Send a command; its answer is counted when it comes."""
        with contextlib.suppress(AssertionError):  # it has just ended
            self.node.send(line)
            self._waiting.append((kind, number))
            self.tally[f"{kind} sent"] += 1

    def listen(self) -> None:
        """Take in the answers that are there."""
        for answer in self.node.answered():
            if self._waiting:
                self._take(*self._waiting.popleft(), answer)

    def _take(self, kind: str, number: int, answer: Json) -> None:
        if answer["ok"]:
            self.tally[f"{kind} ok"] += 1
            if kind == "own":
                self.acknowledged = number
        elif "no value" not in answer["error"]:
            self.refusals[answer["error"][:120]] += 1

    def is_answered(self) -> bool:
        """Whether nothing waits for an answer any more."""
        self.listen()
        return not self._waiting

    def ended(self) -> None:
        """Its process is gone: what was answered before counts, the rest was never promised."""
        self.listen()
        self._waiting.clear()

    def measure(self) -> None:
        """Note how much memory its process takes."""
        self.memory.append(round(self.node.memory()))
