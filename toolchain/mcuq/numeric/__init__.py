"""The numeric contract: one definition of every integer formula the firmware shares.

`fixed_point` holds the Q31 arithmetic, `exponential` the fixed-point functions built on it,
`affine` the map between reals and integers, `int4` the packed storage of 4-bit weights.
"""

from mcuq.numeric.affine import (
    BIAS_LIMIT,
    INT8_MAX,
    INT8_MIN,
    activation_bounds,
    asymmetric_params,
    dequantize,
    integer_limits,
    quantize_bias,
    quantize_values,
    round_half_away,
    symmetric_params,
    symmetric_scale,
)
from mcuq.numeric.exponential import (
    exp_on_negative_values,
    input_radius,
    logistic,
    reciprocal,
    tanh,
)
from mcuq.numeric.fixed_point import (
    doubling_high_multiply,
    multiply_by_quantized_multiplier,
    multiply_int64,
    quantize_multiplier,
    quantize_multipliers,
    rounding_right_shift,
)
from mcuq.numeric.int4 import pack_int4, unpack_int4
from mcuq.numeric.widths import (
    TERNARY,
    WIDTHS,
    stored_bytes,
    symmetric_limit,
    weight_limits,
    width_name,
)

__all__ = [
    "BIAS_LIMIT",
    "INT8_MAX",
    "INT8_MIN",
    "TERNARY",
    "WIDTHS",
    "activation_bounds",
    "asymmetric_params",
    "dequantize",
    "doubling_high_multiply",
    "exp_on_negative_values",
    "input_radius",
    "integer_limits",
    "logistic",
    "multiply_by_quantized_multiplier",
    "multiply_int64",
    "pack_int4",
    "quantize_bias",
    "quantize_multiplier",
    "quantize_multipliers",
    "quantize_values",
    "reciprocal",
    "round_half_away",
    "rounding_right_shift",
    "stored_bytes",
    "symmetric_limit",
    "symmetric_params",
    "symmetric_scale",
    "tanh",
    "unpack_int4",
    "weight_limits",
    "width_name",
]
