"""The turns of one node: what comes in goes to the engine at once (operations in groups); what the engine
wants done waits for the end of the *turn*: one commit and one sync of the disk for all that came since the
last one (group commit), off the event loop. While the disk works, the next turn fills.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Container, Sequence
from typing import Final, Protocol, TypeVar, cast

import msgspec

from decent_tui.core.engine import Engine
from decent_tui.core.errors import Refused, StorageError
from decent_tui.core.events import AnyEvent, Carried
from decent_tui.core.operations import AnyAnswer, AnyOperation, Operation, ReadCopy
from decent_tui.core.outputs import Answered, Dial, Drop, Effect, Send
from decent_tui.net.copies import Copies
from decent_tui.net.interface import Listener

A = TypeVar("A")

TICK: Final = 0.1
"""Seconds between the engine's ticks."""

GROUP: Final = 32
"""Operations handed to the engine at a time: less than a millisecond of work."""


WELL: Final = 10.0
"""Seconds that the disk does not fail, with a write in them, until it counts as mended. A guess: while it is
nearly full small writes go well between larger ones that fail."""


class Hands(Protocol):
    """Carries out what the engine wants done on connections."""

    def ready(self) -> Container[int]:
        """The links that are ready for more."""

    def perform(self, effect: Send | Dial | Drop) -> None:
        """Carry out one effect; never waits."""


