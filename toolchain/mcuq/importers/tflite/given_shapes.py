"""Shapes that a model is given as an input: the one that the file states for the result counts.

TensorFlow Lite Micro allots a result as the file states it, and reads no such operand.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.importers.tflite.records import FileModel, FileOp, constant_record

_SHAPE_OPERAND = {"RESHAPE": 1, "TRANSPOSE_CONV": 3}
"""Operator → which operand is the shape of its result, in its rule's order."""


def with_stated_shapes(model: FileModel) -> FileModel:
    """The model with constants in place of inputs that state the shape of a result."""
    tensors, ops = list(model.tensors), list[FileOp]()
    for op in model.ops:
        number = _SHAPE_OPERAND.get(op.kind, len(op.inputs))
        given = number < len(op.inputs) and op.inputs[number] in model.inputs
        if given and len(op.outputs) == 1 and -1 not in tensors[op.outputs[0]].signature:
            shape = constant_record(len(tensors), tensors[op.outputs[0]].shape)
            tensors.append(shape)
            inputs = (*op.inputs[:number], shape.index, *op.inputs[number + 1 :])
            op = replace(op, inputs=inputs)
        ops.append(op)
    return replace(model, tensors=tuple(tensors), ops=tuple(ops))
