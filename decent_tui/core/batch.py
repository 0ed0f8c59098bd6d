"""Many versions in few bytes: the columns of a VERSIONS message.

Each node id is named once (`nodes`) and meant by its index from there on; rows go by columns;
numbers that grow from row to row are written as differences. What can be computed (the cid) is not
sent. The aim is at most 1.2 times the bytes of the keys and values themselves.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, repeat
from typing import Annotated, Final, TypeVar

import msgspec

from decent_tui.core import ranges
from decent_tui.core.clocks import NO_CONTEXT, Clock, is_node, weight
from decent_tui.core.errors import ProtocolError
from decent_tui.core.limits import MAX_CLOCK, MAX_ID, MAX_LINE, MAX_NUMBER
from decent_tui.core.ranges import Ranges
from decent_tui.core.values import check_keys, text_ids
from decent_tui.core.version import Version

T = TypeVar("T")

_NULL: Final = msgspec.Raw(b"null")
_NO_CONTEXTS: Final[list[list[int]]] = [[]]
_SHORT: Final = 100
"""Entries of a context that are never too long, whatever ids they have."""

_MAX_TIME: Final = 2**53

_TOGETHER: Final = 64
"""Rows whose keys and values are checked together: about half a millisecond of work."""

Index = Annotated[int, msgspec.Meta(ge=0)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]


class Batch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Versions as columns, each as long as `keys`; of `seqs`, `lamports`, `times` and `contexts` the last
    entry stands for the rest too if there are fewer (without any `contexts` every one is empty). But for

    - `nodes`: the ids that the others mean by index;
    - `runs`: `[node, count, node, count, …]`, the writers of the rows (the node of each dot);
    - `seqs`, `lamports`, `times` (ms): differences to the row before; `seqs` start anew with each run;
    - `contexts`: per row `[node, n, node, n, …]`;
    - `deleted`: the rows that are tombstones (their value is null);
    - `authors`: `[row, node, row, node, …]` where the author is not the writer (classic imports).
    """

    nodes: list[Id] = []
    runs: list[Index] = []
    keys: list[str] = []
    values: list[msgspec.Raw] = []
    seqs: list[int] = []
    lamports: list[int] = []
    times: list[int] = []
    contexts: list[list[Index]] = []
    deleted: list[Index] = []
    authors: list[Index] = []


def pack(versions: Iterable[Version]) -> Batch:
    """The columns of these versions, in their order."""
    rows = list(versions)
    index: dict[str, int] = {}
    runs: list[int] = []
    seqs: list[int] = []
    contexts: list[list[int]] = []
    authors: list[int] = []

    def number(node: str) -> int:
        return index.setdefault(node, len(index))

    writer, seq = "", 0
    for row, version in enumerate(rows):
        if version.node != writer:
            writer, seq = version.node, 0
            runs += (number(writer), 0)
        runs[-1] += 1
        seqs.append(version.seq - seq)
        seq = version.seq
        contexts.append([part for node, n in version.context.items() for part in (number(node), n)])
        if version.author != version.node:
            authors += (row, number(version.author))
    return Batch(
        nodes=list(index),
        runs=runs,
        keys=[version.key for version in rows],
        values=[_NULL if version.value is None else msgspec.Raw(version.value) for version in rows],
        seqs=_cut(seqs),
        lamports=_cut(_differences(version.lamport for version in rows)),
        times=_cut(_differences(version.ts for version in rows)),
        contexts=_cut(contexts) if any(contexts) else [],
        deleted=[row for row, version in enumerate(rows) if version.value is None],
        authors=authors,
    )


def unpack(batch: Batch) -> Iterator[Version]:
    """The versions of a batch, each checked; raises ProtocolError when it comes to one that is none."""
    return chain.from_iterable(slices(batch, _TOGETHER))


