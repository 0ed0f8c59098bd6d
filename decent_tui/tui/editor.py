"""The editor for one value: a draft, the command it stands for, and for a merge what it replaces.

While a merge is typed its siblings stand beside it, with the parts marked that the draft would lose.
The window stays open until the value is stored. What is written names what its writer had seen (`--saw`),
so a value that came meanwhile is never overwritten unseen: the editor shows it, and asks again.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import ClassVar, Final

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer

from decent_tui.commands.scan import quote
from decent_tui.commands.session import Outcome
from decent_tui.core.errors import Refused
from decent_tui.core.operations import Inspect, Inspection, SiblingView
from decent_tui.core.values import decode_value, text_id
from decent_tui.net.interface import NodeInterface
from decent_tui.tui.alongside import alongside
from decent_tui.tui.draft import Draft
from decent_tui.tui.footing import offers, press_clicked
from decent_tui.tui.json_text import fault
from decent_tui.tui.line_view import LineView
from decent_tui.tui.lines import Line, Span, cut, said
from decent_tui.tui.reader import Page
from decent_tui.tui.requests import EditValue
from decent_tui.tui.review import Review
from decent_tui.tui.roster import Roster
from decent_tui.tui.words import plural

PREVIEW: Final = 2_000
"""Characters of the command that are shown."""

PAUSE: Final = 0.15
"""Seconds without a key after which the draft is read again; reading 200 KiB takes 2 ms."""

Write = Callable[[str], Awaitable[Outcome | None]]
"""Carries out a line and shows what came of it."""


class Preview(LineView):
    """The command that will be run, or why there is none yet."""

    line: Line = ()

    def row(self, y: int) -> tuple[Line, str]:
        """The one line."""
        return (self.line if y == 0 else ()), "ground"

    def show(self, line: Line) -> None:
        """Show another line."""
        self.line = line
        self.refresh()


class Editor(ModalScreen[str]):
    """Edits the value of a key, or a merge of its siblings; returns a sentence, if there is one to tell."""

    CSS_PATH = "editor.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual's own declaration
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "write", "write", id="editor.write", tooltip="Write this value", priority=True),
        Binding("enter", "confirm", "confirm", show=False, id="editor.confirm", priority=True),
        Binding("escape", "give_up", "cancel", id="editor.cancel", tooltip="Step back", priority=True),
    ]

    def __init__(
        self,
        node: NodeInterface,
        request: EditValue,
        write: Write,
        *,
        roster: Roster,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._node, self._write, self._roster, self._now = node, write, roster, now
        self._inspection: Inspection = request.inspection
        self._text, self._left_out = request.draft, request.left_out
        self._hint: Line = ()
        self._pending: Timer | None = None
        self._reviewed: Page | None = None
        self._going = Review(request.draft.encode(), request.inspection.siblings, roster)
        self._beside = Page((), self._siblings, id="beside")
        self._busy = False
        self._warned: str | None = None  # the draft that Esc was pressed over
        self._told: str | None = None  # the draft that the line below speaks of

    # ------------------------------------------------------------------ what is edited

    @property
    def _key(self) -> str:
        return self._inspection.key

    @property
    def _live(self) -> list[SiblingView]:
        return [view for view in self._inspection.siblings if not view.record.deleted]

    @property
    def _cids(self) -> list[str]:
        return list(dict.fromkeys(view.record.cid for view in self._live))

    @property
    def _merging(self) -> bool:
        return len(self._cids) > 1

    @property
    def draft(self) -> Draft:
        """The text that is edited."""
        return self.query_one(Draft)

    def compose(self) -> ComposeResult:
        """The draft, and the command below it."""
        with Vertical(id="editor"):
            with Container(id="desk"):
                yield Draft(self._text, soft_wrap=True, show_line_numbers=False, compact=True, id="draft")
                yield self._beside
            yield Preview(id="preview")

    def on_mount(self) -> None:
        """Type at once."""
        self._label()
        self.draft.focus()
        self._read()
        self.set_interval(1.0, self._second)

    def _label(self) -> None:
        box, inks = self.query_one("#editor"), self.query_one(Preview).inks
        box.set_class(self._merging, "-merging")
        self._beside.display = self._merging
        self.query_one("#desk").display = self._reviewed is None
        what = "merge " if self._merging else "edit "
        title = [Span(what, "bold accent"), Span(cut(said(self._key).text, 60), "bold text")]
        if self._left_out:
            title.append(Span(f"  without {plural(self._left_out, 'large value')}", "amber"))
        if self._reviewed is not None:
            keys = [("Enter", "write"), ("Esc", "back to the draft")]
        else:
            keys = [("ctrl+s", "review" if self._merging else "write"), ("Esc", "cancel")]
        self._hint = offers(keys)
        box.border_title, box.border_subtitle = inks.content(title), inks.content(self._hint)

    def on_text_area_changed(self, event: Draft.Changed) -> None:
        """Read the draft after a little pause."""
        event.stop()
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(PAUSE, self._paused)

    def _paused(self) -> None:
        """A pause in the typing. The word of a change comes late: what was said of this very draft meanwhile
        (why it was not written, that Esc throws it away) must stay."""
        if not self._busy and self._reviewed is None and self.draft.text != self._told:
            self._read()

    def _compact(self) -> str:
        """The draft as compact JSON; raises ValueError with one plain sentence."""
        return msgspec.json.encode(decode_value(self.draft.text.encode())).decode()

    def _line(self) -> str:
        """The command that writes the draft; raises ValueError with one plain sentence."""
        saw = " ".join(self._cids) or "none"
        return f"{'resolve' if self._merging else 'put'} {quote(self._key)} {self._compact()} --saw {saw}"

    def _read(self) -> bool:
        self._told = self.draft.text
        try:
            line = self._line()
        except ValueError as error:
            self._complain(fault(str(error), self.draft.text))
            return False
        self.query_one(Preview).show((Span(": ", "bold accent"), said(line, "text", most=PREVIEW)))
        if self._merging:
            self._going = self._compared(self.draft.text.encode())
            self._beside.again()
        return True

    def _siblings(self, room: int, _needle: str) -> Sequence[Line]:
        """What the draft takes the place of, as it read when it was JSON last."""
        return self._going.giving_way(self._now(), room)

    def _compared(self, raw: bytes) -> Review:
        return Review(raw, list(self._inspection.siblings), self._roster)

    def _second(self) -> None:
        """A second went by: the ages go on."""
        if self._reviewed is not None:
            self._reviewed.again()
        elif self._merging:
            self._beside.again()

    def _complain(self, sentence: str) -> None:
        self.query_one(Preview).show((Span("✗ ", "bold red"), said(sentence, "red", most=500)))

    # ------------------------------------------------------------------ writing it

    def action_write(self) -> None:
        """Write the draft when it is JSON; a merge is looked at first."""
        if self._busy:
            return
        if self._pending is not None:
            self._pending.stop()
        if not self._read():
            return
        if self._reviewed is None and not self._merging:
            if self._is_unchanged():
                self.dismiss("nothing was changed, so nothing was written")
            else:
                self._store()
        elif self._reviewed is None:
            self._review()
        else:
            self._store()

    def action_confirm(self) -> None:
        """Write what was looked at."""
        if not self._busy:
            self._store()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is a letter of the draft until that was looked at."""
        return action != "confirm" or self._reviewed is not None

    def _is_unchanged(self) -> bool:
        """Whether the draft says what the only version of the key says."""
        siblings = self._inspection.siblings
        return len(siblings) == 1 and self._cids == [text_id(self.draft.text.encode())]

    def _store(self) -> None:
        self._busy = True
        alongside(self, partial(self._stored, self._line()), "store")

    async def _stored(self, line: str) -> None:
        outcome = await self._write(line)
        self._busy = False
        if outcome is not None and outcome.ok:
            self.dismiss("")
        elif outcome is not None and outcome.stale:
            await self._look_again()
        elif outcome is not None:
            self._complain(outcome.error)

    async def _look_again(self) -> None:
        """The key has changed since the editor opened: show with what, and ask once more."""
        try:
            self._inspection = await self._node.run(Inspect(self._key))
        except Refused as error:
            self._complain(str(error))
            return
        await self._draft_again()
        self._review()
        self._complain(f"{quote(self._key)} was written elsewhere meanwhile; Enter writes over what is here")

    # ------------------------------------------------------------------ looking at it

    def _review(self) -> None:
        looked_at = self._compared(self._compact().encode())

        def lines(room: int, _needle: str) -> Sequence[Line]:
            return looked_at.lines(self._now(), room)

        self._reviewed = Page((), lines, id="review")
        self.query_one("#editor").mount(self._reviewed, before=self.query_one(Preview))
        self.set_focus(self._reviewed)
        self._label()

    async def _draft_again(self) -> None:
        if self._reviewed is not None:
            page, self._reviewed = self._reviewed, None
            await page.remove()
        self._label()
        self.set_focus(self.draft)

    async def action_give_up(self) -> None:
        """Back to the draft, or out; a changed draft is thrown away only at the second time."""
        if self._reviewed is not None:
            await self._draft_again()
            self._read()
        elif self.draft.text in (self._text, self._warned):
            self.dismiss("")
        else:
            self._warned = self._told = self.draft.text
            self._complain("the draft was changed; Esc again throws it away")

    def on_click(self, event: events.Click) -> None:
        """Do what the word in the frame below says that is under the mouse. A click beside the editor does
        nothing: a draft is not lost so easily."""
        event.stop()
        press_clicked(event, self.query_one("#editor"), self._hint)
