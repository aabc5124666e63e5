"""What attributes of operators have in common; every pair is (height, width)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, Self

from mcuq.numeric.activation import Activation


class Padding(StrEnum):
    """TFLite's two padding schemes; explicit padding is a PAD operator before a VALID one."""

    SAME = "same"
    VALID = "valid"


@dataclass(frozen=True)
class Attrs:
    """Base of every operator's attributes, which stand in the module of its family."""


@dataclass(frozen=True)
class NoAttrs(Attrs):
    """For operators that have none."""


class Activated(Attrs):
    """Attributes of operators that can apply an activation to their result.

    Not a dataclass of its own: each attribute record has the field in its own place.
    """

    activation: Activation

    def with_activation(self, activation: Activation) -> Self:
        """The same attributes with another activation."""
        return replace(self, activation=activation)  # type: ignore[call-arg]  # see the class


def fused(attrs: Attrs) -> Activation:
    """The activation that an operator with these attributes applies to its result."""
    return attrs.activation if isinstance(attrs, Activated) else Activation.NONE


class Windowed(Protocol):
    """Attributes of operators that slide a window over an image."""

    @property
    def stride(self) -> tuple[int, int]: ...

    @property
    def dilation(self) -> tuple[int, int]: ...

    @property
    def padding(self) -> Padding: ...
