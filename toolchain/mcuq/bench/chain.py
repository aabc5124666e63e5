"""Graphs grown operator by operator, with random weights from a fixed seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, PoolAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs


class Chain:
    """A model of one input; each method adds operators behind the last one."""

    def __init__(self, name: str, shape: tuple[int, ...], seed: int) -> None:
        self._name = name
        self._rng = np.random.default_rng(seed)
        self._tensors = {"x": Tensor("x", shape)}
        self._ops: list[Op] = []
        self._last = "x"

    @property
    def shape(self) -> tuple[int, ...]:
        return self._tensors[self._last].shape

    def graph(self) -> Graph:
        return Graph(self._name, self._tensors, tuple(self._ops), ("x",), (self._last,))

    def add(self, kind: AnyOperator, shape: tuple[int, ...], attrs: Attrs) -> None:
        self._append(kind, (), shape, attrs)

    def pool(self) -> None:
        """Global average, flattened."""
        _, height, width, channels = self.shape
        size = (height, width)
        self.add(AVERAGE_POOL_2D, (1, 1, 1, channels), PoolAttrs(size, size))
        self.add(RESHAPE, (1, channels), ReshapeAttrs((1, channels)))

    def conv(
        self,
        channels: int,
        kernel: int | tuple[int, int],
        stride: int,
        activation: Activation = Activation.RELU,
    ) -> None:
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        inputs = self.shape[3]
        weight = self._normal((channels, height, width, inputs), height * width * inputs)
        attrs = ConvAttrs((stride, stride), (1, 1), Padding.SAME, activation)
        shape = (1, *(-(-n // stride) for n in self.shape[1:3]), channels)
        self._append(CONV_2D, self._constants(weight, channels), shape, attrs)

    def depthwise(self, kernel: int, stride: int) -> None:
        channels = self.shape[3]
        weight = self._normal((1, kernel, kernel, channels), kernel * kernel)
        attrs = DepthwiseConvAttrs((stride, stride), (1, 1), Padding.SAME, 1, Activation.RELU)
        shape = (1, *(-(-n // stride) for n in self.shape[1:3]), channels)
        self._append(DEPTHWISE_CONV_2D, self._constants(weight, channels), shape, attrs)

    def dense(self, outputs: int, activation: Activation) -> None:
        weight = self._normal((outputs, self.shape[1]), self.shape[1])
        attrs = FullyConnectedAttrs(activation)
        self._append(FULLY_CONNECTED, self._constants(weight, outputs), (1, outputs), attrs)

    def _normal(self, shape: tuple[int, ...], fan_in: int) -> npt.NDArray[np.float32]:
        """He's initialization: a ReLU network keeps its variance."""
        return self._rng.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32)

    def _constants(
        self, weight: npt.NDArray[np.float32], channels: int
    ) -> tuple[npt.NDArray[np.float32], ...]:
        return weight, self._rng.normal(0, 0.1, channels).astype(np.float32)

    def _append(
        self,
        kind: AnyOperator,
        constants: tuple[npt.NDArray[np.float32], ...],
        shape: tuple[int, ...],
        attrs: Attrs,
        inputs: tuple[str, ...] = (),
    ) -> None:
        """An operator on `inputs`, or on what came last."""
        index = len(self._ops)
        names = []
        for role, data in zip(("weight", "bias"), constants, strict=False):
            names.append(f"{role}{index}")
            self._tensors[names[-1]] = Tensor(names[-1], data.shape, data)
        output = f"t{index}"
        self._tensors[output] = Tensor(output, shape)
        name = f"{kind.name.lower()}_{index}"
        self._ops.append(Op(kind, name, (*(inputs or (self._last,)), *names), (output,), attrs))
        self._last = output
