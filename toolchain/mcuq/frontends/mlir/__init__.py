"""The MLIR door: what `mcuq emit --format mlir` wrote."""

from mcuq.frontends.mlir.load import load_mlir, read_mlir

__all__ = ["load_mlir", "read_mlir"]
