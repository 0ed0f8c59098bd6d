"""From what is held for a key to what settles it: the command that keeps a version, the draft of an edit."""

from decent_tui.commands.scan import quote
from decent_tui.core.operations import Inspection
from decent_tui.tui.cards import Values
from decent_tui.tui.json_text import indented, reindented
from decent_tui.tui.requests import EditValue


def cids(shown: Inspection) -> list[str]:
    """The cids that a reader sees, each once."""
    return list(dict.fromkeys(view.record.cid for view in shown.siblings if not view.record.deleted))


def newest(shown: Inspection) -> str:
    """The newest value's JSON text; empty when there is none."""
    live = (view.record for view in shown.siblings if not view.record.deleted)
    record = next(live, None)
    return "" if record is None else bytes(record.value).decode(errors="replace")


def keep_line(shown: Inspection, at: int) -> str:
    """The command that keeps this version. What is on the screen is what was chosen from: a value that came
    since must not go unseen."""
    record = shown.siblings[at].record
    what = f"delete {quote(shown.key)}" if record.deleted else f"resolve {quote(shown.key)} {record.cid}"
    return f"{what} --saw {' '.join(cids(shown)) or 'none'}"


def edit_request(shown: Inspection, values: Values) -> EditValue:
    """The editor with the value, or with a draft of a merge when there are several."""
    if len(cids(shown)) > 1:
        return EditValue(shown, indented(values.merge), values.left_out)
    value = newest(shown)
    return EditValue(shown, reindented(value.encode()) if value else "")
