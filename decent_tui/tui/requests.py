"""What panes ask of the screen they are on: messages that go up."""

from textual.message import Message


class RunLine(Message):
    """Carry out this line of the command language and show it with its answer."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class EditValue(Message):
    """Open the editor for a key's value; `verb` is the command that will write it (put or resolve)."""

    def __init__(self, verb: str, key: str, text: str) -> None:
        super().__init__()
        self.verb = verb
        self.key = key
        self.text = text
