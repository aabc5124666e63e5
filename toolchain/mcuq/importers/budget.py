"""How many numbers a model's constants hold together: small files can ask for many."""

from __future__ import annotations

from mcuq.errors import InputError
from mcuq.settings import READING


class ConstantBudget:
    """Counts constants while a model is read, those that are computed then included."""

    def __init__(self) -> None:
        self._elements = 0

    def take(self, elements: int, where: str) -> None:
        """Count so many more, before memory is taken for them.

        Raises:
            InputError: all together are more than any flash holds.
        """
        self._elements += elements
        if self._elements > READING.constant_elements:
            raise InputError(
                f"{where}: the model's constants hold more than {READING.constant_elements:,} "
                "numbers in all",
                "export a smaller model, without constants that are computed from others",
            )
