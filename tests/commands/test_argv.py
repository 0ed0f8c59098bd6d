"""Arguments that a shell has split are read as they are."""

import pytest

from decent_tui.commands.argv import Arguments
from decent_tui.commands.parse import find
from decent_tui.commands.scan import Word
from decent_tui.commands.table import Request, WrongUsage
from decent_tui.core import operations as ops
from decent_tui.core.errors import Refused

CID = "ab" * 32


def read(name: str, *words: str, stdin: str = "") -> Request:
    return find(name).parse(Arguments([Word(word, 0) for word in words], lambda: stdin))


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (["put", "a b", '{"x": 1}'], ops.Put("a b", '{"x": 1}')),
        (["put", "'", '"'], None),
        (["put", "k", "-5"], ops.Put("k", "-5")),
        (["put", "k", "-"], ops.Put("k", '"from stdin"')),
        (["put", "k", "1", "--saw", CID], ops.Put("k", "1", (CID,))),
        (["get", '"k"'], ops.Get('"k"')),
        (["keys", "a b", "--limit", "3"], ops.Keys("a b", limit=3)),
        (["resolve", "k", CID.upper()], ops.Resolve("k", cid=CID)),
        (["resolve", "k", "[1, 2]"], ops.Resolve("k", value="[1, 2]")),
        (["resolve", "k", "1", "--saw", CID], ops.Resolve("k", value="1", saw=(CID,))),
        (["resolve", "k", CID, "--saw", CID], ops.Resolve("k", cid=CID, saw=(CID,))),
        (["delete", "k", "--saw", "none"], ops.Delete("k", ())),
        (["unresolve", "k", '{"x": 1}', "2"], ops.Unresolve("k", ('{"x": 1}', "2"))),
        (["unresolve", "k", "1", "2", "--saw", CID], ops.Unresolve("k", ("1", "2"), (CID,))),
        (["resolve", "k", "-"], ops.Resolve("k", value='"from stdin"')),
    ],
)
def test_each_argument_is_one_word_or_one_value(words: list[str], request_: Request | None) -> None:
    if request_ is None:
        with pytest.raises(Refused, match="not valid JSON"):
            read(*words)
    else:
        assert read(*words, stdin='"from stdin"') == request_


@pytest.mark.parametrize("words", [["put", "k"], ["put", "k", "--saw", CID], ["get"], ["get", "a", "b"]])
def test_too_few_and_too_many_are_wrong_usage(words: list[str]) -> None:
    with pytest.raises(WrongUsage):
        read(*words)


def test_a_text_without_quotes_is_told_what_the_shell_took() -> None:
    with pytest.raises(Refused, match="double quotes inside those of the shell"):
        read("put", "k", "red")
