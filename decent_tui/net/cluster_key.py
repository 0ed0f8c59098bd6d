"""The cluster's keys, and the file that keeps them.

A key is 32 random bytes: whoever has it is a member. A file may hold several, one a line, so that a key can
be changed while the cluster runs: the first is used, all are accepted. Which one is *old* is not told by the
order, since the nodes change theirs one after the other, but by when `keygen` made it.
"""

import os
import re
import secrets
import stat
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

SIZE: Final = 32
"""Bytes of a key: what HKDF with SHA-256 can make use of."""

LARGEST: Final = 64 * 1024
"""Bytes of a key file: what is larger is another file, named by mistake."""

_LINE: Final = re.compile(rf"(?:([0-9]{{1,15}}):)?([0-9a-fA-F]{{{2 * SIZE}}})")
_HEAD: Final = """\
# A cluster key of decent-tui: whoever has it can read, write and delete everything. Keep it secret.
# One key a line; the first is used, all are accepted.
"""


class Key(msgspec.Struct, frozen=True):
    """One key: its secret, and when it was made (ms since 1970; 0: not by `keygen`)."""

    secret: bytes
    made: int = 0


def newest(keys: Sequence[Key]) -> Key:
    """The newest of the keys; of those made at the same time the first."""
    return max(keys, key=lambda key: key.made)


def make_file(path: Path) -> None:
    """Write a new key into a new file that only its owner can read; ValueError in one plain sentence."""
    line = f"{time.time_ns() // 1_000_000}:{secrets.token_hex(SIZE)}\n"
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ValueError(f"{path} exists already; a key is never overwritten") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {_words(error)}") from None
    with os.fdopen(file, "w", encoding="ascii") as out:
        out.write(_HEAD + line)
        out.flush()
        os.fsync(out.fileno())


def read_file(path: Path) -> tuple[Key, ...]:
    """The keys of a file, in its order, at least one; ValueError in one plain sentence."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise ValueError(f"the cluster key {path} cannot be read: {_words(error)}") from None
    keys: list[Key] = []
    for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        found = _LINE.fullmatch(words)
        if found is None or len(text) > LARGEST:
            raise ValueError(f"line {number} of {path} is no cluster key; `decent-tui keygen FILE` makes one")
        keys.append(Key(bytes.fromhex(found[2]), int(found[1] or 0)))
    if not keys:
        raise ValueError(f"there is no cluster key in {path}; `decent-tui keygen FILE` makes one")
    return tuple(keys)


def state(path: Path) -> tuple[int, int, int]:
    """What is another after the file was changed; all 0 while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def is_exposed(path: Path) -> bool:
    """Whether others than its owner may read the file."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
