"""How fast the dashboard is, measured from outside: `python -m tests.benchmarks.dashboard [PART …]`.

The real program runs in a real terminal on a file with a million keys (made at the first run, some minutes).
A key press counts as painted when the bytes that show its effect come out of the terminal. A *stall* is how
long the node's event loop was busy: the longest answer to a PING while something went on, one every 5 ms.

Parts: `keys` (a million of them), `load` (5,000 versions a second arrive), `unread` (nobody reads the
terminal), `idle` (four live peers). Each figure stands beside what was promised; the exit code is 1 if one of
them was missed.
"""

import argparse
import contextlib
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .big_file import build, key_of
from .meter import DEADLINE, SIZE, Limits, Pulse, Quick, dashboard, free_port, headless, of_process, say

PARTS = ("keys", "load", "unread", "idle")
STALL = 50.0
"""Milliseconds for which the list may not answer, whatever is asked of it."""

limits = Limits()


def body(terminal: Quick, most: float) -> None:
    """What the process takes to run."""
    node = of_process(terminal.pid)
    limits.check("memory of the process", node["rss"], most, "MiB", f"peak {node['peak']:.0f} MiB")
    limits.check("threads", node["threads"], 4, "")


# ------------------------------------------------------------------ a million keys


def opening(path: Path, starts: int) -> None:
    """From the first frame to the list, again and again."""
    frames, lists = [], []
    for _ in range(starts):
        begun = time.perf_counter()
        with dashboard(free_port(), "--data", str(path)) as terminal:
            terminal.painted("", rb"opening 127", since=0)
            first = terminal.came
            terminal.painted("", key_of(10).encode(), since=0)
            frames.append((first - begun) * 1000)
            lists.append((terminal.came - first) * 1000)
            terminal.quiet()
    say("first frame after exec, median", f"{statistics.median(frames):.0f} ms", f"max {max(frames):.0f} ms")
    worst = f"max {max(lists):.0f} ms"
    limits.check(
        f"the list after the first frame, {starts} starts", statistics.median(lists), 100, "ms", worst
    )


