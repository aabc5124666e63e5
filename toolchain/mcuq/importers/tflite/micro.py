"""What TensorFlow Lite Micro makes of a file, where the file's integers are kept."""

from __future__ import annotations

import math
from dataclasses import replace

from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.float_islands import check_has_integers, is_island
from mcuq.importers.tflite.quotients import join_quotients
from mcuq.importers.tflite.records import WEIGHTED, FileModel, FileOp, FileTensor, Quantization
from mcuq.importers.tflite.space_to_batch import ENTER, LEAVE
from mcuq.ops.pooling import MAX_POOL_2D
from mcuq.tflite.operators.catalog import CONVERSIONS, RULES
from mcuq.tflite.operators.slicing import StridedSlice
from mcuq.tflite.operators.weighted import FullyConnected

UNSIGNED_OFFSET = 128
"""What a uint8 value and zero point are above the int8 ones of the same real number."""
_CONVERSIONS = CONVERSIONS | {"RESHAPE"}
_SHAPED = {"SPLIT", "SPLIT_V"} | {
    name
    for name, rule in RULES.items()
    if rule.tensors is not None and rule.required > rule.tensors and name != "TILE"
}
"""Operators with operands of their own that kernels read. RESHAPE's is the result's shape anyway;
of TILE there is no kernel, it becomes a CONCATENATION."""
_UNROUNDED = (
    _CONVERSIONS
    | {name for name, rule in RULES.items() if rule.kind.scale.moves or rule.kind is MAX_POOL_2D}
    | {"SPLIT", "SPLIT_V", "UNPACK", "PACK"}
)
"""Operators that give the same whether values are quantized before or behind them."""
_OPERAND_TYPES = dict.fromkeys(
    ("SLICE", "BROADCAST_TO", "DYNAMIC_UPDATE_SLICE", "MIRROR_PAD"), ("int32", "int64")
)


NOT_AS_IS = {
    ENTER: "where it pads, TensorFlow Lite Micro takes the byte that it pads with from memory that "
    "it never sets"
}
"""Operator → why its integers are not taken as they are: read by users."""


def for_micro(model: FileModel, refusals: Refusals) -> FileModel:
    """The model with int8 tensors in place of uint8 ones at its edges: the same real numbers.

    Args:
        refusals: collects layers that compute with uint8, for which there are no kernels, or with
            float32 between integers, or with integers where there is float32 alone; slices with a
            mask that is not read; axes or the like, or a bias, of a type that is read otherwise; a
            batch that is spread and has not the size that the file states, or edges.
    """
    for op in model.ops:
        refusals.leave(op.index, check_has_integers, model, op)
    model = join_quotients(model)
    for op in model.ops:
        if op.index not in refusals.left:
            refusals.leave(op.index, _check, model, op)
    return _signed_edges(model, refusals)


def _check(model: FileModel, op: FileOp) -> None:
    _check_masks(model, op)
    _check_operands(model, op)
    _check_float(model, op)
    _check_bias(model, op)
    _check_batch(model, op)


def _check_masks(model: FileModel, op: FileOp) -> None:
    """Raise where a slice counts on an ellipsis, or names fewer dimensions than there are."""
    if op.kind != "STRIDED_SLICE" or len(op.inputs) < 2 or min(op.inputs[:2]) < 0:
        return
    value, begin = (model.tensors[index] for index in op.inputs[:2])
    ellipsis = 0 if op.options is None else op.options.int32(StridedSlice.ELLIPSIS_MASK)
    short = begin.data is not None and begin.data.size < len(value.shape)
    if ellipsis or short:
        raise InputError(
            f"operator {op.index} STRIDED_SLICE has "
            f"{'an ellipsis' if ellipsis else 'fewer entries than its input has dimensions'}, "
            "which TensorFlow Lite Micro does not read",
            "export the slice with a begin, end and stride for every dimension, or quantize the "
            "model anew",
        )


def _check_operands(model: FileModel, op: FileOp) -> None:
    """Raise where axes, paddings or sizes are no int32: most kernels take them for that."""
    allowed = _OPERAND_TYPES.get(op.kind, ("int32",))
    for index in op.inputs if op.kind in _SHAPED else ():
        tensor = model.tensors[index] if index >= 0 else None
        if tensor is None or tensor.data is None or tensor.quantization is not None:
            continue
        if tensor.data.dtype.kind in "iu" and tensor.dtype not in allowed:
            raise InputError(
                f"operator {op.index} {op.kind} has its operand {tensor.name!r} as {tensor.dtype}, "
                f"which TensorFlow Lite Micro takes for {allowed[0]}",
                "convert the model again, or quantize it anew",
            )


