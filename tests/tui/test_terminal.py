"""The real program in a real terminal."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from .terminal import Terminal, dashboard


@pytest.fixture
def ports() -> Iterator[list[int]]:
    """Ports that are free now."""
    held = [socket.socket() for _ in range(3)]
    for sock in held:
        sock.bind(("127.0.0.1", 0))
    numbers = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return iter([numbers])


@pytest.fixture
def port(ports: Iterator[list[int]]) -> int:
    """One free port."""
    return next(ports)[0]


def memory(port: int, *more: str) -> list[str]:
    return ["--memory", "--port", str(port), *more]


def test_the_first_minute_of_a_new_user(tmp_path: Path, ports: Iterator[list[int]]) -> None:
    """Two nodes; a key arrives; a conflict is made, seen, understood and resolved."""
    one, two, _ = next(ports)
    with (
        dashboard(tmp_path, *memory(one, "--name", "otter")) as first,
        dashboard(tmp_path, *memory(two, "--name", "lynx", "--peers", f"127.0.0.1:{one}")) as second,
    ):
        first.wait(r"1 of 1 peer")
        second.wait(r"1 of 1 peer")
        first.type(':put hello {"to": "world"}\r')
        second.wait(r"hello +\{\"to\":\"world\"\}")
        first.type(f":cut 127.0.0.1:{two}\r")
        first.wait("✂ 1 cut")
        first.type(':put hello {"to": "mars"}\r')
        first.wait("mars")
        second.type(':put hello {"to": "moon"}\r')
        second.wait("moon")
        first.type(":heal all\r")
        for screen in (first, second):
            screen.wait("≠ 1 conflict")
            screen.wait("≠ hello")
        first.wait(rf":{one} wrote without having seen :{two}'s 1st write")
        first.wait("2 siblings")
        first.type("a")
        for screen in (first, second):
            screen.wait("≠ 0 conflicts")
        first.type("\x11")
        assert first.wait_exit() == 0
        second.wait(r"0 of 1 peer")
        second.type(":exit\r")
        assert second.wait_exit() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(tmp_path: Path, port: int, number: int) -> None:
    with dashboard(tmp_path, "--port", str(port), "--data", str(tmp_path / "node.db")) as terminal:
        terminal.wait("0 keys")
        terminal.type(":put kept 1\r")
        terminal.wait("1 key ")
        assert terminal.end(number) == 0
    with dashboard(tmp_path, "--port", str(port), "--data", str(tmp_path / "node.db")) as terminal:
        terminal.wait("1 key ")
        terminal.wait("kept")


def test_a_terminal_that_goes_away_ends_it_in_order(tmp_path: Path, port: int) -> None:
    terminal = dashboard(tmp_path, *memory(port))
    with terminal:
        terminal.wait("0 keys")
        spare = os.dup(terminal.fd)
        os.close(spare)
        os.close(terminal.fd)
        _, status = os.waitpid(terminal.pid, 0)
        terminal.exit_code = os.waitstatus_to_exitcode(status)
        terminal.fd = os.open(os.devnull, os.O_RDONLY)
    assert terminal.exit_code == 0


def test_a_node_that_cannot_start_leaves_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with dashboard(tmp_path, *memory(port)) as terminal:
            assert terminal.wait_exit() == 1
            terminal.until(lambda: "already in use" in terminal.text(), "the sentence")
            assert "Traceback" not in terminal.text()


def test_a_line_typed_at_once_loses_no_letter(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type("".join(f':put k{at} "{"x" * at}"\r' for at in range(1, 6)))
        terminal.wait("5 keys")
        terminal.type("jjjj")
        terminal.wait('"xxxxx"')


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted where /proc tells them")
def test_four_threads_are_enough(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, "--port", str(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type(":put k 1\r")
        terminal.wait("k = 1")
        threads = list(Path(f"/proc/{terminal.pid}/task").iterdir())
        assert len(threads) <= 4  # the loop's, the keyboard's, the disk's, one for what else may block


def test_a_line_typed_before_the_program_has_the_terminal_is_carried_out(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.type(':put early "bird"\r')
        terminal.wait("early = .bird.")


def test_a_filter_typed_at_once_goes_to_the_pane_that_tab_went_to(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type(':put k {"a": 1, "bcd": 2}\r')
        terminal.wait("1 key ")
        terminal.type("\t/bcd\r")
        terminal.wait("1 of 4 lines")
        terminal.type("\x1b[Z/k\r")
        terminal.wait("Keys +/ k ")


def test_a_bracketed_paste_is_a_command(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type("\x1b[200~:put pasted [1, 2]\n\x1b[201~")
        terminal.wait("1 key ")
        terminal.wait("pasted")


def test_sizes_and_resizing(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port), size=(80, 24)) as terminal:
        terminal.wait("Keys +Versions +Peers +Messages")
        terminal.type(":put hello 1\r")
        terminal.wait("hello")
        terminal.type("\t")
        terminal.wait("lamport")
        terminal.resize(120, 36)
        terminal.wait("(?s)─ Keys.*─ Peers.*─ Messages")
        terminal.resize(200, 60)
        terminal.until(lambda: any(len(line) == 200 for line in terminal.text().splitlines()), "200 columns")
        terminal.resize(100, 30)
        terminal.wait("(?s)─ Keys.*─ Peers.*─ Messages")


COLOUR = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9]+)*m")
"""A sequence that sets a colour (39 and 49 set the terminal's own back)."""


def test_no_colour(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port), NO_COLOR="1") as terminal:
        terminal.wait("no keys yet")
        terminal.type(':unresolve hello {"a": 1} {"a": 2}\r')
        terminal.wait("2 siblings")
        terminal.type("e")
        terminal.wait("merge hello")
        terminal.type("\x1b")
        terminal.gone("merge hello")
        terminal.type("?")
        terminal.wait("Everywhere")
        assert COLOUR.search(terminal.raw) is None


