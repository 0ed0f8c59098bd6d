"""As many hostile frames as one likes: `python -m tests.fuzz --frames 100000 [--seed 1]`."""

import argparse
import sys
import time

from tests.fuzz.trial import trial
from tests.system.harness import temporary_cluster


def main() -> int:
    """Run it; AssertionError with what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    with temporary_cluster() as cluster:
        verdict = trial(cluster, options.frames, options.seed)
    sent = ", ".join(f"{number:,} {what}" for what, number in sorted(verdict.sent.items()))
    print(f"{time.monotonic() - begun:.0f} s: {sent}")
    print(f"memory of the node: {verdict.before:.0f} MiB before, {verdict.after:.0f} MiB after")
    return 0


sys.exit(main())
