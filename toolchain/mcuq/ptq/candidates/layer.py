"""A weighted operator as matrices: rows of weights times columns of input patches.

CONV_2D has a matrix a group of channels, DEPTHWISE_CONV_2D one an input channel, FULLY_CONNECTED
and TRANSPOSE_CONV (taps backwards, zeros between the inputs) one. Arrays are (groups, outputs of a
group, inputs) for weights and (groups, positions, inputs) for patches, so that one vectorized
solver serves them all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.ops.weighted import DEPTHWISE_CONV_2D, TRANSPOSE_CONV
from mcuq.ops.weighted_params import ConvParams, TransposeConvParams
from mcuq.ops.window import WindowParams, padded, transposed_windows, windows
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

Floats = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LayerShape:
    """The shapes of one weighted operator.

    Attributes:
        op: the operator; `op.inputs[1]` names its filter.
        weight_shape: the filter's shape.
        channels: channels of the input image; 0 for FULLY_CONNECTED.
        out: output height and width; (1, 1) for FULLY_CONNECTED.
        window: None for FULLY_CONNECTED.
    """

    op: Op
    weight_shape: tuple[int, ...]
    channels: int
    out: tuple[int, int]
    window: WindowParams | None

    @classmethod
    def of(cls, qgraph: QuantizedGraph, op: Op) -> LayerShape:
        """The layer of a weighted operator, of the float graph, in a quantized one."""
        shape = qgraph.tensors[op.inputs[1]].shape
        # There it has a bias of its own, where several operators share one.
        own = next(each for each in qgraph.ops if each.output == op.output)
        params = op_params(qgraph, own)
        if not isinstance(params, ConvParams | TransposeConvParams):
            return cls(op, shape, 0, (1, 1), None)
        channels = qgraph.tensors[op.inputs[0]].shape[3]
        _, height, width, _ = qgraph.tensors[op.output].shape
        return cls(op, shape, channels, (height, width), params.window)

    @property
    def depthwise(self) -> bool:
        return self.op.kind is DEPTHWISE_CONV_2D

    @property
    def transposed(self) -> bool:
        return self.op.kind is TRANSPOSE_CONV

    @property
    def groups(self) -> int:
        if self.depthwise:
            return self.channels
        return self.channels // self.weight_shape[3] if self.window else 1

    def reading(self, kept: Flags) -> LayerShape:
        """The layer that reads some of the input's channels only; it has one group."""
        depth = self.weight_shape[-1] * int(kept.sum()) // len(kept)
        channels = depth if self.window else 0
        return replace(self, weight_shape=(*self.weight_shape[:-1], depth), channels=channels)

    def giving(self, outputs: int) -> LayerShape:
        """The layer of so many outputs; it has one group."""
        return replace(self, weight_shape=(outputs, *self.weight_shape[1:]))

    def columns(self, kept: Flags) -> npt.NDArray[np.intp]:
        """The inputs of `matrix` that belong to these channels, of a layer of one group."""
        taps = math.prod(self.weight_shape[1:]) // len(kept)
        return np.flatnonzero(np.tile(kept, taps))

    def matrix(self, weight: Floats) -> Floats:
        """Filter as (groups, outputs, inputs), outputs in channel order."""
        if self.depthwise:
            taps = weight.reshape(-1, self.channels, weight.shape[3] // self.channels)
            return np.ascontiguousarray(taps.transpose(1, 2, 0))
        if self.transposed:
            weight = weight[:, ::-1, ::-1]
        return weight.reshape(self.groups, weight.shape[0] // self.groups, -1)

    def filter(self, matrix: Floats) -> Floats:
        """Inverse of `matrix`."""
        if self.depthwise:
            return np.ascontiguousarray(matrix.transpose(2, 0, 1)).reshape(self.weight_shape)
        weight = matrix.reshape(self.weight_shape)
        return np.ascontiguousarray(weight[:, ::-1, ::-1]) if self.transposed else weight

    def patches(self, x: Floats) -> Floats:
        """Input patches (groups, positions, inputs) of real activations (N, …), zeros outside."""
        if self.window is None:
            return x.reshape(1, -1, self.weight_shape[1])
        size = (self.weight_shape[1], self.weight_shape[2])
        images = x.reshape(-1, *x.shape[-3:])
        if self.transposed:
            view = transposed_windows(images, size, self.window, self.out)
        else:
            view = windows(padded(images, size, self.window, self.out), size, self.window)
        positions = view.shape[0] * view.shape[1] * view.shape[2]
        depth = self.channels // self.groups
        split = view.reshape(*view.shape[:3], self.groups, depth, *size)
        ordered = split.transpose(3, 0, 1, 2, 5, 6, 4)
        return np.ascontiguousarray(ordered).reshape(self.groups, positions, -1)
