"""A position in a text, moved by regular expressions; failures name the line."""

from __future__ import annotations

import re

from mcuq.errors import InputError

_SPACE = re.compile(r"(?:\s+|//[^\n]*)*")
_HINT = "mcuq reads the MLIR that `mcuq emit --format mlir` writes, in MLIR's generic form"


class Scanner:
    """Reads `text` from the front; `where` names it in messages."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where, self._position = text, where, 0
        self._skip_space()

    @property
    def line(self) -> int:
        """Number of the current line, from 1."""
        return self._text.count("\n", 0, self._position) + 1

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The match of `pattern` here, passed over; None where there is none."""
        match = pattern.match(self._text, self._position)
        if match is not None:
            self._position = match.end()
            self._skip_space()
        return match

    def expect(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """As `take`, but its absence is an error that names `what` was expected."""
        match = self.take(pattern)
        if match is None:
            raise self.error(f"expected {what}")
        return match

    def stands_at(self, symbol: str) -> bool:
        """Whether `symbol` stands here."""
        return self._text.startswith(symbol, self._position)

    def accept(self, symbol: str) -> bool:
        """Whether `symbol` stood here; it is passed over then."""
        if not self.stands_at(symbol):
            return False
        self._position += len(symbol)
        self._skip_space()
        return True

    def require(self, symbol: str) -> None:
        """Pass over `symbol`."""
        if not self.accept(symbol):
            raise self.error(f"expected '{symbol}'")

    @property
    def at_end(self) -> bool:
        return self._position == len(self._text)

    def error(self, reason: str, line: int | None = None) -> InputError:
        """What to raise: `reason` at this line (or another), with what stands here."""
        if line is not None:
            return InputError(f"{self._where}, line {line}: {reason}", _HINT)
        found = self._text[self._position : self._position + 24].split("\n", 1)[0].strip()
        seen = f"found '{found}'" if found else "found the end of the line"
        return InputError(f"{self._where}, line {self.line}: {reason}, {seen}", _HINT)

    def _skip_space(self) -> None:
        match = _SPACE.match(self._text, self._position)
        assert match is not None  # it matches nothing, too
        self._position = match.end()
