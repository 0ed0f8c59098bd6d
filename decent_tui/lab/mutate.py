"""Lines that no honest node sends: broken bytes, and well-formed messages that say something else."""

import json
from random import Random
from typing import Final

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_NUMBERS: Final = (-1, 0, 1, 2, 7, 2**31, 2**53, 2**53 + 1, 2**64, 1e308, 0.5)
_TEXTS: Final = ("", "\x00", "\n", "\ud800", "a" * 2_000, "0" * 16, "f" * 16, "x@y:1", "127.0.0.1:1")
_DEEP: Final = 10_000

SIGNS: Final = (b'{"type":"HEARTBEAT"', b'{"type":"PING"', b'{"type":"PONG"')
"""How the lines begin that pass between nodes that are level: by far the most, and they say the least."""

FEWER: Final = 0.2
"""How much more rarely these are mutated: else there is hardly a mutated version in all the noise."""


class Mutator:
    """Mutates a share of the lines that it is given, signs of life more rarely."""

    def __init__(self, draw: Random, share: float) -> None:
        self._draw, self._share = draw, share
        self._earlier: list[bytes] = []

    def lines(self, line: bytes) -> list[bytes]:
        """What goes out instead of a line."""
        draw = self._draw
        if draw.random() >= self._share * (FEWER if line.startswith(SIGNS) else 1):
            self._earlier = [*self._earlier[-20:], line]
            return [line]
        what = draw.random()
        if what < 0.1:
            return []
        if what < 0.2 and self._earlier:
            return [line, draw.choice(self._earlier)]
        if what < 0.4:
            return [self.broken(line)]
        return [self.changed(line)]

    def broken(self, line: bytes) -> bytes:
        """The line with some bytes changed, cut off or put in."""
        draw, text = self._draw, bytearray(line.rstrip(b"\n"))
        at = draw.randrange(len(text))
        what = draw.random()
        if what < 0.4:
            text[at] = draw.randrange(256)
        elif what < 0.7:
            del text[at:]
        elif what < 0.9:
            text[at:at] = bytes(draw.randrange(256) for _ in range(draw.randint(1, 9)))
        else:
            text[at:at] = b"[" * _DEEP
        return bytes(text).replace(b"\n", b" ") + b"\n"

    def changed(self, line: bytes) -> bytes:
        """The line with one value in it changed, taken out or doubled: still JSON."""
        try:
            message = json.loads(line)
        except ValueError:
            return self.broken(line)
        self._change(message)
        return json.dumps(message).encode() + b"\n"

    def _change(self, value: Json) -> None:
        """Change one place somewhere below `value`."""
        draw = self._draw
        if isinstance(value, dict) and value:
            key = draw.choice(sorted(value))
            if draw.random() < 0.7 and isinstance(value[key], dict | list) and value[key]:
                self._change(value[key])
            elif draw.random() < 0.2:
                del value[key]
            elif draw.random() < 0.2:
                value[str(draw.choice(_TEXTS))] = value.pop(key)
            else:
                value[key] = self._other(value[key])
        elif isinstance(value, list) and value:
            at = draw.randrange(len(value))
            if draw.random() < 0.7 and isinstance(value[at], dict | list) and value[at]:
                self._change(value[at])
            elif draw.random() < 0.2:
                del value[at]
            elif draw.random() < 0.2:
                value.insert(at, value[at])
            else:
                value[at] = self._other(value[at])

    def _other(self, value: Json) -> Json:
        draw = self._draw
        if isinstance(value, bool) or draw.random() < 0.15:
            return draw.choice((None, True, False, [], {}, "x", 3))
        if isinstance(value, int | float):
            return draw.choice((value + 1, value - 1, draw.choice(_NUMBERS)))
        if isinstance(value, str):
            return draw.choice((value[1:], value + "x", value[::-1], draw.choice(_TEXTS)))
        return draw.choice(_NUMBERS)
