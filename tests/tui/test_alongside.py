"""Work alongside everything else."""

import gc
import warnings

from textual.app import App

from decent_tui.tui.alongside import alongside


async def test_work_given_up_before_it_began_leaves_nothing_unawaited() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("work")

    app = App[None]()
    async with app.run_test() as pilot:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            alongside(app, work, "group")
            app.workers.cancel_group(app, "group")
            await pilot.pause()
            gc.collect()
        assert not said
        assert not done


async def test_exclusive_work_gives_up_what_is_under_way() -> None:
    done: list[int] = []
    app = App[None]()
    async with app.run_test() as pilot:
        for number in range(3):

            async def work(number: int = number) -> None:
                done.append(number)

            alongside(app, work, "group", exclusive=True)
        await pilot.pause()
        assert done == [2]
