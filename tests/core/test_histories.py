import pytest

from .history import History, play


@pytest.mark.parametrize("seed", range(60))
def test_after_any_history_all_are_level_and_nothing_is_lost_or_back(seed: int) -> None:
    play(History(seed))
