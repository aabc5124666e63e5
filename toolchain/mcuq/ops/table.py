"""Tables of forms that belong to a format or a target: one entry for every operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from mcuq.errors import UsageError
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.operator import AnyOperator, NoForm

F = TypeVar("F")


class Table(Generic[F]):
    """Operator → its form.

    Args:
        what: the form's name, for messages: "C call".
        forms: one entry per operator; `NoForm` where it has none.

    Raises:
        TypeError: at import, where an operator is left out, naming both.
    """

    def __init__(self, what: str, forms: Mapping[AnyOperator, F | NoForm]) -> None:
        missing = [operator.name for operator in OPERATORS if operator not in forms]
        if missing:
            raise TypeError(f"no {what} for {', '.join(missing)}")
        self._what = what
        self._forms = forms

    def __getitem__(self, operator: AnyOperator) -> F:
        """The operator's form.

        Raises:
            UsageError: it has none; the message says why.
        """
        form = self._forms[operator]
        if isinstance(form, NoForm):
            raise UsageError(f"{operator} has no {self._what}", form.reason)
        return form

    def absent(self, operator: AnyOperator) -> NoForm | None:
        """Why the operator has no such form; None where it has one."""
        form = self._forms[operator]
        return form if isinstance(form, NoForm) else None
