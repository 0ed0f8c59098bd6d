"""The keys of the dashboard that hold wherever the focus is; what a pane adds stands with the pane."""

from typing import Final

from textual.binding import Binding, BindingType

VIEWS: Final = Binding.Group("views")
"""The other views: one word for all of them where there is little room."""

WRITING: Final = frozenset(("edit", "keep_a", "keep_b", "put", "delete", "undo", "gossip", "peers.cut"))
"""Keys that are not offered where one only looks. Pressed all the same, they say why nothing is done."""

EVERYWHERE: Final[list[BindingType]] = [
    Binding("question_mark", "help", "help", id="help", tooltip="All keys and commands"),
    Binding("colon", "command", "command", id="command", tooltip="Type a command", priority=True),
    Binding("slash", "filter", "filter", id="filter", tooltip="Filter this pane", priority=True),
    Binding(
        "enter",
        "submit",
        "accept",
        id="submit",
        tooltip="Carry out the line that is typed",
        priority=True,
    ),
    # what answers a question: before what these keys do else, and (without priority) after the key that asks
    Binding("y", "yes", "do it", id="yes", tooltip="Carry out what was asked about"),
    Binding("n", "no", "leave it", id="no", tooltip="Do not carry out what was asked about"),
    Binding("escape", "no", "Leave it", show=False, id="leave_it"),
    # where a question is seen already, no pane takes the Esc first
    Binding("escape", "no", show=False, system=True, id="leave_it_first", priority=True),
    Binding(
        "escape",
        "back",
        "Back",
        show=False,
        id="back",
        tooltip="Back: fold a long answer, drop the filter, leave the zoom, go to the keys",
    ),
    # an Enter that was typed before the program had the terminal
    Binding("ctrl+j", "submit", show=False, system=True, id="submit_early", priority=True),
    Binding(
        "ctrl+p",
        "choose",
        "find",
        show=False,
        id="choose",
        tooltip="Find a command or a key by typing a part of its name",
        priority=True,
    ),
    Binding("pageup", "answer(-1)", show=False, priority=True, system=True, id="answer_up"),
    Binding("pagedown", "answer(1)", show=False, priority=True, system=True, id="answer_down"),
    # with priority, as `/` and `:` have it: keys go where the pane is that was gone to before them
    Binding("tab", "pane(1)", "pane", id="next_pane", tooltip="The next pane", priority=True),
    Binding(
        "shift+tab",
        "pane(-1)",
        "Pane before",
        show=False,
        id="previous_pane",
        tooltip="The pane before",
        priority=True,
    ),
    Binding(
        "2",
        "view('2')",
        "convergence",
        id="convergence",
        tooltip="Who lacks what, and why",
        group=VIEWS,
    ),
    Binding(
        "3", "view('3')", "timeline", id="timeline", tooltip="What happened, in space and time", group=VIEWS
    ),
    Binding("z", "zoom", "zoom", id="zoom", tooltip="This pane alone, or all"),
    Binding("e", "edit", "edit", id="edit", tooltip="Edit the value, or merge the siblings"),
    Binding("a", "keep(0)", "Keep a", show=False, id="keep_a", tooltip="Settle the conflict: keep sibling a"),
    Binding("b", "keep(1)", "Keep b", show=False, id="keep_b", tooltip="Settle the conflict: keep sibling b"),
    Binding("p", "begin('put')", "put", id="put", tooltip="Begin a put of this key"),
    Binding("d", "delete", "delete", id="delete", tooltip="Delete this key (asks first)"),
    Binding("t", "history", "history", show=False, id="history", tooltip="How this key came to be as it is"),
    Binding("u", "undo", "undo", id="undo", tooltip="Take back the last write made here; again: redo"),
    Binding(
        "n",
        "conflict",
        "Next conflict",
        show=False,
        id="next_conflict",
        tooltip="Go to the newest or next conflict",
    ),
    Binding("s", "run('gossip')", "gossip", id="gossip", tooltip="Exchange with every peer now"),
    Binding("y", "copy('key')", "Copy key", show=False, id="copy_key", tooltip="Copy the key"),
    Binding("Y", "copy('value')", "Copy value", show=False, id="copy_value", tooltip="Copy the value"),
    Binding(
        "X", "dials", "Dials", show=False, id="dials", tooltip="Break the network on purpose, link by link"
    ),
    Binding("ctrl+t", "app.next_theme", "Theme", show=False, id="theme", tooltip="The next theme"),
    Binding(
        "ctrl+z",
        "app.suspend_process",
        "Suspend",
        show=False,
        id="suspend",
        tooltip="Back to the shell; fg goes on. The node stands still meanwhile",
    ),
    Binding(
        "ctrl+q",
        "app.quit",
        "quit",
        id="quit",
        tooltip="Leave, and end the node in order if it runs here",
        priority=True,
    ),
]
