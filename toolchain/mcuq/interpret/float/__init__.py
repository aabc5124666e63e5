"""The float model on the host: what quantization is measured against and calibrated from."""

from mcuq.interpret.float.run import run_float

__all__ = ["run_float"]
