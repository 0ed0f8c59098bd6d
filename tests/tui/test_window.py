"""The window over the key list: the cursor stays on its key, whatever comes and goes."""

from bisect import bisect_left, bisect_right

from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.operations import KeyRow
from decent_tui.tui.window import Window


def rows(keys: list[str]) -> list[KeyRow]:
    return [KeyRow(key, 1, "", 1, 1) for key in keys]


def load(window: Window, keys: list[str], key: str | None = None) -> bool:
    """As the pane does it: what lies around the key, at most `reach` on each side."""
    key = window.key if key is None else key
    reach = window.reach
    at = bisect_left(keys, key)
    before, after = keys[max(0, at - reach) : at], keys[at : at + reach]
    return window.load(
        rows(before),
        rows(after),
        key=key,
        more_before=len(before) == reach,
        more_after=len(after) == reach,
        total=len(keys),
    )


def opened(keys: list[str], height: int = 5) -> Window:
    window = Window()
    window.resize(height)
    load(window, keys, "")
    return window


KEYS = [f"k{at:03d}" for at in range(200)]


def test_it_starts_at_the_first_key() -> None:
    window = opened(KEYS)
    assert window.key == "k000"
    assert window.position == 0
    assert [row.key for row in window.visible] == KEYS[:5]


def test_a_million_keys_are_a_window_of_few_rows() -> None:
    assert len(opened(KEYS, 10).rows) == 30


def test_moving_scrolls_when_it_must() -> None:
    window = opened(KEYS)
    window.move(4)
    assert window.top == 0
    window.move(1)
    assert (window.top, window.key) == (1, "k005")


def test_it_asks_for_more_before_it_runs_out() -> None:
    window = opened(KEYS)
    assert not window.short
    window.move(14)
    assert not window.short
    window.move(2)
    assert window.short
    load(window, KEYS)
    assert (window.key, window.position, window.short) == ("k016", 16, False)


def test_the_cursor_stays_on_its_key_and_its_line() -> None:
    window = opened(KEYS)
    for _ in range(5):
        window.move(10)
        load(window, KEYS)
    line = window.cursor - window.top
    assert window.key == "k050"
    load(window, sorted([*KEYS, "a", "b", "k0490", "k0491"]))
    assert window.key == "k050"
    assert window.cursor - window.top == line


def test_a_key_that_is_gone_gives_its_place_to_the_next() -> None:
    window = opened(KEYS)
    window.move(3)
    load(window, [key for key in KEYS if key != "k003"])
    assert window.key == "k004"


def test_at_the_top_new_keys_above_are_seen() -> None:
    window = opened(["m", "n"])
    load(window, ["a", "m", "n"])
    assert (window.key, window.top) == ("m", 0)


def test_the_end_is_counted_from_the_end() -> None:
    window = opened(KEYS)
    window.forget()
    window.load(rows(KEYS[-20:]), [], key="k199", more_before=True, more_after=False, total=200)
    assert (window.key, window.position) == ("k199", 199)


def test_an_answer_for_a_place_that_was_left_is_refused() -> None:
    window = opened(KEYS)
    window.move(14)
    assert not window.load(
        rows(KEYS[:3]), rows(KEYS[3:9]), key="k003", more_before=False, more_after=True, total=200
    )
    assert window.key == "k014"


def test_nothing_is_fine() -> None:
    window = opened([])
    window.move(5)
    window.scroll(3)
    assert window.key == ""
    assert not window.short


names = st.sets(st.text("abcd", min_size=1, max_size=4), max_size=60)


@given(names, st.lists(st.one_of(st.integers(-30, 30), names), max_size=12), st.integers(1, 8))
def test_whatever_comes_and_goes_the_cursor_is_on_its_key(
    start: set[str], steps: list[int | set[str]], height: int
) -> None:
    keys = sorted(start)
    window = opened(keys, height)
    for step in steps:
        if isinstance(step, int):
            window.move(step)
        else:
            before, line = window.key, window.cursor - window.top
            keys = sorted(set(keys) ^ step)
            while not load(window, keys):
                pass
            if before in keys:
                assert window.key == before
            elif keys:
                after = bisect_right(keys, before)
                assert window.key == keys[min(after, len(keys) - 1)]
            assert window.cursor - window.top <= max(line, height)
        while window.short:
            load(window, keys)
        assert [row.key for row in window.rows] == [
            key for key in keys if window.rows and window.rows[0].key <= key <= window.rows[-1].key
        ]
        assert window.top <= window.cursor < window.top + window.height or not window.rows
        if window.position is not None and window.rows:
            assert keys[window.position] == window.key


def test_a_cursor_sent_beyond_the_rows_held_goes_on_when_more_are_there() -> None:
    window = Window()
    window.resize(5)
    rows = [KeyRow(f"k{at:03d}", 1, "", 1, 1) for at in range(100)]
    window.load([], rows[:20], key="k000", more_before=False, more_after=True, total=100)
    for _ in range(40):
        window.move(1)
    assert window.key == "k019"
    window.move(-2)
    window.load(rows[:19], rows[19:60], key="k019", more_before=False, more_after=True, total=100)
    assert (window.key, window.position) == ("k038", 38)
    window.load(rows[30:38], rows[38:], key="k038", more_before=True, more_after=False, total=100)
    assert window.key == "k038"
    window.move(1000)
    window.move(-1)
    assert window.key == "k098"  # the end is the end
