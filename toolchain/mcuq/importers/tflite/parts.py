"""Operators that take a tensor apart or put one together along a dimension.

SPLIT, SPLIT_V and UNPACK have several outputs: in the records each becomes a STRIDED_SLICE. PACK of
values that the model computes becomes a CONCATENATION of operands with one more dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from mcuq.errors import InputError
from mcuq.importers.constraints import check
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.general import own_options
from mcuq.importers.tflite.records import FileModel, FileOp, constant_record
from mcuq.tflite.operators.movement import Concatenation, Pack
from mcuq.tflite.operators.slicing import Split, StridedSlice, Unpack
from mcuq.tflite.operators.view import Overridden

BECOMES = {
    "SPLIT": "one STRIDED_SLICE a part",
    "SPLIT_V": "one STRIDED_SLICE a part",
    "UNPACK": "one STRIDED_SLICE a part",
    "PACK": "CONCATENATION of values with one more dimension; folds where it packs a shape",
}
"""What stands in an operator's place."""
PARTS = frozenset(BECOMES) - {"PACK"}
"""Operators with several outputs."""
_COUNTS = {"SPLIT": Split.COUNT, "SPLIT_V": Split.COUNT, "UNPACK": Unpack.COUNT}
"""The options that say how many."""


def one_output_each(model: FileModel) -> FileModel:
    """The model with these operators written as ones of a single output.

    Raises:
        InputError: sizes or dimensions are computed at run time, or do not fit.
    """
    if not any(op.kind in PARTS or op.kind == "PACK" for op in model.ops):
        return model
    rewriting = _Rewriting(model)
    ops = tuple(new for op in model.ops for new in rewriting.rewritten(op))
    return replace(model, tensors=tuple(rewriting.tensors), ops=ops)


