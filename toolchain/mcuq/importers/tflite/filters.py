"""Filters of dense layers that files write with leading dimensions of one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from mcuq.importers.tflite.records import FileModel, FileTensor

_KIND = "FULLY_CONNECTED"
_FILTER = 1
"""Its position among the operands."""


def flat_filters(model: FileModel) -> FileModel:
    """The model with every such filter as TensorFlow Lite Micro takes it: by its last dimensions.

    A constant that an operator reads as something else, too, stays as it is.
    """
    uses = list(_uses(model))
    filters = {tensor for tensor, is_filter in uses if is_filter}
    filters -= {tensor for tensor, is_filter in uses if not is_filter}
    tensors = tuple(_flat(t) if t.index in filters else t for t in model.tensors)
    return replace(model, tensors=tensors)


def _uses(model: FileModel) -> Iterator[tuple[int, bool]]:
    """A tensor, and whether it is a filter, for each operand and each output of the model."""
    for op in model.ops:
        for position, tensor in enumerate(op.inputs):
            yield tensor, position == _FILTER and op.kind == _KIND
    for tensor in model.outputs:
        yield tensor, False


def _flat(tensor: FileTensor) -> FileTensor:
    leading, shape = tensor.shape[:-2], tensor.shape[-2:]
    if tensor.data is None or not leading or math.prod(leading) != 1:
        return tensor
    stated = tensor.quantization
    if stated is not None and stated.scale.size > 1:
        stated = replace(stated, axis=stated.axis - len(leading))
    data = tensor.data.reshape(shape)
    return replace(tensor, shape=shape, signature=shape, data=data, quantization=stated)
