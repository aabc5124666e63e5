"""Dilated convolutions as older converters write them: SPACE_TO_BATCH_ND, VALID, BATCH_TO_SPACE_ND.

Spreading an image with block b over the batch, convolving each part and putting the parts together
again is one convolution with dilation b behind a PAD (and in front of a crop). The records are
rewritten to say so before they are converted; shapes inside the region are left to inference.
Where something else stands between the two, they move values as any other operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from mcuq.importers.tflite.records import FileModel, FileOp, constant_record
from mcuq.ops.attrs import Padding
from mcuq.tflite.operators.catalog import ELEMENTWISE
from mcuq.tflite.operators.common import PADDINGS
from mcuq.tflite.operators.movement import Squeeze
from mcuq.tflite.operators.slicing import StridedSlice
from mcuq.tflite.operators.view import Overridden
from mcuq.tflite.operators.weighted import Conv2D, DepthwiseConv2D

ENTER, LEAVE = "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"
BECOMES = {
    ENTER: "the dilation of the convolution behind it, and a PAD",
    LEAVE: "the dilation of the convolution before it, and a STRIDED_SLICE",
}
"""What stands in an operator's place."""
_FIELDS: dict[str, type[Conv2D] | type[DepthwiseConv2D]] = {
    "CONV_2D": Conv2D,
    "DEPTHWISE_CONV_2D": DepthwiseConv2D,
}

Blocks = tuple[int, ...]
"""For each dimension of a spread tensor, over how many parts it is spread (1: not at all)."""


def gather_dilations(model: FileModel) -> FileModel:
    """The model with every spread region written as dilated convolutions, if it is some."""
    if all(op.kind != ENTER for op in model.ops):
        return model
    others: frozenset[int] = frozenset()
    while True:
        try:
            return _gathered(model, others)
        except _OtherRegionError as found:
            others |= found.entrances


class _OtherRegionError(Exception):
    """A region holds something else than one convolution and element-wise operators.

    Attributes:
        entrances: positions of the operators that begin it.
    """

    def __init__(self, entrances: frozenset[int]) -> None:
        super().__init__()
        self.entrances = entrances


def _gathered(model: FileModel, others: frozenset[int]) -> FileModel:
    """The model with the regions that do not begin at `others` rewritten."""
    region = _Regions(model, others)
    ops = tuple(new for op in model.ops if (new := region.rewritten(op)) is not None)
    spread = [index for index in model.outputs if index in region.spread]
    if spread:
        raise _OtherRegionError(frozenset(region.begun[index] for index in spread))
    outputs = tuple(region.aliases.get(index, index) for index in model.outputs)
    return replace(model, tensors=tuple(region.tensors), ops=ops, outputs=outputs)


