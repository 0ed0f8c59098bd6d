"""How many keys a filter shows."""

from decent_tui.tui.key_filter import KeyFilter
from decent_tui.tui.key_tally import PIECE, KeyTally

from .scripted import LYNX, Scripted


async def counted(node: Scripted, text: str, total: int, *, conflicts: bool = False) -> tuple[str, list[str]]:
    """What is said at the end, and on the way there."""
    tally, said = KeyTally(), []
    assert tally.words(total) == "counting …"
    await tally.count(node, KeyFilter(text, conflicts), total, lambda: said.append(tally.words(total)))
    return tally.words(total), said


async def test_a_count_comes_in_pieces_and_grows() -> None:
    node = Scripted()
    node.fill(25_000)
    words, said = await counted(node, "key:00", 25_000)
    assert words == "25,000 of 25,000"
    assert said == ["10,000 … of 25,000", "20,000 … of 25,000", words]
    assert all(getattr(operation, "limit", 0) <= PIECE for operation in node.asked)


async def test_deleted_keys_count_and_an_inverse_filter_counts_the_rest() -> None:
    node = Scripted()
    node.fill(30)
    node.write(node.me, "key:0000003", None)
    node.write(LYNX, "key:0000004", "2", context={})
    assert (await counted(node, "key:000000", 30))[0] == "10 of 30"
    assert (await counted(node, "!key:000000", 30))[0] == "20 of 30"
    assert (await counted(node, "key:000000", 1, conflicts=True))[0] == "1 of 1"


async def test_a_node_that_refuses_leaves_the_count_open() -> None:
    node = Scripted(refuse="the disk is gone")
    assert (await counted(node, "k", 5))[0] == "counting …"