class Turns:
    """An engine, its inputs and its turns. `make_durable` syncs the disk (None: nothing is kept), `copies`
    are made of its file (None: there is none)."""

    def __init__(
        self,
        engine: Engine,
        make_durable: Callable[[], Awaitable[None]] | None,
        copies: Copies | None = None,
    ) -> None:
        self._engine = engine
        self._make_durable = make_durable
        self._copies = copies
        self._numbers = 0
        self._asked: list[tuple[int, AnyOperation]] = []
        self._waiting: dict[int, asyncio.Future[AnyAnswer]] = {}
        self._listeners: list[_Subscription] = []
        self._must_undo = False  # something failed, and all since the last commit could not be undone yet
        self._failures: set[str] = set()  # the alarms that the disk gave rise to
        self._well_since: float | None = None  # when it took the first write after the last of them
        self._wake = asyncio.Event()
        self._turned = asyncio.Event()

    # ------------------------------------------------------------------ inputs

    def now(self) -> None:
        """Tell the engine the time."""
        self._engine.at(time.monotonic(), time.time_ns() // 1_000_000)

    def feed(self, work: Callable[[], None], *, ends: bool = True) -> None:
        """Hand something to the engine; the turn `ends` soon, or with what is fed later."""
        self.now()
        try:
            self._undo()
            work()
        except StorageError as error:
            self._storage_failed(error)
            ends = True
        if ends:
            self._wake.set()

    async def tick(self) -> None:
        """Tell the engine that time passes, for ever."""
        while True:
            self.feed(self._engine.tick)
            self._look_whether_mended()
            await asyncio.sleep(TICK)

    async def run(self, operation: Operation[A]) -> A:
        """Carry out one operation (see `NodeInterface.run`)."""
        if isinstance(operation, ReadCopy) and self._copies is not None:
            return cast(A, await self._copies.read(operation))
        self._numbers += 1
        number = self._numbers
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._asked.append((number, cast(AnyOperation, operation)))
            if len(self._asked) == 1:
                asyncio.get_running_loop().call_soon(self._operate)
            return cast(A, await future)
        finally:
            if self._waiting.pop(number, None) is not None:  # it was given up
                self._engine.abandon(number)

    def _operate(self) -> None:
        """Hand over what was asked for in one go of the loop, a group at a time; not what was given up."""
        group, self._asked = self._asked[:GROUP], self._asked[GROUP:]
        if self._asked:
            asyncio.get_running_loop().call_soon(self._operate)
        self.feed(lambda: self._engine.expect(operation for _, operation in group))  # the turn ends after all
        for number, operation in group:
            future = self._waiting.get(number)
            if future is None:
                continue
            try:
                self._engine.operate(number, operation)
            except StorageError as error:
                self._storage_failed(error)
            except Exception as error:  # noqa: BLE001  # a bug: it must cost this answer, not all that follow
                if not future.done():
                    future.set_exception(error)

    def subscribe(self, listener: Listener, wanted: Collection[str] = ()) -> Callable[[], None]:
        """Have `listener` called with each batch of events of the `wanted` kinds, by their names (none named:
        all; see `NodeInterface.subscribe`)."""
        subscription = _Subscription(listener, frozenset(wanted))
        self._listeners.append(subscription)
        return lambda: self._listeners.remove(subscription)

    @property
    def watched(self) -> bool:
        """Whether anybody wants to know of each line on the wire, which costs more to tell than all else."""
        return any(subscription.wants(Carried) for subscription in self._listeners)

    @property
    def under_way(self) -> int:
        """How many operations wait for their answers."""
        return len(self._waiting)

    def refuse_all(self, why: Refused) -> None:
        """Whoever waits for an answer gets none, for this reason."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(why)
        self._waiting.clear()

    # ------------------------------------------------------------------ the turn

    async def turn_for_ever(self, hands: Hands) -> None:
        """Take turns as long as there are inputs."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.turn(hands)
            self._turned.set()
            self._turned.clear()

    async def turned(self) -> None:
        """Return at the end of the turn under way."""
        await self._turned.wait()

    async def turn(self, hands: Hands) -> None:
        """One commit, one sync of the disk, and then everything that waited for it. Who only looks at what
        others wrote need not wait for the disk: if that is lost with the power, it comes again."""
        effects: list[Effect] = []
        try:
            self._undo()
            if self._engine.pushes(hands.ready()):
                asyncio.get_running_loop().call_soon(self._wake.set)
            wrote = self._engine.commit()
            effects, events = self._engine.take_effects(), self._engine.take_events()
            if wrote and self._make_durable is not None:
                if not self._engine.wrote_own:  # what others wrote is on their disks already
                    self.tell(events)
                    events = []
                await self._make_durable()
            if wrote and self._failures and self._well_since is None:
                self._well_since = time.monotonic()
        except StorageError as error:
            self._storage_failed(error)
            effects += self._engine.take_effects()
            # all others would speak of what is not on the disk
            effects = [effect for effect in effects if isinstance(effect, Dial | Drop)]
            events = self._engine.take_events()
        for effect in effects:
            if isinstance(effect, Answered):
                self._answered(effect)
            else:
                hands.perform(effect)
        if events:
            self.tell(events)

    def _answered(self, effect: Answered) -> None:
        future = self._waiting.pop(effect.operation, None)
        if future is not None and not future.done():
            if isinstance(effect.outcome, Refused):
                future.set_exception(effect.outcome)
            else:
                future.set_result(effect.outcome)

    def _storage_failed(self, error: StorageError) -> None:
        """The disk failed: nothing of this turn happened, and everybody who waits is told why. The links that
        are dropped for it, and the alarm, are all that is left for the end of the turn."""
        self.refuse_all(Refused(str(error)))
        self._must_undo = True
        with contextlib.suppress(StorageError):  # the file cannot be read either: again before anything else
            self._undo()
        alarm = f"{error}; nothing is written or synced until that is mended"
        if not error.lasts:
            self._failures.add(alarm)
        self._well_since = None
        self._engine.parts.alarm(alarm)

    def _undo(self) -> None:
        """Undo what failed, if that is still to be done: on what the engine believes by then nothing may be
        built. Raises StorageError."""
        if self._must_undo:
            self._engine.undo()
            self._must_undo = False

    def _look_whether_mended(self) -> None:
        if self._well_since is not None and time.monotonic() - self._well_since >= WELL:
            for alarm in self._failures:
                self._engine.parts.is_over(alarm)
            self._failures, self._well_since = set(), None

    def tell(self, events: Sequence[AnyEvent]) -> None:
        """Tell whoever listens."""
        for subscription in list(self._listeners):
            wanted = [event for event in events if subscription.wants(type(event))]
            if wanted:
                subscription.listener(wanted)


class _Subscription(msgspec.Struct, frozen=True, eq=False):
    """A listener and the kinds of events that it wants to hear of."""

    listener: Listener
    wanted: frozenset[str]

    def wants(self, kind: type[AnyEvent]) -> bool:
        return not self.wanted or kind.__struct_config__.tag in self.wanted
