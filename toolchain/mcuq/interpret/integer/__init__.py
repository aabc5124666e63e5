"""The quantized model on the host, in exactly the firmware's arithmetic."""

from mcuq.interpret.integer.run import (
    apply_operator,
    dequantize_outputs,
    quantize_inputs,
    quantize_samples,
    run_integer,
)

__all__ = [
    "apply_operator",
    "dequantize_outputs",
    "quantize_inputs",
    "quantize_samples",
    "run_integer",
]
