"""The unit for systemd: it is sound, and the line that starts the node does so."""

import configparser
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .harness import environment, free_port, run

UNIT = Path(__file__).parents[2] / "docs" / "decent-tui.service"
BIN = Path(sys.executable).parent


def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNIT)
    return unit["Service"]


def test_the_line_that_starts_the_node_starts_it_tells_when_it_listens_and_ends_in_order(
    tmp_path: Path,
) -> None:
    """As the unit has it, but for the two places that only root can write to."""
    port, config = free_port(), tmp_path / "decent-tui.toml"
    config.write_text(f'port = {port}\nname = "otter"\n')
    line = service()["ExecStart"].replace("/etc/decent-tui.toml", str(config))
    command = shlex.split(line.replace("/opt/decent-tui/bin", str(BIN)))
    name, _, data = service()["Environment"].replace("%S", str(tmp_path / "lib")).partition("=")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(20)
        variables = environment(tmp_path) | {name: data, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables
        ) as process:
            try:
                assert told.recv(100) == b"READY=1"
                node = f"127.0.0.1:{port}"
                assert run(tmp_path, "put", "k", "1", "--node", node).returncode == 0
                process.send_signal(signal.SIGTERM)
                assert process.wait(20) == 0
            finally:
                process.kill()
    assert Path(data).exists()


def test_a_wrong_configuration_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("prot = 9001\n")
    done = run(tmp_path, "--headless", "--config", "c.toml")
    assert str(done.returncode) == service()["RestartPreventExitStatus"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/decent-tui/bin", str(BIN)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
