"""LEAKY_RELU of int16 with a negative slope equals TFLite Micro at ties, too."""

from __future__ import annotations

from typing import cast

import numpy as np
from kernel_cases import model
from kernel_native import Words, call
from oracles import tflm_outputs

from mcuq.interpret.integer import run_integer
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.unary import LEAKY_RELU, LeakyReluAttrs, LeakyReluParams
from mcuq.quantized.op_params import op_params


def test_leaky_relu_of_a_negative_slope_rounds_the_magnitude() -> None:
    values = np.arange(-32768, 32768, 7).astype(np.int16)[None]
    shape = values.shape
    step = np.array([0.5], np.float32)
    source, result = (QuantizedTensor(n, shape, 16, step) for n in ("a", "c"))
    graph = model(LEAKY_RELU, LeakyReluAttrs(-1.5), [source], result)
    p = cast(LeakyReluParams, op_params(graph, graph.ops[0]))
    below = (p.negative_multiplier, p.negative_shift)
    fields = (p.multiplier, p.shift, *below, p.activation_min, p.activation_max, values.size)
    output = np.empty_like(values)
    call("mcuq_leaky_relu_s16", Words(*fields), values, output)
    expected = run_integer(graph, [values])["c"]
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(tflm_outputs(graph, [values])[0].reshape(shape), expected)
