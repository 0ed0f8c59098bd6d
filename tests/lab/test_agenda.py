from decent_tui.lab.agenda import Agenda


def test_what_is_due_happens_in_the_order_of_time_and_equal_times_in_that_of_entry() -> None:
    agenda, told = Agenda(), list[tuple[str, float]]()
    for name, delay in (("late", 2.0), ("first", 1.0), ("second", 1.0)):
        agenda.later(delay, lambda name=name: told.append((name, agenda.now)))
    agenda.run(1.5)
    assert told == [("first", 1.0), ("second", 1.0)]
    assert agenda.now == 1.5
    agenda.run(1.0)
    assert told[-1] == ("late", 2.0)


def test_waiting_ends_when_it_is_so_or_when_the_time_is_over() -> None:
    agenda = Agenda()
    assert agenda.run_until(lambda: agenda.now >= 3, 10)
    assert agenda.now < 4
    assert not agenda.run_until(lambda: False, 5)
    assert agenda.now >= 8
