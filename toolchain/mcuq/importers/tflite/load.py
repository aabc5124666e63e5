"""The TFLite front door's two steps: bytes to records, records to a Graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mcuq.graph import Graph
from mcuq.graph.indices import Limits, index_limits
from mcuq.importers.malformed import malformed_named
from mcuq.importers.names import file_name
from mcuq.importers.refusals import Refusals
from mcuq.importers.simplify import tidy
from mcuq.importers.simplify.limits import within_limits
from mcuq.importers.source import read_bytes
from mcuq.importers.tflite.convert import Converted, convert
from mcuq.importers.tflite.micro import for_micro
from mcuq.importers.tflite.reader import read_model

_DETOURS = frozenset({"SPACE_TO_BATCH_ND", "TILE", "SELECT", "SELECT_V2", "CAST"})
"""Operators by which converters write dilation, upsampling, and indices of an embedding."""


def load_tflite(source: Path | bytes, anew: bool = False) -> Graph:
    """The float graph of a TFLite file, float32 or quantized.

    A quantized model gives the real numbers its integers stand for. The graph is named after the
    file, or after the subgraph where `source` is bytes.

    Args:
        source: file or bytes.
        anew: see `convert`.

    Raises:
        InputError: unreadable, damaged, or with an operator, type or shape that is not supported.
    """
    return read_tflite(source, anew=anew).graph


def read_tflite(
    source: Path | bytes, keep_rescaling: bool = False, anew: bool = False
) -> Converted:
    """As `load_tflite`, with the records that say how the file stores each tensor.

    Args:
        source: file or bytes.
        keep_rescaling, anew: see `convert`.

    Raises:
        InputError: as `load_tflite`.
    """
    content = source if isinstance(source, bytes) else read_bytes(source)
    name = None if isinstance(source, bytes) else file_name(source)
    with malformed_named("not a valid TFLite file"):
        model, refusals = read_model(content), Refusals()
        stored = for_micro(model, refusals) if keep_rescaling else model
        converted = convert(stored, name, keep_rescaling, anew, refusals)
    if any(op.kind in _DETOURS for op in model.ops):
        converted = replace(converted, graph=tidy(converted.graph))
    graph, origin = within_limits(converted.graph)
    renamed = {new: converted.records[name] for new, name in origin.items()}
    return Converted(graph, {**converted.records, **renamed})


def input_limits(source: Path | bytes) -> tuple[Limits | None, ...]:
    """What the indices at each input of a TFLite file lie below; None where they index nothing.

    Raises:
        InputError: as `load_tflite`.
    """
    graph = load_tflite(source)
    limits = index_limits(graph.ops, graph.tensors)
    return tuple(limits.get(name) for name in graph.inputs)
