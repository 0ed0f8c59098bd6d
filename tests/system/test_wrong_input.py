"""Wrong input on stdin: one plain sentence, nothing changed, and the node lives."""

import json

from .harness import Cluster

WRONG = [
    "nonsense",
    "nonsense with words",
    "put",
    "put k",
    "put k {",
    "put k nope",
    "put k 1 2",
    "put k 'single'",
    "put k NaN",
    "put k Infinity",
    "put k -Infinity",
    "put k 1e400",
    "put k [1,]",
    'put k "\\x41"',
    'put k "unclosed',
    "put 'unclosed 1",
    "put '' 1",
    'put "a\tb" 1',
    "put \x7f 1",
    "put k 1 --saw",
    "put k 1 --nope",
    f"put {'k' * 1025} 1",
    f"put k {json.dumps('x' * 262_144)}",
    f"put k {'[' * 100_000}",
    f"put k {'[' * 3_000}{']' * 3_000}",
    f"put k {'9' * 20_000}",
    "get",
    "get a b",
    "get missing",
    "get 'unclosed",
    "delete",
    "delete a b",
    "keys a b",
    "keys --limit",
    "keys --limit x",
    "keys --limit -1",
    "keys --nope",
    "getpeer",
    "getpeer nobody",
    "getpeer nobody k",
    "addpeer",
    "addpeer nowhere",
    "addpeer 127.0.0.1:",
    "addpeer :",
    "addpeer 127.0.0.1:http",
    "addpeer 127.0.0.1:99999",
    "addpeer 127.0.0.1:0",
    "addpeer 127.0.0.1:-1",
    "resolve",
    "resolve k",
    f"resolve missing {'0' * 64}",
    "peers extra",
    "snapshot extra",
    "cut",
    "cut nobody",
    "cut 127.0.0.1:1",
    "heal",
    "heal nobody",
    "'",
    '"put" k',
    ";",
    "\\",
    "\u202eput k 1",
]


def test_wrong_input_gets_one_plain_sentence_and_the_node_lives(cluster: Cluster) -> None:
    node = cluster.start()
    node.ok("put k 1")
    before = node.data_snapshot()
    wrong: list[str] = []
    for line, answer in zip(WRONG, node.calls(WRONG), strict=True):
        short = line if len(line) < 60 else f"{line[:40]}… ({len(line)} characters)"
        error = answer.get("error")
        if answer.get("ok") is not False:
            wrong.append(f"{short!r}: accepted: {str(answer)[:200]}")
        elif set(answer) != {"command", "ok", "error"}:
            wrong.append(f"{short!r}: fields {sorted(answer)}")
        elif not isinstance(error, str) or not error.strip() or "\n" in error or len(error) > 300:
            wrong.append(f"{short!r}: not one sentence: {str(error)[:400]!r}")
        elif any(sign in error for sign in ("Traceback", "Error:", "<class", "Exception", "object at")):
            wrong.append(f"{short!r}: not plain: {error!r}")
        elif answer["command"] != line.split()[0] and line.split()[0] not in ("'", '"put"'):
            wrong.append(f"{short!r}: answered as command {answer['command']!r}")
    assert not wrong, "\n".join(wrong)
    assert node.data_snapshot() == before
    assert node.error_text().count("Traceback") == 0


def test_blank_lines_are_passed_over(cluster: Cluster) -> None:
    node = cluster.start()
    node.send_raw(b"\n   \n\r\n\t\nput k 1\r\n\n")
    assert node.answer()["command"] == "put"
    assert node.values("k") == [1]


def test_bytes_that_are_no_text_are_refused(cluster: Cluster) -> None:
    node = cluster.start()
    node.send_raw(b'put \xff\xfe 1\nput k "\xff"\nput k\x00 1\n')
    assert [node.answer()["ok"] for _ in range(3)] == [False, False, False]
    assert node.keys() == []


def test_an_endless_line_is_refused_and_the_next_one_served(cluster: Cluster) -> None:
    node = cluster.start()
    node.send_raw(b'put k "' + b"x" * 3_000_000 + b'"\n')
    assert node.answer()["ok"] is False
    node.ok("put k 1")
