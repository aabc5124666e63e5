"""An operator of a file with its tensors as they are stored, as constraints on these see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.importers.tflite.records import FileOp, FileTensor
from mcuq.tflite.operators.catalog import RULES


@dataclass(frozen=True)
class StoredOp:
    """An operator with its tensors as the file stores them; None for an absent operand."""

    op: FileOp
    operands: tuple[FileTensor | None, ...]
    results: tuple[FileTensor, ...]

    @property
    def where(self) -> str:
        name = self.results[0].name if self.results else ""
        return f"operator {self.op.index} {self.op.kind} (output {name!r})"

    @property
    def values(self) -> Sequence[FileTensor]:
        """Operands that are values of the model, and the results."""
        rule = RULES.get(self.op.kind)
        count = len(self.operands)
        numbers = rule.reads(count) if rule else range(count)
        values = [self.operands[number] for number in numbers if number < count]
        return [t for t in (*values, *self.results) if t is not None]
