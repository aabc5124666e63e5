"""The version of an operator that a reader needs for given types.

Source: the version table of the TFLite converter (tensorflow, `op_version.cc`). Interpreters refuse
an operator whose version they do not know, so a version is never larger than necessary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Types:
    """What a version depends on.

    Attributes:
        inputs: dtype names of the inputs that are present.
        outputs: dtype names of the outputs.
        options: the operator's `*OptionsT` object, None where it has none.
    """

    inputs: Sequence[str]
    outputs: Sequence[str]
    options: Any

    @property
    def first(self) -> str:
        """Type of the first input, which counts for most operators."""
        return self.inputs[0] if self.inputs else self.outputs[0]


Version = Callable[[Types], int]


@dataclass(frozen=True)
class ByType:
    """A version that the first input's type decides; 1 for float32."""

    int8: int
    int16: int

    def __call__(self, types: Types) -> int:
        return {"int8": self.int8, "int16": self.int16}.get(types.first, 1)


def first_version(types: Types) -> int:
    """Of operators that have had one version only for all types that mcuq writes."""
    return 1
