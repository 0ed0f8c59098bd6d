"""The simulated disk: what survives what, and who a node is afterwards."""

from random import Random

from decent_tui.core.identity import Identified
from decent_tui.core.replica import Replica
from decent_tui.lab.disk import Disk, SimFile

from ..core.builders import put


def opened() -> tuple[Disk, Replica]:
    """A disk with a node's file on it, open."""
    disk = Disk(Random(1))
    disk.open()
    return disk, Replica(disk.file, lambda changes, source: None)


def held(file: SimFile) -> list[str]:
    """The keys on it."""
    return file.page(limit=99)


def durable(disk: Disk, replica: Replica, key: str) -> None:
    """A write that is safe."""
    put(replica, key)
    disk.file.make_durable()


def test_a_restart_keeps_the_id() -> None:
    disk, replica = opened()
    durable(disk, replica, "k")
    disk.crash()
    assert disk.open() == Identified(replica.node, "", "", new=False)


def test_a_crash_keeps_what_is_committed_a_loss_of_power_what_is_durable() -> None:
    for loses_power in (False, True):
        disk, replica = opened()
        durable(disk, replica, "durable")
        put(replica, "committed")
        if loses_power:
            disk.lose_power(Random(3))
        else:
            disk.crash()
        assert held(disk.file) == (["durable"] if loses_power else ["committed", "durable"])
        state = disk.file.load()
        assert state is not None
        assert state.root.counter == (1 if loses_power else 2)


def test_a_loss_of_power_that_leaves_an_older_marker_changes_no_id() -> None:
    disk, replica = opened()
    durable(disk, replica, "k")
    disk.marker.flush()
    durable(disk, replica, "l")
    disk.file.lose_power()
    disk.marker.written = disk.marker.flushed
    assert disk.open().node == replica.node


def test_a_damaged_marker_a_restored_file_and_a_copy_get_a_new_id() -> None:
    disk, replica = opened()
    image = disk.image()
    durable(disk, replica, "k")
    disk.restore(image)
    assert disk.open().was == replica.node

    disk, replica = opened()
    disk.marker.written = None
    assert disk.open().was == replica.node

    copy = Disk(Random(2))
    copy.copy_from(disk)
    now = disk.file.load()
    assert now is not None
    assert copy.open().was == now.root.node


def test_a_machine_that_was_set_back_cannot_tell() -> None:
    disk, replica = opened()
    image = disk.image()
    durable(disk, replica, "k")
    disk.roll_back(image)
    assert disk.open().node == replica.node
    assert held(disk.file) == []


def test_an_image_stays_as_it_was() -> None:
    disk, replica = opened()
    image = disk.image()
    durable(disk, replica, "k")
    assert held(image.file) == []
    assert held(disk.file) == ["k"]


def test_a_lost_disk_starts_empty_and_new() -> None:
    disk, replica = opened()
    durable(disk, replica, "k")
    disk.wipe()
    assert disk.open().node != replica.node
    assert held(disk.file) == []
