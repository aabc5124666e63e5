"""What training has to simulate: which tensors are rounded, and to which grid to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import Ranges, calibrate
from mcuq.choices import ActivationScheme
from mcuq.errors import InputError, UsageError
from mcuq.finetune.start import fitted
from mcuq.finetune.tuned import TunedFilter
from mcuq.graph import Graph
from mcuq.numeric import INT8_MAX, INT8_MIN, WIDTHS
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.pooling import AVERAGE_POOL_2D
from mcuq.ops.resize import RESIZE_BILINEAR
from mcuq.quantize import Config, WeightChoice, quantize, share_activations
from mcuq.quantize.activations import activation_params, own_spans
from mcuq.quantize.masks import with_near_masks
from mcuq.quantize.scale_groups import ScaleGroups
from mcuq.quantize.weights import channel_axis
from mcuq.score.batch import mixes_samples

Inputs = tuple[npt.NDArray[np.float32], ...]
Range = tuple[float, float]

_BLENDS = (AVERAGE_POOL_2D, RESIZE_BILINEAR)


@dataclass(frozen=True)
class TrainingPlan:
    """Attributes:
    graph: the graph as it will be quantized, its filters and biases where training starts.
    filters: filter → bits and first scale.
    axes: filter → the dimension that has a scale an element, or None.
    representative: activation → the group whose grid it is on.
    grids: group → first scale, and the zero point, which stays.
    activations: scheme of all grids that are not prescribed.
    rounded: tensors whose values are brought to their group's grid when they are computed.
    """

    graph: Graph
    filters: Mapping[str, TunedFilter]
    axes: Mapping[str, int | None]
    representative: Mapping[str, str]
    grids: Mapping[str, AffineParams]
    activations: ActivationScheme
    rounded: frozenset[str]

    def ranges(self, names: Iterable[str], scales: Mapping[str, float]) -> dict[str, Range]:
        """What the int8 values of activations mean: (low, high) each.

        Args:
            names: activations.
            scales: group → scale, where it is not the first one any more.
        """
        return {name: self._range(self.representative[name], scales) for name in names}

    def start(self, original: Graph) -> Graph:
        """The model, with the filters and biases that training starts from."""
        tensors = {name: self.graph.tensors[name] for name in original.tensors}
        return replace(original, tensors=tensors)

    def _range(self, group: str, scales: Mapping[str, float]) -> Range:
        grid = self.grids[group]
        scale = scales.get(group, float(grid.scale))
        if self.activations == "symmetric":
            return -INT8_MAX * scale, INT8_MAX * scale
        return scale * (INT8_MIN - grid.zero_point), scale * (INT8_MAX - grid.zero_point)


def make_plan(graph: Graph, inputs: Inputs, config: Config) -> TrainingPlan:
    """The plan for a configuration.

    Args:
        graph: the float model.
        inputs: training samples, one array (N, …) an input; activation ranges come from them.
        config: bits of each filter, observer of each activation.

    Raises:
        InputError: the model mixes the samples of a batch, or a filter is not constant.
        UsageError: an observer or a width is unknown.
    """
    if config.activation_bits != 8:
        raise UsageError("fine-tuning simulates int8 activations only", "leave them at 8 bits")
    observers = {config.default_observer, *config.observers.values()}
    ranges = calibrate(graph, inputs, observers)
    _check_batch(graph, ranges, config)
    near, spans = with_near_masks(graph, ranges, config)
    scale_groups = share_activations(near, span=own_spans(near, spans, config))
    kinds = {op.inputs[1]: op.kind for op in scale_groups.graph.ops if op.kind.weighted}
    bits = {name: _known_width(name, config.weight(name).bits) for name in kinds}
    axes = {name: channel_axis(kind, config.weight(name).per) for name, kind in kinds.items()}
    params = activation_params(scale_groups, spans, config)
    choices = {name: WeightChoice(bits[name], "refit", config.weight(name).per) for name in kinds}
    tensors, filters = fitted(graph, ranges, config, inputs, choices)
    return TrainingPlan(
        replace(scale_groups.graph, tensors={**scale_groups.graph.tensors, **tensors}),
        filters,
        axes,
        scale_groups.representative,
        {name: params[name] for name in dict.fromkeys(scale_groups.representative.values())},
        config.activations,
        _rounded(scale_groups),
    )


def _check_batch(graph: Graph, ranges: Ranges, config: Config) -> None:
    plain = replace(config, weights={}, default_weight=WeightChoice())
    if (name := mixes_samples(quantize(graph, ranges, plain))) is not None:
        raise InputError(
            f"{name!r} mixes the samples of a batch",
            "fine-tuning needs models whose first dimension is the batch throughout, which layers "
            "over rows and steps do not keep: train it for few bits in its own framework",
        )


def _known_width(name: str, bits: int) -> int:
    if bits not in WIDTHS:
        raise UsageError(f"tensor '{name}': cannot train {bits} bits", "use 8, 4, 2 or ternary")
    return bits


def _rounded(scale_groups: ScaleGroups) -> frozenset[str]:
    """Tensors that hold new values of a trainable grid.

    Views and joins pass on what is on the grid already, only blends of values are new. Prescribed
    outputs are left as they are: the loss wants their logarithm.
    """
    passed_on = {
        op.output
        for op in scale_groups.graph.ops
        if (op.kind.scale.same and op.kind not in _BLENDS) or op.kind.scale.joined
    }
    return frozenset(
        name
        for name, representative in scale_groups.representative.items()
        if name not in passed_on and representative not in scale_groups.fixed
    )
