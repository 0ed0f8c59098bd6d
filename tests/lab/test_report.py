import msgspec
import pytest

from decent_tui.lab import report as reports
from decent_tui.lab.convergence import alone
from decent_tui.lab.report import Target, challenge, promises, repair, report, table
from tests.lab.test_convergence import CALM


def test_the_efficient_broadcast_challenge_is_met_at_the_lower_bound() -> None:
    targets = challenge(seconds=1.0)
    assert all(target.met for target in targets), targets
    assert [target.measured for target in targets] == [
        pytest.approx(12.0),
        pytest.approx(0.1),
        pytest.approx(0.1),
        0,
    ]


def test_a_lost_push_is_repaired_within_two_seconds_in_a_network_of_100_ms() -> None:
    (target,) = repair(rounds=4)
    assert 0.3 < target.measured <= target.most == 2.0


def test_the_table_is_markdown_with_a_row_for_each_measure() -> None:
    lines = table([alone(3, CALM, 2), alone(3, CALM, 2, lose=1)]).splitlines()
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[2].split("|")][1:8] == [
        "3",
        "0%",
        "10 ms",
        "10 ms",
        "10 ms",
        "2.00",
        "2",
    ]
    assert lines[2].split("|")[-2].strip() == ""
    assert lines[3].split("|")[-2].strip().endswith("s")


def test_what_did_not_spread_has_no_longest_time() -> None:
    stuck = msgspec.structs.replace(alone(3, CALM, 2), missing=1)
    assert " never |" in table([stuck])


def test_a_missed_target_says_so() -> None:
    told = promises([Target("this", 1.0, 0.5), Target("that", 1.0, 2.0, "s")]).splitlines()
    assert told[2].endswith("met    |")
    assert told[3].endswith("MISSED |")
    assert "2.00 s" in told[3]


def test_the_report_measures_all_sizes_and_losses_and_says_what_it_is_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "ROUNDS", {3: (3, 1), 4: (2, 2)})
    monkeypatch.setattr(reports, "CHALLENGE", 4)
    told: list[str] = []
    text = report(told.append)
    assert len(told) == 2 * len(reports.LOSSES) + 2
    assert text.count("\n|") >= 2 * len(reports.LOSSES)
    assert "- payload: " in text
    assert text == report(told.append)
