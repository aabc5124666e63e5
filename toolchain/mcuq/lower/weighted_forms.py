"""The operators with filters as C calls: which rule for which activations."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.lower.fast import fast_conv, fast_depthwise, fast_fully_connected
from mcuq.lower.form import CForms, for_float32, for_int8, for_int8_with, for_int16
from mcuq.lower.transpose_conv import fast_transpose_conv, transpose_conv
from mcuq.lower.weighted import lower_conv, lower_depthwise, lower_fully_connected
from mcuq.lower.weighted_dynamic import dynamic_conv, dynamic_dense
from mcuq.lower.weighted_int16 import int16_conv, int16_depthwise, int16_fully_connected
from mcuq.ops.operator import NO_DYNAMIC, AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV

CALLS: Mapping[AnyOperator, CForms] = {
    CONV_2D: CForms(
        for_int8(CONV_2D, lower_conv),
        for_int8_with(
            CONV_2D,
            lambda qgraph, op, p, at: fast_conv(qgraph, op, p, at.known, at.options),
        ),
        for_int16(CONV_2D, int16_conv),
        for_float32(CONV_2D, dynamic_conv),
    ),
    DEPTHWISE_CONV_2D: CForms(
        for_int8(DEPTHWISE_CONV_2D, lower_depthwise),
        for_int8_with(
            DEPTHWISE_CONV_2D,
            lambda qgraph, op, p, at: fast_depthwise(qgraph, op, p, at.known, at.options),
        ),
        for_int16(DEPTHWISE_CONV_2D, int16_depthwise),
        for_float32(DEPTHWISE_CONV_2D, dynamic_conv),
    ),
    TRANSPOSE_CONV: CForms(
        for_int8(TRANSPOSE_CONV, transpose_conv),
        for_int8_with(
            TRANSPOSE_CONV,
            lambda qgraph, op, p, at: fast_transpose_conv(qgraph, op, p, at.known),
        ),
        for_int16(TRANSPOSE_CONV, transpose_conv),
        NO_DYNAMIC,
    ),
    FULLY_CONNECTED: CForms(
        for_int8(FULLY_CONNECTED, lower_fully_connected),
        for_int8_with(
            FULLY_CONNECTED,
            lambda qgraph, op, p, at: fast_fully_connected(qgraph, op, p, at.known, at.options),
        ),
        for_int16(FULLY_CONNECTED, int16_fully_connected),
        for_float32(FULLY_CONNECTED, dynamic_dense),
    ),
}
