"""Quotients that a flatbuffer computes in float32, see `tflite.operators.quotient`.

DEQUANTIZE of both operands, the operator (DIV and FLOOR for FLOOR_DIV), MAXIMUM and MINIMUM with
the bounds of the result, and QUANTIZE are one operator of int8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mcuq.importers.tflite.int8 import int8_tensor
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import BinaryAttrs
from mcuq.ops.operator import QuantizedOp
from mcuq.ops.quotient import DIV, quotient_params
from mcuq.tflite.operators.binary import Binary
from mcuq.tflite.operators.common import ACTIVATIONS
from mcuq.tflite.operators.quotient import FORMS, real_bounds

QUOTIENTS = frozenset(form.rule.kind.name for form in FORMS)
"""Names of the operators."""
_BEHIND = ("MAXIMUM", "MINIMUM", "QUANTIZE")


def join_quotients(model: FileModel) -> FileModel:
    """The model with such chains as operators of int8; others stay as they are."""
    uses = _Uses.of(model)
    joined: dict[int, FileOp] = {}
    gone: set[int] = set()
    for op in model.ops:
        if op.kind not in QUOTIENTS:
            continue
        is_plain = op.kind == DIV.name and _attrs(op) == BinaryAttrs(Activation.NONE)
        floor = uses.behind(model, op, "FLOOR", *_BEHIND) if is_plain else ()
        behind = floor or uses.behind(model, op, *_BEHIND)
        whole = replace(op, kind="FLOOR_DIV", options=None, options_type=0) if floor else op
        new = _joined(model, whole, uses, behind) if behind else None
        if new is not None:
            joined[op.outputs[0]] = new
            gone |= {each.outputs[0] for each in behind}
    if not joined:
        return model
    ops = [
        joined.get(op.outputs[0], op) if op.outputs else op
        for op in model.ops
        if not (op.outputs and op.outputs[0] in gone)
    ]
    read = {index for op in ops for index in op.inputs} | set(model.outputs)
    needed = (op for op in ops if op.kind != "DEQUANTIZE" or read & set(op.outputs))
    return replace(model, ops=tuple(needed))


@dataclass(frozen=True)
class _Uses:
    """By tensor: what makes it, and what reads it."""

    makers: Mapping[int, FileOp]
    readers: Mapping[int, list[FileOp]]

    @classmethod
    def of(cls, model: FileModel) -> _Uses:
        readers: dict[int, list[FileOp]] = {}
        for op in model.ops:
            for index in op.inputs:
                readers.setdefault(index, []).append(op)
        return cls({output: op for op in model.ops for output in op.outputs}, readers)

    def behind(self, model: FileModel, op: FileOp, *kinds: str) -> tuple[FileOp, ...]:
        """Operators of these kinds behind `op`, each the only reader of the one before."""
        found: list[FileOp] = []
        for kind in kinds:
            before = found[-1] if found else op
            readers = self.readers.get(before.outputs[0], []) if len(before.outputs) == 1 else []
            if [reader.kind for reader in readers] != [kind] or len(readers[0].outputs) != 1:
                return ()
            if before.outputs[0] in model.outputs or readers[0].inputs[0] != before.outputs[0]:
                return ()
            found += readers
        return tuple(found)


def _joined(model: FileModel, op: FileOp, uses: _Uses, behind: tuple[FileOp, ...]) -> FileOp | None:
    makers = [uses.makers.get(index) for index in op.inputs]
    sources = [
        source
        for maker in makers
        if maker is not None and maker.kind == "DEQUANTIZE"
        for source in maker.inputs[:1]
    ]
    if len(sources) != 2 or len(op.inputs) != 2 or min(sources) < 0:
        return None
    indices = (*sources, behind[-1].outputs[0])
    reals = [
        *zip(op.inputs, sources, strict=True),
        *((each.outputs[0], indices[-1]) for each in (op, *behind[:-1])),
    ]
    if not all(_is_real(model.tensors[real], model.tensors[like]) for real, like in reals):
        return None
    stored = [int8_tensor(model.tensors[index]) for index in indices]
    attrs = _attrs(op)
    present = [tensor for tensor in stored if tensor is not None]
    if attrs is None or len(present) != len(indices):
        return None
    *operands, result = present
    bounds = real_bounds(quotient_params(QuantizedOp(attrs, tuple(operands), result)))
    if any(_number(model, each) != bound for each, bound in zip(behind[-3:], bounds, strict=False)):
        return None
    return replace(op, inputs=tuple(sources), outputs=behind[-1].outputs)


def _is_real(tensor: FileTensor, like: FileTensor) -> bool:
    """Whether it is of float32, and of the other tensor's shape."""
    plain = tensor.dtype == "float32" and tensor.quantization is None and not tensor.stateful
    return plain and tensor.shape == like.shape


def _number(model: FileModel, op: FileOp) -> float | None:
    """The second operand, where it is one constant of float32."""
    has_two = len(op.inputs) == 2 and op.inputs[1] >= 0
    tensor = model.tensors[op.inputs[1]] if has_two else None
    data = None if tensor is None or tensor.stateful else tensor.data
    single = data is not None and data.dtype == np.float32 and data.size == 1
    return float(data.flat[0]) if data is not None and single else None


def _attrs(op: FileOp) -> Attrs | None:
    """None where the activation is none of ours."""
    if op.kind != DIV.name:
        return NoAttrs()
    number = 0 if op.options is None else op.options.uint8(Binary.ACTIVATION)
    return next((BinaryAttrs(a) for a in Activation if ACTIVATIONS[a] == number), None)
