import json
import logging

import pytest

from decent_tui.commands.session import Outcome, run_line
from tests.commands.fakes import FakeNode


def fields(outcome: Outcome) -> dict[str, object]:
    answer = json.loads(b"".join(outcome.json()))
    assert isinstance(answer, dict)
    return answer


async def run(node: FakeNode, line: str) -> Outcome:
    outcome = await run_line(node, line)
    assert outcome is not None
    return outcome


async def test_a_line_becomes_an_answer() -> None:
    node = FakeNode()
    outcome = await run(node, 'put k {"a": 1}')
    assert outcome.ok
    assert not outcome.ends
    assert fields(outcome)["key"] == "k"
    assert list(outcome.text()) == ['k = {"a":1}']


@pytest.mark.parametrize("line", ["", "   ", "\t"])
async def test_an_empty_line_is_nothing(line: str) -> None:
    assert await run_line(FakeNode(), line) is None


@pytest.mark.parametrize(
    ("line", "command", "error"),
    [
        ("get k", "get", "no value"),
        ("put k", "put", "usage: put KEY JSON [--saw CID …]"),
        ("Put k", "put", "usage: put KEY JSON [--saw CID …]"),
        ("jump high", "jump", 'there is no command "jump"; type help for the list'),
        ("help jump", "help", 'there is no command "jump"; type help for the list'),
        ('put "a\tb" 1', "put", "a key must not contain control characters"),
    ],
)
async def test_what_goes_wrong_is_one_sentence(line: str, command: str, error: str) -> None:
    outcome = await run(FakeNode(), line)
    assert not outcome.ok
    assert fields(outcome) == {"command": command, "ok": False, "error": error}
    assert list(outcome.text()) == [f"{command}: {error}"]


async def test_exit_quit_and_a_leave_that_was_done_end_the_process() -> None:
    node = FakeNode()
    assert (await run(node, "exit")).ends
    assert (await run(node, "quit")).ends
    assert (await run(node, "leave")).ends
    node.may_leave = False
    assert not (await run(node, "leave")).ends
    assert fields(await run(node, "exit")) == {"command": "exit", "ok": True}


async def test_a_bug_in_the_node_costs_one_answer(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        outcome = await run(FakeNode(), "status")
    assert outcome.error == "the node failed at this (ZeroDivisionError); its log says more"
    assert "status failed" in caplog.text
