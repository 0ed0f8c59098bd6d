"""Numbers and times in few words."""

import pytest

from decent_tui.tui.words import ago, milliseconds, plural, size, span, sparkline


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1639, "1.6 KiB"), (200 * 1024, "200 KiB"), (3 * 1024 * 1024, "3.0 MiB")],
)
def test_size(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.9, "4 s"), (61, "1 min"), (7200, "2 h"), (200_000, "2 d"), (-5, "0 s")]
)
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_ago() -> None:
    assert ago(0.2) == "just now"
    assert ago(12.9) == "12 s ago"


def test_milliseconds() -> None:
    assert [milliseconds(0.213), milliseconds(3.04), milliseconds(1234.5)] == [
        "0.21 ms",
        "3.0 ms",
        "1,234 ms",
    ]


def test_plural() -> None:
    assert [plural(1, "key"), plural(12304, "key"), plural(2, "entry", "entries")] == [
        "1 key",
        "12,304 keys",
        "2 entries",
    ]


def test_sparkline() -> None:
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0, 1, 2, 4]) == "▁▂▃▇"
