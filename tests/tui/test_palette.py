"""Every colour can be read on every ground it stands on."""

import math

import pytest
from rich.color import Color as RichColor
from textual.color import Color

from decent_tui.tui.ink import Inks
from decent_tui.tui.palette import ANSI, COLOUR_BLIND, DARK, LIGHT, NODE_COLOURS, PLAIN, variables

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


PALETTES = {"dark": DARK, "light": LIGHT, "colour-blind": COLOUR_BLIND}


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_reaches_a_contrast_of_4_5(colours: dict[str, str], ground: str) -> None:
    below = Color.parse(colours[ground])
    for name in TEXTS:
        assert contrast(Color.parse(colours[name]), below) >= 4.5, name


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_marked_text_can_be_read(colours: dict[str, str]) -> None:
    assert contrast(Color.parse(colours["amber"]), Color.parse(colours["mark"])) >= 4.5
    assert contrast(Color.parse(colours["ground"]), Color.parse(colours["red"])) >= 4.5


@pytest.mark.parametrize("colours", [ANSI, PLAIN], ids=["ansi", "plain"])
def test_on_a_ground_nobody_knows_reading_text_is_the_terminals_own(colours: dict[str, str]) -> None:
    for name in ("text", "dim", "ground", "bar"):
        assert colours[name] == "ansi_default"
    inks = Inks(variables(colours))
    for ink, ground in (("dim", "cursor"), ("amber on mark", "ground"), ("bold ground on red", "bar")):
        style = inks.style(ink, ground)
        assert style.reverse  # two colours that the terminal pairs anyway, never two of our choice
        assert style.bgcolor == RichColor.default()


def test_without_colours_nothing_has_one() -> None:
    inks = Inks(variables(PLAIN))
    for name in TEXTS:
        for ground in GROUNDS:
            style = inks.style(name, ground)
            assert style.color == style.bgcolor == RichColor.default()


def test_all_palettes_name_the_same_colours() -> None:
    assert DARK.keys() == LIGHT.keys() == COLOUR_BLIND.keys() == ANSI.keys() == PLAIN.keys()


NODES = [f"node-{at}" for at in range(NODE_COLOURS)]
STATES = ("amber", "red", "green")
"""What colours say of a state: it wants attention, it is broken, it is well. A node is none of that."""


def oklab(colour: Color) -> tuple[float, ...]:
    """Where a colour stands to the eye: Ottosson, "A perceptual color space for image processing" (2020)."""
    red, green, blue = (
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in colour.normalized
    )
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_a_node_looks_like_no_other_node_and_like_no_state(colours: dict[str, str]) -> None:
    """0.02 is what an eye just tells apart side by side; these stand apart."""
    for at, node in enumerate(NODES):
        for other in (*NODES[at + 1 :], *STATES):
            one, two = (oklab(Color.parse(colours[name])) for name in (node, other))
            assert math.dist(one, two) > 0.055, (node, other)


def test_in_the_terminals_own_colours_a_node_has_one_of_its_own() -> None:
    own = [ANSI[name] for name in (*NODES, *STATES)]
    assert len(set(own)) == len(own)


# What a dichromat sees of linear RGB: Viénot, Brettel and Mollon (1999)
PROTAN = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
DEUTAN = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))


def seen(colour: Color, by: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in colour.normalized]
    return tuple(sum(w * p for w, p in zip(row, linear, strict=True)) for row in by)


@pytest.mark.parametrize("eye", [PROTAN, DEUTAN], ids=["protan", "deutan"])
def test_colour_blind_eyes_tell_the_states_and_the_first_nodes_apart(
    eye: tuple[tuple[float, ...], ...],
) -> None:
    for names in (("green", "amber", "red", "text"), ("node-1", "node-2", "node-3", "node-4", "node-5")):
        shades = [seen(Color.parse(COLOUR_BLIND[name]), eye) for name in names]
        for at, one in enumerate(shades):
            for other in shades[at + 1 :]:
                assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.12, names


@pytest.mark.parametrize("eye", [PROTAN, DEUTAN], ids=["protan", "deutan"])
def test_colour_blind_eyes_take_no_node_for_an_alarm(eye: tuple[tuple[float, ...], ...]) -> None:
    for node in NODES:
        for state in ("amber", "red"):
            one, two = (seen(Color.parse(COLOUR_BLIND[name]), eye) for name in (node, state))
            assert math.dist(one, two) > 0.12, (node, state)
