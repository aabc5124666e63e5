"""Constraints on operators: functions whose docstring is the message the user reads.

The docstring's first paragraph is the rule, its second what to do about it. The function returns
None where the rule holds, else the detail that breaks it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from mcuq.errors import InputError


class Located(Protocol):
    """Anything that can say where in the model it is."""

    @property
    def where(self) -> str: ...


Subject = TypeVar("Subject", bound=Located)


def check(subject: Subject, constraints: Iterable[Callable[[Subject], str | None]]) -> None:
    """Raise InputError for the first constraint that `subject` breaks."""
    for constraint in constraints:
        detail = constraint(subject)
        if detail is not None:
            rule, hint = said_by(constraint)
            raise InputError(f"{subject.where}: {rule} ({detail})", hint, rule=rule)


def said_by(constraint: Callable[..., object]) -> tuple[str, str]:
    """The rule (first paragraph, no full stop) and the hint (second) of a docstring."""
    rule, _, hint = (inspect.getdoc(constraint) or "").partition("\n\n")
    return " ".join(rule.split()).rstrip("."), " ".join(hint.split()).rstrip(".")
