from decent_tui.lab import people, troubles
from decent_tui.lab.deed import Deed
from decent_tui.lab.world import MOST_NODES, draw_steps, draw_world

EVERY_DEED = sorted(
    {
        kind
        for module in (people, troubles)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Deed) and kind is not Deed
    },
    key=lambda kind: kind.__name__,
)
WORLDS = [draw_world(seed) for seed in range(2_000)]


def test_a_seed_always_draws_the_same_world_and_course() -> None:
    assert draw_world(5) == draw_world(5)
    assert draw_steps(draw_world(5)) == draw_steps(draw_world(5))
    assert draw_world(5) != draw_world(6)


def test_worlds_have_two_to_nine_nodes_and_anything_between_fair_and_foul() -> None:
    assert {world.nodes for world in WORLDS} == set(range(2, MOST_NODES + 1))
    for share, least, most in (
        (sum(world.sets_back for world in WORLDS), 0.2, 0.3),
        (sum(world.goodbyes for world in WORLDS), 0.2, 0.3),
        (sum(world.mutations > 0 for world in WORLDS), 0.03, 0.1),
        (sum(world.classics > 0 for world in WORLDS), 0.2, 0.5),
        (sum(world.weather.lose > 0 for world in WORLDS), 0.3, 0.5),
        (sum(world.weather.lose == world.weather.duplicate == 0 for world in WORLDS), 0.3, 0.6),
    ):
        assert least <= share / len(WORLDS) <= most


def test_every_deed_there_is_is_done_in_some_world() -> None:
    done = {type(step.deed) for world in WORLDS[:400] for step in draw_steps(world)}
    assert done == set(EVERY_DEED)


def test_nodes_and_steps_can_be_given() -> None:
    world = draw_world(3, nodes=7)
    assert world.nodes == 7
    assert len(draw_steps(world, 0)) == 0
    assert len(draw_steps(world, 25)) >= 25
