"""The commands whose answers or files are as long as the store: carried out piece by piece by whoever read
them."""

from typing import Final

from decent_tui.commands.command import Backup, Command, Export, Import, Kind, Watch, next_word, only
from decent_tui.commands.scan import Scanner
from decent_tui.core.errors import Refused


def _watch(scan: Scanner) -> Watch:
    return Watch() if scan.at_end else Watch(only(scan).text)


def _export(scan: Scanner) -> Export:
    file = _named(next_word(scan).text)
    return Export(file) if scan.at_end else Export(file, only(scan).text)


def _import(scan: Scanner) -> Import:
    return Import(_named(only(scan).text))


def _backup(scan: Scanner) -> Backup:
    return Backup(_named(only(scan).text))


def _named(file: str) -> str:
    """The file; `-` is none, though other commands read a value from stdin by it."""
    if file == "-":
        raise Refused("- is no file here; name one, or ./- for a file of that name")
    return file


STREAMING: Final = (
    Command(
        "watch",
        "watch [PREFIX]",
        "tell of every change as it comes",
        _watch,
        (Kind.PREFIX,),
        details="Each key that changes is told with what it holds then; a reader that is too slow is told "
        "how much it missed. It goes on beside later commands until the node or the connection ends.",
        looks=True,
    ),
    Command(
        "export",
        "export FILE [PREFIX]",
        "write keys and values as JSON lines",
        _export,
        (Kind.FILE, Kind.PREFIX),
        details='A line is {"key": …, "value": …}; a key in conflict has its other values in "others". The '
        "file is on the side where this is typed.",
        looks=True,
    ),
    Command(
        "import",
        "import FILE",
        "write all keys of such a file here",
        _import,
        (Kind.FILE,),
        details="Each line is an ordinary put, so it replaces what the key holds here. Of a conflict only "
        "the newest value is written. The file is on the side where this is typed.",
    ),
    Command(
        "backup",
        "backup FILE",
        "copy all data as it is now",
        _backup,
        (Kind.FILE,),
        details="With all values of conflicts, deletions and what the node knows of others; the node goes on "
        "meanwhile. decent-tui restore FILE makes a node of it, under a new id. An older backup of that name "
        "is replaced. The file is on the side where this is typed.",
        looks=True,
    ),
)
"""The rows of the table of commands."""
