"""Inputs whose first dimension is no batch of 1: all of it belongs to one sample.

Interpreters run a file with the shapes that it states. An input of (8, 100, 4) is 8 rows at every
run: here a sample of that shape, with a batch of 1 in front, behind which a RESHAPE, which costs
nothing, gives the shape that the operators know.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import MAX_DIMENSIONS
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor, constant_record


def with_batches_of_one(model: FileModel) -> FileModel:
    """The model with a batch of 1 in front of every input that has another first dimension.

    Inputs without dimensions, with open or empty ones, with more than fit, constants and variables
    stay as they are.
    """
    tensors, reshapes, inputs = list(model.tensors), list[FileOp](), list[int]()
    names = dict(model.signature)
    for index in model.inputs:
        stated = tensors[index]
        if not _is_whole(stated):
            inputs.append(index)
            continue
        shape = (1, *stated.shape)
        sizes = constant_record(len(tensors), stated.shape)
        whole = replace(stated, index=len(tensors) + 1, shape=shape, signature=shape)
        tensors += [sizes, whole]
        tensors[index] = replace(stated, name="", signature=stated.shape)
        if index in names:
            names[whole.index] = names.pop(index)
        operands = (whole.index, sizes.index)
        reshapes.append(FileOp(-1, "RESHAPE", False, operands, (index,), None, 0))
        inputs.append(whole.index)
    if not reshapes:
        return model
    return replace(
        model,
        tensors=tuple(tensors),
        ops=(*reshapes, *model.ops),
        inputs=tuple(inputs),
        signature=names,
    )


def _is_whole(tensor: FileTensor) -> bool:
    shape = tensor.shape
    given = tensor.data is None and not tensor.stateful
    known = bool(shape) and 0 not in shape and -1 not in tensor.signature[1:]
    return given and known and shape[0] != 1 and len(shape) <= MAX_DIMENSIONS
