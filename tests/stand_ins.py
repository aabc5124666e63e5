"""Stand-ins with the structures of MLPerf Tiny's four models.

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

from mcuq.bench.chain import Chain
from mcuq.graph import Graph
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs

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
    model = _Residual("resnet8", (1, 32, 32, 3), seed)
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


class _Residual(Chain):
    """A chain with branches."""

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


STAND_INS: Mapping[str, Callable[[], Graph]] = {
    "resnet8": resnet8,
    "kws": keyword_spotting,
    "vww": visual_wake_words,
    "ad": anomaly_detection,
}
