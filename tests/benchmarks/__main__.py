"""`python -m tests.benchmarks [PART …]`: a node beside its limits and its peers, as a table."""

import argparse
from pathlib import Path

from . import catch_up, growth, latency, live, start, sync_bytes
from .table import print_table

PARTS = {
    "sync-bytes": sync_bytes,
    "catch-up": catch_up,
    "live": live,
    "latency": latency,
    "growth": growth,
    "start": start,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"all of them if none is named: {', '.join(PARTS)}"
    )
    parser.add_argument("--runs", type=int, default=5, help="of each measurement, interleaved (default: 5)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(".benchmarks"),
        help="where the data files are kept that the nodes start on (made at the first run, some minutes)",
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    arguments.folder.mkdir(exist_ok=True)
    figures = []
    for part in arguments.parts or PARTS:
        figures += PARTS[part].run(arguments.folder, arguments.runs)
    print_table(figures)


if __name__ == "__main__":
    main()
