"""Which keys the convergence view tells about."""

from decent_tui.core.events import Changed
from decent_tui.tui.convergence_lines import KEYS
from decent_tui.tui.watched_keys import RECENT, WatchedKeys

from .scripted import LYNX, Scripted, three_peers

ME = "aa11aa11aa11aa11"


async def test_the_selected_key_and_the_last_that_changed_are_watched() -> None:
    watched = WatchedKeys("mine")
    for number in range(RECENT + 20):
        watched.listener([Changed(1.0, (f"k{number}",)), Changed(1.0, ("mine",))])
    last = RECENT + 19
    wanted = ["mine", *(f"k{number}" for number in range(last, last - KEYS + 1, -1))]
    assert await watched.keys(Scripted()) == wanted


async def test_keys_that_somebody_lacks_come_first() -> None:
    node = Scripted(peers=three_peers())
    watched = WatchedKeys("")
    for number in range(RECENT):
        version = node.write(ME, f"k{number:02}", "1")
        if number in (1, 3):
            node.lacking.setdefault(LYNX, set()).add(version.dot)
        watched.listener([Changed(1.0, (f"k{number:02}",))])
    assert (await watched.keys(node))[:3] == ["k03", "k01", f"k{RECENT - 1:02}"]


async def test_what_changed_before_anybody_watched_is_remembered_by_the_node() -> None:
    node = Scripted(peers=three_peers())
    for number in range(KEYS):
        node.write(ME, f"k{number}", "1")
    watched = WatchedKeys("")
    watched.listener([Changed(1.0, ("k0",))])  # since then
    await watched.remember(node)
    assert await watched.keys(node) == ["k0", *(f"k{number}" for number in range(KEYS - 1, 0, -1))]
