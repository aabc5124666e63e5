"""The part of `manifest.json` about channels that were left out."""

from __future__ import annotations

from pydantic import Field

from mcuq.written import Written


class EliminatedLayer(Written):
    """A layer with filters that lost output channels; each channel counts under one reason."""

    layer: str = Field(description="Of its operator.")
    before: int = Field(description="Output channels in the model as given.")
    after: int = Field(description="Those that are built.")
    zero: int = Field(description="Were zero whatever the input.")
    constant: int = Field(description="Were another value, the same whatever the input.")
    duplicate: int = Field(description="Were equal to one that stays.")
    unused: int = Field(description="Were read by no weight that counts.")


class InputBound(Written):
    """What values of an input the proof is for: more than its integers can stand for."""

    name: str = Field(description="Of the tensor.")
    low: float = Field(description="Least value.")
    high: float = Field(description="Largest value.")


class EliminationFigures(Written):
    """Channels that were left out since they cannot matter, and how that was checked."""

    layers: tuple[EliminatedLayer, ...] = Field(description="In execution order.")
    macs: int = Field(description="Multiply-accumulates of the model as given.")
    macs_left: int = Field(description="Of what is built.")
    weights: int = Field(description="Values of all filters of the model as given.")
    weights_left: int = Field(description="Of what is built.")
    bounds: tuple[InputBound, ...] = Field(
        description="Inputs that are proved: twice the largest magnitude of any sample."
    )
    samples: int = Field(description="Samples on which float outputs were compared: all.")
    difference: float = Field(
        description="Largest difference of any output; what float32 rounding explains."
    )

    @property
    def channels(self) -> int:
        """How many went."""
        return sum(layer.before - layer.after for layer in self.layers)
