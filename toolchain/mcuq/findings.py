"""What looks wrong but is not refused: said at once, kept with the result, fatal where asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.errors import InputError


@dataclass(frozen=True)
class Finding:
    """Something suspicious about a model, its data or a result.

    Attributes:
        code: stable name in kebab-case, the same for every finding of one kind.
        message: what was found, with figures; one line.
        hint: what the user can do about it; one line.
    """

    code: str
    message: str
    hint: str


def about_data(code: str, message: str, hint: str) -> Finding:
    """A finding that has a section of its own in docs/data.md; its hint points there."""
    return Finding(code, message, f"{hint} (docs/data.md#{code})")


def about_model(code: str, message: str, hint: str) -> Finding:
    """A finding that has a section of its own in docs/mistakes.md; its hint points there."""
    return Finding(code, message, f"{hint} (docs/mistakes.md#{code})")


def refuse(findings: Sequence[Finding]) -> None:
    """What `--strict` asks for.

    Raises:
        InputError: there is a finding; names the first, and how many more there are.
    """
    if not findings:
        return
    first, others = findings[0], len(findings) - 1
    more = f" (and {others} more)" if others else ""
    raise InputError(f"{first.message} [{first.code}]{more}", first.hint)
