"""Values and keys: what counts as one, and the content id of a value.

Every key and value enters the replica through `check_key` and `read_value`, whether it comes from
a person, a file or a peer, so that all nodes agree on what can be read.
"""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from decent_tui.core.limits import MAX_DEPTH, MAX_DIGITS, MAX_KEY, MAX_VALUE

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_LONG_NUMBER: Final = re.compile(rb"[0-9]{%d}" % (MAX_DIGITS + 1))
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUMBERS: Final = bytes.maketrans(b"123456789eE", b"000000000..")
_LARGE: Final = b"0" * 16
_BROKEN: Final = b"0."
"""A number of 16 digits, and one that is no integer, when each digit is a 0 and the letter of an exponent a
dot."""
_decode: Final = msgspec.json.Decoder().decode
_dumps: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_encode: Final = msgspec.json.Encoder().encode
_encode_sorted: Final = msgspec.json.Encoder(order="sorted").encode


class Value(NamedTuple):
    """A JSON value, ready to be written: its compact text and its content id."""

    text: bytes
    cid: str


def check_key(key: str) -> str:
    """The key itself; raises ValueError with one plain sentence if it cannot be one."""
    if not key:
        raise ValueError("a key must not be empty")
    if len(key) <= MAX_KEY and key.isascii() and key.isprintable():
        return key  # nearly every key
    try:
        size = len(key) if key.isascii() else len(key.encode())
    except UnicodeEncodeError:
        raise ValueError("a key must be valid Unicode") from None
    if size > MAX_KEY:
        raise ValueError(f"the key has {size:,} bytes; {MAX_KEY:,} are allowed")
    if _CONTROL.search(key):
        raise ValueError("a key must not contain control characters")
    return key


def check_keys(keys: Sequence[str]) -> None:
    """The same for several at once, which is faster."""
    whole = "".join(keys)
    plain = whole.isascii() and whole.isprintable() and all(keys)
    if not plain or max(map(len, keys), default=0) > MAX_KEY:
        for key in keys:
            check_key(key)


def content_id(value: object) -> str:
    """SHA-256 of the canonical JSON: `json.dumps(value, sort_keys=True, separators=(",", ":"))`.

    Equal for equal values on every node, the original program's included.
    """
    return sha256(_dumps(value).encode("ascii")).hexdigest()


def decode_value(text: bytes) -> object:
    """What the JSON text means, within the protocol's limits; raises ValueError in one plain sentence."""
    if len(text) > MAX_VALUE:
        raise ValueError(f"the value has {len(text):,} bytes; {MAX_VALUE:,} are allowed")
    try:
        value: object = _decode(text)
        # only what is valid may be searched for strings: then that takes one pass
        long = len(text) > MAX_DIGITS and _LONG_NUMBER.search(text)
        if long and _LONG_NUMBER.search(_STRING.sub(b"", text)):
            raise ValueError(f"the value holds a number of more than {MAX_DIGITS:,} digits")
        # counting openers is a cheap upper bound; only odd values pay for the exact depth
        openers = text.count(b"[") + text.count(b"{") if len(text) > MAX_DEPTH else 0
        if openers > MAX_DEPTH and _depth(value) > MAX_DEPTH:
            raise ValueError(f"the value is nested deeper than {MAX_DEPTH}")
    except RecursionError:
        raise ValueError(f"the value is nested deeper than {MAX_DEPTH}") from None
    except UnicodeDecodeError:
        raise ValueError("the value is not valid UTF-8") from None
    except msgspec.ValidationError:
        raise ValueError("the value holds a number that is too large") from None
    except msgspec.DecodeError as error:
        raise ValueError(f"the value is not valid JSON: {_plain(error)}") from None
    return value


def read_value(text: bytes) -> Value:
    """The value as it is stored (compact, object keys in the order given); raises ValueError."""
    value = decode_value(text)
    compact = _encode(value)
    return Value(compact, _content_id(compact, value))


def text_id(text: bytes) -> str:
    """The content id of a value that came as JSON text; raises ValueError like `decode_value`."""
    return _content_id(text, decode_value(text))


def text_ids(texts: Sequence[bytes]) -> list[str]:
    """The same for several at once, which takes half as long for short and plain ones, as most are."""
    if max(map(len, texts), default=0) > MAX_DEPTH or not _is_plain(b" ".join(texts)):
        return [text_id(text) for text in texts]
    try:
        return [sha256(_encode_sorted(_decode(text))).hexdigest() for text in texts]
    except (msgspec.DecodeError, RecursionError):
        return [text_id(text) for text in texts]  # which says what is wrong


def _is_plain(text: bytes) -> bool:
    """Whether two encoders write these values alike, if one sorts the keys of objects as the other does.

    What Python's JSON may spell in its own way: an escape, DEL and anything beyond ASCII; a number that is no
    small integer (or a text that looks like one). Nothing else is searched for, and no pattern used, since
    this is done for every value that comes.
    """
    if not text.isascii() or b"\\" in text or b"\x7f" in text:
        return False
    numbers = text.translate(_NUMBERS)
    return _BROKEN not in numbers and _LARGE not in numbers


def _content_id(text: bytes, value: object) -> str:
    """The content id of a value that was read from this text. Most texts are such that another encoder, which
    is several times as fast, writes the same canonical JSON as Python's."""
    if _is_plain(text):
        return sha256(_encode_sorted(value)).hexdigest()
    return content_id(value)


def _plain(error: msgspec.DecodeError) -> str:
    text = str(error)
    return text.removeprefix("JSON is malformed: ").replace("Input data was truncated", "it ends too early")


def _depth(value: object) -> int:
    """The nesting of a decoded value, without recursion."""
    deepest, level = 0, [value]
    while level:
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
                inner.append(None)
            elif isinstance(item, list):
                inner.extend(item)
                inner.append(None)
        deepest += bool(inner)
        level = inner
    return deepest
