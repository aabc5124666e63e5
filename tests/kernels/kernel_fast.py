"""Random layers through the kernels with re-ordered weights, on the host or an emulated core."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import cast

import numpy as np
from hypothesis import reject
from kernel_native import call
from kernel_weighted import Int8s, Weighted

from mcuq.bench.layers import (
    LayerCall,
    dense_structure,
    pointwise_structure,
    window_structure,
)
from mcuq.lower.channels import Requantization
from mcuq.lower.packing import (
    PackedLayer,
    UnpackableError,
    column_scratch,
    depthwise_scratch,
    pack_convolution,
    pack_dense,
    pack_depthwise,
    padded_depth,
)
from mcuq.numeric import widths
from mcuq.ops.weighted_params import ConvParams

Memory = tuple[Int8s, Int8s]
"""Where a layer's input and output lie."""

HOST_ADDRESS = 8
TARGET_ADDRESS = 4


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


def window_fields(case: Weighted, *, depthwise: bool, descending: bool) -> bytes:
    """mcuq_conv, or mcuq_depthwise, where channels in and out are one field."""
    p = cast(ConvParams, case.params)
    _, *source = case.input.shape
    _, *result = case.output_shape
    kernel = case.weight.shape[1:3]
    window = [*kernel, *p.window.stride, *p.window.dilation, *p.window.padding]
    extents = [*source[: 2 if depthwise else 3], *result, *window]
    return window_structure(extents, (-p.input_offset, *of_output(case)), int(descending))


def of_output(case: Weighted) -> tuple[int, int, int]:
    """Zero point and activation range."""
    p = case.params
    return p.output_offset, p.activation_min, p.activation_max


def _packed(pack: Callable[..., PackedLayer], case: Weighted) -> PackedLayer:
    """All channels; a layer that leaves some to other kernels is another test's: drawn again."""
    try:
        packed = pack(case.weight_values, case.weight.bits, requantization(case))
    except UnpackableError:
        reject()
    if packed.rest:
        reject()
    return packed


def conv_layer(case: Weighted, *, descending: bool = False) -> LayerCall:
    bits, dilation_x = case.weight.bits, cast(ConvParams, case.params).window.dilation[1]
    packed = _packed(partial(pack_convolution, dilation_x=dilation_x), case)
    kernel = cast(tuple[int, int], case.weight.shape[1:3])
    depth = padded_depth(kernel, case.input.shape[3], dilation_x)
    fields = window_fields(case, depthwise=False, descending=descending)
    return _layer(f"mcuq_conv_s{bits}", fields, packed, case, column_scratch(depth))


def depthwise_layer(
    case: Weighted, *, descending: bool = False, expanded: bool = False, address: int = 4
) -> LayerCall:
    bits = case.weight.bits
    packed = _packed(pack_depthwise, case)
    fields = window_fields(case, depthwise=True, descending=descending)
    _, height, width, channels = case.weight.shape
    taps = height * width
    scratch = depthwise_scratch(taps, channels, bits, expanded=expanded, address_bytes=address)
    form = "_expanded" if expanded else ""
    name = f"mcuq_depthwise{form}_{widths.width(bits).suffix}"
    return _layer(name, fields, packed, case, scratch)


def pointwise_layer(case: Weighted, *, descending: bool = False) -> LayerCall:
    bits = case.weight.bits
    packed = _packed(pack_convolution, case)
    inputs, outputs = case.input.shape[3], case.output_shape[3]
    pixels = math.prod(case.input.shape[:3])
    fields = pointwise_structure(pixels, (inputs, outputs), of_output(case), int(descending))
    return _layer(f"mcuq_pointwise_s{bits}", fields, packed, case, column_scratch(inputs))


def dense_layer(case: Weighted) -> LayerCall:
    bits = case.weight.bits
    packed = _packed(pack_dense, case)
    outputs, depth = case.weight.shape
    fields = dense_structure(depth, outputs, of_output(case))
    return _layer(f"mcuq_dense_s{bits}", fields, packed, case, 0)


def run_conv(case: Weighted, *, descending: bool, memory: Memory | None = None) -> Int8s:
    return run_native(conv_layer(case, descending=descending), case, memory)


def run_depthwise(
    case: Weighted, *, descending: bool, memory: Memory | None = None, expanded: bool = False
) -> Int8s:
    layer = depthwise_layer(case, descending=descending, expanded=expanded, address=HOST_ADDRESS)
    return run_native(layer, case, memory)


def run_pointwise(case: Weighted, *, descending: bool, memory: Memory | None = None) -> Int8s:
    return run_native(pointwise_layer(case, descending=descending), case, memory)


def run_dense(case: Weighted) -> Int8s:
    return run_native(dense_layer(case), case, None)


def run_native(layer: LayerCall, case: Weighted, memory: Memory | None) -> Int8s:
    """`memory`: where input (filled here) and output lie, if not apart."""
    source, output = memory or (np.empty_like(case.input), np.zeros(case.output_shape, np.int8))
    source.ravel()[:] = case.input.ravel()
    structure = np.frombuffer(layer.structure, np.int32)
    arguments = [structure, layer.packed.weights, layer.packed.channels, source, output]
    if layer.scratch_bytes:
        arguments.append(np.zeros(layer.scratch_bytes // 8 + 1, np.int64))
    call(layer.function, *arguments)
    return output.reshape(case.output_shape).copy()


def _layer(
    function: str, structure: bytes, packed: PackedLayer, case: Weighted, scratch: int
) -> LayerCall:
    size = math.prod(case.output_shape)
    return LayerCall(function, structure, packed, case.input, size, scratch, 0)
