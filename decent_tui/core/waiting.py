"""Operations that wait until every alive peer holds something."""

import msgspec

from decent_tui.core import operations as ops
from decent_tui.core.clocks import Dot
from decent_tui.core.errors import Refused
from decent_tui.core.lacks import all_known, away, missing
from decent_tui.core.outputs import Answered
from decent_tui.core.parts import Parts
from decent_tui.core.seen import Seen
from decent_tui.core.values import check_key


class _Waiter(msgspec.Struct):
    """One `wait` under way: for a key, or for all that was known when it began."""

    operation: int
    key: str | None
    goal: Seen
    deadline: float


class Waiting:
    """Every `wait` under way."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiters: list[_Waiter] = []

    def begin(self, number: int, operation: ops.Wait) -> None:
        """Begin to wait; raises Refused for what is no key or no time."""
        if operation.key is not None:
            try:
                check_key(operation.key)
            except ValueError as error:
                raise Refused(str(error)) from None
        if not 0 <= operation.timeout_s <= 86_400:
            raise Refused("--timeout takes from 0 to 86,400 seconds")
        goal = all_known(self._parts)
        deadline = self._parts.clock.now + operation.timeout_s
        self._waiters.append(_Waiter(number, operation.key, goal, deadline))
        self.tick()

    def forget(self, number: int) -> None:
        """Nobody wants the answer any more."""
        self._waiters = [waiter for waiter in self._waiters if waiter.operation != number]

    def tick(self) -> None:
        """Answer those whose wish came true, and those whose time is over."""
        waiting, self._waiters = self._waiters, []
        for waiter in waiting:
            goal = self._versions(waiter.key) if waiter.key is not None else waiter.goal
            lacking = missing(self._parts, goal)
            if lacking and self._parts.clock.now < waiter.deadline:
                self._waiters.append(waiter)
                continue
            peers = len(self._parts.alive_peers())
            answer = ops.Waited(not lacking, lacking, away(self._parts, goal), peers)
            self._parts.out.effects.append(Answered(waiter.operation, answer))

    def _versions(self, key: str) -> Seen:
        """The dots of the versions held of a key."""
        goal = Seen()
        for version in self._parts.replica.store.siblings(key):
            goal.add(Dot(version.node, version.seq))
        return goal