def test_the_terminals_own_colours(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port), TEXTUAL_THEME="decent-ansi", NO_COLOR=None) as terminal:
        terminal.wait("no keys yet")
        terminal.type(':unresolve hello {"a": 1} {"a": 2}\r')
        terminal.wait("2 siblings")
        assert COLOUR.search(terminal.raw) is not None
        assert b"38;2;" not in terminal.raw
        assert b"48;2;" not in terminal.raw


def test_the_theme_survives_the_run(tmp_path: Path, port: int) -> None:
    light = b"48;2;250;250;252"
    with dashboard(tmp_path, *memory(port), NO_COLOR=None, TEXTUAL_THEME=None) as terminal:
        terminal.wait("no keys yet")
        assert light not in terminal.raw
        terminal.type("\x14")
        terminal.wait("theme: light")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    with dashboard(tmp_path, *memory(port), NO_COLOR=None, TEXTUAL_THEME=None) as terminal:
        terminal.wait("no keys yet")
        assert light in terminal.raw


def test_hostile_bytes_never_reach_the_terminal(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port, "--name", "[@click=app.quit]x[/]")) as terminal:
        terminal.wait("no keys yet")
        terminal.type(':put [/] "\\u001b]0;pwned\\u0007\\u009b31m\\u202egnirts [/] [red]"\r')
        terminal.wait("1 key ")
        terminal.wait(r"\[/\] +\"")
        assert "\u202e".encode() not in terminal.raw
        assert b"\x1b]0;pwned" not in terminal.raw
        assert b"\x07" not in re.sub(rb"\x1b\]22;[a-z]*\x07", b"", terminal.raw)  # the pointer's shape
        assert b"\xc2\x9b" not in terminal.raw
        assert "[@click=app.quit]x[/]" in terminal.text()


def test_history_survives_the_run(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type(":get nothing\r")
        terminal.wait("no value")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type(":")
        terminal.wait("older")
        terminal.type("\x1b[A")
        terminal.wait(": get nothing")
        terminal.type("\r")
        terminal.wait("no value")
    assert (tmp_path / "decent-tui" / "history").stat().st_mode & 0o777 == 0o600


def test_a_delete_asks_and_a_burst_of_lines_loses_no_letter(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type(":put a 1\r:delete a\r:put yes 2\r:get yes\r")
        terminal.wait("2 keys")
        terminal.wait("yes = 2")
        terminal.type("\x1b")
        terminal.type(":delete a\r")
        terminal.wait("it goes from every node")
        terminal.type("y")
        terminal.wait("1 key ")


@pytest.mark.parametrize("tabs", range(4))
def test_a_line_typed_at_once_over_any_pane(tmp_path: Path, port: int, tabs: int) -> None:
    with dashboard(tmp_path, *memory(port), size=(80, 24)) as terminal:
        terminal.wait("no keys yet")
        terminal.type("\t" * tabs + ':put fast {"typed": "without a pause"}\r')
        terminal.wait(": put fast")
        terminal.wait("1 key ")


def test_the_list_above_the_command_line_and_the_palette(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type(":put hello 1\r")
        terminal.wait("1 key ")
        terminal.type(":")
        terminal.wait("write a value")
        terminal.type("get ")
        terminal.wait(": get hello")  # the ghost; the list came with it
        terminal.type("\x1b[B\r\r")  # into the list, take it, run it
        terminal.wait("hello = 1")
        terminal.type("\x10")
        terminal.wait("What can be done")
        terminal.type("in numbers\r")
        terminal.wait("1 key; no peers")


def test_ctrl_c_and_help_lead_the_way_out(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type("\x03")
        terminal.wait(r"ctrl\+q leaves")
        terminal.type("?")
        terminal.wait("First steps")
        terminal.type("/end the node")
        terminal.wait(r"ctrl\+q +Leave, and end the node in order")
        terminal.type("\x11")
        assert terminal.wait_exit() == 0


def test_the_mouse_works(tmp_path: Path, port: int) -> None:
    with dashboard(tmp_path, *memory(port)) as terminal:
        terminal.wait("no keys yet")
        terminal.type("".join(f":put key{at} {at}\r" for at in range(3)))
        terminal.wait("3 keys")
        click(terminal, 5, 3)
        terminal.wait("─ key0 ")
        click(terminal, 5, 5)
        terminal.wait("─ key2 ")
        bar = terminal.text().splitlines()[-1]
        click(terminal, bar.index("? help") + 1, 36)
        terminal.wait("First steps")
        terminal.type("\x1b")
        terminal.gone("First steps")
        terminal.type("\x1b[<65;60;30M")  # the wheel over the messages
        click(terminal, 60, 30)
        terminal.wait("like this")


def click(terminal: Terminal, column: int, row: int) -> None:
    """Press and release the left button."""
    terminal.type(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
