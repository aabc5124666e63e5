"""Typed errors: every failure a user can meet names its cause and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


class McuqError(Exception):
    """Base of all errors the toolchain raises on purpose.

    Args:
        cause: what is wrong and where, one line.
        hint: what the user can do about it, one line.
        rule: what was not kept, without the place and the figures: the same for every error of one
            kind. The cause, where nothing else is given.
        differs: whether two sides that compute the same gave different results.
    """

    exit_code = 3

    def __init__(
        self, cause: str, hint: str = "", *, rule: str = "", differs: bool = False
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.hint = hint
        self.rule = rule or cause
        self.differs = differs

    def __str__(self) -> str:
        return f"{self.cause} ({self.hint})" if self.hint else self.cause


class UsageError(McuqError):
    """The command line or the project file asks for something contradictory."""

    exit_code = 2


@dataclass(frozen=True)
class Refusal:
    """One of several things that a file is refused for.

    Attributes:
        cause: what is wrong and where, one line.
        hint: what to do about it, one line; may be empty.
    """

    cause: str
    hint: str


class InputError(McuqError):
    """A model, data or configuration file cannot be used as it is.

    Args:
        cause, hint, rule, differs: as of every error.
        refusals: all that it is refused for, where that is more than one thing.
    """

    exit_code = 3

    def __init__(
        self,
        cause: str,
        hint: str = "",
        *,
        rule: str = "",
        differs: bool = False,
        refusals: tuple[Refusal, ...] = (),
    ) -> None:
        super().__init__(cause, hint, rule=rule, differs=differs)
        self.refusals = refusals


class InUseError(InputError):
    """Another process is writing what this one shall write."""


class WorkersError(McuqError):
    """Worker processes are killed again and again, or whatever hands jobs to them is lost."""


class BudgetError(McuqError):
    """No configuration fits the board's budget."""

    exit_code = 4


class DeviceError(McuqError):
    """A board, an emulator, the compiler for it or the link to it failed."""

    exit_code = 5


class GateError(McuqError):
    """A result exists, but a gate the user asked for does not hold."""

    exit_code = 6
