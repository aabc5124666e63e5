"""CUMSUM as a layer: a FULLY_CONNECTED whose filter is a triangle of ones.

TensorFlow Lite Micro's int8 CUMSUM begins with minus the input's zero point in place of nothing,
and its sums leave int32 from 32 values on; the layer is right for every scale, and with 16 bits.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum

from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers.constraints import check
from mcuq.importers.refusals import Refusals
from mcuq.importers.running_sums import LONGEST, triangle
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.general import own_options
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor, constant_record
from mcuq.tflite.operators.view import Overridden
from mcuq.tflite.operators.weighted import FullyConnected

KIND = "CUMSUM"
BECOMES = {KIND: "FULLY_CONNECTED with a triangle of ones"}
"""What stands in an operator's place."""
NOT_AS_IS = {
    KIND: "TensorFlow Lite Micro begins with minus the zero point in place of nothing, and its "
    "sums overflow"
}
"""Operator → why its integers are not taken as they are: read by users."""


class Cumsum(IntEnum):
    """CumsumOptions."""

    EXCLUSIVE = 0
    REVERSE = 1


def layers_of_running_sums(model: FileModel, stored: bool, refusals: Refusals) -> FileModel:
    """The model with these layers.

    Args:
        model: the records.
        stored: whether the file's integers are kept.
        refusals: collects operators that are none: the file's integers are kept, the axis is
            computed at run time or does not fit, too many values. They stay.
    """
    tensors, ops = list(model.tensors), list[FileOp]()
    for op in model.ops:
        new = refusals.attempt(_rewritten, op, tensors, stored) if op.kind == KIND else None
        ops += [op] if new is None else new
    return replace(model, tensors=tuple(tensors), ops=tuple(ops))


def _rewritten(op: FileOp, tensors: list[FileTensor], stored: bool) -> list[FileOp]:
    """FULLY_CONNECTED along the last dimension, TRANSPOSE around it for another one."""
    if stored:
        raise InputError(
            f"{op.where} is of integers: {NOT_AS_IS[KIND]}",
            "quantize it anew instead: give the file as a model, with calibration data",
        )
    check(op, (own_options,))
    if len(op.inputs) != 2 or min(op.inputs) < 0 or len(op.outputs) != 1:
        raise malformed(f"{op.where} lacks an operand")
    source, result = op.inputs[0], op.outputs[0]
    shape = tensors[source].shape
    axis = _axis(op, tensors[op.inputs[1]], len(shape))
    if shape[axis] > LONGEST:
        raise InputError(
            f"{op.where}: sums along {shape[axis]} values", f"take them along {LONGEST} at most"
        )
    filters = _added(tensors, _triangle(op, shape[axis]))
    if axis == len(shape) - 1:
        return [_layer(op, source, filters, result)]
    perm = list(range(len(shape)))
    perm[axis], perm[-1] = perm[-1], perm[axis]
    turned = tuple(shape[i] for i in perm)
    rows, sums = (_added(tensors, _like(tensors[source], turned)) for _ in range(2))
    order = _added(tensors, constant_record(0, perm))
    return [
        FileOp(op.index, "TRANSPOSE", False, (source, order), (rows,), None, 0),
        _layer(op, rows, filters, sums),
        FileOp(op.index, "TRANSPOSE", False, (sums, order), (result,), None, 0),
    ]


def _axis(op: FileOp, tensor: FileTensor, rank: int) -> int:
    data = tensor.data
    if data is None or data.size != 1 or data.dtype.kind != "i":
        raise InputError(
            f"{op.where}: the axis is computed at run time", "export with a constant axis"
        )
    axis = int(data.reshape(-1)[0])
    if not -rank <= axis < rank:
        raise malformed(f"{op.where} has the axis {axis} of {rank} dimensions")
    return axis % rank


def _triangle(op: FileOp, count: int) -> FileTensor:
    exclusive = op.options is not None and op.options.boolean(Cumsum.EXCLUSIVE)
    reverse = op.options is not None and op.options.boolean(Cumsum.REVERSE)
    ones = triangle(count, exclusive=exclusive, reverse=reverse)
    return FileTensor(0, "", ones.shape, ones.shape, "float32", ones, None, False)


def _layer(op: FileOp, source: int, filters: int, result: int) -> FileOp:
    return replace(
        op,
        kind="FULLY_CONNECTED",
        inputs=(source, filters),
        outputs=(result,),
        options=Overridden({int(FullyConnected.KEEP_NUM_DIMS): True}),
        options_type=schema.BuiltinOptions.FullyConnectedOptions,
    )


def _like(source: FileTensor, shape: tuple[int, ...]) -> FileTensor:
    return replace(source, shape=shape, signature=(-1,) * len(shape), data=None)


def _added(tensors: list[FileTensor], tensor: FileTensor) -> int:
    tensors.append(replace(tensor, index=len(tensors)))
    return len(tensors) - 1
