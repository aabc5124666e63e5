"""What fine-tuning found, in the terms that `quantize` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import Ranges
from mcuq.choices import ActivationScheme
from mcuq.content import ByContent
from mcuq.graph import Graph
from mcuq.numeric import dequantize
from mcuq.ops.operator import AnyOperator
from mcuq.quantize import Config, QuantizedWeight, WeightChoice, quantize
from mcuq.quantize.weights import Bank, along_axis, channel_axis, round_to_scale
from mcuq.quantized import QuantizedGraph

METHOD = "finetuned"
"""Weight method and observer of everything that was tuned."""


@dataclass(frozen=True, eq=False)
class TunedFilter(ByContent):
    """Attributes:
    bits: of its integers.
    scale: float32, (channels,) or (1,).
    """

    bits: int
    scale: npt.NDArray[np.float32]

    def axis(self, kind: AnyOperator) -> int | None:
        """The dimension that `scale` goes along, in a filter of an operator of `kind`."""
        return channel_axis(kind) if self.scale.size > 1 else None


@dataclass(frozen=True)
class Tuned:
    """A float model on the grid it was trained for.

    Attributes:
        graph: the model; every filter's values are scale × integer.
        filters: filter name → its grid.
        ranges: activation name → (low, high) of its int8 values.
        activations: scheme of the int8 values.
        history: loss on the held-back samples, before training and after each epoch.
    """

    graph: Graph
    filters: Mapping[str, TunedFilter]
    ranges: Mapping[str, tuple[float, float]]
    activations: ActivationScheme = "asymmetric"
    history: tuple[float, ...] = ()

    @property
    def config(self) -> Config:
        """Every filter at its width by `METHOD`, every activation observed by `METHOD`."""
        choices = {name: WeightChoice(tuned.bits, METHOD) for name, tuned in self.filters.items()}
        return Config(choices, default_observer=METHOD, activations=self.activations)

    @property
    def bank(self) -> Bank:
        """The filters as integers."""
        kinds = {op.inputs[1]: op.kind for op in self.graph.ops if op.kind.weighted}
        return {
            (name, WeightChoice(tuned.bits, METHOD)): self._integers(name, kinds[name], tuned)
            for name, tuned in self.filters.items()
        }

    def range_source(self) -> Ranges:
        """The ranges as calibration would have found them, under the observer `METHOD`."""
        return Ranges({name: {METHOD: bounds} for name, bounds in self.ranges.items()})

    def quantized(self) -> QuantizedGraph:
        """The integer model that was simulated in training."""
        return quantize(self.graph, self.range_source(), self.config, self.bank)

    def _integers(self, name: str, kind: AnyOperator, tuned: TunedFilter) -> QuantizedWeight:
        data = self.graph.tensors[name].data
        assert data is not None  # quantizing has refused computed filters
        axis = tuned.axis(kind)
        return QuantizedWeight(round_to_scale(data, tuned.scale, tuned.bits, axis), tuned.scale)


def snapped(
    weight: npt.NDArray[np.float32], kind: AnyOperator, tuned: TunedFilter
) -> npt.NDArray[np.float32]:
    """The nearest values of the filter's grid."""
    axis = tuned.axis(kind)
    values = round_to_scale(weight, tuned.scale, tuned.bits, axis)
    scale = along_axis(tuned.scale, weight.ndim, axis).astype(np.float32)
    return dequantize(values, scale)
