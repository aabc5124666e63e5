"""Random CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED cases and their CMSIS-NN calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from kernel_native import Words, call
from number_formats import Form, Model, quantized
from operator_cases import Case, Numbers, cases
from oracles import tflm_outputs

from mcuq.choices import Per
from mcuq.numeric import pack_int4
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import (
    ConvParams,
    DepthwiseConvAttrs,
    DepthwiseConvParams,
    FullyConnectedParams,
)
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

Int8s = npt.NDArray[np.int8]
NO_SCRATCH = Words(np.zeros(1, np.int8), 0)


@dataclass(frozen=True)
class Weighted:
    """One layer: its model, its input, and its parts for a kernel call."""

    graph: QuantizedGraph
    input: Int8s

    @property
    def weight(self) -> QuantizedTensor:
        return self.graph.tensors["w"]

    @property
    def weight_values(self) -> Int8s:
        return cast(Int8s, self.weight.data)

    @property
    def bias(self) -> np.ndarray:
        return cast(np.ndarray, self.graph.tensors["b"].data)

    @property
    def expected(self) -> Int8s:
        """The output of TFLite Micro."""
        output = tflm_outputs(self.graph, [self.input[None]])[0]
        return cast(Int8s, output.reshape(self.output_shape))

    @property
    def params(self) -> ConvParams | FullyConnectedParams:
        return cast(ConvParams | FullyConnectedParams, op_params(self.graph, self.graph.ops[0]))

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.graph.tensors["y"].shape

    @property
    def stored(self) -> np.ndarray:
        """The filter's bytes as the portable kernels take them."""
        values = self.weight_values
        return pack_int4(values) if self.weight.bits == 4 else values


@st.composite
def layers(
    draw: st.DrawFn, kind: AnyOperator, *, simple: bool = False, expandable: bool = False
) -> Weighted:
    """A layer with int8 or int4 weights and a bias.

    Args:
        kind: its operator; a CONV_2D has one group.
        simple: without a depth multiplier, which faster kernels do not take.
        expandable: with a window and channels for the expanded depthwise kernels.
    """
    case = _biased(draw(cases(kind)))
    if simple and isinstance(case.attrs, DepthwiseConvAttrs):
        case = _windowed(case, case.constants[0][1:3], case.activations[0])
    if expandable:
        kernel = draw(st.sampled_from([(3, 3), (1, 9), (9, 1)]))
        _, height, width, _ = case.activations[0]
        size = (height + kernel[0] - 1, width + kernel[1] - 1)
        case = _windowed(case, kernel, (1, *size, draw(st.sampled_from([4, 8, 12]))))
    return _layer(case, draw(st.sampled_from([8, 4])))


def _biased(case: Case) -> Case:
    """With a bias, the whole depth in each filter of a CONV_2D, one row for FULLY_CONNECTED."""
    filters, x = case.constants[0], case.activations[0]
    if case.operator is FULLY_CONNECTED:
        x = (1, x[-1])
    if case.operator is CONV_2D:
        filters = (*filters[:3], case.activations[0][3])
    outputs = filters[case.operator.filter_axis or 0]
    return replace(case, activations=(x,), constants=(filters, (outputs,)))


def _windowed(case: Case, kernel: tuple[int, ...], x: tuple[int, ...]) -> Case:
    """The depthwise layer with another window, for another image, with no multiplier."""
    attrs = cast(DepthwiseConvAttrs, case.attrs)
    dilation = attrs.dilation if kernel == case.constants[0][1:3] else (1, 1)
    return replace(
        case,
        attrs=replace(attrs, depth_multiplier=1, dilation=dilation),
        activations=(x,),
        constants=((1, *kernel, x[3]), (x[3],)),
    )


def _layer(case: Case, bits: int) -> Weighted:
    """FULLY_CONNECTED with one scale: CMSIS-NN's function takes no more."""
    per: Per = "tensor" if case.operator is FULLY_CONNECTED else "channel"
    made = Model(case, quantized(case, Form(case.operator.name, "int8", bits, per)))
    return Weighted(made.qgraph, made.inputs()[0][:1].reshape(case.activations[0]))


_SPANS = ((-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0), (-1.0, 2.0))


def build(
    kind: AnyOperator,
    attrs: Attrs,
    x: tuple[int, ...],
    filters: tuple[int, ...],
    bits: int,
    seed: int,
) -> Weighted:
    """A layer of given shapes with random values, whose output uses its range."""
    outputs = filters[kind.filter_axis or 0]
    numbers = Numbers(seed, (_SPANS[seed % len(_SPANS)],))
    return _layer(Case(kind, attrs, (x,), (filters, (outputs,)), False, numbers), bits)


def run_cmsis(
    case: Weighted,
    function: str,
    run: Callable[..., int] = call,
    scratch: Words = NO_SCRATCH,
) -> Int8s:
    """The layer through the CMSIS-NN interface.

    Args:
        run: calls a function by its name.
        scratch: its context.
    """
    output = np.zeros(case.output_shape, np.int8)
    p = case.params
    no_dims = Words(1, 1, 1, 1)
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
    extra = (None,) if function.endswith("_convolve_s8") else ()
    status = run(
        function,
        scratch,
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
