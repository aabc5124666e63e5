"""Functions that a flatbuffer holds as tables: CAST, ADD, GATHER, see `tflite.operators.links`.

They are found by their entries. Whatever the function was that a table was made of, one with the
same 256 entries is the same in integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.importers.tflite.int8 import int8_tensor
from mcuq.importers.tflite.records import FileModel, FileOp, FileTensor
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator, QuantizedOp
from mcuq.ops.smooth import GeluAttrs
from mcuq.tflite.operators.binary import Binary
from mcuq.tflite.operators.functions import TABLES, Gelu
from mcuq.tflite.operators.gathering import Gather
from mcuq.tflite.operators.links import TABLE_OFFSET, table_name
from mcuq.tflite.operators.view import Overridden

_ENTRIES = 256
_NUMBERING = ("CAST", "ADD")
"""Operators that make an entry's number of a value."""


def name_tables(model: FileModel) -> FileModel:
    """The model with the operators that its tables are of; other tables stay as they are."""
    makers = {output: op for op in model.ops for output in op.outputs}
    ops, numbers = [], set[int]()
    for op in model.ops:
        named = _named(model, op, makers) if op.kind == "GATHER" else None
        if named is not None:
            numbers |= {op.inputs[1], makers[op.inputs[1]].inputs[0]}
        ops.append(named or op)
    if not numbers:
        return model
    return replace(model, ops=tuple(_without_idle(ops, numbers, model.outputs)))


def _without_idle(ops: list[FileOp], numbers: set[int], outputs: tuple[int, ...]) -> list[FileOp]:
    """The operators but those that only made entries' numbers."""
    kept: list[FileOp] = []
    read = set(outputs)
    for op in reversed(ops):
        made = set(op.outputs)
        if made & read or not made <= numbers:
            kept.append(op)
            read |= set(op.inputs)
    return kept[::-1]


def _named(model: FileModel, op: FileOp, makers: Mapping[int, FileOp]) -> FileOp | None:
    """The function's operator in place of the GATHER, where its table is one of ours."""
    source = _source(model, op, makers)
    if source is None or len(op.outputs) != 1:
        return None
    table, result = model.tensors[op.inputs[0]], model.tensors[op.outputs[0]]
    value, stored = int8_tensor(source), int8_tensor(result)
    if value is None or stored is None or table.data is None or table.data.shape != (_ENTRIES,):
        return None
    # Several functions may have the same entries: the name then says which was meant.
    by_name = sorted(TABLES, key=lambda found: not table.name.endswith(table_name(*found)))
    for kind, attrs in by_name:
        if np.array_equal(_entries(kind, attrs, value, stored), table.data):
            return _function(op, kind, attrs, source.index)
    return None


def _source(model: FileModel, op: FileOp, makers: Mapping[int, FileOp]) -> FileTensor | None:
    """The int8 tensor whose values, raised by 128, number the entries."""
    if len(op.inputs) != 2 or min(op.inputs) < 0:
        return None
    first = op.options is None or not (
        op.options.int32(Gather.AXIS) or op.options.int32(Gather.BATCH_DIMS)
    )
    chain: list[FileOp] = []
    for kind in ("ADD", "CAST"):
        maker = makers.get(op.inputs[1] if not chain else chain[-1].inputs[0])
        if maker is None or maker.kind != kind or not maker.inputs or min(maker.inputs) < 0:
            return None
        chain.append(maker)
    add, cast = chain
    offset = model.tensors[add.inputs[1]].data if len(add.inputs) == 2 else None
    plain = add.options is None or add.options.uint8(Binary.ACTIVATION) == 0
    if not (first and plain) or offset is None or offset.size != 1:
        return None
    source = model.tensors[cast.inputs[0]]
    numbers = [model.tensors[maker.outputs[0]] for maker in chain]
    constants = (model.tensors[index] for index in (add.inputs[1], op.inputs[0]))
    if any(tensor.stateful for tensor in (*numbers, *constants)):
        return None
    same = all(each.dtype == "int32" and each.shape == source.shape for each in numbers)
    return source if same and int(offset.flat[0]) == TABLE_OFFSET else None


def _entries(
    kind: AnyOperator, attrs: Attrs, source: QuantizedTensor, result: QuantizedTensor
) -> npt.NDArray[np.int8]:
    table: npt.NDArray[np.int8] = kind.int8.params(QuantizedOp(attrs, (source,), result)).table
    return table


def _function(op: FileOp, kind: AnyOperator, attrs: Attrs, source: int) -> FileOp:
    plain = replace(op, kind=kind.name, inputs=(source,), options=None, options_type=0)
    if not isinstance(attrs, GeluAttrs):
        return plain
    options = Overridden({int(Gelu.APPROXIMATE): attrs.approximate})
    return replace(plain, options=options, options_type=schema.BuiltinOptions.GeluOptions)
