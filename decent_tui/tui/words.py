"""Numbers and times in few, steady cells."""

from datetime import datetime


def size(count: int) -> str:
    """212 B, 1.6 KiB, 12 MiB."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.1f} KiB" if count < 100 * 1024 else f"{count // 1024} KiB"
    return f"{count / 1024 / 1024:.1f} MiB"


def ago(seconds: float) -> str:
    """How long ago, to the precision a person cares for."""
    if seconds < 1:
        return "just now"
    return f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """12 s, 4 min, 3 h, 2 d."""
    if seconds < 60:
        return f"{max(0, int(seconds))} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 86400)} d"


def clock(at: float) -> str:
    """12:00:01.204 in local time."""
    try:
        return f"{datetime.fromtimestamp(at):%H:%M:%S}.{int(at * 1000) % 1000:03d}"
    except (OverflowError, ValueError, OSError):
        return "??:??:??.???"


def milliseconds(value: float) -> str:
    """A round-trip time: 0.21 ms, 3.0 ms, 210 ms."""
    if value < 1:
        return f"{value:.2f} ms"
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def plural(count: int, one: str, many: str = "") -> str:
    """1 key, 2 keys."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


BARS = "▁▂▃▅▇"


def sparkline(values: list[float]) -> str:
    """One bar a value, the highest filling its cell; all of them flat when nothing happened."""
    top = max(values, default=0)
    if top <= 0:
        return BARS[0] * len(values)
    return "".join(BARS[min(len(BARS) - 1, round(v / top * (len(BARS) - 1)))] for v in values)
