"""Randomness for a simulation: one stream for each concern, all from one seed.

A new draw in one concern (a lost message, say) does not shift the others, so that a seed that found
something still tells much the same story after the program was changed.
"""

from random import Random


class Streams:
    """The streams of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[tuple[str, ...], Random] = {}

    def of(self, *concern: str) -> Random:
        """The stream of a concern, always the same one."""
        stream = self._streams.get(concern)
        if stream is None:
            # seeded by a text, which Python hashes with SHA-512: the same in every process
            stream = self._streams[concern] = Random("/".join((str(self._seed), *concern)))
        return stream
