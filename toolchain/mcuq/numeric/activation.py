"""Activations that operators apply to their result."""

from __future__ import annotations

from enum import StrEnum


class Activation(StrEnum):
    """An activation fused into the operator before it."""

    NONE = "none"
    RELU = "relu"
    RELU6 = "relu6"
    RELU_N1_TO_1 = "relu_n1_to_1"

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """What it clips to, None where nothing ends it."""
        return _BOUNDS[self]


_BOUNDS: dict[Activation, tuple[float | None, float | None]] = {
    Activation.NONE: (None, None),
    Activation.RELU: (0.0, None),
    Activation.RELU6: (0.0, 6.0),
    Activation.RELU_N1_TO_1: (-1.0, 1.0),
}
