"""From MLIR text to a graph."""

from __future__ import annotations

from pathlib import Path

from mcuq.errors import InputError
from mcuq.frontends.mlir.dequantize import dequantized
from mcuq.frontends.source import read_bytes
from mcuq.graph import Graph
from mcuq.mlir.compare import MismatchError
from mcuq.mlir.parser import parse_module
from mcuq.mlir.read import graph_of
from mcuq.quantize import QuantizedGraph


def read_mlir(text: str, where: str = "MLIR text") -> Graph | QuantizedGraph:
    """The graph that `mcuq.emit.mlir.write_mlir` wrote; equal to it, floats bit by bit.

    Args:
        text: a module in MLIR's generic form, as written or as `mlir-opt` reprinted it.
        where: file name for messages.

    Raises:
        InputError: the text is anything else; names the line.
    """
    function = parse_module(text, where)
    try:
        return graph_of(function)
    except MismatchError as error:
        raise InputError(
            f"{where}, line {error.line}: {error}",
            "mcuq reads MLIR that `mcuq emit --format mlir` wrote and nobody edited since",
        ) from error


def load_mlir(path: Path) -> Graph:
    """The float graph of an MLIR file: of a quantized one, with the reals that its integers mean.

    Raises:
        InputError: the file cannot be read or used.
    """
    graph = read_file(path)
    if isinstance(graph, Graph):
        return graph
    if any(tensor.real for tensor in graph.tensors.values()):
        raise InputError(
            f"{path} is quantized inside and float at its edges",
            "write it with int8 inputs and outputs, and build it with --io float32",
        )
    return dequantized(graph)


def read_file(path: Path) -> Graph | QuantizedGraph:
    """The graph of an MLIR file, quantized or not.

    Raises:
        InputError: the file cannot be read or used.
    """
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is no text: {error.reason} at byte {error.start}",
            "write it with `mcuq emit --format mlir`",
        ) from error
    return read_mlir(text, str(path))
