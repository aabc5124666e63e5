"""Random networks in whose layers channels are planted that cannot matter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs, Padding
from mcuq.ops.binary import ADD, MUL, BinaryAttrs
from mcuq.ops.clip import CLIP, ClipAttrs
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
)
from mcuq.ops.padding import PADV2
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    TransposeConvAttrs,
)

Floats = npt.NDArray[np.float64]
BOUND = 3.0
"""Of the magnitude of inputs."""
_ACTIVATIONS = (Activation.NONE, Activation.RELU, Activation.RELU, Activation.RELU6)


class Planted:
    """A network that grows at random.

    Args:
        seed: of everything.
        odd: share of the channels that are made odd.
        ranges: whether results are held to ranges, as those of quantized files are.
    """

    def __init__(self, seed: int, odd: float, *, ranges: bool = False) -> None:
        self._ranges = ranges
        self._rng = np.random.default_rng(seed)
        self._odd = odd
        self._build = GraphBuilder()
        self._last = self._build.input((1, 6, 5, int(self._rng.integers(1, 4))), "x")
        self._seen = [self._last]

    def graph(self, steps: int) -> Graph:
        """Of so many layers and a head."""
        self._conv()
        grow = (
            self._conv, self._conv, self._depthwise, self._depthwise, self._function, self._add,
            self._scale, self._join, self._pool, self._pad, self._slice, self._resize,
            self._transpose, self._transposed_conv,
        )  # fmt: skip
        for _ in range(steps):
            grow[self._rng.integers(len(grow))]()
        self._head()
        return self._build.graph("planted", (self._last,))

    def _apply(self, kind, attrs, *constants: Floats) -> None:  # type: ignore[no-untyped-def]
        operands = [self._last, *(self._build.constant(x, "c") for x in constants)]
        self._last = self._build.op(kind, attrs, operands, kind.name.lower())
        self._seen.append(self._last)
        if self._ranges:
            self._build.limit(self._last, *sorted(self._rng.choice([-1.0, 0.0, 1.0, 4.0], 2)))

    @property
    def _shape(self) -> tuple[int, ...]:
        return self._build.shape(self._last)

    def _filter(self, shape: tuple[int, ...], axis: int) -> tuple[Floats, Floats]:
        """A filter and a bias; some channels are odd, some inputs are read by nobody."""
        rng = self._rng
        count = shape[axis]
        weights = np.moveaxis(rng.normal(0, (np.prod(shape) / count) ** -0.5, shape), axis, 0)
        start = rng.normal(0, 0.5, count)
        for channel in np.flatnonzero(rng.random(count) < self._odd):
            match rng.integers(5):
                case 0:
                    weights[channel] = 0
                case 1:
                    weights[channel] *= 1e-30
                case 2:
                    other = rng.integers(count)
                    weights[channel], start[channel] = weights[other], start[other]
                case 3:
                    weights[channel] = -np.abs(weights[channel])
                    start[channel] = -np.abs(start[channel]) * rng.choice([0, 1, 40])
                case _:
                    weights[channel], start[channel] = 0, 0
        weights = np.moveaxis(weights, 0, axis)
        if axis == 0:
            weights[..., rng.random(shape[-1]) < self._odd / 2] = 0
        return weights, start

    def _conv(self) -> None:
        size, outputs = int(self._rng.choice([1, 1, 3])), int(self._rng.integers(2, 9))
        shape = self._shape
        fits = min(shape[1:3]) >= size
        padding = Padding.VALID if fits and self._rng.random() < 0.5 else Padding.SAME
        activation = _ACTIVATIONS[self._rng.integers(len(_ACTIVATIONS))]
        filters = self._filter((outputs, size, size, shape[3]), 0)
        self._apply(CONV_2D, ConvAttrs(padding=padding, activation=activation), *filters)

    def _depthwise(self) -> None:
        multiplier = int(self._rng.choice([1, 1, 2]))
        outputs = self._shape[3] * multiplier
        filters = self._filter((1, 3, 3, outputs), 3)
        attrs = DepthwiseConvAttrs((1, 1), (1, 1), Padding.SAME, multiplier, Activation.RELU)
        self._apply(DEPTHWISE_CONV_2D, attrs, *filters)

    def _transposed_conv(self) -> None:
        _, height, width, depth = self._shape
        if height * width > 60:
            return
        weights, start = self._filter((int(self._rng.integers(2, 6)), 2, 2, depth), 0)
        shape = (1, 2 * height, 2 * width, len(weights))
        self._apply(TRANSPOSE_CONV, TransposeConvAttrs(shape, (2, 2)), weights, start)

    def _function(self) -> None:
        kinds = (RELU, RELU6, TANH, LOGISTIC, HARD_SWISH, LEAKY_RELU, CLIP)
        kind = kinds[self._rng.integers(len(kinds))]
        attrs = {LEAKY_RELU: LeakyReluAttrs(0.1), CLIP: ClipAttrs(-0.5, 0.75)}
        self._apply(kind, attrs.get(kind, NoAttrs()))

    def _add(self) -> None:
        same = [name for name in self._seen if self._build.shape(name) == self._shape]
        other = same[self._rng.integers(len(same))]
        self._last = self._build.op(ADD, BinaryAttrs(), [self._last, other], "add")
        self._seen.append(self._last)

    def _scale(self) -> None:
        factors = self._rng.normal(1, 0.3, self._shape[3])
        factors[self._rng.random(len(factors)) < self._odd / 2] = 0
        self._apply(MUL, BinaryAttrs(), factors)

    def _join(self) -> None:
        same = [name for name in self._seen if self._build.shape(name)[1:3] == self._shape[1:3]]
        other = same[self._rng.integers(len(same))]
        self._last = self._build.op(CONCATENATION, ConcatAttrs(3), [self._last, other], "join")
        self._seen.append(self._last)

    def _pool(self) -> None:
        kind = (MAX_POOL_2D, AVERAGE_POOL_2D)[self._rng.integers(2)]
        self._apply(kind, PoolAttrs((2, 2), (1, 1), Padding.SAME))

    def _pad(self) -> None:
        attrs = PadAttrs(((0, 0), (1, 0), (0, 1), (0, 0)))
        if min(self._shape[1:3]) < 9:
            filling = () if self._rng.random() < 0.5 else (np.array([0.25]),)
            self._apply(PADV2 if filling else PAD, attrs, *filling)

    def _slice(self) -> None:
        end = list(self._shape)
        begin = [0, 0, 0, 0]
        if end[3] > 3:
            begin[3], end[3] = 1, end[3] - 1
        self._apply(STRIDED_SLICE, StridedSliceAttrs(tuple(begin), tuple(end), (1, 1, 1, 1)))

    def _resize(self) -> None:
        height, width = self._shape[1:3]
        if height * width < 60:
            self._apply(RESIZE_NEAREST_NEIGHBOR, ResizeAttrs((height + 1, width)))

    def _transpose(self) -> None:
        self._apply(TRANSPOSE, TransposeAttrs((0, 2, 1, 3)))

    def _head(self) -> None:
        if self._rng.random() < 0.5:
            self._apply(MEAN, MeanAttrs((1, 2)))
        else:
            size = int(np.prod(self._shape))
            self._apply(RESHAPE, ReshapeAttrs((1, size)))
        for outputs in (6, 4):
            filters = self._filter((outputs, self._shape[1]), 0)
            self._apply(FULLY_CONNECTED, FullyConnectedAttrs(Activation.RELU), *filters)
        if self._rng.random() < 0.5:
            self._apply(SOFTMAX, SoftmaxAttrs(1.0))


def samples(graph: Graph, seed: int, count: int) -> list[npt.NDArray[np.float32]]:
    """Inputs up to `BOUND`, each sample of another size."""
    rng = np.random.default_rng(seed)
    shape = (count, *graph.tensors["x"].shape[1:])
    size = rng.uniform(0.01, BOUND, (count, 1, 1, 1))
    return [(rng.uniform(-1, 1, shape) * size).astype(np.float32)]
