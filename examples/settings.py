"""A shared settings store: what one machine sets, every other has, also when they were offline meanwhile.

    python settings.py set colour '"red"'      python settings.py get colour
    python settings.py all                     python settings.py follow

It asks the node of this machine (127.0.0.1:9001, or where DECENT_NODE says).
"""

import asyncio
import json
import sys

from decent_tui import Client, Refused

PREFIX = "settings/"


async def main(verb: str, name: str = "", value: str = "") -> None:
    async with Client() as node:
        match verb:
            case "set":
                await node.put(PREFIX + name, json.loads(value))
            case "get":
                # two machines may have set it at the same time: the newest counts until one sets it again
                print(json.dumps((await node.get(PREFIX + name)).values[:1]))
            case "all":
                async for key in node.keys(PREFIX):
                    print(key.removeprefix(PREFIX), json.dumps((await node.get(key)).values))
            case "follow":
                async with node.watch(PREFIX) as changes:
                    print("following", flush=True)
                    async for change in changes:
                        print(change.key.removeprefix(PREFIX), json.dumps(change.entry.values), flush=True)
            case _:
                sys.exit(__doc__)


if __name__ == "__main__":
    try:
        asyncio.run(main(*(sys.argv[1:] or ["help"])))
    except Refused as error:
        sys.exit(str(error))
