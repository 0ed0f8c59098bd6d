"""Work that waits for its time."""

import asyncio
import time
from collections.abc import Callable

from decent_tui.net.late import MOST, Late
from tests.net.support import eventually


async def test_work_is_done_in_order_of_time_and_then_of_arrival() -> None:
    late, done = Late(), []
    now = time.monotonic()

    def note(what: str) -> Callable[[], None]:
        return lambda: done.append(what)

    for what, at in (("c", 0.06), ("a", 0.03), ("b", 0.03), ("d", 0.06)):
        assert late.add(now + at, 1, note(what))

    async def all_done() -> bool:
        return len(done) == 4

    await eventually(all_done)
    assert done == ["a", "b", "c", "d"]
    assert time.monotonic() >= now + 0.06


async def test_only_so_many_bytes_wait() -> None:
    late = Late()
    later = time.monotonic() + 60
    assert late.add(later, MOST - 10, lambda: None)
    assert not late.add(later, 11, lambda: None)
    assert late.add(later, 10, lambda: None)
    late.clear()
    assert late.add(later, MOST, lambda: None)
    late.clear()


async def test_what_was_cleared_is_not_done() -> None:
    late, done = Late(), []
    late.add(time.monotonic() + 0.01, 1, lambda: done.append("never"))
    late.clear()
    ended = asyncio.Event()
    late.add(time.monotonic() + 0.03, 1, ended.set)
    await asyncio.wait_for(ended.wait(), 10)
    assert done == []