def slices(batch: Batch, size: int) -> Iterator[list[Version]]:
    """The versions of a batch, `size` at a time, each checked; raises ProtocolError instead of a slice with
    one that is none. The cid is computed here and never believed.

    It goes by columns and not by rows: nearly every check is then one call for a whole slice.
    """
    rows = len(batch.keys)
    if len(batch.values) != rows or len(batch.runs) % 2 or sum(batch.runs[1::2]) != rows:
        raise _broken("the columns differ in length")
    if _said(batch.contexts, rows) > MAX_LINE // 4:
        raise _broken("its contexts are too long together")
    names = {at: _writer(batch.nodes, at) for at in set(batch.runs[::2])}
    nodes = chain.from_iterable(repeat(names[at], count) for at, count in _pairs(batch.runs))
    more = iter(_filled(batch.seqs, rows))
    seqs = chain.from_iterable(accumulate(islice(more, count)) for count in batch.runs[1::2])
    lamports = accumulate(_filled(batch.lamports, rows))
    times = accumulate(_filled(batch.times, rows))
    contexts = _filled(batch.contexts or _NO_CONTEXTS, rows)
    written = dict(_pairs(batch.authors))
    deleted = frozenset(batch.deleted)
    for start in range(0, rows, size):
        here = range(start, min(start + size, rows))
        count = len(here)
        keys = batch.keys[start : start + size]
        values, cids = _contents(keys, batch.values[start : start + size], deleted.intersection(here), start)
        writers = list(islice(nodes, count))
        authors = writers
        if not written.keys().isdisjoint(here):
            authors = [
                _name(batch.nodes, written[row]) if row in written else writer
                for row, writer in zip(here, writers, strict=True)
            ]
        columns = (
            keys,
            values,
            writers,
            _bounded(islice(seqs, count), 1, MAX_NUMBER),
            [_context(batch.nodes, flat) if flat else NO_CONTEXT for flat in contexts[start : start + size]],
            _bounded(islice(lamports, count), 0, MAX_NUMBER),
            authors,
            _bounded(islice(times, count), 0, _MAX_TIME),
            cids,
        )
        some = list(map(Version, *columns))
        if batch.contexts and any(one.context.get(one.entry, 0) >= one.seq for one in some):
            raise _broken("a version comes before itself")
        yield some


def _contents(
    keys: Sequence[str], raws: Sequence[msgspec.Raw], deleted: Collection[int], start: int
) -> tuple[list[bytes | None], list[str]]:
    """Value and cid of each row of a slice that begins at `start`, the keys checked too."""
    texts = list(map(bytes, raws))
    for row in deleted:
        texts[row - start] = b"null"
    try:
        check_keys(keys)
        cids = text_ids(texts)
    except ValueError as error:
        raise ProtocolError(str(error), fatal=True) from None
    values: list[bytes | None] = [*texts]
    for row in deleted:
        values[row - start], cids[row - start] = None, ""
    return values, cids


def _writer(nodes: Sequence[str], at: int) -> str:
    """The node of some dots."""
    node = _name(nodes, at)
    if not is_node(node):  # in our `seen` it would have every honest node refuse us for ever
        raise _broken("a dot names what is no node of ours")
    return node


def _bounded(numbers: Iterable[int], low: int, high: int) -> list[int]:
    """The numbers; raises ProtocolError if one is out of bounds."""
    found = list(numbers)
    if min(found) < low or max(found) > high:
        raise _broken("a number is out of bounds")
    return found


def _context(nodes: Sequence[str], flat: Sequence[int]) -> Clock:
    context = {_name(nodes, at): _number(n) for at, n in _pairs(flat)}
    if len(context) > _SHORT and weight(context) > MAX_CLOCK:
        raise _broken("a context is too long")
    return context


def _said(contexts: Sequence[Sequence[int]], rows: int) -> int:
    """How many numbers the contexts of so many rows come to, the last one repeated. Without repetitions a
    line could not hold more."""
    return sum(map(len, contexts)) + (len(contexts[-1]) * max(0, rows - len(contexts)) if contexts else 0)


def dots(batch: Batch) -> dict[str, Ranges]:
    """The dots of a batch, by node, without a look at the rest; raises ProtocolError for what are none."""
    by_node: dict[str, Ranges] = {}
    rest = iter(_filled(batch.seqs, len(batch.keys)))
    for writer, count in _pairs(batch.runs):
        node = _name(batch.nodes, writer)
        numbers = list(accumulate(islice(rest, count)))
        if not is_node(node) or not numbers or min(numbers) < 1 or max(numbers) > MAX_NUMBER:
            raise _broken("a dot is none")
        by_node[node] = ranges.union(by_node.get(node, ranges.EMPTY), ranges.from_numbers(numbers))
    return by_node


def _differences(numbers: Iterable[int]) -> list[int]:
    differences: list[int] = []
    last = 0
    for number in numbers:
        differences.append(number - last)
        last = number
    return differences


def _cut(column: list[T]) -> list[T]:
    """The column without the repetitions of its last entry."""
    end = len(column)
    while end > 1 and column[end - 1] == column[end - 2]:
        end -= 1
    return column[:end]


def _filled(column: list[T], rows: int) -> list[T]:
    """The inverse of `_cut`; raises ProtocolError for a column that is none of so many rows."""
    if not rows:
        return []
    if not 0 < len(column) <= rows:
        raise _broken("the columns differ in length")
    return column + column[-1:] * (rows - len(column))


def _pairs(flat: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(flat) % 2:
        raise _broken("pairs are incomplete")
    return zip(flat[::2], flat[1::2], strict=True)


def _name(nodes: Sequence[str], at: int) -> str:
    if at >= len(nodes):
        raise _broken("a node index is out of bounds")
    return nodes[at]


def _number(number: int) -> int:
    if not 1 <= number <= MAX_NUMBER:
        raise _broken("a clock entry is out of bounds")
    return number


def _broken(what: str) -> ProtocolError:
    return ProtocolError(f"a batch of versions is broken: {what}", fatal=True)
