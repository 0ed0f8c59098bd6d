from pathlib import Path

import pytest

from decent_tui.lab import story
from decent_tui.lab.simulation import play_seed


def test_a_story_written_down_is_the_same_history(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    story.save(story.of_seed(4), file)
    again = story.load(file)
    assert again == story.of_seed(4)
    assert again.play().course == play_seed(4).course


@pytest.mark.parametrize("text", ["", "{}", '{"world": {"seed": 1, "nodes": 2}, "course": [{"after": 0}]}'])
def test_a_file_that_holds_no_story_is_one_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text(text)
    with pytest.raises(ValueError, match="holds no story"):
        story.load(file)
    with pytest.raises(ValueError, match="holds no story"):
        story.load(tmp_path / "nowhere")


def test_a_story_of_another_format_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    story.save(story.Story(story.of_seed(1).world, [], format=9), file)
    with pytest.raises(ValueError, match="format 9"):
        story.load(file)
