import pytest
from hypothesis import given
from hypothesis import strategies as st

from decent_tui.core.address import Address, announced, check_host, check_port, is_unspecified, parse


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9001", "127.0.0.1", 9001),
        ("localhost:1", "localhost", 1),
        ("[::1]:65535", "::1", 65535),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
        ("kitchen-pi.local:9001", "kitchen-pi.local", 9001),
        ("münchen.example:9001", "münchen.example", 9001),
    ],
)
def test_an_address_is_read_and_written_back(text: str, host: str, port: int) -> None:
    assert parse(text) == Address(host, port)
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", ":", ":9001", "host", "host:", "host:0", "host:65536", "host:123456", "host:9 ", "host:+9",
     "host:1_0", "host:٣", "a b:1", "a\x1b[31m:1", "a\u202eb:1", "a\u200bb:1", "::1:9001", "[::1]",
     "[::1]9001", "[]:9001", "[host]:9001", "[::1]:0", "x" * 256 + ":1", "'a':1", "a/b:1", "user@host:1",
     "[[::1]]:1", "\ud800:1", "host:9\n", "host\n:9"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^an? ") as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_port_zero_only_where_it_is_allowed() -> None:
    assert parse("127.0.0.1:0", allow_zero=True).port == 0
    assert check_port("0", allow_zero=True) == 0
    with pytest.raises(ValueError, match="from 1 to"):
        check_port("0")


def test_a_bare_ipv6_host_is_a_host() -> None:
    assert check_host("::1") == "::1"
    assert str(Address("::1", 9001)) == "[::1]:9001"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_unspecified_hosts(host: str) -> None:
    assert is_unspecified(host)
    assert not is_unspecified("127.0.0.1")
    assert not is_unspecified("::1")


@pytest.mark.parametrize(
    ("text", "remote", "is_there"),
    [
        ("10.0.0.7:9001", "10.0.0.8:5555", "10.0.0.7:9001"),
        ("0.0.0.0:9001", "10.0.0.8:5555", "10.0.0.8:9001"),
        ("[::]:9001", "10.0.0.8:5555", "10.0.0.8:9001"),
        ("0.0.0.0:9001", "[fe80::1]:0", "[fe80::1]:9001"),
        ("10.0.0.7:09001", "10.0.0.8:5555", "10.0.0.7:9001"),
        ("nonsense", "10.0.0.8:5555", ""),
        ("10.0.0.7:0", "10.0.0.8:5555", ""),
        ("", "10.0.0.8:5555", ""),
        ("0.0.0.0:9001", "", ""),
    ],
)
def test_what_is_announced_is_an_address_that_others_can_dial_or_none(
    text: str, remote: str, is_there: str
) -> None:
    assert announced(text, remote) == is_there


@given(st.text())
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        address = parse(text)
    except ValueError:
        return
    assert parse(str(address)) == address
