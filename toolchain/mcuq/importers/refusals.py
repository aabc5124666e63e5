"""What a model is refused for: everything, not the first thing alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from mcuq.errors import InputError, Refusal
from mcuq.importers.malformed import malformed_named
from mcuq.importers.missing import UnknownOperatorsError

P = ParamSpec("P")
T = TypeVar("T")
_PLACE = re.compile(r"'[^']*'|(?<![\w.])-?\d[\d,.]*\b(?!\w)")
"""Names and numbers: what differs where one operator breaks one rule in several places."""


class Refusals:
    """Collects refusals while a reader goes on.

    Attributes:
        left: operators, by their number in the file, that were refused before the whole is read:
            they stay in it, and nothing more is asked of them.
    """

    def __init__(self, first: UnknownOperatorsError | None = None) -> None:
        self._first = first
        self._found: list[InputError] = []
        self.left: set[int] = set()

    def lead(self, first: UnknownOperatorsError | None) -> None:
        """Tell of unknown operators before all that has been found."""
        self._first = first

    def __bool__(self) -> bool:
        return self._first is not None or bool(self._found)

    def attempt(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `step` gives for these arguments; None where it is refused, and that is kept.

        What nonsense in a file trips over (`malformed_named`) is kept only while nothing has been
        refused: behind a refusal it may be a consequence of it.
        """
        try:
            with malformed_named("not a valid model"):
                return step(*args, **kwargs)
        except InputError as error:
            if not self or error.__cause__ is None:
                self._found.append(error)
        return None

    def leave(
        self, number: int, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """As `attempt`, of a step on one operator, which is `left` where it is refused."""
        found = len(self._found)
        result = self.attempt(step, *args, **kwargs)
        if len(self._found) > found:
            self.left.add(number)
        return result

    def check(self) -> None:
        """Raise what has been found: one error that lists all of it."""
        if not self:
            return
        found = _by_rule([*(self._first.refusals if self._first else ()), *map(_said, self._found)])
        head = self._first or self._found[0]
        cause = head.cause if len(found) == 1 else f"{len(found)} refusals, the first: {head.cause}"
        found = found if len(found) > 1 else ()
        if self._first is None:
            raise InputError(cause, head.hint, rule=head.rule, differs=head.differs, refusals=found)
        raise UnknownOperatorsError(
            cause,
            head.hint,
            rule=head.rule,
            refusals=found,
            missing=self._first.missing,
            macs=self._first.macs,
            operators=self._first.operators,
            cut=self._first.cut,
        )


def _said(error: InputError) -> Refusal:
    return Refusal(error.cause, error.hint)


def _by_rule(found: list[Refusal]) -> tuple[Refusal, ...]:
    """One of those that say the same of several places."""
    groups: dict[str, list[Refusal]] = {}
    for one in found:
        groups.setdefault(_PLACE.sub("", one.cause), []).append(one)
    return tuple(
        Refusal(f"{first.cause}; and {len(more)} more such" if more else first.cause, first.hint)
        for first, *more in groups.values()
    )
