"""The configuration a search evolves: one choice a weight tensor, one an activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mcuq.choices import ActivationScheme, Per
from mcuq.numeric.narrow import NONE_NARROW, Narrow


@dataclass(frozen=True, order=True)
class WeightChoice:
    """How one filter becomes integers.

    Attributes:
        bits: 8, 4, 2 or `mcuq.numeric.TERNARY`.
        method: name of the rounding/clipping recipe; "minmax" is the plain one.
        per: a scale an output channel where the runtime allows it, or one for the whole filter.
        narrow: output channels of fewer bits than `bits`, by the same method; of a CONV_2D or
            FULLY_CONNECTED with a scale a channel.
    """

    bits: int = 8
    method: str = "minmax"
    per: Per = "channel"
    narrow: Narrow = NONE_NARROW

    @property
    def parts(self) -> tuple[WeightChoice, ...]:
        """Its widths as choices of whole filters, the widest first."""
        whole = replace(self, narrow=NONE_NARROW)
        return (whole, replace(whole, bits=self.narrow.bits)) if self.narrow else (whole,)


@dataclass(frozen=True)
class Config:
    """Choices by tensor name; a tensor not named takes the default.

    Attributes:
        weights: filter tensor name → choice.
        observers: activation tensor name → observer name ("minmax", "mse", …).
        activations: scheme of all activations whose parameters are not prescribed.
        dropped: activation → numbers of its channels that are left out of the float model, with all
            that go with them; its filters are those of what is left.
        wide: activations that are int16 although `activation_bits` is 8, with all that share their
            scale.
        activation_bits: 8, or 16 (16x8: symmetric whatever `activations` says, biases int64).
    """

    weights: Mapping[str, WeightChoice] = field(default_factory=dict)
    observers: Mapping[str, str] = field(default_factory=dict)
    default_weight: WeightChoice = WeightChoice()
    default_observer: str = "minmax"
    activations: ActivationScheme = "asymmetric"
    activation_bits: int = 8
    wide: tuple[str, ...] = ()
    dropped: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def weight(self, name: str) -> WeightChoice:
        return self.weights.get(name, self.default_weight)

    def observer(self, name: str) -> str:
        return self.observers.get(name, self.default_observer)
