"""kill -9 at random moments of mixed load; `python -m tests.system.kill_rounds` runs a hundred rounds."""

import pytest

from .harness import Cluster
from .kill_rounds import kill_rounds


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kill_9_at_random_moments_of_mixed_load_loses_nothing_acknowledged(cluster: Cluster) -> None:
    told = kill_rounds(cluster, 5, seed=2)
    assert told["kills"] == 5
    assert told["times level, and every tombstone collected"] > 0
