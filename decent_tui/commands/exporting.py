"""Export: every key as a line of JSON, in flat memory. The file is on the side where the command was typed.

A line is `{"key": …, "value": …}`; of a key in conflict it has the newest value, the others in `"others"`.
`importing` reads the same lines; what else a line has is passed over there.
"""

import asyncio
from typing import Final

import msgspec

from decent_tui.commands.answers import Exported
from decent_tui.commands.new_file import new_file
from decent_tui.commands.progress import Progress, Step
from decent_tui.core.operations import Entries, Status, Versions
from decent_tui.net.interface import NodeInterface


class Line(msgspec.Struct, omit_defaults=True):
    """A line of such a file."""

    key: str
    value: msgspec.Raw
    others: list[msgspec.Raw] = []


LINE: Final = msgspec.json.Decoder(Line)
"""Reads one."""


async def export_to(node: NodeInterface, path: str, prefix: str, progress: Progress) -> Exported:
    """Write every key with this prefix to a file, which appears there when it is whole. What is written
    meanwhile may be in it or not. Raises Refused."""
    count = size = conflicts = 0
    async with new_file(path) as file:
        keys = 0 if prefix else (await node.run(Status())).keys
        after, more = "", True
        while more:
            page = await node.run(Entries(prefix, after))
            lines = b"".join(map(_encoded, page.entries))
            await asyncio.to_thread(file.write, lines)
            count, size = count + len(page.entries), size + len(lines)
            conflicts += sum(len(entry.versions) > 1 for entry in page.entries)
            more, after = page.more, page.entries[-1].key if page.entries else ""
            progress(Step(count, size, min(1.0, count / keys) if keys else None))
    return Exported(path, count, size, conflicts)


def _encoded(entry: Versions) -> bytes:
    newest, *others = (record.value for record in entry.versions)
    return msgspec.json.encode(Line(entry.key, newest, others)) + b"\n"
