import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.commands.complete import complete, usage
from decent_tui.commands.table import COMMANDS
from decent_tui.core.operations import Operation, PeerView
from tests.commands.fakes import FakeNode, record

ONE, TWO = record('{"a":1}'), record("2")


def node() -> FakeNode:
    fake = FakeNode(
        [
            PeerView("127.0.0.1:9002", "abc123", "lynx", "alive"),
            PeerView("127.0.0.1:9003", "abd456", "big heron", "alive", cut=True),
            PeerView("10.0.0.1:9004", None, None, "joining"),
        ]
    )
    fake.values = {"user:1": [ONE, TWO], "user:2": [TWO], "user 3": [TWO], "\u202eevil": [TWO]}
    return fake


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("", list(COMMANDS)),
        ("  ge", ["  get", "  getpeer"]),
        ("PUT", ["put"]),
        ("xyz", []),
        ("xyz ", []),
        ("get user:", ["get user:1", "get user:2"]),
        ("get 'user ", ["get 'user 3'"]),
        ('get "user ', ["get 'user 3'"]),
        ("get us", ["get 'user 3'", "get user:1", "get user:2"]),
        ("get ", ["get 'user 3'", "get user:1", "get user:2"]),
        ("get user:1 ", []),
        ("keys user:", ["keys user:1", "keys user:2"]),
        ("keys --", ["keys --conflicts", "keys --limit", "keys --after"]),
        ("keys user --l", ["keys user --limit"]),
        ("keys --limit ", []),
        ("keys --limit 5 --after user:", ["keys --limit 5 --after user:1", "keys --limit 5 --after user:2"]),
        ("keys x ", ["keys x --conflicts", "keys x --limit", "keys x --after"]),
        ("put user:2 ", ["put user:2 2"]),
        ("put user:1 ", ['put user:1 {"a":1}', "put user:1 2"]),
        ("put user:1 {", []),
        ("put user:1 {} ", ["put user:1 {} --saw"]),
        ("put user:1 {} --saw ", [f"put user:1 {{}} --saw {ONE.cid}", f"put user:1 {{}} --saw {TWO.cid}"]),
        (f"put user:1 {{}} --saw {ONE.cid} {TWO.cid[:3]}", [f"put user:1 {{}} --saw {ONE.cid} {TWO.cid}"]),
        ("put nothing ", []),
        ("resolve user:1 ", [f"resolve user:1 {ONE.cid}", f"resolve user:1 {TWO.cid}"]),
        (f"resolve user:1 {ONE.cid[:4]}", [f"resolve user:1 {ONE.cid}"]),
        ("resolve user:1 {", []),
        ("cut l", ["cut lynx"]),
        ("cut ab", ["cut abc123", "cut abd456"]),
        ("cut big", ["cut 'big heron'"]),
        ("cut 127", ["cut 127.0.0.1:9002", "cut 127.0.0.1:9003"]),
        ("heal ", ["heal all", "heal 127.0.0.1:9003", "heal 'big heron'"]),
        ("getpeer lynx user:", ["getpeer lynx user:1", "getpeer lynx user:2"]),
        ("addpeer 1", []),
        ("help p", ["help put", "help peers"]),
        ("peers ", []),
    ],
)
async def test_what_a_line_may_become(line: str, completed: list[str]) -> None:
    start, words = await complete(node(), line)
    assert [line[:start] + word for word in words] == completed


async def test_who_only_looks_is_offered_commands_that_look() -> None:
    looking = node()
    looking.readonly = True
    assert (await complete(looking, "")).words == tuple(name for name, each in COMMANDS.items() if each.looks)
    assert (await complete(looking, "pu")).words == ()
    assert (await complete(looking, "ge")).words == ("get", "getpeer")
    assert (await complete(looking, "help pu")).words == ("put",)  # that can be read of


async def test_the_limit() -> None:
    assert len((await complete(node(), "get ", limit=2)).words) == 2


async def test_a_node_that_refuses_completes_nothing() -> None:
    class Refusing(FakeNode):
        async def run(self, operation: Operation[object]) -> object:
            from decent_tui.core.errors import Refused

            raise Refused("not now")

    assert (await complete(Refusing(), "get ")).words == ()


def test_usage_is_known_once_the_command_is() -> None:
    assert usage("get user") == "get KEY"
    assert usage(" GET") == "get KEY"
    assert usage("ge") is None
    assert usage("") is None


PARTS = st.one_of(
    st.sampled_from([*COMMANDS, "--saw", "--limit", "{}", "user:1", "'", "\\"]), st.text(max_size=3)
)


@given(st.lists(PARTS, max_size=6).map(" ".join), st.booleans())
async def test_any_line_can_be_completed(line: str, blank: bool) -> None:
    line += " " * blank
    start, words = await complete(node(), line)
    assert 0 <= start <= len(line)
    assert all(word.isprintable() for word in words)
