"""Frames that no honest program sends, and some that one would: drawn from a seed."""

import json
from random import Random
from typing import Final

from decent_tui.core import messages as wire
from decent_tui.core.limits import MAX_LINE
from decent_tui.lab.mutate import Mutator
from tests.core.samples import MESSAGES

_LINES: Final = [wire.encode(message, id_) for message in MESSAGES for id_ in (None, 7)]
"""The honest ones: of every type, with an id and without."""

_VALUES: Final = (
    "NaN", "Infinity", "-1", "1e999", str(2**53), str(2**53 + 1), str(2**64), "9" * 5_000, "true", "null",
    '"\\ud800"', '"\\u0000"', '"\\n"', '"k\\nx"', "[" * 10_000 + "]" * 10_000, "[]", "{}",
    '{"a":' * 10_000 + "1" + "}" * 10_000,
    '"' + "x" * 2_000 + '"', '"' + "y" * 300_000 + '"',
)  # fmt: skip
"""JSON (and what passes for it elsewhere) to be put where a number, a key or a value stands."""

_WHOLE: Final = (
    b"\n", b"null\n", b"[]\n", b"{}\n", b'""\n', b"\xff\xfe\n", b"\x16\x03\x01\x02\n", b"{" * 5_000 + b"\n",
    b"GET / HTTP/1.1\r\n\r\n", b'{"type":"PING","type":"PING"}\n', b'{"payload":{}}\n',
    b'{"type":7,"payload":{}}\n',
    b'{"type":"PING","payload":[]}\n', b'{"type":"' + b"A" * 5_000 + b'","payload":{}}\n',
    b'{"type":"PING","id":' + b"[" * 5_000 + b"]" * 5_000 + b"}\n", b"\x00" * 100 + b"\n",
)  # fmt: skip


class Frames:
    """Draws frames, each a line; now and then one that is too long, or that never ends."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._mutator = Mutator(draw, 1.0)

    def frame(self) -> bytes:
        """The next one."""
        draw, what = self._draw, self._draw.random()
        line = draw.choice(_LINES)
        if what < 0.15:
            return line
        if what < 0.55:
            return self._mutator.changed(line)
        if what < 0.70:
            return self._mutator.broken(line)
        if what < 0.85:
            return self._planted(line)
        if what < 0.97:
            return draw.choice(_WHOLE)
        if what < 0.995:
            return (
                bytes(draw.randrange(256) for _ in range(draw.randrange(1, 400))).replace(b"\n", b" ") + b"\n"
            )
        return (
            b'{"type":"PING","payload":{"x":"' + b"z" * MAX_LINE + (b'"}}\n' if draw.random() < 0.5 else b"")
        )

    def _planted(self, line: bytes) -> bytes:
        """The line with something dreadful in one of its places."""
        message = json.loads(line)
        mark = "\x7fplanted\x7f"
        place = message
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = self._draw.choice(keys)
            if isinstance(place[key], dict | list) and place[key] and self._draw.random() < 0.8:
                place = place[key]
                continue
            place[key] = mark
            break
        text = json.dumps(message, ensure_ascii=False).replace(f'"{mark}"', self._draw.choice(_VALUES))
        return text.encode("utf-8", "surrogatepass") + b"\n"
