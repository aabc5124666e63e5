"""Files of several subgraphs, which operators call by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


def with_subgraphs(main: bytes, others: Sequence[bytes]) -> bytes:
    """The first file with the first subgraphs of the others as its subgraphs 1, 2 …"""
    model = schema.ModelT.InitFromPackedBuf(main, 0)
    for content in others:
        _append(model, schema.ModelT.InitFromPackedBuf(content, 0))
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _append(model: Any, other: Any) -> None:
    codes, buffers = len(model.operatorCodes), len(model.buffers)
    model.operatorCodes = [*model.operatorCodes, *other.operatorCodes]
    model.buffers = [*model.buffers, *other.buffers]
    graph = other.subgraphs[0]
    for operator in graph.operators:
        operator.opcodeIndex += codes
    for tensor in graph.tensors:
        tensor.buffer += buffers
    model.subgraphs = [*model.subgraphs, graph]
