"""The TFLite front door's two steps: bytes to records, records to a Graph."""

from __future__ import annotations

from pathlib import Path

from mcuq.frontends.simplify import tidy
from mcuq.frontends.source import read_bytes
from mcuq.frontends.tflite.convert import convert
from mcuq.frontends.tflite.reader import read_model
from mcuq.graph import Graph

_DETOURS = frozenset({"SPACE_TO_BATCH_ND", "TILE"})
"""Operators by which converters write dilation and upsampling."""


def load_tflite(source: Path | bytes) -> Graph:
    """The float graph of a TFLite file, float32 or quantized.

    A quantized model gives the real numbers its integers stand for. The graph is named after the
    file, or after the subgraph where `source` is bytes.

    Raises:
        InputError: unreadable, damaged, or with an operator, type or shape that is not supported.
    """
    model = read_model(source if isinstance(source, bytes) else read_bytes(source))
    graph = convert(model, None if isinstance(source, bytes) else source.stem)
    return tidy(graph) if any(op.kind in _DETOURS for op in model.ops) else graph
