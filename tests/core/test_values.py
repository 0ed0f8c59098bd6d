import contextlib
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.limits import MAX_DEPTH, MAX_DIGITS, MAX_KEY, MAX_VALUE
from decent_tui.core.values import check_key, content_id, decode_value, read_value, text_id

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@pytest.mark.parametrize("key", ["k", "a b", "ключ", "🔑", "k" * MAX_KEY, "é" * (MAX_KEY // 2)])
def test_a_key_is_text_of_at_most_1_kib(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "empty"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("a\x85", "control"),
        ("\ud800", "Unicode"),
        ("k" * (MAX_KEY + 1), "1,025 bytes"),
        ("é" * (MAX_KEY // 2 + 1), "1,026 bytes"),
    ],
)
def test_what_is_no_key_is_refused_in_one_sentence(key: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_key(key)


@given(json_values)
def test_the_content_id_is_the_hash_of_the_canonical_json(value: object) -> None:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    assert content_id(value) == hashlib.sha256(canonical.encode()).hexdigest()


@given(json_values)
def test_a_value_keeps_its_meaning_and_its_id_however_it_is_spelled(value: object) -> None:
    spellings = [json.dumps(value).encode(), json.dumps(value, indent=1, ensure_ascii=False).encode()]
    read = [read_value(text) for text in spellings]
    assert read[0] == read[1]
    assert decode_value(read[0].text) == value
    assert read[0].cid == content_id(decode_value(read[0].text)) == text_id(read[0].text)
    assert read_value(read[0].text) == read[0]


@pytest.mark.parametrize(
    "text",
    [
        *(
            '{"b": 1, "a": [true, null, -1]}',
            '{"é": 1, "f": 2, "": 3}',
            '{"a": 1, "a": 2}',
            '{"10": 1, "9": 2}',
        ),
        *('"plain"', '"1.5"', '"a\\"b"', '"\\u0041"', '"é"', '"\x7f"', '"/"', "[ 1 ]"),
        *("1.0", "-0", "-0.0", "1e3", "0.1", "123456789012345", "1234567890123456", "18446744073709551616"),
    ],
)
def test_the_quick_way_to_a_content_id_gives_the_same_one(text: str) -> None:
    value = decode_value(text.encode())
    assert text_id(text.encode()) == read_value(text.encode()).cid == content_id(value)


def test_the_order_of_an_objects_keys_is_kept_and_does_not_count() -> None:
    one, other = read_value(b'{"b": 1, "a": 2}'), read_value(b'{"a":2,"b":1}')
    assert one.text == b'{"b":1,"a":2}'
    assert one.cid == other.cid


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "not valid JSON"),
        (b"{", "it ends too early"),
        (b"1 2", "not valid JSON"),
        (b"NaN", "not valid JSON"),
        (b'"\xff"', "UTF-8"),
        (b'"' + b"x" * MAX_VALUE + b'"', "262,146 bytes"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "nested deeper"),
        (b"9" * (MAX_DIGITS + 1), "digits"),
        (b'["\\"' + b"9" * 2000 + b'",' + b"9" * (MAX_DIGITS + 1) + b"]", "digits"),
        (b"9" * 5000, "too large"),
        (b"1e999", "too large"),
    ],
)
def test_what_not_every_node_can_read_is_no_value(text: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_value(text)


@pytest.mark.parametrize(
    "text",
    [
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
        b"[[],[]," * 100 + b"[]" + b"]" * 100,
        b"9" * MAX_DIGITS,
        b'"' + b"9" * 5000 + b'"',  # a text may hold as many digits as it likes
        b'{"\\"' + b"9" * 5000 + b'":1}',
        b'"' + b"x" * (MAX_VALUE - 2) + b'"',
    ],
)
def test_everything_up_to_the_limits_is_a_value(text: bytes) -> None:
    assert read_value(text).text == text


@given(st.binary(max_size=40))
def test_any_bytes_are_a_value_or_a_value_error(text: bytes) -> None:
    with contextlib.suppress(ValueError):
        read_value(text)
