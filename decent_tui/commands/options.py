"""The one table of options.

Each serves as a flag (`--port 9001`), as a variable (`DECENT_PORT=9001`) and as a line of the configuration
file (`port = 9001`); `configuration` says which of them counts, and `decent-tui config` shows it.

To add an option, add a row here: its name, default, check (see `option`), what stands behind it, the fronts
that have the flag, and its help. All else is made of that: the flags, --help, the variable, the file's legal
keys, `decent-tui config` and completion. Who needs the value asks for `configuration[options.THE_ROW]`; its
type is that of the check.
"""

from pathlib import Path
from typing import Final

from decent_tui.commands.option import (
    EVERYWHERE,
    Front,
    Option,
    Takes,
    addresses,
    count,
    file,
    name,
    port,
    seconds,
    spelled,
    switch,
)
from decent_tui.core.address import Address, check_host, check_port, parse
from decent_tui.net.settings import Limits

HOST: Final = Option(
    "host", "127.0.0.1", check_host, Takes.TEXT, Front.NODE | Front.RESTORE,
    "the address to listen on; 0.0.0.0 or :: for every interface", "HOST",
)  # fmt: skip
PORT: Final = Option(
    "port", 9001, port, Takes.NUMBER, Front.NODE | Front.RESTORE,
    "the port to listen on; 0 takes a free one, in memory without --data", "PORT",
)  # fmt: skip
PEERS: Final = Option[tuple[str, ...]](
    "peers", (), addresses, Takes.LIST, Front.NODE,
    "nodes to talk to; they tell of the others", "HOST:PORT",
)  # fmt: skip
NAME: Final = Option[str | None](
    "name", None, name, Takes.TEXT, Front.NODE, "what other nodes call this one", "NAME"
)
DATA: Final = Option[Path | None](
    "data", None, file, Takes.TEXT, Front.NODE | Front.RESTORE, "the file that keeps everything", "FILE"
)
MEMORY: Final = Option(
    "memory", False, switch, Takes.SWITCH, Front.NODE,
    "keep nothing: gone when the node ends", rival="data",
)  # fmt: skip
ADVERTISE: Final = Option[str | None](
    "advertise", None, spelled, Takes.TEXT, Front.NODE,
    "the address that peers are told, if it is not the one listened on", "HOST:PORT",
)  # fmt: skip
CLUSTER_KEY: Final = Option[Path | None](
    "cluster-key", None, file, Takes.TEXT, EVERYWHERE,
    "the file with the cluster's key: every connection is encrypted, and only who has the key gets one",
    "FILE", named="DECENT_CLUSTER_KEY_FILE",
)  # fmt: skip
INSECURE: Final = Option(
    "insecure", False, switch, Takes.SWITCH, Front.NODE,
    "listen for other machines without a cluster key: whoever reaches the port can do everything",
)  # fmt: skip
MAX_BYTES: Final = Option[int | None](
    "max-bytes", None, count, Takes.NUMBER, Front.NODE,
    "how much data to keep; a node that has so much takes no more in, reads and deletes go on", "BYTES",
)  # fmt: skip
MAX_PEERS: Final = Option(
    "max-peers", Limits().peers, count, Takes.NUMBER, Front.NODE,
    "peers that other nodes may tell of", "N",
)  # fmt: skip
MAX_CONNECTIONS: Final = Option(
    "max-connections", Limits().connections, count, Takes.NUMBER, Front.NODE,
    "connections from elsewhere at a time", "N",
)  # fmt: skip
MAX_PER_ADDRESS: Final = Option(
    "max-connections-per-address", Limits().per_host, count, Takes.NUMBER, Front.NODE,
    "those of them from one address", "N",
)  # fmt: skip
HEADLESS: Final = Option(
    "headless", False, switch, Takes.SWITCH, Front.NODE, "no screen: commands on stdin, answers on stdout"
)
LOG_FILE: Final = Option[Path | None](
    "log-file", None, file, Takes.TEXT, Front.NODE,
    "a log of what happens, as JSON lines: FILE, and when it is full FILE.1 to FILE.5", "FILE",
)  # fmt: skip
METRICS_PORT: Final = Option[int | None](
    "metrics-port", None, check_port, Takes.NUMBER, Front.NODE,
    "serve metrics for Prometheus at this port, under /metrics", "PORT",
)  # fmt: skip
METRICS_HOST: Final = Option(
    "metrics-host", "127.0.0.1", check_host, Takes.TEXT, Front.NODE,
    "the address to serve them on: whoever reaches it can read them", "HOST",
)  # fmt: skip
NODE: Final = Option(
    "node", Address("127.0.0.1", 9001), parse, Takes.TEXT, Front.COMMAND | Front.SERVE,
    "the node to ask", "HOST:PORT",
)  # fmt: skip
TIMEOUT: Final = Option[float | None](
    "timeout", None, seconds, Takes.NUMBER, Front.COMMAND,
    "how long to wait for an answer, if not as long as the command has it", "SECONDS",
)  # fmt: skip
JSON: Final = Option(
    "json", False, switch, Takes.SWITCH, Front.NODE | Front.COMMAND | Front.RESTORE,
    "answers as JSON objects, one a line; of a node only with --headless",
)  # fmt: skip
WEB_PORT: Final = Option(
    "web-port", 9080, check_port, Takes.NUMBER, Front.SERVE, "the port of the page, on 127.0.0.1", "PORT"
)
CONFIG: Final = Option[Path | None](
    "config", None, file, Takes.TEXT, EVERYWHERE,
    "the configuration file, if not config.toml in the platform's folder for them", "FILE", kept=False,
)  # fmt: skip

OPTIONS: Final[dict[str, Option[object]]] = {
    row.name: row for row in tuple(globals().values()) if isinstance(row, Option)
}
"""Every row above by its name, in that order, which is the one of --help."""
