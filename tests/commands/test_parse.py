import contextlib
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from decent_tui.commands.parse import first_word, is_blank, parse
from decent_tui.commands.scan import Scanner, quote
from decent_tui.commands.table import COMMANDS, Command, Exit, Help, Import, Request
from decent_tui.core.errors import Refused
from decent_tui.core.operations import (
    AddPeer,
    Cut,
    Delete,
    Duplicate,
    Forget,
    Get,
    GetPeer,
    Gossip,
    Heal,
    History,
    Keys,
    Lag,
    Leave,
    Lose,
    Operation,
    Peers,
    Put,
    Reorder,
    Resolve,
    Snapshot,
    Status,
    Unresolve,
    Wait,
    Why,
)

CID = "0123456789abcdef" * 4
NOT_JSON = "the value is not valid JSON: invalid character (byte 0)"


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("put k 1", Put("k", "1")),
        ('  put \t k   {"a": [1, 2]}  ', Put("k", '{"a": [1, 2]}')),
        ('put k "a b --saw c"', Put("k", '"a b --saw c"')),
        ('put k "a\\" b"', Put("k", '"a\\" b"')),
        (f'put k {{"a": "}} --saw"}} --saw {CID}', Put("k", '{"a": "} --saw"}', (CID,))),
        (f"put k [[1], {{}}] --saw {CID} {CID.upper()}", Put("k", "[[1], {}]", (CID, CID))),
        (f"put k null --saw {CID} --saw {CID}", Put("k", "null", (CID, CID))),
        ("put k 1 --saw none", Put("k", "1", ())),
        (f"delete k --saw {CID}", Delete("k", (CID,))),
        (f"resolve k {CID} --saw {CID}", Resolve("k", cid=CID, saw=(CID,))),
        (f"resolve k [1] --saw {CID}", Resolve("k", value="[1]", saw=(CID,))),
        ("unresolve k 1 [2, 3]", Unresolve("k", ("1", "[2, 3]"))),
        (f'unresolve k {{"a": 1}} "b" --saw {CID}', Unresolve("k", ('{"a": 1}', '"b"'), (CID,))),
        ("put k -1.5e3", Put("k", "-1.5e3")),
        ("put '' 1", Put("", "1")),
        ("put 'a b' 1", Put("a b", "1")),
        ('put "it\'s \\"so\\" \\\\ \\n" 1', Put('it\'s "so" \\ \\n', "1")),
        ("put a\\ b\\'c 1", Put("a b'c", "1")),
        ("put a' 'b\" \"c 1", Put("a b c", "1")),
        ("put --saw 1", Put("--saw", "1")),
        ("put [/] 1", Put("[/]", "1")),
        ("put \u202e\u00a0 1", Put("\u202e\u00a0", "1")),
        ("PUT k 1", Put("k", "1")),
        ("get k", Get("k")),
        ("get 'a b'", Get("a b")),
        ("delete k", Delete("k")),
        ("keys", Keys()),
        ("keys user:", Keys("user:")),
        ("keys --conflicts user: --limit 5 --after 'user: 4'", Keys("user:", True, 5, "user: 4")),
        ("keys --limit 1000000", Keys(limit=1_000_000)),
        ("keys '--conflicts'", Keys("--conflicts")),
        ("getpeer lynx 'a b'", GetPeer("lynx", "a b")),
        ("getpeer 'my node' k", GetPeer("my node", "k")),
        ("peers", Peers()),
        ("addpeer localhost:9002", AddPeer("localhost:9002")),
        ("addpeer [::1]:9002", AddPeer("[::1]:9002")),
        ("gossip", Gossip()),
        ("snapshot", Snapshot()),
        (f"resolve k {CID}", Resolve("k", cid=CID)),
        (f"resolve k {CID.upper()}  ", Resolve("k", cid=CID)),
        (f"resolve k {'1' * 64}", Resolve("k", cid="1" * 64)),
        (f"resolve k {'1' * 63}", Resolve("k", value="1" * 63)),
        (f'resolve k "{CID}"', Resolve("k", value=f'"{CID}"')),
        ("cut 127.0.0.1:9002", Cut("127.0.0.1:9002")),
        ("cut lynx --for 30", Cut("lynx", for_s=30)),
        ("cut --out lynx --for 0.5", Cut("lynx", "out", 0.5)),
        ("cut lynx --in --out", Cut("lynx")),
        ("heal all", Heal("all")),
        ("why 'a b'", Why("a b")),
        ("history k", History("k")),
        ("wait", Wait()),
        ("wait 'a b' --timeout 2.5", Wait("a b", 2.5)),
        ("wait --timeout 0", Wait(None, 0)),
        ("lag lynx 200", Lag("lynx", 200)),
        ("lag lynx 200 50 --in --for 30", Lag("lynx", 200, 50, "in", 30)),
        ("lose 127.0.0.1:9002 12.5", Lose("127.0.0.1:9002", 12.5)),
        ("lose lynx 5% --out", Lose("lynx", 5, "out")),
        ("duplicate lynx 5", Duplicate("lynx", 5)),
        ("reorder lynx 5", Reorder("lynx", 5)),
        ("forget abc", Forget("abc")),
        ("leave", Leave()),
        ("status", Status()),
        ("help", Help()),
        ("help PUT", Help("put")),
        ("exit", Exit()),
        ("quit", Exit()),
    ],
)
def test_what_a_line_asks_for(line: str, request_: Request) -> None:
    command, request = parse(line)
    assert request == request_
    assert command.name == line.split()[0].lower()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("", 'there is no command ""; type help for the list'),
        ("gte k", 'there is no command "gte"; did you mean "get"?'),
        ("delet k", 'there is no command "delet"; did you mean "delete"?'),
        ("xyzzy", 'there is no command "xyzzy"; type help for the list'),
        ("cut", "usage: cut PEER|all [--in|--out] [--for S]"),
        ("cut lynx 5", "usage: cut PEER|all [--in|--out] [--for S]"),
        ("cut lynx --for", "usage: cut PEER|all [--in|--out] [--for S]"),
        ("cut lynx --for --in", "usage: cut PEER|all [--in|--out] [--for S]"),
        ("cut lynx --for x", "--for takes a number of 0 or more"),
        ("cut lynx --for 0", "--for takes a number of seconds above 0"),
        ("lag lynx", "usage: lag PEER MS [JITTER] [--in|--out] [--for S]"),
        ("lag lynx 1 2 3", "usage: lag PEER MS [JITTER] [--in|--out] [--for S]"),
        ("lag lynx soon", "lag takes a number of 0 or more"),
        ("lose lynx -5", "lose takes a number of 0 or more"),
        ("why", "usage: why KEY"),
        ("history a b", "usage: history KEY"),
        ("wait a b", "usage: wait [KEY] [--timeout S]"),
        ("wait --timeout", "usage: wait [KEY] [--timeout S]"),
        ("wait --timeout soon", "--timeout takes a number of 0 or more"),
        ("watchh", 'there is no command "watchh"; did you mean "watch"?'),
        ("put", "usage: put KEY JSON [--saw CID …]"),
        ("put k", "usage: put KEY JSON [--saw CID …]"),
        ("put k 1 2", 'after the JSON value comes "2", which is no part of it'),
        ('put k {"a":1}}', 'after the JSON value comes "}", which is no part of it'),
        ("put k 1 --saw", "usage: put KEY JSON [--saw CID …]"),
        ("put k 1 --force", "usage: put KEY JSON [--saw CID …]"),
        ("put k 1 --saw abc", "a CID has exactly 64 hexadecimal digits; get shows those of a key"),
        ("put k hello", f"{NOT_JSON}; a text is written in double quotes"),
        ("put k hello world", f"{NOT_JSON}; a text is written in double quotes"),
        ("put k '{}'", f"{NOT_JSON}; JSON is typed as it is, without quotes around it"),
        ('put k {"a":', "the value is not valid JSON: it ends too early"),
        ('put k {"a":1,}', "the value is not valid JSON: trailing comma in object (byte 7)"),
        ('put k "a', "the value is not valid JSON: it ends too early"),
        (f"put k [1 --saw {CID}", None),
        ("put k " + "[" * 1000 + "]" * 1000, "the value is nested deeper than 128"),
        ("put k " + "9" * 2000, "the value holds a number of more than 1,000 digits"),
        ('put k "' + "a" * 300_000 + '"', "the value has 300,002 bytes; 262,144 are allowed"),
        ("put 'k 1", "a quote is not closed; put a key that contains quotes or backslashes into quotes"),
        ("get k\\", "a quote is not closed; put a key that contains quotes or backslashes into quotes"),
        ("get", "usage: get KEY"),
        ("get a b", "usage: get KEY"),
        ("keys a b", "usage: keys [PREFIX] [--conflicts] [--limit N] [--after KEY]"),
        ("keys --limit", "usage: keys [PREFIX] [--conflicts] [--limit N] [--after KEY]"),
        ("keys --sorted", "usage: keys [PREFIX] [--conflicts] [--limit N] [--after KEY]"),
        ("keys --limit 0", "--limit takes a number of 1 or more"),
        ("keys --limit -1", "--limit takes a number of 1 or more"),
        ("keys --limit ten", "--limit takes a number of 1 or more"),
        ("keys --limit " + "9" * 30, "--limit takes a number of 1 or more"),
        ("getpeer lynx", "usage: getpeer PEER KEY"),
        ("peers now", "usage: peers"),
        ("addpeer", "usage: addpeer HOST:PORT"),
        ("addpeer localhost", "an address is written host:port"),
        ("addpeer localhost:0", "a port is a number from 1 to 65535"),
        ("resolve k", "usage: resolve KEY CID|JSON [--saw CID …]"),
        ("resolve k 1 2", "usage: resolve KEY CID|JSON [--saw CID …]"),
        (f"resolve k {CID} 2", "usage: resolve KEY CID|JSON [--saw CID …]"),
        (f"put k 1 --saw none {CID}", "usage: put KEY JSON [--saw CID …]"),
        ("delete k l", "usage: delete KEY [--saw CID …]"),
        ("delete k --saw", "usage: delete KEY [--saw CID …]"),
        ("unresolve", "usage: unresolve KEY JSON JSON … [--saw CID …]"),
        ("unresolve k 1 x", None),
        (f"resolve k {CID}a", None),
        ("heal", "usage: heal PEER|all"),
        ("help a b", "usage: help [COMMAND]"),
        ("exit now", "usage: exit"),
        ("get \ud800", "the line is not valid Unicode"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(line: str, error: str | None) -> None:
    with pytest.raises(Refused) as caught:
        parse(line)
    if error is not None:
        assert str(caught.value) == error
    assert "\n" not in str(caught.value)


WORDS = st.one_of(
    st.sampled_from([*COMMANDS, "--saw", "--limit", "--after", "--conflicts", CID, '"', "'", "\\", "{", "]"]),
    st.text(max_size=5),
)


ARGUMENTS = st.text("\"'\\\\{}[]:,-1ek \t\n\ud800\u0301\u202e\x00", max_size=20)
"""What quoting, JSON and Unicode can trip over."""


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=())),
        st.lists(WORDS, max_size=8).map(" ".join),
        st.tuples(st.sampled_from(list(COMMANDS)), ARGUMENTS).map(" ".join),
    )
)
@example("put k \\")
@example("\ud800 k")
def test_any_text_is_a_request_or_refused(line: str) -> None:
    with contextlib.suppress(Refused):
        assert parse(line).command.name in COMMANDS
    assert isinstance(first_word(line), str)
    assert is_blank(line) or first_word(line)


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_key_can_be_typed_in_quotes(key: str) -> None:
    assert parse(f"get {quote(key)}").request == Get(key)
    assert parse(f"put {quote(key)} 1").request == Put(key, "1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(JSON, st.booleans())
def test_json_is_taken_as_it_stands_and_flags_may_follow(value: object, ascii_only: bool) -> None:
    try:
        text = json.dumps(value, ensure_ascii=ascii_only)
        text.encode()
    except UnicodeEncodeError:
        return
    assert parse(f"put k {text}").request == Put("k", text)
    assert parse(f"put k {text} --saw {CID}").request == Put("k", text, (CID,))


def test_a_line_of_nothing_but_openers_is_refused_quickly() -> None:
    for line in ("put k " + '"\\"' * 300_000, "put k " + "[" * 1_000_000, "put k " + "'" * 1_000_001):
        with pytest.raises(Refused):
            parse(line)


@pytest.mark.parametrize(
    ("line", "word"), [("", ""), ("  Put k", "put"), ("foo'bar baz", "foo'bar"), ("X", "X")]
)
def test_the_first_word_names_the_command(line: str, word: str) -> None:
    assert first_word(line) == word


def test_blank_lines() -> None:
    assert is_blank(" \t ")
    assert not is_blank(" x")


def test_an_open_quote_is_a_partial_word_for_completion() -> None:
    word = Scanner("'a b").partial_word()
    assert word is not None
    assert (word.text, word.closed) == ("a b", False)


def test_every_command_explains_itself() -> None:
    for name, command in COMMANDS.items():
        assert command.name == name
        assert command.usage.split()[0] == name
        assert command.summary
        assert not command.summary.endswith(".")
        assert all(f"{flag}" in command.usage for flag, _ in command.flags)


EXAMPLES = {
    "PEER|all": "all",
    "PEER": "lynx",
    "KEY": "k",
    "JSON": "1",
    "CID|JSON": "1",
    "HOST:PORT": "h:1",
    "FILE": "f",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_table_says_which_commands_change_nothing(command: Command) -> None:
    words = re.sub(r"\[[^]]*\]", "", command.usage).replace("…", "").split()
    request = parse(" ".join(EXAMPLES.get(word, "5" if word.isupper() else word) for word in words)).request
    looks = request.looks if isinstance(request, Operation) else not isinstance(request, Import)
    assert command.looks is looks
