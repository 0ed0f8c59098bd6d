"""`decent-tui restore FILE`: a backup becomes the data of a node, under a new id."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import SystemRandom

import msgspec

from decent_tui.commands import flags, options
from decent_tui.commands.arguments import PROGRAM, Parser, fail, say
from decent_tui.commands.configuration import ConfigError, Configuration, configure
from decent_tui.commands.option import Front
from decent_tui.core.chance import draw_id
from decent_tui.core.errors import StorageError
from decent_tui.storage.location import default_file
from decent_tui.storage.restoring import Contents, contents, replaceable, restore


class Restored(msgspec.Struct, frozen=True):
    """What was done, or with `dry_run` would be, for a program. `node_id` is the new id, null while there is
    none; `was` is that of the backup, `replaces` that of the data it takes the place of (empty: damaged)."""

    command: str
    ok: bool
    file: str
    data: str
    count: int
    was: str
    replaces: str | None
    node_id: str | None
    dry_run: bool


class Failed(msgspec.Struct, frozen=True):
    """Why nothing was done, for a program."""

    command: str
    ok: bool
    error: str


def parser() -> Parser:
    """The arguments of `decent-tui restore`."""
    made = Parser(
        prog=f"{PROGRAM} restore",
        description="Make a backup the data of a node. It gets a new id, is a new member of its cluster, and "
        "takes from its peers what the backup lacks. The id of the backup counts as a member until it is "
        "forgotten. Without --data the file is where the node of this host and port looks for it.",
        allow_abbrev=False,
    )
    made.add_argument("file", metavar="FILE", type=Path, help="what backup wrote, or any data file")
    made.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    made.add_argument("--replace", action="store_true", help="take the place of data that is there")
    flags.add_flags(made, [Front.RESTORE])
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui restore`; the exit code."""
    parsed = parser().parse_args(arguments)
    configuration = configure(flags.given(parsed))
    as_json = configuration[options.JSON]
    try:
        done, before = _restore(parsed.file, _data(configuration), parsed.dry_run, parsed.replace)
    except StorageError as error:
        if not as_json:
            return fail(str(error), 1)
        say(msgspec.json.encode(Failed("restore", False, str(error))).decode())
        return 1
    for line in [msgspec.json.encode(done).decode()] if as_json else _lines(done, before):
        say(line)
    return 0


def _data(configuration: Configuration) -> Path:
    data, port = configuration[options.DATA], configuration[options.PORT]
    if data is None and port == 0:
        raise ConfigError("with port 0 nothing is kept; --data FILE says where the data goes")
    return data or default_file(configuration[options.HOST], port)


def _restore(file: Path, data: Path, dry_run: bool, replace: bool) -> tuple[Restored, Contents]:
    held = contents(file)
    if held is None:
        raise StorageError(f"there is no file {file}")
    there = replaceable(data)
    if there is not None and not replace:
        what = f"with {there.keys:,} keys of node {there.node}" if there.node else "though damaged"
        advice = "--replace has the backup take its place, --data FILE names another"
        raise StorageError(f"{data} is there already, {what}; {advice}")
    chance = SystemRandom()
    new = None if dry_run else restore(file, data, replace=replace, draw=lambda: draw_id(chance))
    replaces = None if there is None else there.node
    done = Restored("restore", True, str(file), str(data), held.keys, held.node, replaces, new, dry_run)
    return done, held


def _lines(done: Restored, held: Contents) -> Iterator[str]:
    more = f", {held.conflicts:,} of them in conflict, and {held.deleted:,} deleted ones"
    yield f"{done.file}: {held.keys:,} keys{more}, of node {done.was}"
    verb = "would be written" if done.dry_run else "written"
    instead = "" if done.replaces is None else f", in place of {_data_of(done.replaces)}"
    yield f"{verb} to {done.data}{instead}"
    yield f"its node {'gets a new id' if done.node_id is None else f'is {done.node_id} now'}"
    gone = dict.fromkeys([done.was, *([done.replaces] if done.replaces else [])])
    for node in gone:
        yield f"{node} counts as a member until it is forgotten: decent-tui forget {node}"
    if done.dry_run:
        yield "nothing was changed"


def _data_of(node: str) -> str:
    return f"the data of node {node}" if node else "damaged data"