def keys(path: Path, count: int) -> None:
    """Moving, jumping and filtering."""
    port = free_port()
    with dashboard(port, "--data", str(path)) as terminal:
        terminal.painted("", key_of(10).encode(), since=0)
        terminal.quiet()
        pulse = Pulse(port)
        pulse.start()

        def stall(what: str) -> None:
            limits.check(f"{what}: stall", pulse.worst(), STALL)

        times = []
        for at in range(1, 301):
            times.append(terminal.painted("j" if at % 2 else "\x1b[B", key_of(at).encode()))
            terminal.drain(0.03)
        limits.times("key down", times, 10, 50)
        stall("key down")
        say("300 lines down at once", f"{terminal.painted('j' * 300, key_of(600).encode()):.0f} ms")
        stall("300 lines down at once")
        terminal.quiet()
        times = []
        for _ in range(40):
            start = len(terminal.raw)
            times.append(terminal.painted("\x06", rb"user:"))
            terminal.quiet(0.1)
            assert len(terminal.raw) - start > 500
        limits.times("page down", times, 10, 50)
        stall("page down")
        limits.check("jump to the end (G)", terminal.painted("G", key_of(count - 1).encode()), STALL)
        terminal.quiet()
        limits.check("jump to the start (g)", terminal.painted("g", key_of(0).encode()), STALL)
        stall("jumps")
        terminal.quiet()
        middle = key_of(count // 2 + 123)
        typing(terminal, pulse, "prefix", middle, middle.encode())
        typing(terminal, pulse, "inverse, nearly all fit", "!user:000000", rb"/ !user:000000")
        typing(terminal, pulse, "inverse, nothing fits", "!user:", rb"every key starts")
        limits.check("conflicts only", terminal.painted("c", key_of(1750).encode()), STALL)
        terminal.quiet()
        stall("conflicts only")
        typing(terminal, pulse, "inverse in conflicts", "!user:00007", rb"/ !user:00007")
        terminal.type("c")
        terminal.quiet()
        body(terminal, 150)
        pulse.ended = True


def typing(terminal: Quick, pulse: Pulse, what: str, text: str, expected: bytes) -> None:
    """Type a filter letter by letter, wait for its rows, take it away."""
    terminal.type("g")
    terminal.quiet()
    pulse.worst()
    terminal.type("/")
    terminal.quiet(0.1)
    times = []
    for letter in text[:-1]:
        times.append(terminal.painted(letter, re.escape(letter.encode())))
        terminal.drain(0.05)
    begun = time.perf_counter()
    rows = f"rows {terminal.painted(text[-1], expected):.0f} ms"
    terminal.quiet(0.2)
    limits.check(f"filter {what}: a letter is painted, max", max(times), STALL, "ms", rows)
    if time.perf_counter() - begun > DEADLINE:
        raise SystemExit("the filter never ended")
    terminal.type("\x1b")
    terminal.quiet()
    limits.check(f"filter {what}: stall", pulse.worst(), STALL)


# ------------------------------------------------------------------ under load


@contextlib.contextmanager
def flooded(rate: int) -> Iterator[tuple[Quick, Pulse, Callable[[], None]]]:
    """A dashboard that takes in so many versions a second, and what ends them."""
    one, two = free_port(), free_port()
    with dashboard(one, "--memory") as terminal, headless(two, one) as writer:
        terminal.painted("", rb"no keys yet", since=0)
        ended = threading.Event()
        flood = threading.Thread(target=write, args=(writer, rate, ended), daemon=True)
        flood.start()
        terminal.painted("", rb"key:", since=0)
        terminal.drain(3)
        pulse = Pulse(one)
        pulse.start()
        pulse.worst()
        try:
            yield terminal, pulse, ended.set
        finally:
            ended.set()
            flood.join()
            pulse.ended = True


def load(rate: int, presses: int) -> None:
    """Keys pressed while versions arrive."""
    with flooded(rate) as (terminal, pulse, _):
        before, begun, start = of_process(terminal.pid)["cpu"], time.perf_counter(), len(terminal.raw)
        times = []
        for at in range(presses):
            times.append(cursor_moved(terminal, "k" if at % 20 >= 10 else "j"))
            terminal.drain(0.05)
        took = time.perf_counter() - begun
        cpu = (of_process(terminal.pid)["cpu"] - before) / took
        applied = re.findall(rb"([\d,]+)(?:\x1b\[[\d;]*m)* ?w/s", terminal.raw[start:])
        rates = [int(number.replace(b",", b"")) for number in applied]
        # what a clock of seconds cuts off counts as kept up with
        limits.check("applied a second, median", statistics.median(rates), 0.98 * rate, "", least=True)
        limits.times("key down under load", times, STALL, STALL)
        say("  stall", f"{pulse.worst():.0f} ms", f"CPU {cpu:.0%}")
        terminal.type("\t\t\t")
        terminal.drain(0.3)
        times = []
        for _ in range(presses // 2):
            times.append(cursor_moved(terminal, "k"))
            terminal.drain(0.05)
        limits.times("moving in the frozen messages", times, STALL, STALL)
        say("  stall", f"{pulse.worst():.0f} ms")
        said = re.findall(rb"[\d,]+ (?:new|older gone|too fast to show)", terminal.raw[start:])
        say("the messages say of themselves", *sorted({one.decode().partition(" ")[2] for one in said}))
        body(terminal, 150)


CURSOR = rb"48;2;34;42;69m"
"""The ground of the cursor's line in the dark theme."""


def cursor_moved(terminal: Quick, key: str) -> float:
    """A key that moves the cursor's line by one; painted when a line with the cursor's ground comes."""
    return terminal.painted(key, CURSOR)


def write(writer: "subprocess.Popen[bytes]", rate: int, ended: threading.Event) -> None:
    """Put `rate` keys a second, among 20,000."""
    assert writer.stdin is not None
    step, at, begun = 0.02, 0, time.perf_counter()
    with contextlib.suppress(OSError):
        while not ended.is_set():
            due = int((time.perf_counter() - begun) * rate)
            if due > at:
                lines = [f'put key:{n % 20000:05d} {{"n":{n},"what":"load"}}\n' for n in range(at, due)]
                writer.stdin.write("".join(lines).encode())
                writer.stdin.flush()
                at = due
            time.sleep(step)


# ------------------------------------------------------------------ nobody reads


def unread(seconds: float, rate: int) -> None:
    """The terminal is not read while versions arrive; then it is read again."""
    with flooded(rate) as (terminal, pulse, stop):
        before, begun = applied(pulse.port), time.perf_counter()
        pulse.worst()
        time.sleep(seconds)  # whoever measures does not read either
        what = f"nobody reads for {seconds:.0f} s"
        limits.check(f"{what}: longest gap", pulse.worst(), 100)
        rated = (applied(pulse.port) - before) / (time.perf_counter() - begun)
        limits.check(f"{what}: applied a second", rated, 0.9 * rate, "", least=True)
        stop()
        since = len(terminal.raw)
        terminal.quiet(1.5)
        terminal.resize(SIZE[0] - 1, SIZE[1])
        terminal.drain(1)
        again = len(terminal.raw)
        terminal.resize(*SIZE)
        terminal.drain(2)
        right = terminal.shows(since) == terminal.shows(again)
        limits.check(f"{what}: the screen afterwards is right", float(right), 1, "", least=True)


def applied(port: int) -> int:
    """Versions that the node at this port took in so far."""
    ask = [sys.executable, "-m", "decent_tui", "status", "--json", "--node", f"127.0.0.1:{port}"]
    answer = json.loads(subprocess.run(ask, capture_output=True, check=True).stdout)
    return int(answer["applied"])


# ------------------------------------------------------------------ idle


def idle(peers: int, seconds: float) -> None:
    """Nothing happens: soon after a write, whose age is told by the second, and a minute later."""
    port = free_port()
    with dashboard(port, "--memory") as terminal, contextlib.ExitStack() as stack:
        terminal.painted("", rb"no keys yet", since=0)
        for _ in range(peers):
            stack.enter_context(headless(free_port(), port))
        terminal.painted(":put a 1\r", f"{peers} of {peers}".encode())
        terminal.drain(5)
        for when in ("just after a write", "a minute later"):
            before, begun, written = of_process(terminal.pid)["cpu"], time.perf_counter(), len(terminal.raw)
            terminal.drain(seconds)
            took = time.perf_counter() - begun
            share = (of_process(terminal.pid)["cpu"] - before) / took * 100
            paints = f"{(len(terminal.raw) - written) / took:.0f} bytes/s"
            limits.check(f"idle with {peers} live peers, {when}", share, 1, "%", paints)
            terminal.drain(max(0.0, 62 - seconds))  # the age changes once a minute from then on
        body(terminal, 150)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all of them: {', '.join(PARTS)}")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=5_000, help="versions a second")
    parser.add_argument("--presses", type=int, default=200, help="keys pressed under load")
    parser.add_argument("--starts", type=int, default=5, help="starts on the million keys")
    parser.add_argument("--seconds", type=float, default=30, help="of idleness")
    parser.add_argument("--file", type=Path, help="the file with the keys (kept for the next run)")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    options.parts = options.parts or list(PARTS)
    path = options.file or Path(tempfile.gettempdir()) / f"decent-tui-{options.keys}.db"
    if "keys" in options.parts:
        if not path.exists():
            say(f"building {path} …")
            build(path, options.keys)
        opening(path, options.starts)
        keys(path, options.keys)
    if "load" in options.parts:
        load(options.rate, options.presses)
    if "unread" in options.parts:
        unread(10.0, options.rate // 2)
    if "idle" in options.parts:
        idle(4, options.seconds)
    if limits.missed:
        sys.exit(f"missed: {'; '.join(limits.missed)}")


if __name__ == "__main__":
    main()
