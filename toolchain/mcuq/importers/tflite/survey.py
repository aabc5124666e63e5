"""A TFLite file as a graph of its own operators, with what each costs."""

from __future__ import annotations

from collections.abc import Callable

from mcuq.importers.missing import FileGraph, FileNode, Key, multiply_accumulates
from mcuq.importers.tflite.records import FileModel, FileOp


def file_graph(model: FileModel, where: Callable[[FileModel, FileOp], str]) -> FileGraph:
    """The graph; values are tensor numbers."""
    nodes = tuple(_node(model, op, where(model, op)) for op in model.ops)
    names: dict[Key, str] = {tensor.index: tensor.name for tensor in model.tensors}
    return FileGraph(nodes, model.inputs, model.outputs, names)


def _node(model: FileModel, op: FileOp, where: str) -> FileNode:
    read = [model.tensors[index] for index in op.inputs if index >= 0]
    constants = [tensor for tensor in read if tensor.data is not None]
    values = [tensor for tensor in read if tensor.data is None]
    shapes = [values[0].shape, model.tensors[op.outputs[0]].shape] if values and op.outputs else []
    macs = 0
    if shapes and all(shapes):
        # Stored constants alone are weights: sizes and axes are vectors.
        weights = [tensor.shape for tensor in constants]
        macs = multiply_accumulates(op.kind, shapes, weights)
    return FileNode(
        op.index,
        where,
        op.kind,
        tuple(tensor.index for tensor in values),
        op.outputs,
        macs,
        sum(tensor.data.nbytes for tensor in constants if tensor.data is not None),
    )
