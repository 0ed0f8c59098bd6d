"""The checks of options: what fits becomes a value, what does not a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from decent_tui.commands import option


@pytest.mark.parametrize(
    ("check", "text", "value"),
    [
        (option.switch, "Yes", True),
        (option.switch, "off", False),
        (option.port, "0", 0),
        (option.addresses, "a:1 [::1]:2,b:3", ("a:1", "[::1]:2", "b:3")),
        (option.addresses, "", ()),
        (option.name, "the otter", "the otter"),
        (option.file, "a/b", Path("a/b")),
        (option.seconds, "1.5", 1.5),
    ],
)
def test_what_fits_becomes_a_value(check: Callable[[str], object], text: str, value: object) -> None:
    assert check(text) == value


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (option.switch, "maybe"),
        (option.switch, ""),
        (option.port, "65536"),
        (option.addresses, "a:1 b"),
        (option.name, " "),
        (option.name, "a\x1b"),
        (option.file, "a\0"),
        (option.seconds, "-1"),
        (option.seconds, "nan"),
        (option.seconds, "soon"),
    ],
)
def test_what_does_not_fit_is_a_sentence(check: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match=r"^(it takes|an?) "):
        check(text)