def _check_float(model: FileModel, op: FileOp) -> None:
    """Raise where a layer's operands come from integers as float32, and its result goes to them.

    Its integer kernel would round otherwise; what only moves values does not round, and some
    functions have no other kernel.
    """
    if op.kind in _UNROUNDED or not op.inputs or not op.outputs or op.inputs[0] < 0:
        return
    source, result = model.tensors[op.inputs[0]], model.tensors[op.outputs[0]]
    made = any(op.inputs[0] in other.outputs for other in model.ops)
    used = any(op.outputs[0] in other.inputs for other in model.ops)
    inside = source.dtype == result.dtype == "float32" and made and used and source.data is None
    if inside and not is_island(model, op):
        raise InputError(
            f"operator {op.index} {op.kind} computes with float32 between integers",
            "quantize it anew instead: give the file as a model, with calibration data",
        )


def _check_bias(model: FileModel, op: FileOp) -> None:
    """Raise where 16-bit values meet a 32-bit bias: sums are rounded in another way for it.

    DEPTHWISE_CONV_2D reads it as 64-bit integers, past its end. FULLY_CONNECTED without a bias
    goes by the type that its options give one.
    """
    if op.kind not in WEIGHTED or not op.inputs or min(op.inputs[:2]) < 0:
        return
    source = model.tensors[op.inputs[0]]
    if source.dtype == "int16" and _bias_type(model, op) == "int32":
        raise InputError(
            f"operator {op.index} {op.kind} has int16 values and a bias of int32, for which "
            "TensorFlow Lite Micro computes otherwise than for int64",
            "convert the model again with int64 biases, as converters write them unless told "
            "otherwise, or quantize it anew",
        )


def _bias_type(model: FileModel, op: FileOp) -> str:
    """TensorType name in lower case; empty where nothing says it."""
    if len(op.inputs) > 2 and op.inputs[2] >= 0:
        return model.tensors[op.inputs[2]].dtype
    if op.kind != "FULLY_CONNECTED" or op.options is None:
        return ""
    stated = op.options.uint8(FullyConnected.BIAS_TYPE)
    return "int32" if stated == schema.TensorType.INT32 else ""


def _check_batch(model: FileModel, op: FileOp) -> None:
    """Raise where the batch of a spread tensor is stated otherwise than it is.

    Converters that leave the batch open write 1 for it, before and behind the operator. int8 alone:
    of other integers there is no kernel, and the file is run by LiteRT, which infers shapes.
    """
    is_whole = len(op.inputs) > 1 and min(op.inputs[:2]) >= 0 and op.outputs
    if op.kind not in (ENTER, LEAVE) or not is_whole:
        return
    blocks = model.tensors[op.inputs[1]].data
    source, result = (model.tensors[ends[0]] for ends in (op.inputs, op.outputs))
    whole, parts = (source, result) if op.kind == ENTER else (result, source)
    if blocks is None or source.dtype != "int8":
        return
    _check_edges(model, op)
    expected = math.prod((*whole.shape[:1], *blocks.reshape(-1).tolist()))
    if parts.shape[:1] != (expected,):
        raise InputError(
            f"operator {op.index} {op.kind} spreads over a batch of {expected}, but the file "
            f"states the shape {parts.shape}, by which TensorFlow Lite Micro computes",
            "convert the model with a fixed batch of 1, so that the converter writes dilations "
            "itself, or quantize it anew",
        )


def _check_edges(model: FileModel, op: FileOp) -> None:
    """Raise where a tensor is padded before it is spread: with a byte that the kernel never sets.

    SpaceToBatchParams.output_offset in micro/kernels/space_to_batch_nd.cc; 0 and -128 were seen.
    """
    edges = model.tensors[op.inputs[2]].data if op.kind == ENTER and len(op.inputs) > 2 else None
    if edges is not None and edges.any():
        raise InputError(
            f"operator {op.index} {op.kind} is of int8: {NOT_AS_IS[ENTER]}",
            "convert the model with a fixed batch of 1, so that the converter writes dilations "
            "itself, or quantize it anew",
        )


def _signed_edges(model: FileModel, refusals: Refusals) -> FileModel:
    unsigned = {
        tensor.index
        for tensor in model.tensors
        if tensor.dtype == "uint8" and tensor.quantization and tensor.data is None
    }
    if not unsigned:
        return model
    for op in model.ops:
        if op.kind not in _CONVERSIONS and any(i in unsigned for i in (*op.inputs, *op.outputs)):
            refusals.leave(op.index, _refuse_unsigned, op)
    tensors = (_signed(t) if t.index in unsigned else t for t in model.tensors)
    return replace(model, tensors=tuple(tensors))


def _signed(tensor: FileTensor) -> FileTensor:
    stored = tensor.quantization
    assert stored is not None  # `signed` looks for those that have one
    shifted = Quantization(stored.scale, stored.zero_point - UNSIGNED_OFFSET, stored.axis)
    return replace(tensor, dtype="int8", quantization=shifted)


def _refuse_unsigned(op: FileOp) -> None:
    raise InputError(
        f"operator {op.index} {op.kind} computes with uint8, for which TensorFlow Lite Micro has "
        "no kernels",
        "quantize it anew instead: give the file as a model, with calibration data",
    )
