"""What happens to the nodes of the soak."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.soak.writer import Writer
from tests.system.harness import eventually, run


class Troubles:
    """Strikes at random; what it did ends by itself after some seconds."""

    def __init__(self, writers: list[Writer], home: Path, chance: Random) -> None:
        self.tally: Counter[str] = Counter()
        self._writers, self._home, self._chance = writers, home, chance
        self._ends: list[tuple[float, Callable[[], None]]] = []

    def look(self) -> None:
        """End what has lasted long enough."""
        now = time.monotonic()
        due = [end for at, end in self._ends if at <= now]
        self._ends = [(at, end) for at, end in self._ends if at > now]
        for end in due:
            end()

    def end_all(self) -> None:
        """All is well from now on."""
        for _, end in self._ends:
            end()
        self._ends.clear()
        for writer in self._writers:
            writer.send("heal", "heal all")

    def strike(self) -> None:
        """Something bad happens to some node that is up."""
        up = [writer for writer in self._writers if writer.ready]
        if len(up) < len(self._writers) - 1:
            return  # two in trouble at a time are enough
        one = self._chance.choice(up)
        other = self._chance.choice([writer for writer in self._writers if writer is not one])
        deed = self._chance.choices([self._kill, self._stop, self._freeze, self._restore], [4, 2, 2, 1])[0]
        if self._chance.random() < 0.5:
            self._dial(one, other)
        else:
            deed(one)

    def _later(self, seconds: float, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    def _kill(self, writer: Writer) -> None:
        writer.node.kill9()
        writer.ended()
        self.tally["kill -9"] += 1
        self._later(self._chance.uniform(0, 10), lambda: self._up(writer))

    def _stop(self, writer: Writer) -> None:
        assert writer.node.terminate(within=30) == 0
        writer.ended()
        self.tally["stopped"] += 1
        self._later(self._chance.uniform(0, 10), lambda: self._up(writer))

    def _up(self, writer: Writer) -> None:
        writer.node.restart()

    def _freeze(self, writer: Writer) -> None:
        writer.node.signal(signal.SIGSTOP)
        writer.frozen = True
        self.tally["frozen"] += 1

        def go_on() -> None:
            writer.frozen = False
            writer.node.signal(signal.SIGCONT)

        self._later(self._chance.uniform(1, 20), go_on)

    def _restore(self, writer: Writer) -> None:
        """A backup is made, the node writes on, and later the backup takes the place of its data."""
        backup = self._home / f"backup-{self.tally['restored']}.db"
        writer.send("backup", f"backup {backup}")
        self.tally["restored"] += 1

        def put_back() -> None:
            eventually(backup.exists, within=30)
            if not writer.ready:
                return
            writer.node.kill9()
            writer.ended()
            writer.acknowledged = 0  # what only this disk held is gone with it
            data = str(writer.node.data)
            done = run(self._home, "restore", str(backup), "--data", data, "--replace")
            assert done.returncode == 0, done.stderr
            writer.node.restart()

        self._later(self._chance.uniform(3, 15), put_back)

    def _dial(self, one: Writer, other: Writer) -> None:
        peer, seconds = other.node.address, round(self._chance.uniform(2, 15))
        line = self._chance.choice(
            [
                f"cut {peer}",
                f"cut {peer} --in",
                f"lag {peer} 200 100",
                f"lose {peer} 20",
                f"duplicate {peer} 30",
            ]
        )
        one.send("dial", f"{line} --for {seconds}")
        self.tally[line.split()[0]] += 1
