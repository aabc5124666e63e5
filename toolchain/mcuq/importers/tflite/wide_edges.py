"""Inputs and outputs of quantized int32: a model keeps the int8 or int16 behind or before them.

TensorFlow Lite Micro has QUANTIZE from and to int32, and no layer that computes with it.
"""

from __future__ import annotations

from mcuq.errors import InputError
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor


def widened_input(model: FileModel, source: FileTensor, op: FileOp) -> bool:
    """Whether `op` narrows an input of int32, which nothing else reads.

    Raises:
        InputError: something else does; or steps of int32 are so large that some integer behind
            them stands for none.
    """
    if source.dtype != "int32" or source.index not in model.inputs:
        return False
    readers = [other for other in model.ops if source.index in other.inputs]
    result = model.tensors[op.outputs[0]].quantization
    fine = source.quantization is None or result is None or _is_finer(source, result.scale[0])
    if len(readers) > 1 or not fine:
        raise InputError(
            f"{op.where} narrows an input of int32 that "
            + ("others read, too" if len(readers) > 1 else "has larger steps than its result"),
            "quantize it anew instead: give the file as a model, with calibration data",
        )
    return True


def _is_finer(tensor: FileTensor, step: float) -> bool:
    stored = tensor.quantization
    return stored is not None and float(stored.scale[0]) <= float(step)


def widened_output(model: FileModel, result: FileTensor) -> bool:
    """Whether a result of int32 is only given away."""
    leaves = result.index in model.outputs
    return (
        result.dtype == "int32"
        and leaves
        and all(result.index not in op.inputs for op in model.ops)
    )
