"""What a library with CMSIS-NN's interface is asked before its calls are planned: scratch bytes.

Its answers depend on the core that it is compiled for, so they are taken from the library itself
(`mcuq.pipeline.scratch`), not from formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mcuq.lower.cmsis_structs import context
from mcuq.lower.program import Argument, Array, Call, Struct

_SIZE = "_get_buffer_size"
_WINDOW = (1, 3, 5, 9)
"""Parameters, input, filter and output dimensions of a weighted call."""
_FILTER = (5,)
_ASKED: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "arm_convolve_wrapper_s8": ("arm_convolve_wrapper_s8", _WINDOW),
    "arm_convolve_wrapper_s4": ("arm_convolve_wrapper_s4", _WINDOW),
    "arm_convolve_wrapper_s16": ("arm_convolve_wrapper_s16", _WINDOW),
    "arm_depthwise_conv_wrapper_s8": ("arm_depthwise_conv_wrapper_s8", _WINDOW),
    "arm_depthwise_conv_wrapper_s4": ("arm_depthwise_conv_wrapper_s4", _WINDOW),
    "arm_depthwise_conv_wrapper_s16": ("arm_depthwise_conv_wrapper_s16", _WINDOW),
    "arm_fully_connected_s8": ("arm_fully_connected_s8", _FILTER),
    "arm_fully_connected_per_channel_s8": ("arm_fully_connected_s8", _FILTER),
    "arm_fully_connected_s16": ("arm_fully_connected_s16", _FILTER),
}
"""Function → whose buffer size it has, and which of its arguments that takes."""
_DENSE = frozenset({"arm_fully_connected_s8", "arm_fully_connected_per_channel_s8"})
_POOLS = frozenset({"arm_avgpool_s8", "arm_avgpool_s16"})


def question(call: Call) -> Call | None:
    """The call that says how much scratch `call` needs; None where the interface has none."""
    if call.function in _POOLS:
        # Width of the output, channels of the input.
        width, channels = (_field(call.arguments[i], name) for i, name in ((5, "w"), (2, "c")))
        return Call(call.op, call.function + _SIZE, (width, channels))
    if call.function not in _ASKED:
        return None
    family, positions = _ASKED[call.function]
    return Call(call.op, family + _SIZE, tuple(call.arguments[i] for i in positions))


def with_scratch(call: Call, nbytes: int) -> Call:
    """`call` with so much scratch, which its context names."""
    return replace(call, arguments=_with_context(call, context(nbytes)), scratch_bytes=nbytes)


def kernel_sum_bytes(call: Call) -> int:
    """Bytes of the sums that a dense layer may want in its context; 0 for other calls."""
    return 4 * _field(call.arguments[5], "c") if call.function in _DENSE else 0


def with_kernel_sums(call: Call) -> Call:
    """A dense layer for CMSIS-NN's vector-extension code, whose context holds sums, not scratch.

    sums[row] = input offset × Σ weights[row] + bias[row], int32, as its arm_vector_sum_s8
    computes them; here they are constants.
    """
    weights, bias = call.arguments[6], call.arguments[8]
    assert isinstance(weights, Array)
    outputs = _field(call.arguments[5], "c")
    sums = weights.data.reshape(outputs, -1).astype(np.int64).sum(axis=1)
    sums = sums * _field(call.arguments[1], "input_offset")
    if isinstance(bias, Array):
        sums = sums + bias.data.astype(np.int64)
    array = Array("sums", sums.astype(np.int32))
    structure = Struct("cmsis_nn_context", (("buf", array), ("size", 4 * outputs)))
    return replace(call, arguments=_with_context(call, structure))


def _with_context(call: Call, structure: Struct) -> tuple[Argument, ...]:
    return tuple(
        structure if isinstance(a, Struct) and a.ctype == structure.ctype else a
        for a in call.arguments
    )


def _field(argument: Argument, name: str) -> int:
    assert isinstance(argument, Struct)
    value = dict(argument.fields)[name]
    assert isinstance(value, int)
    return value
