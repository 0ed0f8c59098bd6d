"""The ring of messages: capped, filtered, honest about what it let go."""

from decent_tui.core.events import Alarm, AnyEvent, Carried, Changed, Conflict
from decent_tui.tui.feed import Feed
from decent_tui.tui.message_filter import terms
from decent_tui.tui.ring import ROWS, SIFTED, Ring
from decent_tui.tui.roster import Roster


def carried(kind: str = "VERSIONS", summary: str = "1 version", size: int = 10) -> Carried:
    return Carried(0.0, "127.0.0.1:9002", "n2", True, kind, summary, size, b"x" * size)


def test_it_keeps_the_newest_rows_and_counts_the_rest() -> None:
    ring = Ring(rows=3)
    ring.extend(carried(summary=str(at)) for at in range(5))
    assert [line.event.summary for line in ring.shown if isinstance(line.event, Carried)] == ["2", "3", "4"]
    assert ring.dropped == 2


def test_it_is_capped_in_bytes_too() -> None:
    ring = Ring(size=10_000)
    ring.extend(carried(size=4_000) for _ in range(5))
    assert len(ring) == 2


def test_a_filter_looks_in_peer_type_and_key_and_can_be_inverted() -> None:
    ring = Ring()
    ring.extend([carried("SYNC"), carried("VERSIONS"), Conflict(0.0, "user:42", 2)])
    ring.filter(terms("sync", Roster()), signs_of_life=False)
    assert len(ring.shown) == 1
    ring.filter(terms("!sync", Roster()), signs_of_life=False)
    assert len(ring.shown) == 2
    ring.filter(terms("User:42", Roster()), signs_of_life=False)
    assert len(ring.shown) == 1
    assert ring.extend([carried("SYNC")]) == 0
    assert ring.extend([Conflict(0.0, "user:42", 2)]) == 1


def test_signs_of_life_are_kept_and_hidden() -> None:
    ring = Ring(rows=4)
    ring.extend([carried("HEARTBEAT"), carried("SYNC"), carried("PING")])
    assert len(ring.shown) == 1
    ring.filter(terms("", Roster()), signs_of_life=True)
    assert len(ring.shown) == 3
    ring.extend([carried("SYNC"), carried("SYNC")])
    assert (len(ring.shown), ring.dropped) == (4, 0)


def test_what_was_let_go_is_gone_from_the_filtered_lines_too() -> None:
    ring = Ring(rows=2)
    ring.filter(terms("sync", Roster()), signs_of_life=False)
    ring.extend([carried("SYNC"), carried("VERSIONS"), carried("VERSIONS")])
    assert list(ring.shown) == []


def test_the_feed_hands_over_once_and_names_what_changed() -> None:
    feed = Feed()
    batch: list[AnyEvent] = [Changed(0.0, ("a", "b"), "n2"), carried()]
    feed.listener(batch)
    news = feed.look()
    assert sorted(news.keys or ()) == ["a", "b"]
    assert (news.writes, news.stored, news.peers, len(news.events)) == (2, True, False, 2)
    assert not feed.waiting


def test_a_flood_is_skipped_counted_and_counts_as_a_change_of_everything() -> None:
    feed = Feed(batches=10)
    for _ in range(25):
        feed.listener([Alarm(0.0, "x")])
    news = feed.look()
    assert (len(news.events), news.skipped, news.keys) == (10, 15, None)


def test_signs_of_life_wait_for_the_next_look_all_else_is_seen_soon() -> None:
    woken: list[int] = []
    feed = Feed(lambda: woken.append(1), batches=10)
    feed.listener([carried("HEARTBEAT"), carried("PONG")])
    assert feed.waiting
    assert not woken
    feed.listener([carried("HEARTBEAT"), carried("SYNC")])
    assert len(woken) == 1
    feed.look()
    for _ in range(5):  # but they are no reason to lose what comes with them
        feed.listener([carried("HEARTBEAT")])
    assert len(woken) == 2


def test_a_filter_looks_at_the_newest_first_and_at_the_rest_in_pieces() -> None:
    ring = Ring(rows=3 * SIFTED)
    ring.extend(carried(("SYNC", "VERSIONS")[at % 2], str(at)) for at in range(3 * SIFTED))
    ring.filter(terms("type:sync", Roster()), signs_of_life=False)
    assert (len(ring.shown), ring.sifting) == (SIFTED // 2, True)
    ring.extend([carried("SYNC", "new")] * SIFTED)  # pushes out lines that were not looked at yet
    assert ring.sift()
    ring.sift()
    assert not ring.sift()
    summaries = [line.event.summary for line in ring.shown if isinstance(line.event, Carried)]
    assert summaries == [*map(str, range(SIFTED, 3 * SIFTED, 2)), *["new"] * SIFTED]
    assert ROWS >= 3 * SIFTED
