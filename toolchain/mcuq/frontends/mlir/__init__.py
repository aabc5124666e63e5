"""The MLIR door: what `mcuq emit --format mlir` wrote."""

from mcuq.frontends.mlir.dequantize import configuration, dequantized
from mcuq.frontends.mlir.load import load_mlir, read_file, read_mlir

__all__ = ["configuration", "dequantized", "load_mlir", "read_file", "read_mlir"]
