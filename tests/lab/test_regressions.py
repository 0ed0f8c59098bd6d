"""Histories that failed once, as small as they could be made."""

from pathlib import Path

import pytest

from decent_tui.lab.story import load

FILES = sorted((Path(__file__).parent.parent / "regressions").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_failed_once_does_not_fail_again(file: Path) -> None:
    story = load(file)
    outcome = story.play()
    assert not outcome.failed, f"it once was {story.found}; now {outcome.check}: {outcome.what}"
