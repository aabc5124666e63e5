"""Stand-ins with the structures of MLPerf Tiny's four models, and single layers.

The weights are drawn from a fixed seed, scaled so that activations neither vanish nor saturate.
That serves kernels and memory plans; no figure of a whole model comes from them, since trained
weights hold what random ones never do, such as dead channels.

Sources: mlcommons/tiny, benchmark/training/visual_wake_words/vww_model.py (MobileNetV1, width
0.25, 96×96×3, SAME padding throughout, batch norm folded), anomaly_detection/keras_model.py
(dense 640-128×4-8-128×4-640), image_classification/keras_model.py (ResNet-8 at 32×32×3) and
keyword_spotting/keras_model.py (DS-CNN at 49×10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, PoolAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs

_VWW_BLOCKS = (
    (16, 1),
    (32, 2),
    (32, 1),
    (64, 2),
    (64, 1),
    (128, 2),
    *((128, 1),) * 5,
    (256, 2),
    (256, 1),
)
"""(output channels, stride) of each depthwise-separable block."""


def visual_wake_words(seed: int = 0) -> Graph:
    """MobileNetV1 0.25 at 96×96: 7.49 MMAC, 27 convolutions and a dense layer."""
    model = Chain("vww", (1, 96, 96, 3), seed)
    model.conv(8, 3, 2)
    for channels, stride in _VWW_BLOCKS:
        model.depthwise(3, stride)
        model.conv(channels, 1, 1)
    model.pool()
    model.dense(2, Activation.NONE)
    model.add(SOFTMAX, model.shape, SoftmaxAttrs())
    return model.graph()


def resnet8(seed: int = 0) -> Graph:
    """ResNet-8 at 32×32: 12.50 MMAC, three residual blocks."""
    model = Chain("resnet8", (1, 32, 32, 3), seed)
    model.conv(16, 3, 1)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        model.residual(channels, stride)
    model.pool()
    model.dense(10, Activation.NONE)
    model.add(SOFTMAX, model.shape, SoftmaxAttrs())
    return model.graph()


def keyword_spotting(seed: int = 0) -> Graph:
    """DS-CNN at 49×10: 2.66 MMAC, four depthwise-separable blocks of 64 channels."""
    model = Chain("kws", (1, 49, 10, 1), seed)
    model.conv(64, (10, 4), 2)
    for _ in range(4):
        model.depthwise(3, 1)
        model.conv(64, 1, 1)
    model.pool()
    model.dense(12, Activation.NONE)
    model.add(SOFTMAX, model.shape, SoftmaxAttrs())
    return model.graph()


def anomaly_detection(seed: int = 0) -> Graph:
    """The dense autoencoder: 0.264 MMAC."""
    model = Chain("ad", (1, 640), seed)
    for width in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        model.dense(width, Activation.RELU)
    model.dense(640, Activation.NONE)
    return model.graph()


class Chain:
    """A graph grown operator by operator: for these models, and for single layers."""

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

    def residual(self, channels: int, stride: int) -> None:
        """Two 3×3 convolutions beside the identity, or a 1×1 convolution where shapes differ."""
        start = self._last
        self.conv(channels, 3, stride)
        self.conv(channels, 3, 1, Activation.NONE)
        branch, self._last = self._last, start
        if stride != 1:
            self.conv(channels, 1, stride, Activation.NONE)
        shape = self._tensors[branch].shape
        attrs = BinaryAttrs(Activation.RELU)
        self._append(ADD, (), shape, attrs, inputs=(self._last, branch))

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


STAND_INS: Mapping[str, Callable[[], Graph]] = {
    "resnet8": resnet8,
    "kws": keyword_spotting,
    "vww": visual_wake_words,
    "ad": anomaly_detection,
}
