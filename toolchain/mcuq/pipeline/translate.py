"""A model file, or what a build made of one, as MLIR."""

from __future__ import annotations

from pathlib import Path

from mcuq.emit.mlir import write_mlir
from mcuq.errors import InputError
from mcuq.importers import load_model
from mcuq.pipeline.prequantized import given_quantization
from mcuq.prequantized.load import load_quantized

_BUILT = "model.tflite"


def mlir_of(source: Path) -> str:
    """The module's text.

    Args:
        source: a directory that a build wrote, for its quantized model; or a model file, for the
            float graph, quantized where the file says how.

    Raises:
        InputError: it cannot be read, or holds what mcuq does not support.
    """
    if not source.is_dir() or (source / "saved_model.pb").is_file():
        graph = load_model(source)
        given = given_quantization(source, graph)
        return write_mlir(graph if given is None else given.qgraph)
    if not (source / _BUILT).is_file():
        raise InputError(f"{source} holds no {_BUILT}", "give a directory that mcuq build wrote")
    return write_mlir(load_quantized(source / _BUILT))
