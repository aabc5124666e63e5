"""The TFLite front door's two steps: bytes to records, records to a Graph."""

from __future__ import annotations

from pathlib import Path

from mcuq.frontends.source import read_bytes
from mcuq.frontends.tflite.convert import convert
from mcuq.frontends.tflite.reader import read_model
from mcuq.graph import Graph


def load_tflite(source: Path | bytes) -> Graph:
    """The float graph of a TFLite file, float32 or quantized.

    A quantized model gives the real numbers its integers stand for. The graph is named after the
    file, or after the subgraph where `source` is bytes.

    Raises:
        InputError: unreadable, damaged, or with an operator, type or shape that is not supported.
    """
    if isinstance(source, bytes):
        return convert(read_model(source), None)
    return convert(read_model(read_bytes(source)), source.stem)
