"""Our operators in terms of TOSA 1.0's predecessor as LLVM 19 defines it."""

from mcuq.emit.mlir.tosa.rules import lower

__all__ = ["lower"]
