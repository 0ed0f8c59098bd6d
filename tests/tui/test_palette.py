"""Every colour can be read on every ground it stands on."""

import pytest
from textual.color import Color

from decent_tui.tui.palette import DARK, LIGHT, NODE_COLOURS

GROUNDS = ("ground", "cursor", "cursor-blur", "bar")
TEXTS = (
    "text", "dim", "accent", "amber", "red", "green", "json-key", "json-string", "json-number",
    *(f"node-{at}" for at in range(NODE_COLOURS)),
)  # fmt: skip


def luminance(colour: Color) -> float:
    """Relative luminance, as WCAG 2 has it."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """From 1 (the same) to 21 (black on white)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_reaches_a_contrast_of_4_5(colours: dict[str, str], ground: str) -> None:
    below = Color.parse(colours[ground])
    for name in TEXTS:
        assert contrast(Color.parse(colours[name]), below) >= 4.5, name


@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
def test_marked_text_can_be_read(colours: dict[str, str]) -> None:
    assert contrast(Color.parse(colours["amber"]), Color.parse(colours["mark"])) >= 4.5


def test_both_themes_name_the_same_colours() -> None:
    assert DARK.keys() == LIGHT.keys()
