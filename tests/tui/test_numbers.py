"""What is read of the node, and what that changes."""

from decent_tui.tui.numbers import Numbers

from .scripted import story


async def test_a_write_told_of_between_two_readings_is_asked_for_again() -> None:
    node, numbers = story(), Numbers()
    await numbers.read(node)
    assert not (await numbers.read(node)).spread
    node.write(node.me, "fresh", "1")  # shown as held by one; before the next reading all say they have it
    assert (await numbers.read(node)).spread
    assert not (await numbers.read(node)).spread
