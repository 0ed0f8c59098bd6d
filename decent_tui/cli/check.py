"""`decent-tui check FILE`: whether a data file is sound."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from decent_tui.commands import progress_bar
from decent_tui.commands.arguments import PROGRAM, Parser, fail, say
from decent_tui.commands.progress import Step
from decent_tui.core.errors import StorageError
from decent_tui.storage.checking import Verdict, check


class Checked(msgspec.Struct, frozen=True):
    """The verdict, for a program: not `ok` if something is wrong, or (with `error`) nothing could be read."""

    command: str
    ok: bool
    file: str
    node_id: str | None = None
    count: int = 0
    conflicts: int = 0
    deleted: int = 0
    versions: int = 0
    wrong: list[str] = []
    remarks: list[str] = []
    error: str | None = None


def parser() -> Parser:
    """The arguments of `decent-tui check`."""
    made = Parser(
        prog=f"{PROGRAM} check",
        description="Look at everything in a data file: its pages and tables, every version, the invariants "
        "of the replica, its fingerprint. Nothing is changed. The node of the file must not run; backup "
        "makes a copy of one that does, which can be checked. The exit code is 0 for a sound file, else 1.",
        allow_abbrev=False,
    )
    made.add_argument("file", metavar="FILE", type=Path, help="a data file, or what backup wrote")
    made.add_argument("--json", action="store_true", help="one JSON object")
    return made


def main(arguments: Sequence[str]) -> int:
    """Run `decent-tui check`; the exit code."""
    options = parser().parse_args(arguments)
    file = str(options.file)
    try:
        with progress_bar.shown("checking") as progress:
            verdict = check(
                options.file, lambda done, of: progress(Step(None, done, done / of if of >= done else None))
            )
    except StorageError as error:
        if not options.json:
            return fail(str(error), 1)
        say(msgspec.json.encode(Checked("check", ok=False, file=file, error=str(error))).decode())
        return 1
    lines = [msgspec.json.encode(_checked(file, verdict)).decode()] if options.json else _lines(file, verdict)
    for line in lines:
        say(line)
    return 1 if verdict.wrong else 0


def _checked(file: str, verdict: Verdict) -> Checked:
    counts = verdict.counts
    return Checked(
        command="check",
        ok=not verdict.wrong,
        file=file,
        node_id=verdict.node or None,
        count=counts.keys,
        conflicts=counts.conflicts,
        deleted=counts.deleted,
        versions=counts.versions,
        wrong=verdict.wrong,
        remarks=verdict.remarks,
    )


def _lines(file: str, verdict: Verdict) -> Iterator[str]:
    yield from verdict.wrong
    yield from (f"note: {remark}" for remark in verdict.remarks)
    if verdict.wrong:
        yield f"{file} is not sound; a node started on an empty file beside it gets everything from its peers"
    else:
        counts = verdict.counts
        yield (
            f"{file} is sound: {counts.keys:,} keys ({counts.conflicts:,} in conflict), "
            f"{counts.deleted:,} deleted, {counts.versions:,} versions in all"
        )
