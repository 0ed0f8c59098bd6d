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


@pytest.mark.parametrize(
    ("world", "step"),
    [
        ('"nodes": 51', ""),
        ('"nodes": 1', ""),
        ('"nodes": 2, "keys": 0', ""),
        ('"nodes": 2, "keys": 1001', ""),
        ('"nodes": 2, "classics": 51', ""),
        ('"nodes": 2, "volatile": -1', ""),
        ('"nodes": 2, "mutations": 1.1', ""),
        ('"nodes": 2, "tick": 0', ""),
        ('"nodes": 2, "tick": 11', ""),
        ('"nodes": 2, "hold": -1', ""),
        ('"nodes": 2, "audit": 3601', ""),
        ('"nodes": 2, "collect": 0', ""),
        ('"nodes": 2, "page": 0', ""),
        ('"nodes": 2, "chunk": 0', ""),
        ('"nodes": 2, "outbox": 0', ""),
        ('"nodes": 2, "weather": {"lose": 2}', ""),
        ('"nodes": 2, "weather": {"base": -1}', ""),
        ('"nodes": 2', '{"after": -1, "deed": {"type": "mend"}}'),
        ('"nodes": 2', '{"after": 1e9, "deed": {"type": "mend"}}'),
        ('"nodes": 2', '{"after": 0, "deed": {"type": "mend"}, "x": 1}'),
        ('"nodes": 2', '{"after": 0, "deed": {"type": "freeze", "node": 1, "seconds": 1e300}}'),
        ('"nodes": 2', '{"after": 0, "deed": {"type": "slow", "node": 1, "other": 0, "seconds": -1}}'),
        ('"nodes": 2', '{"after": 0, "deed": {"type": "jump", "node": 1, "milliseconds": 1000000000000}}'),
    ],
)
def test_what_cannot_be_played_is_refused(world: str, step: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.json"
    file.write_text(f'{{"world": {{"seed": 1, {world}}}, "course": [{step}]}}')
    with pytest.raises(ValueError, match=r"hostile\.json holds no story: (Expected|Object contains unknown)"):
        story.load(file)


@pytest.mark.parametrize("content", [b'{"found": "\xff"}', b'{"found": ' + b"[" * 100_000])
def test_a_file_of_anything_is_one_sentence_that_names_it(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"seed\.json holds no story") as refused:
        story.load(file)
    assert "\n" not in str(refused.value)


def test_what_a_seed_draws_lies_within_the_bounds_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    for seed in range(200):
        story.save(story.of_seed(seed), file)
        assert story.load(file) == story.of_seed(seed)
