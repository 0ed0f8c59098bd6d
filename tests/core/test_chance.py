import random

from decent_tui.core.chance import draw_id, name_for
from decent_tui.core.clocks import is_classic


def test_an_id_has_our_own_form_and_follows_from_the_chance_handed_in() -> None:
    ids = [draw_id(random.Random(seed)) for seed in range(100)]
    assert ids == [draw_id(random.Random(seed)) for seed in range(100)]
    assert len(set(ids)) == 100
    assert not any(map(is_classic, ids))


def test_a_node_is_called_by_the_same_word_everywhere() -> None:
    assert name_for("0" * 16) == name_for("0" * 16) == "otter"
    assert all(name_for(draw_id(random.Random(seed))).isalpha() for seed in range(200))
