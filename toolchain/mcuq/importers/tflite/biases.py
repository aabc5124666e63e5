"""Biases that files write with more dimensions than the one of the outputs, or with none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mcuq.importers.tflite.records import WEIGHTED, FileModel, FileTensor

_BIAS = 2
"""Its position among the operands of a layer with weights."""


def flat_biases(model: FileModel) -> FileModel:
    """The model with every bias as kernels take it: as many values as outputs, in one dimension.

    A constant that an operator reads as something else, too, stays as it is.
    """
    uses = list(_uses(model))
    biases = {tensor for tensor, is_bias in uses if is_bias}
    biases -= {tensor for tensor, is_bias in uses if not is_bias}
    tensors = tuple(_flat(t) if t.index in biases else t for t in model.tensors)
    return replace(model, tensors=tensors)


def _uses(model: FileModel) -> Iterator[tuple[int, bool]]:
    """A tensor, and whether it is a bias, for each operand and each output of the model."""
    for op in model.ops:
        for position, tensor in enumerate(op.inputs):
            yield tensor, position == _BIAS and op.kind in WEIGHTED
    for tensor in model.outputs:
        yield tensor, False


def _flat(tensor: FileTensor) -> FileTensor:
    if tensor.data is None or len(tensor.shape) == 1:
        return tensor
    data, stated = tensor.data.reshape(-1), tensor.quantization
    if stated is not None:
        stated = replace(stated, axis=0)
    shape = data.shape
    return replace(tensor, shape=shape, signature=shape, data=data, quantization=stated)
