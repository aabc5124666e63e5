"""Tensors that are variables themselves: what operators with a state of their own keep in them."""

from __future__ import annotations

from mcuq.errors import InputError
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.records import FileModel, FileOp


def check_stateless(model: FileModel, refusals: Refusals) -> None:
    """Refuse operators that read or write a tensor that keeps its value."""
    for op in model.ops:
        if op.index not in refusals.left:
            refusals.attempt(_check, model, op)


def _check(model: FileModel, op: FileOp) -> None:
    for index in (*op.inputs, *op.outputs):
        if index >= 0 and model.tensors[index].stateful:
            name = model.tensors[(*op.outputs, index)[0]].name
            raise InputError(
                f"{op.where} ({name!r}): {model.tensors[index].name!r} is a variable, whose "
                "value interpreters keep from run to run",
                "keep the state in a resource variable (VAR_HANDLE), or give it as an input "
                "and an output of the model; freeze what never changes",
            )
