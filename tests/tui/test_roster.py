"""Labels and colours of nodes."""

from collections.abc import Callable

import pytest

from decent_tui.core.chance import name_for
from decent_tui.core.clocks import beside, taken_in
from decent_tui.core.operations import PeerView
from decent_tui.tui.lines import plain
from decent_tui.tui.roster import Colours, Face, Roster, roster

from .scripted import story


def peers(*addresses: str) -> list[PeerView]:
    return [PeerView(address, f"id of {address}", None, "alive") for address in addresses]


async def test_on_one_machine_the_port_is_enough() -> None:
    node = story()
    who = roster(node._status(), node.peers, Colours())
    assert [who.face(peer.node_id or "").label for peer in node.peers] == [":9002", ":9003", ":9004"]
    assert who.face(node.me).name == "otter"
    assert len({face.ink for face in who.faces.values()}) == 4


def test_on_several_machines_the_whole_address_is_shown() -> None:
    who = roster(None, peers("10.0.0.1:9001", "10.0.0.2:9001"), Colours())
    assert who.face("id of 10.0.0.2:9001").label == "10.0.0.2:9001"


def test_neighbouring_ports_have_the_same_colours_in_every_dashboard() -> None:
    addresses = [f"127.0.0.1:{port}" for port in range(9001, 9009)]
    one, other = Colours(), Colours()
    inks = {address: one.of(address) for address in addresses}
    assert {address: other.of(address) for address in reversed(addresses)} == inks
    assert len(set(inks.values())) == 8


def test_a_stranger_gets_a_makeshift_face() -> None:
    who = roster(None, [], Colours())
    assert who.face("0123456789abcdef").label == f"{name_for('0123456789abcdef')}·01"
    assert who.face("9f@127.0.0.1:7777").label == ":7777"
    assert who.face("", "127.0.0.1:50123").label == ":50123"
    assert who.face("\x1b[31m").label == "␛[31m"


def test_text_calls_nodes_by_their_labels_but_for_what_is_in_quotes() -> None:
    known = Roster("", {"1" * 16: Face(":9001", "otter", "node-1")})
    text = f'by {"1" * 16}, clock {"ab" * 8}:3 {{"n": 1234567890123456, "by": "{"1" * 16}"}} {"ab" * 32}'
    said = known.named(text, "dim")
    assert plain(said) == text.replace(f"by {'1' * 16},", "by :9001,").replace(
        f"{'ab' * 8}:3", f"{known.face('ab' * 8).label}:3"
    )
    assert said[1].ink == "node-1"


OURS = "a" * 16


@pytest.mark.parametrize("entry", [taken_in, lambda node: beside(node, 12)])
def test_an_entry_of_clocks_has_the_face_of_the_node_that_gave_its_number(
    entry: Callable[[str], str],
) -> None:
    known = Roster(OURS, {OURS: Face(":9001", "otter", "node-3")})
    assert known.face(entry(OURS)) == Face(":9001+", "otter", "node-3")
    stranger = "b" * 16
    assert known.face(entry(stranger)).label == known.face(stranger).label + "+"
    assert known.face(entry(stranger)).ink == known.face(stranger).ink
