"""Arguments as a shell has split them: the same to a command's parse function as a line that is typed."""

from collections.abc import Callable, Sequence

from decent_tui.commands.scan import Scanner, Word
from decent_tui.core.errors import Refused
from decent_tui.core.values import decode_value


class Arguments(Scanner):
    """Words of a command, each an argument of its own, so nothing in them needs quotes. `at` counts words.

    A value that is `-` comes from `stdin`, which is read when it is asked for.
    """

    __slots__ = ("_stdin", "_words")

    def __init__(self, words: Sequence[Word], stdin: Callable[[], str]) -> None:
        super().__init__("")
        self._words = words
        self._stdin = stdin

    @property
    def at_end(self) -> bool:
        """True when no argument follows."""
        return self.at >= len(self._words)

    @property
    def at_flag(self) -> bool:
        """True when a flag follows."""
        return not self.at_end and self._words[self.at].is_flag

    def bare_word(self) -> str:
        """The next argument as it stands; empty at the end."""
        word = self.word()
        return "" if word is None else word.text

    def word(self) -> Word | None:
        """The next argument, None at the end."""
        if self.at_end:
            return None
        self.at += 1
        return self._words[self.at - 1]

    def json(self) -> str | None:
        """The next argument as JSON text, None where there is none; raises Refused when it is not JSON."""
        word = self.word()
        if word is None or word.is_flag:
            return None
        text = self._stdin() if word.text == "-" else word.text
        try:
            decode_value(text.encode())
        except UnicodeEncodeError:
            raise Refused("the value is not valid Unicode") from None
        except ValueError as error:
            advice = "; a text needs double quotes inside those of the shell" if text[:1].isalpha() else ""
            raise Refused(f"{error}{advice}") from None
        return text

    def rest(self) -> str:
        """All arguments that follow, with blanks between."""
        rest = " ".join(word.text for word in self._words[self.at :])
        self.at = len(self._words)
        return rest
