from random import Random

import pytest

from decent_tui.core.errors import ProtocolError
from decent_tui.core.messages import Heartbeat, Sync, decode, encode
from decent_tui.lab.mutate import Mutator

LINE = encode(Sync({"a" * 16: [1, 7]}), 1)


def test_a_share_of_nothing_changes_nothing() -> None:
    mutator = Mutator(Random(1), 0.0)
    assert all(mutator.lines(LINE) == [LINE] for _ in range(100))


@pytest.mark.parametrize("seed", range(5))
def test_mutated_lines_are_lines_and_decode_to_something_or_an_error(seed: int) -> None:
    mutator = Mutator(Random(seed), 1.0)
    refused = 0
    for line in [line for _ in range(500) for line in mutator.lines(LINE)]:
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        try:
            decode(line)
        except ProtocolError:
            refused += 1
    assert 50 < refused < 500  # some say something else, some say nothing


def test_signs_of_life_are_mutated_more_rarely() -> None:
    mutator, beat = Mutator(Random(1), 1.0), encode(Heartbeat("0" * 16))
    honest = sum(mutator.lines(beat) == [beat] for _ in range(500))
    assert 300 < honest < 500


def test_a_changed_line_is_still_json_and_says_something_else() -> None:
    mutator = Mutator(Random(1), 1.0)
    assert len({mutator.changed(LINE) for _ in range(200)}) > 20
