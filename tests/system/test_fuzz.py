"""Hostile frames against a real node; `python -m tests.fuzz` sends as many as one likes."""

import pytest

from tests.fuzz.trial import trial

from .harness import Cluster

FRAMES = 4_000


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_hostile_frames_harm_neither_a_node_nor_its_neighbour(cluster: Cluster) -> None:
    verdict = trial(cluster, FRAMES, seed=1)
    assert verdict.sent["frames"] >= FRAMES
    assert verdict.sent["ERR"] > 100
    assert verdict.after - verdict.before < 50
