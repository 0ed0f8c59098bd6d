"""Text from outside is text: it passes between nodes unchanged and never reaches a terminal raw."""

import json
import re
from pathlib import Path

from .harness import Cluster, eventually, free_port, linked, put, quote, run, same_everywhere
from .wire import Wire, original

VALUES: list[object] = [
    "[/]",
    "[@click=app.quit]x[/]",
    "[bold red]x[/bold red]",
    "[link=https://example.org]x[/link]",
    "\x1b[2J\x1b[H\x1b]0;title\x07\x1b[31mred",
    "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31mC1\x9c\x85",
    "\x00\x01\x08\x7f",
    "\u202eright to left\u202c\u2066\u2069\u200f",
    "\u2028\u2029\ufeff\u200b",
    "e\u0301 is not é",
    "👩‍👩‍👧‍👦 🇩🇪 漢字 \U0010ffff",
    "line\r\nbreaks\n\ttabs",
    {"[/]": {"\x1b[2J": ["\u202e", None, -0.0, 1e-300]}},
    {"big": ["x" * 1_000, {"n": list(range(100))}] * 100},
    "y" * 200 * 1024,
    [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]],
]

KEYS = [
    "[/]",
    "[@click=app.quit]x[/]",
    "[bold]",
    "\u202eevil",
    "'",
    '"',
    "\\",
    "$(exit)",
    "; exit",
    "--limit",
    "-",
    "#",
    "k" * 1_024,
    "ключ/漢字/😀",
    "\u00a0",
    "\ufeff",
]

C0_OR_C1 = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def test_hostile_values_pass_between_nodes_unchanged(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.calls(put(f"k{n}", value) for n, value in enumerate(VALUES))
    a.calls(f"put raw{n} {json.dumps(value, ensure_ascii=False)}" for n, value in enumerate(VALUES))
    same_everywhere(a, b)
    for n, value in enumerate(VALUES):
        assert b.values(f"k{n}") == [value]
        assert b.values(f"raw{n}") == [value], "typed without escapes"
    for n in range(len(VALUES)):
        [record] = b.versions(f"k{n}")
        assert a.ok(f"getpeer {b.address} k{n}")["versions"] == [record]


def test_hostile_keys_pass_between_nodes_unchanged(cluster: Cluster) -> None:
    a, b = cluster.pair()
    for number, key in enumerate(KEYS):
        line = f"put -- {quote(key)} {number}" if key.startswith("--") else put(key, number)
        answer = a.call(line)
        if not answer["ok"] and key.startswith("-"):
            a.ok(put(f"x{key}", number))
            continue
        assert answer["ok"], (key, answer)
        eventually(lambda k=key, n=number: b.values(k) == [n])  # type: ignore[misc]
        b.ok(f"delete {quote(key)}")
        eventually(lambda k=key: a.versions(k) == [])  # type: ignore[misc]
    same_everywhere(a, b)


def test_no_raw_control_character_is_ever_on_stdout(cluster: Cluster) -> None:
    node = cluster.start()
    node.calls(put(f"k{n}", value) for n, value in enumerate(VALUES))
    node.calls(put(key, 1) for key in KEYS)
    node.snapshot()
    node.calls(
        ["\x1b[31mnonsense", "get \x1b[2J", "addpeer \x1b[2J:1", "getpeer \x9b31m k", "cut \x1b]0;x\x07"]
    )
    text = b"".join(node.raw_stdout).decode()
    assert C0_OR_C1.findall(text) == []


def test_without_json_hostile_text_cannot_style_or_turn_the_terminal(tmp_path: Path) -> None:
    lines = [put(f"k{n}", value) for n, value in enumerate(VALUES)]
    lines += [put(key, "\x1b[2J\u202e\x9b1m") for key in KEYS if not key.startswith("-")]
    lines += [f"get k{n}" for n in range(len(VALUES))]
    lines += [f"get {quote(key)}" for key in KEYS if not key.startswith("-")]
    lines += [
        "keys",
        "snapshot",
        "peers",
        "\x1b[31mnonsense",
        "get \x1b[2J",
        "addpeer \x1b]0;x\x07:1",
        "exit",
    ]
    result = run(
        tmp_path,
        *("--headless", "--memory", "--port", str(free_port()), "--name", "[/]"),
        stdin="".join(f"{line}\n" for line in lines).encode(),
    )
    assert result.returncode == 0
    for text in (result.stdout.decode(), result.stderr.decode()):
        assert C0_OR_C1.findall(text) == []
        assert BIDI.findall(text) == []


def test_odd_names_of_nodes_are_shown_as_they_are(cluster: Cluster) -> None:
    a = cluster.start()
    for name in ("[/]", "[@click=app.quit]x[/]", "漢字 😀", "a b", "'\"\\"):
        b = cluster.start(name=name, peers=[a.address], memory=True)
        linked(a, b)
        assert a.peer(b.address)["name"] == name
        assert b.listening["name"] == name
        assert b.terminate() == 0


def test_a_name_with_control_characters_is_refused(tmp_path: Path) -> None:
    for name in ("\x1b[31mred", "a\nb", "\x9b1m", "x" * 10_000):
        result = run(
            tmp_path, "--headless", "--json", "--memory", "--port", "0", "--name", name, stdin=b"exit\n"
        )
        assert result.returncode == 2, name
        text = result.stderr.decode()
        assert len(text.strip().splitlines()) == 1
        assert C0_OR_C1.findall(text) == []


def test_hostile_text_from_the_wire_is_text(cluster: Cluster) -> None:
    """What a stranger's handshake and errors say reaches `peers`, stdout and stderr only as text."""
    node = cluster.start()
    evil = "\x1b[2J\x9b31m\u202e[@click=app.quit]x[/]"
    with Wire(node.port) as wire:
        wire.send(
            "HANDSHAKE",
            {
                "node_id": f"deadbeef@127.0.0.1:{free_port()}",
                "listen": f"127.0.0.1:{free_port()}",
                "known_peers": [evil],
                "name": evil,
                "features": [evil],
            },
        )
        wire.read_line()
        wire.send(evil, {evil: evil}, id=evil)
        wire.read_line()
        wire.send_raw(evil.encode() + b"\n")
        wire.read_line()
    with Wire(node.port) as wire:
        wire.send("PUT_VALUE", {"key": "k", "version": original("deadbeef@127.0.0.1:1", evil)})
        wire.read_line()
    assert node.values("k") == [evil]
    node.peers()
    raw = b"".join(node.raw_stdout).decode() + node.error_text()
    assert C0_OR_C1.findall(raw) == []


def test_a_lone_surrogate_is_refused_or_kept_but_never_breaks_anything(cluster: Cluster) -> None:
    a, b = cluster.pair()
    a.call('put k "\\ud800"')
    a.call('put k2 {"\\udfff": 1}')
    a.ok("put after 1")
    eventually(lambda: b.values("after") == [1])
    same_everywhere(a, b)
    with Wire(a.port) as wire:
        record = original("deadbeef@127.0.0.1:1", 1)
        line = json.dumps({"type": "PUT_VALUE", "payload": {"key": "\ud800", "version": record}})
        wire.send_raw(line.encode() + b"\n")
        wire.read_line()
    same_everywhere(a, b)
