"""The quantized model on the host, in exactly the firmware's arithmetic."""

from mcuq.evaluate.integer.run import dequantize_outputs, quantize_inputs, run_integer

__all__ = ["dequantize_outputs", "quantize_inputs", "run_integer"]
