"""What panes ask of the screen they are on: messages that go up."""

from textual.message import Message

from decent_tui.core.operations import Inspection


class RunLine(Message):
    """Carry out this line of the command language and show it with its answer."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class Stands(Message):
    """Show this line (if it is not empty) as what the last key stands for; it was done already."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


class EditValue(Message):
    """Open the editor for a key as it is now, with this draft. `left_out` values are not in the draft."""

    def __init__(self, inspection: Inspection, draft: str, left_out: int = 0) -> None:
        super().__init__()
        self.inspection = inspection
        self.draft = draft
        self.left_out = left_out
