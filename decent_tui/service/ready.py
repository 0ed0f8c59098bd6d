"""Telling whoever started the node that it is ready, as systemd has it (`Type=notify`, see sd_notify(3))."""

import logging
import os
import socket
from collections.abc import Mapping
from typing import Final

VARIABLE: Final = "NOTIFY_SOCKET"
"""Names the socket of whoever wants to know; not set where nobody does."""

_log: Final = logging.getLogger(__name__)


def tell_ready(variables: Mapping[str, str] = os.environ) -> None:
    """Say that the node listens. That it cannot be said is only logged: the node itself is well."""
    address = variables.get(VARIABLE)
    if not address:
        return
    if address.startswith("@"):  # a name of Linux's own, without a file
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.connect(address)
            sock.sendall(b"READY=1")
    except OSError as error:
        _log.warning("nobody can be told that the node is ready: %s", error.strerror or error)
