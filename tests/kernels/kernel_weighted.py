"""Random CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED cases and their CMSIS-NN calls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from hypothesis import strategies as st
from kernel_cases import Draw, Int8s, activation, model
from kernel_native import Words, call

from mcuq.numeric import pack_int4
from mcuq.numeric.activation import Activation
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import (
    ConvAttrs,
    ConvParams,
    DepthwiseConvAttrs,
    DepthwiseConvParams,
    FullyConnectedAttrs,
    FullyConnectedParams,
)
from mcuq.ops.window import window_axes
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

ACTIVATIONS = (Activation.NONE, Activation.RELU, Activation.RELU6, Activation.RELU_N1_TO_1)


@dataclass(frozen=True)
class Weighted:
    """One layer: its model, its input, and its parts for a kernel call."""

    graph: QuantizedGraph
    input: Int8s

    @property
    def weight(self) -> QuantizedTensor:
        return self.graph.tensors["weight"]

    @property
    def weight_values(self) -> Int8s:
        return cast(Int8s, self.weight.data)

    @property
    def bias(self) -> np.ndarray:
        return cast(np.ndarray, self.graph.tensors["bias"].data)

    @property
    def params(self) -> ConvParams | FullyConnectedParams:
        return cast(ConvParams | FullyConnectedParams, op_params(self.graph, self.graph.ops[0]))

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.graph.tensors["output"].shape

    @property
    def stored(self) -> np.ndarray:
        """The filter's bytes as the portable kernels take them."""
        values = self.weight_values
        return pack_int4(values) if self.weight.bits == 4 else values


@st.composite
def convolutions(
    draw: st.DrawFn, *, depthwise: bool = False, simple: bool = False, expandable: bool = False
) -> Weighted:
    """A convolution; `simple` and `expandable` leave out what faster kernels do not take."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    if draw(st.booleans()):
        kernel = draw(st.sampled_from([(1, 1), (3, 3), (10, 4), (1, 5)]))
    if expandable:
        kernel = draw(st.sampled_from([(3, 3), (1, 9), (9, 1)]))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation = (1, 1)
    if draw(st.integers(0, 3)) == 0:
        dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
        stride = (1, 1)
    padding = draw(st.sampled_from(list(Padding)))
    span = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    low = span if padding is Padding.VALID else (1, 1)
    size = (draw(st.integers(low[0], low[0] + 8)), draw(st.integers(low[1], low[1] + 8)))
    counts = [4, 8, 12] if expandable else [1, 2, 3, 4, 5, 8, 11, 16]
    channels = draw(st.sampled_from(counts))
    activation_ = draw(st.sampled_from(ACTIVATIONS))
    bits = draw(st.sampled_from([4, 8]))
    seed = draw(st.integers(0, 2**32 - 1))
    if depthwise:
        multiplier = 1 if simple else draw(st.sampled_from([1, 1, 2, 3]))
        outputs = channels * multiplier
        attrs: Attrs = DepthwiseConvAttrs(stride, dilation, padding, multiplier, activation_)
        filter_shape = (1, *kernel, outputs)
    else:
        outputs = draw(st.sampled_from([1, 2, 3, 4, 6, 8, 9]))
        attrs = ConvAttrs(stride, dilation, padding, activation_)
        filter_shape = (outputs, *kernel, channels)
    axes = window_axes(attrs, size, kernel)
    output_shape = (1, axes[0].output, axes[1].output, outputs)
    kind = DEPTHWISE_CONV_2D if depthwise else CONV_2D
    return build(kind, attrs, (1, *size, channels), filter_shape, output_shape, bits, seed)


@st.composite
def dense_layers(draw: st.DrawFn) -> Weighted:
    depth = draw(st.integers(1, 70))
    outputs = draw(st.integers(1, 20))
    bits = draw(st.sampled_from([4, 8]))
    attrs = FullyConnectedAttrs(draw(st.sampled_from(ACTIVATIONS)))
    seed = draw(st.integers(0, 2**32 - 1))
    shapes = ((1, depth), (outputs, depth), (1, outputs))
    return build(FULLY_CONNECTED, attrs, *shapes, bits, seed)


def build(
    kind: AnyOperator,
    attrs: Attrs,
    input_shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    output_shape: tuple[int, ...],
    bits: int,
    seed: int,
) -> Weighted:
    """A layer with random values and scales that use the output's range (mostly)."""
    d = Draw(np.random.default_rng(seed))
    axis = {CONV_2D: 0, DEPTHWISE_CONV_2D: 3}.get(kind)
    outputs = output_shape[-1]
    weights = d.weights(filter_shape, bits)
    depth = math.prod(filter_shape) // outputs
    input_scale = d.scale()
    spread = 70 * (70 if bits == 8 else 4) * math.sqrt(depth)
    # Now and then factors above one half, where requantization shifts left.
    factor = float(
        d.rng.uniform(0.3, 2.5) if d.rng.random() < 0.1 else d.scale(0.3, 3) * 60 / spread
    )
    channel_scales = d.rng.uniform(0.2, 1.0, 1 if axis is None else outputs)
    weight_scales = (channel_scales * d.scale(1e-3, 1e-1)).astype(np.float32)
    output_scale = float(input_scale * weight_scales.max() / factor)
    limit = int(spread)
    bias = d.rng.integers(-limit, limit + 1, outputs).astype(np.int32)
    tensors = [
        activation("input", input_shape, input_scale, d.zero_point()),
        QuantizedTensor("weight", filter_shape, bits, weight_scales, axis=axis, data=weights),
        QuantizedTensor(
            "bias",
            (outputs,),
            32,
            (np.float32(input_scale) * weight_scales).astype(np.float32),
            axis=None if axis is None else 0,
            data=bias,
        ),
    ]
    output = activation("output", output_shape, output_scale, d.zero_point())
    return Weighted(model(kind, attrs, tensors, output), d.int8s(input_shape))


def run_cmsis(case: Weighted, function: str) -> Int8s:
    """The layer through the CMSIS-NN interface."""
    output = np.zeros(case.output_shape, np.int8)
    p = case.params
    context, no_dims = Words(np.zeros(1, np.int8), 0), Words(1, 1, 1, 1)
    bias = (no_dims, case.bias)
    if isinstance(p, FullyConnectedParams):
        outputs, depth = case.weight.shape
        settings = Words(p.input_offset, 0, p.output_offset, p.activation_min, p.activation_max)
        quantization = Words(int(p.multipliers[0]), int(p.shifts[0]))
        dims = Words(1, 1, 1, depth), Words(depth, 1, 1, outputs), Words(1, 1, 1, outputs)
    else:
        window = p.window
        pairs = [*window.stride[::-1], *window.padding[::-1], *window.dilation[::-1]]
        factor = [p.depth_multiplier] if isinstance(p, DepthwiseConvParams) else []
        offsets = [p.input_offset, p.output_offset, *factor]
        settings = Words(*offsets, *pairs, p.activation_min, p.activation_max)
        quantization = Words(p.multipliers, p.shifts)
        shapes = (case.input.shape, case.weight.shape, case.output_shape)
        dims = tuple(Words(*shape) for shape in shapes)
    extra = (None,) if function == "arm_convolve_s8" else ()
    status = call(
        function,
        context,
        settings,
        quantization,
        dims[0],
        case.input,
        dims[1],
        case.stored,
        *bias,
        *extra,
        dims[2],
        output,
    )
    assert status == 0
    return output