class _Rewriting:
    """The records' tensors, to which constants are added."""

    def __init__(self, model: FileModel) -> None:
        self.tensors = list(model.tensors)

    def rewritten(self, op: FileOp) -> list[FileOp]:
        """What stands in the operator's place."""
        if op.kind not in PARTS and not (op.kind == "PACK" and self._is_real(op)):
            return [op]
        check(op, (own_options,))
        if op.kind == "PACK":
            return self._packed(op)
        value = op.inputs[1 if op.kind == "SPLIT" else 0] if op.inputs else -1
        if value < 0 or not op.outputs:
            raise malformed(f"operator {op.index} {op.kind} lacks an operand")
        if op.kind == "UNPACK":
            axis = self._axis(op, _option(op, Unpack.AXIS), value)
            count = self.tensors[value].shape[axis]
            sizes = (1,) * min(count, len(op.outputs) + 1)  # the file may state any number
        else:
            axis = self._axis(op, self._integers(op, 0 if op.kind == "SPLIT" else 2)[0], value)
            sizes = self._sizes(op, self.tensors[value].shape[axis])
        if len(sizes) != len(op.outputs) or _option(op, _COUNTS[op.kind]) != len(sizes):
            raise malformed(
                f"operator {op.index} {op.kind} has {len(op.outputs)} outputs for {sizes}"
            )
        return self._slices(op, value, axis, sizes)

    def _is_real(self, op: FileOp) -> bool:
        """Whether it packs values of the model, not a shape."""
        if len(op.outputs) != 1:
            return False
        output = self.tensors[op.outputs[0]]
        return output.dtype == "float32" or output.quantization is not None

    def _sizes(self, op: FileOp, total: int) -> tuple[int, ...]:
        """Elements of each part of SPLIT and SPLIT_V."""
        if op.kind == "SPLIT":
            count = len(op.outputs)
            if total % count:
                raise malformed(f"operator {op.index} SPLIT makes {count} parts of {total}")
            return (total // count,) * count
        sizes = self._integers(op, 1)
        rest = total - sum(size for size in sizes if size != -1)
        sizes = tuple(rest if size == -1 else size for size in sizes)
        if min(sizes, default=0) < 1 or sum(sizes) != total:
            raise malformed(f"operator {op.index} SPLIT_V makes parts of {sizes} of {total}")
        return sizes

    def _slices(self, op: FileOp, value: int, axis: int, sizes: tuple[int, ...]) -> list[FileOp]:
        rank = len(self.tensors[value].shape)
        whole = ((1 << rank) - 1) ^ (1 << axis)
        masks = {StridedSlice.BEGIN_MASK: whole, StridedSlice.END_MASK: whole}
        if op.kind == "UNPACK":
            masks[StridedSlice.SHRINK_AXIS_MASK] = 1 << axis
        strides = self._constant([1] * rank)
        slices, begin = [], 0
        for output, size in zip(op.outputs, sizes, strict=True):
            bounds = [[0] * axis + [at] + [0] * (rank - axis - 1) for at in (begin, begin + size)]
            inputs = (value, *(self._constant(bound) for bound in bounds), strides)
            slices.append(
                FileOp(
                    op.index,
                    "STRIDED_SLICE",
                    False,
                    inputs,
                    (output,),
                    Overridden({int(field): mask for field, mask in masks.items()}),
                    schema.BuiltinOptions.StridedSliceOptions,
                )
            )
            begin += size
        return slices

    def _packed(self, op: FileOp) -> list[FileOp]:
        if not op.inputs or min(op.inputs) < 0:
            raise malformed(f"operator {op.index} PACK lacks an operand")
        rank = len(self.tensors[op.inputs[0]].shape)
        axis = self._axis(op, _option(op, Pack.AXIS), op.outputs[0])
        if _option(op, Pack.COUNT) != len(op.inputs):
            raise malformed(
                f"operator {op.index} PACK has {len(op.inputs)} operands, not as stated"
            )
        if any(len(self.tensors[index].shape) != rank for index in op.inputs):
            raise malformed(f"operator {op.index} PACK has operands of different dimensions")
        position = self._constant([axis])
        spread = [self._expanded(index, axis) for index in op.inputs]
        expansions = [
            FileOp(op.index, "EXPAND_DIMS", False, (index, position), (wide,), None, 0)
            for index, wide in zip(op.inputs, spread, strict=True)
        ]
        options = Overridden({int(Concatenation.AXIS): axis})
        joined = replace(
            op,
            kind="CONCATENATION",
            inputs=tuple(spread),
            options=options,
            options_type=schema.BuiltinOptions.ConcatenationOptions,
        )
        return [*expansions, joined]

    def _expanded(self, index: int, axis: int) -> int:
        """A new tensor like one of the file, with one more dimension."""
        source = self.tensors[index]
        shape = (*source.shape[:axis], 1, *source.shape[axis:])
        self.tensors.append(
            replace(
                source,
                index=len(self.tensors),
                shape=shape,
                signature=(-1,) * len(shape),
                data=None,
            )
        )
        return len(self.tensors) - 1

    def _axis(self, op: FileOp, axis: int, of: int) -> int:
        rank = len(self.tensors[of].shape)
        if not -rank <= axis < rank:
            raise malformed(
                f"operator {op.index} {op.kind} has the axis {axis} of {rank} dimensions"
            )
        return axis % rank

    def _integers(self, op: FileOp, number: int) -> tuple[int, ...]:
        index = op.inputs[number] if number < len(op.inputs) else -1
        data = self.tensors[index].data if index >= 0 else None
        if data is None or data.dtype.kind != "i" or data.size == 0:
            raise InputError(
                f"operator {op.index} {op.kind}: where it splits is computed at run time",
                "export with constant sizes of the parts",
            )
        return tuple(int(value) for value in data.reshape(-1))

    def _constant(self, values: Sequence[Any]) -> int:
        self.tensors.append(constant_record(len(self.tensors), values))
        return len(self.tensors) - 1


def _option(op: FileOp, field: int) -> int:
    return 0 if op.options is None else op.options.int32(field)
