"""Operators that keep a state in a variable tensor, left as they are with their integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mcuq.errors import InputError
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.records import FileModel, FileOp, FileState, FileTensor
from mcuq.tflite.operators.catalog import RULES


def with_own_states(model: FileModel, refusals: Refusals) -> FileModel:
    """The model as it is, with what such operators keep in variable tensors as states.

    Each operator gets a further output for each of its states: what the next run reads.

    Args:
        refusals: collects operators with a state that is no variable, that something else uses, or
            that does not begin with zeros; they stay as they are.
    """
    ends = (*model.inputs, *model.outputs)
    uses = Counter([*ends, *(i for op in model.ops for i in (*op.inputs, *op.outputs))])
    tensors, states, ops = list(model.tensors), list(model.states), list[FileOp]()
    for op in model.ops:
        kept = refusals.leave(op.index, _variables, model, op, uses) or []
        written = tuple(range(len(tensors), len(tensors) + len(kept)))
        tensors += [replace(t, index=i, stateful=False) for t, i in zip(kept, written, strict=True)]
        states += [_zeros(tensor, index) for tensor, index in zip(kept, written, strict=True)]
        ops.append(replace(op, outputs=op.outputs + written) if kept else op)
    read = {state.read for state in states}
    tensors = [replace(t, stateful=False) if t.index in read else t for t in tensors]
    return replace(model, tensors=tuple(tensors), ops=tuple(ops), states=tuple(states))


def _kept(op: FileOp) -> tuple[int, ...]:
    """Tensor indices of the states that an operator keeps itself."""
    rule = RULES.get(op.kind)
    if op.custom or rule is None or not rule.kind.kept or not op.outputs:
        return ()
    numbers = rule.reads(len(op.inputs))
    return tuple(op.inputs[number] for number in numbers[len(numbers) - rule.kind.kept :])


def _variables(model: FileModel, op: FileOp, uses: Mapping[int, int]) -> list[FileTensor]:
    return [_variable(model, op, index, uses) for index in _kept(op)]


def _variable(model: FileModel, op: FileOp, index: int, uses: Mapping[int, int]) -> FileTensor:
    tensor = model.tensors[index] if index >= 0 else None
    if tensor is None or not tensor.stateful or tensor.data is not None:
        raise malformed(f"{op.where} has a state that is no variable")
    if uses[index] > 1:
        raise InputError(
            f"{op.where} keeps its state in {tensor.name!r}, which something else uses, too",
            "convert the model again, so that each layer has a state of its own",
        )
    stored = tensor.quantization
    # Interpreters set every byte of a variable: to the zero point where it is int8, else to 0.
    if stored is not None and tensor.dtype != "int8" and np.any(stored.zero_point != 0):
        raise InputError(
            f"{op.where} keeps a state of {tensor.dtype} that begins with {-stored.zero_point[0]}",
            "quantize it anew instead: give the file as a model, with calibration data",
        )
    return tensor


def _zeros(tensor: FileTensor, written: int) -> FileState:
    zero = 0 if tensor.quantization is None else tensor.quantization.zero_point[0]
    initial = np.full(tensor.shape, zero, tensor.dtype)
    return FileState(tensor.name, tensor.index, written, initial)
