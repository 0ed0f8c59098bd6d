"""Where a node's data lies when nobody says otherwise."""

from pathlib import Path
from urllib.parse import quote

from platformdirs import user_data_path


def default_file(host: str, port: int) -> Path:
    """The data file of the node that listens on this host and port, in the user's data folder.

    One file per address, so that several nodes on one machine do not meet. Colons of IPv6 addresses
    become underscores, which no host name has; whatever else a file name may not hold is percent-encoded.
    """
    name = quote(host.strip("[]").lower().replace(":", "_"), safe="")
    return user_data_path("decent-tui") / f"{name}-{port}.db"
