"""Addresses: how host and port are written, read and compared."""

import re
from typing import Final, NamedTuple

MAX_HOST: Final = 255  # a DNS name's limit, in characters; longer text is no host anywhere
MAX_PORT: Final = 65535

# anything but whitespace, controls and the marks that have a meaning of their own around a host
_HOST: Final = re.compile(r"[^\s\x00-\x20\x7f-\xa0\[\]/@?#,'\"\\]+")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_UNSPECIFIED: Final = frozenset({"0.0.0.0", "::", "0:0:0:0:0:0:0:0", "*"})


class Address(NamedTuple):
    """Where a node listens; `str()` gives the one spelling, host:port or [v6]:port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(text: str, *, allow_zero: bool = False) -> Address:
    """Read `host:port` or `[v6]:port`; raises ValueError with one plain sentence.

    Port 0 (any free port) is only an address to listen on, hence `allow_zero`.
    """
    if text.startswith("["):
        host, bracket, port = text[1:].rpartition("]:")
        if not bracket or ":" not in host:
            raise ValueError("an IPv6 address is written [host]:port")
    else:
        host, colon, port = text.rpartition(":")
        if not colon or not host:
            raise ValueError("an address is written host:port")
        if ":" in host:
            raise ValueError("an IPv6 address is written [host]:port")
    return Address(check_host(host), check_port(port, allow_zero=allow_zero))


def check_host(host: str) -> str:
    """The host itself (a name, an IPv4 or a bare IPv6 address); raises ValueError with one plain sentence."""
    if not host:
        raise ValueError("a host must not be empty")
    if len(host) > MAX_HOST:
        raise ValueError(f"a host has at most {MAX_HOST} characters")
    if not _HOST.fullmatch(host) or not host.isprintable():
        raise ValueError("a host must not contain spaces, quotes, brackets or control characters")
    return host


def check_port(text: str, *, allow_zero: bool = False) -> int:
    """The port as a number; raises ValueError with one plain sentence."""
    lowest = 0 if allow_zero else 1
    # int() alone would also take " 1", "+1", "1_0" and digits of other scripts
    if not _PORT.fullmatch(text) or not lowest <= int(text) <= MAX_PORT:
        raise ValueError(f"a port is a number from {lowest} to {MAX_PORT}")
    return int(text)


def is_unspecified(host: str) -> bool:
    """True for a host that means "every interface here" and so tells a peer nothing."""
    return host in _UNSPECIFIED


def announced(text: str, remote: str) -> str:
    """The address that somebody at `remote` announces, in its one spelling, an unspecified host replaced by
    the sender's; "" if it is no address."""
    try:
        address = parse(text)
        if is_unspecified(address.host):
            address = Address(parse(remote, allow_zero=True).host, address.port)
    except ValueError:
        return ""
    return str(address)
