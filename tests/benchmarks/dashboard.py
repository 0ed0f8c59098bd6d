"""How fast the dashboard is, measured from outside: `python -m tests.benchmarks.dashboard [PART …]`.

The real program runs in a real terminal on a file with a million keys (made at the first run, some minutes).
A key press counts as painted when the bytes that show its effect come out of the terminal. A *stall* is how
long the node's event loop was busy: the longest answer to a PING while something went on, one every 5 ms.

Parts: `keys` (a million of them), `load` (5,000 versions a second arrive), `idle` (four live peers).
"""

import argparse
import contextlib
import re
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from .big_file import build, key_of
from .meter import DEADLINE, Pulse, Quick, dashboard, free_port, headless, of_process, say, spread

PARTS = ("keys", "load", "idle")


# ------------------------------------------------------------------ a million keys


def keys(path: Path, count: int) -> None:
    port = free_port()
    with dashboard(port, "--data", str(path)) as terminal:
        begun = time.perf_counter()
        terminal.painted("", rb"opening 127", since=0)
        first = time.perf_counter()
        terminal.painted("", key_of(10).encode(), since=0)
        listed = time.perf_counter()
        say("first frame", f"{(first - begun) * 1000:.0f} ms after exec")
        say("the list, after the first frame", f"{(listed - first) * 1000:.0f} ms")
        terminal.quiet()
        pulse = Pulse(port)
        pulse.start()
        times = []
        for at in range(1, 301):
            times.append(terminal.painted("j" if at % 2 else "\x1b[B", key_of(at).encode()))
            terminal.drain(0.03)
        say("key down, one by one", *spread(times))
        say("  stall", f"{pulse.worst():.1f} ms")
        time_ = terminal.painted("j" * 300, key_of(600).encode())
        say("300 lines down at once", f"{time_:.0f} ms")
        say("  stall", f"{pulse.worst():.1f} ms")
        terminal.quiet()
        times = []
        page = 600
        for _ in range(40):
            start = len(terminal.raw)
            times.append(terminal.painted("\x06", rb"user:"))
            terminal.quiet(0.1)
            assert len(terminal.raw) - start > 500
            page += 1
        say("page down", *spread(times))
        say("  stall", f"{pulse.worst():.1f} ms")
        say("jump to the end (G)", f"{terminal.painted('G', key_of(count - 1).encode()):.1f} ms")
        terminal.quiet()
        say("jump to the start (g)", f"{terminal.painted('g', key_of(0).encode()):.1f} ms")
        say("  stall", f"{pulse.worst():.1f} ms")
        terminal.quiet()
        middle = key_of(count // 2 + 123)
        typing(terminal, pulse, "filter by prefix", middle, middle.encode())
        typing(terminal, pulse, "inverse filter, nearly all fit", "!user:000000", rb"/ !user:000000")
        typing(terminal, pulse, "inverse filter, nothing fits", "!user:", rb"every key starts")
        say("conflicts only", f"{terminal.painted('c', key_of(1750).encode()):.1f} ms")
        terminal.quiet()
        say("  stall", f"{pulse.worst():.1f} ms")
        typing(terminal, pulse, "inverse filter in conflicts", "!user:00007", rb"/ !user:00007")
        terminal.type("c")
        terminal.quiet()
        node = of_process(terminal.pid)
        say("memory of the process", f"{node['rss']:.0f} MiB", f"peak {node['peak']:.0f} MiB")
        say("threads", f"{node['threads']:.0f}")
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
    last = terminal.painted(text[-1], expected)
    terminal.quiet(0.2)
    say(what, f"letters max {max(times):.1f} ms", f"rows in {last:.1f} ms", f"stall {pulse.worst():.1f} ms")
    if time.perf_counter() - begun > DEADLINE:
        raise SystemExit("the filter never ended")
    terminal.type("\x1b")
    terminal.quiet()
    say("  and away again", "", "", f"stall {pulse.worst():.1f} ms")


# ------------------------------------------------------------------ under load


def load(rate: int) -> None:
    one, two = free_port(), free_port()
    with dashboard(one, "--memory") as terminal, headless(two, one) as writer:
        terminal.painted("", rb"no keys yet", since=0)
        stop = threading.Event()
        flood = threading.Thread(target=write, args=(writer, rate, stop), daemon=True)
        flood.start()
        terminal.painted("", rb"key:", since=0)
        terminal.drain(3)
        pulse = Pulse(one)
        pulse.start()
        pulse.worst()
        before, begun = of_process(terminal.pid)["cpu"], time.perf_counter()
        times = []
        for at in range(200):
            at_key = "k" if at % 20 >= 10 else "j"
            times.append(cursor_moved(terminal, at_key))
            terminal.drain(0.05)
        took = time.perf_counter() - begun
        cpu = (of_process(terminal.pid)["cpu"] - before) / took
        rates = [
            int(n.replace(b",", b"")) for n in re.findall(rb"([\d,]+)(?:\x1b\[[\d;]*m)* ?w/s", terminal.raw)
        ]
        say("applied a second, as the header says", f"{statistics.median(rates[2:] or [0]):,.0f}")
        say("key down under load", *spread(times))
        say("  stall", f"{pulse.worst():.1f} ms", f"CPU {cpu:.0%}")
        times = []
        terminal.type("\t\t\t")
        terminal.drain(0.3)
        for _ in range(100):
            times.append(cursor_moved(terminal, "k"))
            terminal.drain(0.05)
        say("moving in the frozen messages", *spread(times))
        say("  stall", f"{pulse.worst():.1f} ms")
        node = of_process(terminal.pid)
        say("memory of the process", f"{node['rss']:.0f} MiB", f"peak {node['peak']:.0f} MiB")
        say("threads", f"{node['threads']:.0f}")
        pulse.ended = True
        stop.set()
        flood.join()


CURSOR = rb"48;2;34;42;69m"
"""The ground of the cursor's line in the dark theme."""


def cursor_moved(terminal: Quick, key: str) -> float:
    """A key that moves the cursor's line by one; painted when a line with the cursor's ground comes."""
    return terminal.painted(key, CURSOR)


def write(writer: "subprocess.Popen[bytes]", rate: int, stop: threading.Event) -> None:
    """Put `rate` keys a second, among 20,000."""
    assert writer.stdin is not None
    step, at, begun = 0.02, 0, time.perf_counter()
    with contextlib.suppress(OSError):
        while not stop.is_set():
            due = int((time.perf_counter() - begun) * rate)
            if due > at:
                lines = [f'put key:{n % 20000:05d} {{"n":{n},"what":"load"}}\n' for n in range(at, due)]
                writer.stdin.write("".join(lines).encode())
                writer.stdin.flush()
                at = due
            time.sleep(step)


# ------------------------------------------------------------------ idle


def idle(peers: int, seconds: float) -> None:
    port = free_port()
    with dashboard(port, "--memory") as terminal, contextlib.ExitStack() as stack:
        terminal.painted("", rb"no keys yet", since=0)
        for _ in range(peers):
            stack.enter_context(headless(free_port(), port))
        terminal.painted(":put a 1\r", f"{peers} of {peers}".encode())
        terminal.drain(62)  # until the age of the one value changes once a minute only
        before, begun, written = of_process(terminal.pid)["cpu"], time.perf_counter(), len(terminal.raw)
        terminal.drain(seconds)
        took = time.perf_counter() - begun
        node = of_process(terminal.pid)
        share = f"{(node['cpu'] - before) / took:.2%} of a core"
        paints = f"{(len(terminal.raw) - written) / took:.0f} bytes/s"
        say(f"idle with {peers} live peers", share, paints, f"{node['threads']:.0f} threads")
        say("memory of the process", f"{node['rss']:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--file", type=Path, help="the file with the keys (kept for the next run)")
    options = parser.parse_args()
    path = options.file or Path(tempfile.gettempdir()) / f"decent-tui-{options.keys}.db"
    if "keys" in options.parts:
        if not path.exists():
            say(f"building {path} …")
            build(path, options.keys)
        keys(path, options.keys)
    if "load" in options.parts:
        load(options.rate)
    if "idle" in options.parts:
        idle(4, options.seconds)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    say("(the measuring itself)", f"{usage.ru_utime + usage.ru_stime:.0f} s CPU")


if __name__ == "__main__":
    main()