class _Regions:
    """Which tensors are spread, while the operators pass by in order.

    Attributes:
        spread: tensor → over how many parts each of its dimensions is spread.
        begun: spread tensor → the operator that begins its region, by position.
    """

    def __init__(self, model: FileModel, others: frozenset[int]) -> None:
        self.tensors = list(model.tensors)
        self.spread: dict[int, Blocks] = {}
        self.begun: dict[int, int] = {}
        self._others = others
        self.aliases: dict[int, int] = {}

    def rewritten(self, op: FileOp) -> FileOp | None:
        """The operator as it is outside of regions; None where it vanishes."""
        op = replace(op, inputs=tuple(self.aliases.get(index, index) for index in op.inputs))
        if op.kind == ENTER and op.index not in self._others:
            return self._enter(op)
        if not any(index in self.spread for index in op.inputs):
            return op
        blocks = self.spread.get(op.inputs[0])
        if blocks is None or len(op.outputs) != 1:
            raise self._other(op)
        if op.kind == LEAVE:
            return self._leave(op, blocks)
        if op.kind in _FIELDS:
            self._mark(op, blocks)
            return self._dilated(op, blocks)
        if op.kind in ELEMENTWISE:
            self._mark(op, blocks)
            return op
        return self._reshaped(op, blocks)

    def _enter(self, op: FileOp) -> FileOp:
        if len(op.outputs) != 1 or not op.inputs or op.inputs[0] < 0:
            raise self._other(op)
        block, pads = self._integers(op, 1), self._integers(op, 2)
        rank = len(self.tensors[op.inputs[0]].shape)
        if not 0 < len(block) < rank or len(pads) != 2 * len(block):
            raise self._other(op)
        if min(block) < 1 or min(pads) < 0:
            raise self._other(op)
        behind = rank - 1 - len(block)
        self._mark(op, (1, *block, *(1,) * behind))
        rows = [[0, 0], *np.reshape(pads, (-1, 2)).tolist(), *[[0, 0]] * behind]
        return self._plain(op, "PAD", [self._constant(rows)])

    def _leave(self, op: FileOp, blocks: Blocks) -> FileOp | None:
        block, crops = self._integers(op, 1), self._integers(op, 2)
        expected = blocks[1 : 1 + len(block)]
        if block != expected or len(crops) != 2 * len(block) or min(crops, default=0) < 0:
            raise self._other(op)
        if not any(crops):
            # The parts put together are the dilated result itself, with the shape the file states.
            source, output = op.inputs[0], op.outputs[0]
            self.aliases[output] = source
            del self.spread[source]
            stated = self.tensors[output].signature
            self.tensors[source] = replace(self.tensors[source], signature=stated)
            return None
        before, after = np.reshape(crops, (-1, 2)).T.tolist()
        rest = [0] * (len(blocks) - 1 - len(block))
        begin, end = [0, *before, *rest], [0, *(-count for count in after), *rest]
        mask = sum(1 << axis for axis, last in enumerate(end) if last == 0)
        operands = [self._constant(values) for values in (begin, end, [1] * len(begin))]
        return replace(
            self._plain(op, "STRIDED_SLICE", operands),
            options=Overridden({StridedSlice.END_MASK: mask}),
            options_type=schema.BuiltinOptions.StridedSliceOptions,
        )

    def _dilated(self, op: FileOp, blocks: Blocks) -> FileOp:
        fields = _FIELDS[op.kind]
        options = op.options
        steps = [
            1 if options is None else options.int32(field, 1)
            for field in (fields.STRIDE_H, fields.STRIDE_W, fields.DILATION_H, fields.DILATION_W)
        ]
        valid = options is not None and options.uint8(fields.PADDING) == PADDINGS[Padding.VALID]
        if steps != [1, 1, 1, 1] or not valid or len(blocks) != 4:
            raise self._other(op)
        values = {int(fields.DILATION_H): blocks[1], int(fields.DILATION_W): blocks[2]}
        return replace(op, options=Overridden(values, options))

    def _reshaped(self, op: FileOp, blocks: Blocks) -> FileOp:
        """A dimension of 1 inserted or removed: said without sizes, which change in the region."""
        source = self.tensors[op.inputs[0]].shape
        target = self.tensors[op.outputs[0]].shape
        if op.kind == "EXPAND_DIMS" or (op.kind == "RESHAPE" and len(target) > len(source)):
            axis = _extra_axis(target, source)
            if axis is not None:
                self._mark(op, (*blocks[:axis], 1, *blocks[axis:]))
                return self._plain(op, "EXPAND_DIMS", [self._constant([axis])])
        if op.kind in ("RESHAPE", "SQUEEZE"):
            axis = _extra_axis(source, target)
            if axis is not None:
                self._mark(op, (*blocks[:axis], *blocks[axis + 1 :]))
                return replace(
                    self._plain(op, "SQUEEZE", []),
                    options=Overridden({Squeeze.DIMS: (axis,)}),
                    options_type=schema.BuiltinOptions.SqueezeOptions,
                )
        raise self._other(op)

    def _other(self, op: FileOp) -> _OtherRegionError:
        """Of the region that an operator begins, or that it stands in."""
        begun = {self.begun[index] for index in op.inputs if index in self.begun}
        return _OtherRegionError(frozenset(begun or {op.index}))

    def _mark(self, op: FileOp, blocks: Blocks) -> None:
        """The output is spread, and its shape is left to inference."""
        output = op.outputs[0]
        self.begun[output] = op.index if op.kind == ENTER else self.begun[op.inputs[0]]
        self.spread[output] = blocks
        self.tensors[output] = replace(self.tensors[output], signature=(-1,) * len(blocks))

    def _integers(self, op: FileOp, number: int) -> tuple[int, ...]:
        index = op.inputs[number] if number < len(op.inputs) else -1
        data = self.tensors[index].data if index >= 0 else None
        if data is None or data.dtype.kind != "i":
            raise self._other(op)
        return tuple(int(value) for value in data.reshape(-1))

    def _constant(self, values: Sequence[Any]) -> int:
        self.tensors.append(constant_record(len(self.tensors), values))
        return len(self.tensors) - 1

    def _plain(self, op: FileOp, kind: str, operands: list[int]) -> FileOp:
        inputs = (op.inputs[0], *operands)
        return replace(op, kind=kind, inputs=inputs, options=None, options_type=0)


def _extra_axis(longer: tuple[int, ...], shorter: tuple[int, ...]) -> int | None:
    """Where `longer` has one more dimension, of 1, than `shorter`; never the batch."""
    for axis in range(1, len(longer)):
        if longer[axis] == 1 and longer[:axis] + longer[axis + 1 :] == shorter:
            return axis
    return None
