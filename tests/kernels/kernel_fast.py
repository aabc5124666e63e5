"""Random layers through the kernels with re-ordered weights."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from kernel_cases import Int8s
from kernel_native import Words, call
from kernel_weighted import Weighted

from mcuq.emit.packing import (
    PackedLayer,
    Requantization,
    column_scratch,
    depthwise_scratch,
    pack_convolution,
    pack_dense,
    pack_depthwise,
    padded_depth,
)
from mcuq.quantize.params import ConvParams

Memory = tuple[Int8s, Int8s]
"""Where a layer's input and output lie."""


def requantization(case: Weighted) -> Requantization:
    p = case.params
    outputs = case.output_shape[-1]
    return Requantization(
        case.bias,
        np.broadcast_to(p.multipliers, (outputs,)),
        np.broadcast_to(p.shifts, (outputs,)),
        -p.input_offset,
        p.output_offset,
    )


def conv_fields(case: Weighted) -> list[int]:
    """The fields of mcuq_conv without the direction."""
    p = cast(ConvParams, case.params)
    _, *source = case.input.shape
    _, *result = case.output_shape
    kernel = case.weight.shape[1:3]
    window = [*p.window.stride, *p.window.dilation, *p.window.padding]
    clamp = [p.activation_min, p.activation_max]
    return [*source, *result, *kernel, *window, -p.input_offset, *clamp]


def run_conv(case: Weighted, *, descending: bool, memory: Memory | None = None) -> Int8s:
    dilation_x = cast(ConvParams, case.params).window.dilation[1]
    packed = pack_convolution(
        case.weight_values, case.weight.bits, requantization(case), dilation_x=dilation_x
    )
    layer = Words(*conv_fields(case), int(descending))
    kernel = cast(tuple[int, int], case.weight.shape[1:3])
    depth = padded_depth(kernel, case.input.shape[3], dilation_x)
    scratch = column_scratch(depth)
    return _run(f"mcuq_conv_s{case.weight.bits}", layer, packed, case, scratch, memory)


def depthwise_fields(case: Weighted) -> list[int]:
    """The fields of mcuq_depthwise without the direction."""
    fields = conv_fields(case)
    return [*fields[:2], *fields[3:]]


def run_depthwise(
    case: Weighted, *, descending: bool, memory: Memory | None = None, expanded: bool = False
) -> Int8s:
    bits = case.weight.bits
    packed = pack_depthwise(case.weight_values, bits, requantization(case))
    layer = Words(*depthwise_fields(case), int(descending))
    _, height, width, channels = case.weight.shape
    scratch = depthwise_scratch(height * width, channels, bits, expanded=expanded, address_bytes=8)
    form = "_expanded" if expanded else ""
    return _run(f"mcuq_depthwise{form}_s{bits}", layer, packed, case, scratch, memory)


def run_pointwise(case: Weighted, *, descending: bool, memory: Memory | None = None) -> Int8s:
    packed = pack_convolution(case.weight_values, case.weight.bits, requantization(case))
    p = case.params
    inputs, outputs = case.input.shape[3], case.output_shape[3]
    pixels = math.prod(case.input.shape[:3])
    clamp = p.activation_min, p.activation_max
    layer = Words(pixels, inputs, outputs, *clamp, int(descending))
    scratch = column_scratch(inputs)
    return _run(f"mcuq_pointwise_s{case.weight.bits}", layer, packed, case, scratch, memory)


def run_dense(case: Weighted) -> Int8s:
    packed = pack_dense(case.weight_values, case.weight.bits, requantization(case))
    p = case.params
    outputs, depth = case.weight.shape
    layer = Words(depth, outputs, p.activation_min, p.activation_max)
    return _run(f"mcuq_dense_s{case.weight.bits}", layer, packed, case, None, None)


def _run(
    function: str,
    layer: Words,
    packed: PackedLayer,
    case: Weighted,
    scratch_bytes: int | None,
    memory: Memory | None,
) -> Int8s:
    """`memory`: where input (filled here) and output lie, if not apart."""
    source, output = memory or (np.empty_like(case.input), np.zeros(case.output_shape, np.int8))
    source.ravel()[:] = case.input.ravel()
    arguments = [layer, packed.weights, packed.channels, source, output]
    if scratch_bytes is not None:
        arguments.append(np.zeros(scratch_bytes // 8 + 1, np.int64))
    call(function, *arguments)
    return output.reshape(case.output_shape).copy()
