"""A node that may keep only so much, as a process with a file of its own."""

from .harness import Cluster, eventually, linked, same_everywhere

LIMIT = 1_000_000


def test_others_cannot_fill_a_disk_beyond_the_limit_and_nothing_is_lost_by_it(cluster: Cluster) -> None:
    a = cluster.start()
    b = cluster.start(peers=[a.address], arguments=["--max-bytes", str(LIMIT)])
    linked(a, b)
    value = '"' + "x" * 100_000 + '"'
    for number in range(40):
        a.ok(f"put k{number:02} {value}")
    eventually(lambda: any("--max-bytes" in alarm for alarm in b.ok("status")["alarms"]))
    eventually(lambda: "--max-bytes" in b.error_text())
    assert b.ok("status")["bytes"] < LIMIT + 1_200_000  # the turn that reached it is still written
    held = b.ok("keys")["keys"]
    assert 0 < len(held) < 40
    assert b.ok(f"get {held[0]}")["versions"]
    assert "--max-bytes" in b.refused(f"put other {value}")
    b.ok(f"delete {held[0]}")
    b.terminate()
    b.arguments = []
    b.restart()
    same_everywhere(a, b)
    assert len(a.ok("keys")["keys"]) == 39
