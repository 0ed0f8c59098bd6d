"""View 4 with real nodes: the stores, the links, commands, and the way to the dashboards and back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from decent_tui.commands.session import run_line
from decent_tui.lab.cluster import Cluster
from decent_tui.lab.scenario import Scenario, scenario
from decent_tui.tui.convergence import ConvergenceScreen
from decent_tui.tui.dial_panel import DialPanel
from decent_tui.tui.header import Rates
from decent_tui.tui.keybar import KeyBar
from decent_tui.tui.lab_app import LabApp, LabDashboard
from decent_tui.tui.lines import plain
from decent_tui.tui.store_lines import Held, Shelf, Value, store_lines
from decent_tui.tui.timeline import TimelineScreen

from .screen import text, type_line, until

THREE = scenario("""
title = "Three"
nodes = ["anna", "ben", "cleo"]
[[step]]
caption = "Three nodes."
expect = { level = true }
[[step]]
after = 600
caption = "Much later."
""")


@asynccontextmanager
async def lab(
    story: Scenario = THREE, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Pilot[None], LabApp, Cluster]]:
    """The lab of a real cluster, its story begun."""
    app = LabApp(story)
    async with Cluster(story.nodes, screen=True) as cluster, app.run_test(size=size) as pilot:
        guide = app.open(cluster)
        telling = asyncio.create_task(guide.run())
        try:
            await until(pilot, lambda: "Three nodes." in text(app.lab.story))
            await until(pilot, lambda: "same everywhere" in text(app.lab.headline))
            yield pilot, app, cluster
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


async def do(cluster: Cluster, name: str, line: str) -> None:
    node = cluster.node(name)
    assert node is not None
    outcome = await run_line(node, line)
    assert outcome is not None
    assert outcome.ok, outcome.error


async def test_a_write_is_seen_to_travel_and_arrive() -> None:
    async with lab() as (pilot, app, cluster):
        first, second, third = app.lab.stores
        await until(pilot, lambda: text(app.lab.links).count("●") == 3)
        await do(cluster, "anna", "put k 1")
        await until(pilot, lambda: text(app.lab.links).count("●") == 5, "two messages on their way")
        await until(pilot, lambda: " k 1 " in text(first))
        assert "holds nothing" in text(second)  # the message is shown slowed down, and so is what it brings
        await until(pilot, lambda: "anna" in text(second).split("\n")[1])
        await until(pilot, lambda: " k 1 " in text(third))
        await until(pilot, lambda: text(app.lab.links).count("●") == 3)


async def test_a_cut_a_lag_and_a_stopped_node_are_seen_on_the_links() -> None:
    async with lab() as (pilot, app, cluster):
        await do(cluster, "anna", "cut ben")
        await until(pilot, lambda: "✗ cut by anna" in text(app.lab.links))
        await do(cluster, "anna", "heal all")
        await until(pilot, lambda: "✗" not in text(app.lab.links))
        await do(cluster, "ben", "lag cleo 50")
        await until(pilot, lambda: "lag 50 ms (ben)" in text(app.lab.links))
        await cluster.stop("cleo")
        await until(pilot, lambda: "○" in text(app.lab.links))
        await until(pilot, lambda: "switched off" in text(app.lab.stores[2]))
        await cluster.start("cleo")
        await until(pilot, lambda: "holds nothing" in text(app.lab.stores[2]))


async def test_two_values_stand_under_each_other_with_their_writers() -> None:
    async with lab() as (pilot, app, cluster):
        await do(cluster, "anna", "cut ben")
        await do(cluster, "anna", "cut cleo")
        await do(cluster, "anna", 'put k "left"')
        await do(cluster, "ben", 'put k "right"')
        await do(cluster, "anna", "heal all")
        await until(pilot, lambda: all("≠ k" in text(store) for store in app.lab.stores))
        for store in app.lab.stores:
            lines = text(store).split("\n")[1:3]
            assert {tuple(line.split()[-3:-1]) for line in lines} == {('"left"', "anna"), ('"right"', "ben")}
            assert "≠ 1 conflict" in text(store)


async def test_a_command_goes_to_the_chosen_node_and_the_story_waits() -> None:
    async with lab() as (pilot, app, cluster):
        await pilot.press("]")
        await type_line(pilot, ":put mine 1\n")
        await until(pilot, lambda: "You took over (ben: put mine 1)" in text(app.lab.story))
        await until(pilot, lambda: "mine 1" in text(app.lab.stores[1]))
        ben = cluster.node("ben")
        assert ben is not None
        outcome = await run_line(ben, "history mine")
        assert outcome is not None
        assert "written" in "\n".join(outcome.text())
        assert app.guide is not None
        assert app.guide.state == "paused"
        await pilot.press("space")
        assert app.guide.state == "playing"


async def test_the_chosen_node_bears_a_mark_not_a_colour_alone() -> None:
    async with lab() as (pilot, app, _):
        await until(pilot, lambda: "▸anna" in text(app.lab.stores[0]))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "▸ben" in text(app.lab.stores[1]))
        assert "▸" not in text(app.lab.stores[0])


async def test_what_nothing_undoes_is_asked_about_and_n_leaves_it() -> None:
    async with lab() as (pilot, app, cluster):
        await do(cluster, "anna", "put k 1")
        await until(pilot, lambda: " k 1 " in text(app.lab.stores[0]))
        await type_line(pilot, ":delete k\n")
        await until(pilot, lambda: "do it" in text(app.lab.answer))
        await pilot.press("n")
        await until(pilot, lambda: "was not carried out" in text(app.lab.answer))
        assert "Much later." not in text(app.lab.story)  # and it was no step of the story


async def test_the_dashboards_are_a_key_away_and_say_whose_they_are() -> None:
    async with lab() as (pilot, app, cluster):
        await until(
            pilot, lambda: "1 dashboard" in text(app.lab.query_one(KeyBar)), text(app.lab.query_one(KeyBar))
        )
        await pilot.press("]", "1")
        await until(pilot, lambda: isinstance(app.screen, LabDashboard))
        board = app.screen
        assert isinstance(board, LabDashboard)
        await until(pilot, lambda: "2 of 2 peers" in text(board.header) and " ben " in text(board.header))
        assert "Three nodes." in text(board.seats)
        await pilot.press("]")
        await until(pilot, lambda: isinstance(app.screen, LabDashboard) and app.screen is not board)
        other = app.screen
        assert isinstance(other, LabDashboard)
        await until(pilot, lambda: " cleo " in text(other.header))
        await type_line(pilot, ":put k 1\n")
        await until(pilot, lambda: app.guide is not None and "cleo: put k 1" in app.guide.note)
        await cluster.stop("cleo")
        await until(pilot, lambda: "cleo is switched off" in text(other.header))
        await cluster.start("cleo")
        await until(pilot, lambda: "1 key" in text(other.header))
        await pilot.press("4")
        await until(pilot, lambda: app.screen is app.lab)


def test_a_node_that_starts_anew_counts_from_nothing_and_wrote_nothing_meanwhile() -> None:
    rates = Rates()
    for total in (0, 8, 0):
        shown = rates.sample(total)
    assert shown[-2:] == (8, 0)


async def test_who_joins_from_elsewhere_is_counted() -> None:
    async with lab() as (pilot, app, cluster), Cluster(["dora"]) as elsewhere:
        assert cluster.address("anna") in text(app.lab.headline)
        await do(elsewhere, "dora", f"addpeer {cluster.address('anna')}")
        await until(pilot, lambda: "+ 1 from elsewhere" in text(app.lab.headline))


async def test_nothing_is_painted_while_nothing_happens() -> None:
    async with lab(size=(80, 24)) as (pilot, app, _):
        await until(pilot, lambda: not app.lab.links.pulses.at(time.monotonic()))
        app.lab.links.look()
        drawn: list[object] = []
        app.lab.links._draw = lambda: drawn.append(1)  # type: ignore[method-assign]
        for _ in range(5):
            app.lab.links.look()
        assert not drawn


async def test_every_link_of_four_nodes_has_room_in_a_small_terminal() -> None:
    four = scenario(
        'title = "Four"\nnodes = ["a", "b", "c", "d"]\n[[step]]\ncaption = "Three nodes."\n'
        "expect = { level = true }\n"
    )
    async with lab(four, (80, 24)) as (pilot, app, _):
        await until(pilot, lambda: text(app.lab.links).count("╰") == text(app.lab.links).count("╯") == 3)


async def test_the_theme_changes_and_is_told_where_one_looks() -> None:
    async with lab() as (pilot, app, _):
        before = app.theme
        await pilot.press("ctrl+t")
        await until(pilot, lambda: app.theme != before and "theme:" in text(app.lab.answer))


async def test_the_timeline_of_the_lab_shows_what_happened_on_every_node() -> None:
    async with lab() as (pilot, app, cluster):
        await do(cluster, "ben", "put k 1")
        await until(pilot, lambda: " k 1 " in text(app.lab.stores[2]))
        await cluster.stop("ben")  # what it remembered was read while it ran
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, TimelineScreen))
        view = app.screen
        assert isinstance(view, TimelineScreen)
        await until(pilot, lambda: "everything that happened" in text(view.headline))
        assert text(view.lanes).split() == ["anna", "ben", "cleo"]
        await until(pilot, lambda: text(view.events).count("○") == 2, text(view.events))
        assert not any(mark.inferred for mark in view.timeline)
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.screen, ConvergenceScreen))
        await until(pilot, lambda: "anna here" in text(app.screen.query_one("#body")))
        await pilot.press("4")
        await until(pilot, lambda: app.screen is app.lab)


async def test_dials_break_the_links_of_the_chosen_node_and_the_story_waits() -> None:
    async with lab() as (pilot, app, _):
        await pilot.press("]", "X")
        await until(pilot, lambda: isinstance(app.screen, DialPanel))
        panel = app.screen
        assert isinstance(panel, DialPanel)
        await until(pilot, lambda: "Dials of ben" in text(panel.dials) and "anna" in text(panel.dials))
        await pilot.press("x", "escape")
        await until(pilot, lambda: "✂ 1 cut" in text(app.lab.headline))
        await until(pilot, lambda: "cut by ben" in text(app.lab.links))
        assert "You took over (ben: cut " in text(app.lab.story)
        await type_line(pilot, ":heal all\n")
        await until(pilot, lambda: "✂" not in text(app.lab.headline))


async def test_where_there_is_no_room_a_value_has_the_colour_of_its_writer() -> None:
    shelf = Shelf([Held("lunch", (Value('"soup"', "anna"), Value('"salad"', "ben")))], conflicts=1)
    inks = {"anna": "node-1", "ben": "node-2"}
    wide, narrow = (store_lines(shelf, (), inks, room, 5) for room in (30, 14))
    assert plain(wide[0]).split() == ["≠", "lunch", '"soup"', "anna"]
    assert [plain(line).rstrip() for line in narrow] == ['≠lunch "soup"', '       "salad"']
    assert [line[3].ink for line in narrow] == ["node-1", "node-2"]
