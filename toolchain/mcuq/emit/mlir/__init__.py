"""A graph, float or quantized, as textual MLIR."""

from __future__ import annotations

from mcuq.emit.mlir.printer import print_module
from mcuq.emit.mlir.write import AnyGraph, function_of

__all__ = ["write_mlir"]


def write_mlir(graph: AnyGraph) -> str:
    """The graph as a module of TOSA operations, in MLIR's generic form; equal graphs, equal text.

    `mlir-opt` of LLVM 19 accepts it. Of a quantized graph every tensor's bits, scales and zero
    point are in its `!quant.uniform` type.

    Raises:
        InputError: a 64-bit bias does not fit the 32 bits that MLIR quantizes to.
    """
    return print_module(function_of(graph))
