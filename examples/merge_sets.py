"""Settles conflicts where no person is needed: lists under sets/ are sets, and a conflict is their union.

    python merge_sets.py [HOST:PORT]

Any number of these may run at the same time, on any nodes: the same union has the same content everywhere.
"""

import asyncio
import json
import sys

from decent_tui import Client, Entry, Json, Refused, Stale

PREFIX = "sets/"


def union(entry: Entry) -> list[Json]:
    sets = [value for value in entry.values if isinstance(value, list)]
    members = {json.dumps(one, sort_keys=True): one for each in sets for one in each}
    return [members[text] for text in sorted(members)]


async def merge(node: Client, key: str) -> None:
    entry = await node.get(key)
    if entry.conflict and all(isinstance(value, list) for value in entry.values):
        try:
            await node.put(key, union(entry), saw=entry)  # only over what was merged
            print("merged", key, flush=True)
        except Stale:
            pass  # somebody wrote meanwhile: the watch will tell


async def main(address: str | None = None) -> None:
    async with Client(address) as node, node.watch(PREFIX) as changes:
        async for key in node.keys(PREFIX, conflicts=True):  # those from before
            await merge(node, key)
        print("watching", flush=True)
        async for change in changes:
            await merge(node, change.key)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:2]))
    except Refused as error:
        sys.exit(str(error))
